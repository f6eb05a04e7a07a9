//! The simulator against a tiny application on the loopback interface.

mod world;

mod calls;
mod clock;
mod conference;
mod control;
mod detection;
mod dial;
mod documents;
mod dress;
mod faults;
mod gather;
mod in_process;
mod messages;
mod program;
mod queue;
mod recording;
mod rest;
mod scenario;
mod sdk;
mod verbs;
mod webhooks;
