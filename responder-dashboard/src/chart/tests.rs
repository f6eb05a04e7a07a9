//! Charts, written out.

use super::*;

/// The emergency of these tests was reported then.
const NOON: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn at(seconds: u64) -> Timestamp {
    NOON + Duration::from_secs(seconds)
}

fn call(name: &str) -> CallSid {
    name.parse().expect("a sid")
}

fn outgoing(label: &str, number: u16, times: [Option<u64>; 4]) -> Outgoing {
    let [wanted, rang, answered, ended] = times.map(|time| time.map(at));
    let times = AttemptTimes { wanted: wanted.expect("a beginning"), rang, answered, ended };
    Outgoing { label: label.to_owned(), number: AttemptNo(number), times }
}

fn incoming(label: &str, sid: &str, called: u64, ended: Option<u64>) -> Incoming {
    let times = LegTimes { called: at(called), ended: ended.map(at), ..LegTimes::default() };
    Incoming { label: label.to_owned(), call: call(sid), times }
}

/// Bars as `kind from-to`, in seconds.
fn shown(chart: &Chart) -> Vec<String> {
    let seconds = |time: Timestamp| time.since(NOON).as_secs();
    let bar = |bar: &Bar| format!("{} {}-{}", bar.kind.class(), seconds(bar.from), seconds(bar.to));
    let lane = |lane: &Lane| {
        let bars: Vec<String> = lane.bars.iter().map(bar).collect();
        format!("{}: {}{}", lane.label, bars.join(", "), if lane.is_open { " …" } else { "" })
    };
    chart.lanes.iter().map(lane).collect()
}

/// One who does not answer, one who does; the customer holds, the two talk.
fn a_whole_emergency() -> Chart {
    let calls = [
        outgoing("Ada", 0, [Some(0), Some(2), None, Some(27)]),
        outgoing("Bo", 1, [Some(30), Some(31), Some(36), Some(200)]),
    ];
    let events = [
        (at(40), Event::CustomerOnHold { call_sid: call("CA1") }),
        (at(60), Event::Bridged { customer: call("CA1"), attempt: AttemptNo(1) }),
        (at(180), Event::TalkEnded { seconds: 120 }),
    ];
    Chart::new(NOON, at(500), &calls, &[incoming("Zoë", "CA1", 33, Some(190))], &events)
}

#[test]
fn calls_are_rung_held_and_talked() {
    let expected = [
        "Ada: placing 0-2, ring 2-27",
        "Bo: placing 30-31, ring 31-36, line 36-60, talk 60-180, line 180-200",
        "Zoë: line 33-40, hold 40-60, talk 60-180, line 180-190",
    ];
    let chart = a_whole_emergency();
    assert_eq!(shown(&chart), expected);
    assert_eq!((chart.begin, chart.end), (NOON, at(200)), "until the last call has ended");
}

#[test]
fn what_goes_on_lasts_until_now() {
    let calls = [outgoing("Ada", 0, [Some(0), Some(2), None, None])];
    let events = [(at(3), Event::CustomerOnHold { call_sid: call("CA1") })];
    let chart = Chart::new(NOON, at(20), &calls, &[incoming("Zoë", "CA1", 1, None)], &events);
    assert_eq!(shown(&chart), ["Ada: placing 0-2, ring 2-20 …", "Zoë: line 1-3, hold 3-20 …"]);
    assert_eq!(chart.end, at(20));
}

#[test]
fn what_nobody_told_is_made_good() {
    let none: &[(Timestamp, Event)] = &[];
    for (times, expected) in [
        // Answered without a word of ringing.
        ([Some(0), None, Some(5), Some(9)], vec!["Ada: ring 0-5, line 5-9"]),
        // Refused at once.
        ([Some(0), None, None, Some(1)], vec!["Ada: placing 0-1"]),
        ([Some(0), None, None, Some(0)], vec![]),
        // The answer was heard of before the ringing, the end before both.
        ([Some(0), Some(6), Some(5), Some(9)], vec!["Ada: placing 0-6, line 6-9"]),
        ([Some(4), Some(6), Some(7), Some(5)], vec!["Ada: placing 4-5"]),
    ] {
        let chart = Chart::new(NOON, at(100), &[outgoing("Ada", 0, times)], &[], none);
        assert_eq!(shown(&chart), expected, "{times:?}");
    }
}

