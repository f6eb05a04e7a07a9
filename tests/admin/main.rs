//! The admin server: who may do what, settings, and a branch that obeys, over sockets.

mod branch;
mod house;
mod login;
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
