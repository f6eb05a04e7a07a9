//! What a branch costs beside others: a thousand emergencies in one branch, against one emergency in each of a
//! thousand branches of one process, with endpoints and a dispatcher each, on one SQLite file.
//!
//! `cargo bench --bench branches [count] [rounds]` prints memory and time of both, and their ratio; each is a process
//! of its own. Rounds alternate, and what is printed are medians.

use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use responder::{
    CallSid, E164, MessageSid,
    branch::{Branch, BranchSettings},
    driver::{Dispatcher, SystemClock},
    emergency::{Contact, Policy, Report},
    http::{Endpoints, Key, Keys, branch},
    script::{Links, Script},
    sql::SqliteStore,
    store::EmergencyStore,
    telephony::{
        Answer, CallEnd, CallInfo, CallStatus, MessageInfo, MessageStatus, PlaceCall, QueueDeletion, QueueInfo,
        RecordingInfo, SendText, StartRecording, Telephony, TelephonyError,
    },
};
use tokio::sync::mpsc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |at: usize| arguments.get(at).and_then(|argument| argument.parse().ok());
    match arguments.first().map(String::as_str) {
        Some("one") => measure(1, number(1).unwrap_or(1)),
        Some("many") => measure(number(1).unwrap_or(1), 1),
        _ => compare(number(0).unwrap_or(1000), number(1).unwrap_or(3)),
    }
}

/// What one process prints: bytes, microseconds of all, microseconds of the processor.
type Figures = [f64; 3];

fn compare(count: usize, rounds: usize) {
    let (mut one, mut many) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        one.push(run("one", count));
        many.push(run("many", count));
    }
    let (one, many) = (medians(&one), medians(&many));
    println!("{count} emergencies, of each        one branch   a branch each   ratio");
    for (at, what) in ["memory, KiB", "report to call, us", "processor, us"].iter().enumerate() {
        println!("{what:<28} {:>12.1} {:>15.1} {:>7.2}", one[at], many[at], many[at] / one[at]);
    }
}

fn run(how: &str, count: usize) -> Figures {
    let program = std::env::current_exe().expect("our own path");
    let output = Command::new(program).args([how, &count.to_string()]).output().expect("a process");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut figures = text.split_whitespace().map(|figure| figure.parse().expect("a figure"));
    std::array::from_fn(|_| figures.next().expect("three figures"))
}

fn medians(rounds: &[Figures]) -> Figures {
    std::array::from_fn(|at| {
        let mut all: Vec<f64> = rounds.iter().map(|figures| figures[at]).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    })
}

fn measure(branches: usize, emergencies: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("bench.db"), Arc::new(SystemClock)).await.expect("a store");
        let (calls, mut called) = mpsc::unbounded_channel();
        let (store, telephony) = (Arc::new(store), Arc::new(Provider { calls }));
        // What the first one brings into the process belongs to no branch.
        let first = House::open("first", store.clone(), telephony.clone());
        first.branch.report(report(), None).await.expect("an emergency");
        called.recv().await.expect("a call");
        let before = memory();
        let houses: Vec<_> =
            (0..branches).map(|n| House::open(&format!("branch-{n}"), store.clone(), telephony.clone())).collect();
        // What they do when they start belongs to no emergency.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let work = processor();
        let mut waited = Duration::ZERO;
        for _ in 0..emergencies {
            for house in &houses {
                let begin = Instant::now();
                house.branch.report(report(), None).await.expect("an emergency");
                called.recv().await.expect("a call");
                waited += begin.elapsed();
            }
        }
        // What follows a report belongs to it: texts and their outcomes.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let work = processor() - work;
        let all = (branches * emergencies) as f64;
        let each = |figure: f64| figure / all;
        let memory = memory().saturating_sub(before) as f64;
        println!("{} {} {}", each(memory), each(waited.as_secs_f64() * 1e6), each(work.as_secs_f64() * 1e6));
        drop(houses);
        // The end of a process drops nothing, and would leave the file behind.
        drop(folder);
        std::process::exit(0);
    });
}

