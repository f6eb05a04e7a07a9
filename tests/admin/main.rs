//! The admin server: who may do what, settings, and a branch that obeys, over sockets.

mod attacks;
mod branch;
mod house;
mod login;
mod looks;
mod pages;
mod recordings;
mod servers;
mod settings;
mod users;
mod walk;