#[test]
fn a_talk_belongs_to_its_two_calls() {
    let calls = [
        outgoing("Ada", 0, [Some(0), Some(1), Some(2), Some(90)]),
        outgoing("Bo", 1, [Some(0), Some(1), Some(2), Some(90)]),
    ];
    let legs = [incoming("Zoë", "CA1", 3, Some(90)), incoming("Max", "CA2", 4, Some(90))];
    let events = [
        (at(10), Event::Bridged { customer: call("CA1"), attempt: AttemptNo(0) }),
        (at(20), Event::TalkEnded { seconds: 10 }),
        (at(30), Event::CustomerOnHold { call_sid: call("CA1") }),
        (at(40), Event::VoicemailOffered { call_sid: call("CA2") }),
        (at(50), Event::Bridged { customer: call("CA1"), attempt: AttemptNo(1) }),
    ];
    let expected = [
        "Ada: placing 0-1, ring 1-2, line 2-10, talk 10-20, line 20-90",
        "Bo: placing 0-1, ring 1-2, line 2-50, talk 50-90",
        "Zoë: line 3-10, talk 10-20, line 20-30, hold 30-50, talk 50-90",
        "Max: line 4-40, message 40-90",
    ];
    assert_eq!(shown(&Chart::new(NOON, at(90), &calls, &legs, &events)), expected);
}

#[test]
fn an_emergency_without_calls_has_an_empty_chart() {
    let chart = Chart::new(NOON, NOON, &[], &[], &[]);
    assert_eq!((chart.lanes.len(), chart.end), (0, at(10)));
    assert_eq!(Drawing::of(&chart).height, 24);
}

#[test]
fn bars_are_drawn_in_hundredths_of_the_width() {
    let drawing = Drawing::of(&a_whole_emergency());
    let bars = |lane: usize| -> Vec<_> {
        let bars = drawing.lanes[lane].bars.iter();
        bars.map(|bar| (bar.class, bar.x.as_str(), bar.width.as_str(), bar.y, bar.height)).collect()
    };
    assert_eq!(bars(0), [("placing", "0.00%", "1.00%", 24, 6), ("ring", "1.00%", "12.50%", 20, 14)]);
    assert_eq!(
        bars(1),
        [
            ("placing", "15.00%", "0.60%", 64, 6),
            ("ring", "15.50%", "2.50%", 60, 14),
            ("line", "18.00%", "12.00%", 64, 6),
            ("talk", "30.00%", "60.00%", 60, 14),
            ("line", "90.00%", "10.00%", 64, 6),
        ]
    );
    assert_eq!((drawing.height, drawing.axis_y), (144, 120));
    let labels: Vec<_> = drawing.lanes.iter().map(|lane| (lane.label.as_str(), lane.label_y)).collect();
    assert_eq!(labels, [("Ada", 14), ("Bo", 54), ("Zoë", 94)]);
    let ticks: Vec<_> = drawing.ticks.iter().map(|tick| (tick.x.as_str(), tick.label.as_str())).collect();
    assert_eq!(ticks, [("0.00%", "0 s"), ("30.00%", "1 min"), ("60.00%", "2 min"), ("90.00%", "3 min")]);
    assert_eq!(
        drawing.words,
        "Ada: is being placed for 2 s, rings for 25 s. \
         Bo: is being placed for 1 s, rings for 5 s, is on the line for 24 s, talks for 2 min, is on the line for 20 s. \
         Zoë: is on the line for 7 s, holds for 20 s, talks for 2 min, is on the line for 10 s."
    );
}

/// From a moment to a month: never many, never one that is cut off.
#[test]
fn ticks_fit() {
    for seconds in [0, 1, 11, 59, 61, 3599, 3601, 86_400, 30 * 86_400] {
        let calls = [outgoing("Ada", 0, [Some(0), None, None, Some(seconds)])];
        let drawing = Drawing::of(&Chart::new(NOON, at(0), &calls, &[], &[]));
        assert!((1..=6).contains(&drawing.ticks.len()), "{seconds}: {:?}", drawing.ticks);
        assert_eq!(drawing.ticks[0].label, "0 s");
    }
}

#[test]
fn spans_are_said_as_people_do() {
    let said = |seconds| span(Duration::from_secs(seconds));
    assert_eq!(
        [0, 59, 60, 125, 3600, 3780, 90_000].map(said),
        ["0 s", "59 s", "1 min", "2 min 5 s", "1 h", "1 h 3 min", "25 h"]
    );
}
