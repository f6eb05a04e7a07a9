//! The admin server: who may do what, settings, and a branch that obeys, over sockets.

mod account;
mod alerts;
mod attacks;
mod branch;
#[path = "../common/mod.rs"]
mod common;
mod ending;
mod events;
mod house;
mod hung;
mod leaving;
mod login;
mod looks;
mod notices;
mod pages;
mod recordings;
mod relays;
mod reset;
mod servers;
mod settings;
mod silent;
mod trouble;
mod users;
mod walk;