fn report() -> Report {
    Report {
        chosen_phone: "+15005550001".into(),
        customer_name: "Ada".into(),
        user_stated_callback_number: "+15005550100".into(),
        incident_address: "12 Elm Street".into(),
        emergency_description_text: "Water comes through the ceiling.".into(),
    }
}

/// A branch as a service has it.
struct House {
    branch: Arc<Branch>,
    _endpoints: Endpoints,
}

impl House {
    fn open(key: &str, store: Arc<dyn EmergencyStore>, telephony: Arc<dyn Telephony>) -> Self {
        let recipients = vec![Contact::unnamed("+15005550009".parse().expect("a number"))];
        let policy = Policy { recipients, ..Policy::default() };
        let mut settings = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings");
        settings.max_active_emergencies = u32::MAX;
        let links = Links::new("https://help.example.com".parse().expect("a URL"));
        let key = key.parse().expect("a key");
        let branch = Arc::new(Branch::new(key, settings, store, telephony, Script::default(), links));
        let keys = Keys { intake_token: Some(Key::new("token".into()).expect("a key")), ..Keys::default() };
        let endpoints = branch::endpoints(&branch).keys(keys).build().expect("a table");
        let dispatcher = Dispatcher::new(branch.clone(), "bench".parse().expect("a name"));
        tokio::spawn(dispatcher.run(std::future::pending()));
        Self { branch, _endpoints: endpoints }
    }
}

/// KiB of ours that are in memory.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// What the process has worked so far.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after = stat.rsplit_once(')').expect("a name in brackets").1;
    let ticks: u64 = after.split_whitespace().skip(11).take(2).map(|n| n.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 10)
}

/// Takes everything at once, and tells of calls.
#[derive(Debug)]
struct Provider {
    calls: mpsc::UnboundedSender<()>,
}

type Answered<T> = Result<Answer<T>, TelephonyError>;

fn answer<T>(value: T) -> Answered<T> {
    Ok(Answer { value, provider_time: None })
}

fn sid<T: std::str::FromStr<Err: std::fmt::Debug>>(kind: &str) -> T {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("random bits");
    format!("{kind}{:032x}", u128::from_ne_bytes(bits)).parse().expect("a sid")
}

fn call(sid: CallSid, status: CallStatus) -> Answered<CallInfo> {
    answer(CallInfo { sid, status, date_created: None, duration: None, answered_by: None })
}

#[async_trait]
impl Telephony for Provider {
    async fn place_call(&self, _: &PlaceCall) -> Answered<CallInfo> {
        let _ = self.calls.send(());
        call(sid("CA"), CallStatus::Queued)
    }

    async fn fetch_call(&self, known: &CallSid) -> Answered<CallInfo> {
        call(known.clone(), CallStatus::Ringing)
    }

    async fn find_calls(&self, _: &E164, _: &E164) -> Answered<Vec<CallInfo>> {
        answer(Vec::new())
    }

    async fn end_call(&self, _: &CallSid) -> Answered<CallEnd> {
        answer(CallEnd::AlreadyEnded)
    }

    async fn redirect_call(&self, known: &CallSid, _: &str) -> Answered<CallInfo> {
        call(known.clone(), CallStatus::InProgress)
    }

    async fn send_text(&self, _: &SendText) -> Answered<MessageInfo> {
        answer(MessageInfo { sid: sid("SM"), status: MessageStatus::Queued, error_code: None })
    }

    async fn fetch_message(&self, known: &MessageSid) -> Answered<MessageInfo> {
        answer(MessageInfo { sid: known.clone(), status: MessageStatus::Sent, error_code: None })
    }

    async fn start_recording(&self, _: &StartRecording) -> Answered<RecordingInfo> {
        answer(RecordingInfo { sid: sid("RE") })
    }

    async fn find_queue(&self, _: &str) -> Answered<Option<QueueInfo>> {
        answer(None)
    }

    async fn delete_queue(&self, _: &str) -> Answered<QueueDeletion> {
        answer(QueueDeletion::NoSuchQueue)
    }
}
