//! The admin server: who may do what, settings, and a branch that obeys, over sockets.

mod branch;
mod house;
mod login;
mod pages;
mod recordings;
mod servers;
mod settings;
mod users;
mod walk;
