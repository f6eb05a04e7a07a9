//! The admin server: who may do what, settings, and a branch that obeys, over sockets.

mod account;
mod alerts;
mod attacks;
mod branch;
mod events;
mod house;
mod login;
mod looks;
mod pages;
mod patience;
#[expect(dead_code, reason = "what other suites ask of it")]
#[path = "../flows/receiver.rs"]
mod receiver;
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
