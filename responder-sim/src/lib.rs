#![doc = include_str!("../README.md")]

mod agenda;
mod api;
mod behaviour;
mod builder;
mod clock;
mod control;
mod dress;
mod faults;
mod hub;
mod interpreter;
mod network;
mod options;
mod phone_book;
mod rest;
mod server;
mod sid;
mod simulator;
mod trace;
mod transport;
mod webhook;

pub use behaviour::{AfterMessage, Behaviour, Delivery, GreetingEnd, Line, Message, OnHearing, Pickup, SmsReply};
pub use builder::SimulatorBuilder;
pub use clock::{ClockMode, ClockModeError};
pub use dress::{Dress, DressError};
pub use faults::{Fault, RestEffect, RestFault, WebhookEffect, WebhookFault};
pub use network::{ControlError, DialIn};
pub use options::{OpenQuestions, Timing};
pub use sid::Sid;
pub use simulator::{Simulator, TimeHold};
pub use trace::{
    CallRecord, CallStatus, ConferenceRecord, ConferenceState, DialStatus, Direction, Exchange, Heard, Hold, HookKind,
    MessageRecord, Notice, NumberConfig, ParticipantRecord, Pressed, QueueRecord, RecordingRecord, Side, Sound, Talk,
    Trace,
};
