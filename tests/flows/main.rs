//! Whole flows: a report by HTTP, a branch on SQLite, signed webhooks, and a phone network whose own record says
//! whether everybody was called, held, connected and told as it must be.
//!
//! The stage, the judge and the scenarios are those of the demo. Time is the network's and jumps over what nobody waits
//! for, so that no test sleeps.

#[path = "../../examples/demo/cast.rs"]
mod cast;
#[path = "../common/mod.rs"]
mod common;
#[path = "../../examples/demo/judge.rs"]
mod judge;
#[path = "../../examples/demo/network_time.rs"]
mod network_time;
#[expect(dead_code, reason = "what the demo prints and a test does not")]
#[path = "../../examples/demo/play.rs"]
mod play;
#[path = "../../examples/demo/scenarios/mod.rs"]
mod scenarios;
#[path = "../../examples/demo/stage.rs"]
mod stage;
#[path = "../../examples/demo/story.rs"]
mod story;
#[expect(dead_code, reason = "what the demo prints and a test does not")]
#[path = "../../examples/demo/timeline.rs"]
mod timeline;

mod callers;
mod house;
mod intake;
mod openapi;
mod operators;
mod provider;
mod rows;
mod technicians;
mod texts;
mod webhooks;
