//! The admin server: who may do what, settings, and a branch that obeys, over sockets.

mod attacks;
mod branch;
mod house;
mod login;
mod looks;
mod notices;
mod pages;
mod recordings;
mod relays;
mod rogue;
mod servers;
mod settings;
mod stream;
mod town;
mod trouble;
mod users;
mod walk;
