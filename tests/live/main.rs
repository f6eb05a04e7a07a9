//! What operators see while it happens: the stream of events and the status page, over sockets, under both frameworks,
//! while an emergency takes its course on the simulated network.

#[path = "../../examples/demo/cast.rs"]
mod cast;
#[expect(dead_code, reason = "what the demo judges and this does not")]
#[path = "../../examples/demo/judge.rs"]
mod judge;
#[path = "../../examples/demo/network_time.rs"]
mod network_time;
#[expect(dead_code, reason = "what the demo plays and this does not")]
#[path = "../../examples/demo/play.rs"]
mod play;
#[path = "../../examples/demo/stage.rs"]
mod stage;
#[expect(dead_code, reason = "what the demo prints and a test does not")]
#[path = "../../examples/demo/timeline.rs"]
mod timeline;

mod events;
mod pages;
mod site;
