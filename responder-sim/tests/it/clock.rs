//! Time.

use responder_sim::{Behaviour, CallStatus, ClockMode, ControlError};
use std::time::{Duration, Instant};

use crate::world::{TECHNICIAN, World};

#[tokio::test]
async fn four_hours_take_no_time_and_nobody_has_to_advance() {
    let quiet = Duration::from_millis(2);
    let world = World::with(|builder| builder.clock(ClockMode::Auto { quiet })).await;
    world.says("/voice", "<Dial>+15005550006</Dial>");
    let started = Instant::now();
    let sid = world.customer_calls("/voice");
    world.network.until(|trace| trace.call(&sid).is_some_and(|call| call.status == CallStatus::Completed)).await;
    let record = world.record(&sid);
    assert!(record.ended.expect("over").since(record.created) >= Duration::from_secs(14_400));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn time_stands_while_the_application_works_or_holds_it() {
    let quiet = Duration::from_millis(1);
    let world = World::with(|builder| builder.clock(ClockMode::Auto { quiet })).await;
    world.says("/voice", "<Pause length='600'/>");
    let hold = world.network.hold_time();
    let before = world.network.now();
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.network.idle().await;
    assert_eq!(world.network.now(), before);
    drop(hold);
    world.network.until(|trace| trace.call(&sid).is_some_and(|call| call.status == CallStatus::Completed)).await;
    assert!(world.network.now().since(before) > Duration::from_secs(600));
}

#[tokio::test]
async fn an_application_can_have_timers_in_the_networks_time() {
    let quiet = Duration::from_millis(1);
    let world = World::with(|builder| builder.clock(ClockMode::Auto { quiet })).await;
    world.says("/voice", "<Pause length='600'/>");
    let goal = world.network.now() + Duration::from_secs(100);
    let timer = world.network.sleep_until(goal);
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    let hold = timer.await;
    assert_eq!(world.network.now(), goal, "time stands where the timer ended");
    world.network.hang_up(&sid).expect("it is live at this time");
    assert_eq!(world.record(&sid).ended, Some(goal));
    drop(hold);
}

#[tokio::test]
async fn a_timer_that_is_given_up_leaves_nothing_behind() {
    let quiet = Duration::from_millis(1);
    let world = World::with(|builder| builder.clock(ClockMode::Auto { quiet })).await;
    world.says("/voice", "<Pause length='600'/>");
    let hold = world.network.hold_time();
    let start = world.network.now();
    // Both run from here on, looked at or not.
    let early = world.network.sleep_until(start + Duration::from_secs(100));
    let late = world.network.sleep_until(start + Duration::from_secs(5000));
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    drop(hold);
    while world.network.now() < start + Duration::from_secs(100) {
        tokio::task::yield_now().await;
    }
    // Its time has come, and it has not been looked at.
    drop(early);
    let over = world.network.until(|trace| trace.call(&sid).is_some_and(|call| call.status == CallStatus::Completed));
    tokio::time::timeout(Duration::from_secs(20), over).await.expect("time goes on");
    drop(late);
    assert_eq!(world.network.next_due(), None, "time has nowhere to jump to");
}

#[tokio::test]
async fn the_same_seed_and_instructions_give_the_same_trace() {
    let mut traces = Vec::new();
    for _ in 0..2 {
        let world = World::with(|builder| builder.seed(42).calls_per_second(1.0)).await;
        world.says("/voice", "<Say>One.</Say><Redirect>/second</Redirect>");
        world.says("/second", "<Dial><Number>+15005550007</Number><Number>+15005550008</Number></Dial>");
        world.phone("+15005550008", Behaviour::answers_after_seconds(1));
        world.call(TECHNICIAN, "/voice", &[]).await;
        world.customer_calls("/voice");
        world.pass(100).await;
        let mut trace = world.trace();
        trace.requests.clear();
        traces.push(trace);
    }
    assert_eq!(traces[0], traces[1]);
    let other = World::with(|builder| builder.seed(43)).await;
    other.call(TECHNICIAN, "/voice", &[]).await;
    assert_ne!(other.trace().calls[0].sid, traces[0].calls[0].sid);
}

#[tokio::test]
async fn steps_go_from_event_to_event() {
    let world = World::new().await;
    world.says("/voice", "<Pause length='600'/>");
    world.call(TECHNICIAN, "/voice", &[]).await;
    let before = world.network.now();
    let mut steps = Vec::new();
    while let Some(time) = world.network.step().await.expect("a stepped clock") {
        steps.push(time.since(before).as_millis());
    }
    assert_eq!(steps, [500, 3500, 603_500], "ring, answer, end of the pause");
    assert_eq!(world.network.next_due(), None);
}

#[tokio::test]
async fn a_clock_that_runs_by_itself_can_not_be_moved() {
    let world = World::with(|builder| builder.clock(ClockMode::Faster(1000))).await;
    assert_eq!(world.network.advance(Duration::from_secs(1)).await, Err(ControlError::ClockNotStepped));
    world.says("/voice", "<Pause length='20'/>");
    let started = Instant::now();
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.network.until(|trace| trace.call(&sid).is_some_and(|call| call.status == CallStatus::Completed)).await;
    assert!(started.elapsed() < Duration::from_secs(10), "23 seconds at a thousand times the speed");
    assert!(world.network.now().since(world.record(&sid).created) >= Duration::from_secs(23));
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let world =
        World::with(|builder| builder.number("+15005550002", responder_sim::NumberConfig::voice("http://a/"))).await;
    world.says("/voice", "<Pause length='600'/>");
    let first = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(10).await;
    world.network.reset();
    assert_eq!(world.trace(), responder_sim::Trace::default());
    let again = world.call(TECHNICIAN, "/voice", &[]).await;
    assert_eq!(first, again, "identifiers start over as well");
    let (_, list) = world.get("IncomingPhoneNumbers.json", &[]).await;
    assert_eq!(list["incoming_phone_numbers"].as_array().map(Vec::len), Some(1), "numbers of the start stay");
}
