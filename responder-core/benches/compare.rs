//! Ours, for `benches/compare/run`: how many of each a second, on one core. One line each: name, tab, number; the
//! documents themselves with `--documents`, so that they can be compared with those of the others.

use std::{hint::black_box, sync::OnceLock, time::Instant};

use responder_core::{
    Timestamp,
    signature::{AuthTokens, Payload},
    token::{AccessToken, ApiKey, VoiceGrant},
    twiml::voice::{Dial, Enqueue, Number, Queue, Response, Say},
};

/// What the others measure, too. Texts have something to escape.
const SPOKEN: &str = "Thank you for calling Smith & Sons. Please hold while we reach a technician.";
const FOUND: &str = "A customer is waiting at 12 Elm Street <rear>. Connecting you now.";

fn say_enqueue() -> String {
    let enqueue = Enqueue::new("emergency-1").wait_url("/hold?leg=0&step=1").action("/hold_ended?leg=0&step=1");
    Response::new().say(Say::new(SPOKEN).language("en-US")).enqueue(enqueue).to_string()
}

fn say_dial_queue() -> String {
    let queue = Queue::new("emergency-1").url("/bridge_joined?leg=0");
    let dial = Dial::new().timeout_secs(10).action("/transfer_complete?id=1&step=2").queue(queue);
    Response::new().say(Say::new(FOUND).language("en-US")).dial(dial).to_string()
}

fn dial_number() -> String {
    let dial = Dial::new().caller_id("+15005550006").time_limit_secs(3600);
    Response::new().dial(dial.number(Number::new("+15005550001"))).to_string()
}

fn voice_token(key: &ApiKey, now: Timestamp) -> String {
    let voice = VoiceGrant::new().outgoing(APPLICATION).push_credential("CR00000000000000000000000000000001");
    AccessToken::new().identity("AP1_uid7").voice(voice).sign(key, now).expect("a token")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--documents") {
        for (name, document) in
            [("say+enqueue", say_enqueue()), ("say+dial+queue", say_dial_queue()), ("dial+number", dial_number())]
        {
            println!("{name}\t{document}");
        }
        return;
    }
    let key = ApiKey::new("AC00000000000000000000000000000001", "SK00000000000000000000000000000001", SECRET.into());
    let (key, now) = (key.expect("a key"), Timestamp::now());
    let tokens = AuthTokens::new(SECRET.into()).expect("a token");
    let fields: Vec<_> = FIELDS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let form = Payload::Form(&fields);
    let good = tokens.sign(URL, form).expect("a signature");
    let wrong = tokens.sign("https://help.example.com/elsewhere", form).expect("a signature");

    measure("say+enqueue", say_enqueue);
    measure("say+dial+queue", say_dial_queue);
    measure("dial+number", dial_number);
    measure("voice-token", || voice_token(black_box(&key), black_box(now)));
    measure("signature-good", || tokens.verify(black_box(URL), black_box(form), black_box(&good)).is_ok());
    measure("signature-wrong", || tokens.verify(black_box(URL), black_box(form), black_box(&wrong)).is_ok());
}

/// The median of seven runs of a fifth of a second, after one that does not count.
fn measure<T>(name: &str, work: impl Fn() -> T) {
    let mut rates: Vec<f64> = (0..=RUNS).map(|_| rate(&work)).skip(1).collect();
    rates.sort_by(f64::total_cmp);
    println!("{name}\t{:.0}", rates[RUNS / 2]);
}

fn rate<T>(work: impl Fn() -> T) -> f64 {
    let (begin, mut done, mut spent) = (busy_secs(), 0_u32, 0.0);
    while spent < RUN_SECS {
        for _ in 0..BATCH {
            black_box(work());
        }
        done += BATCH;
        spent = busy_secs() - begin;
    }
    f64::from(done) / spent
}

/// How long this thread had a core, so that other work on the machine counts less; where the system does not tell, the
/// time that has passed.
fn busy_secs() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()));
    nanos.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

const RUNS: usize = 7;
const RUN_SECS: f64 = 0.2;
/// So many before the clock is looked at.
const BATCH: u32 = 4096;

const APPLICATION: &str = "AP00000000000000000000000000000001";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://help.example.com/tuc/incoming_twilio_call";

const FIELDS: [(&str, &str); 12] = [
    ("Called", "+15005550006"),
    ("ToState", "AZ"),
    ("CallerCountry", "US"),
    ("Direction", "inbound"),
    ("CallerState", "AZ"),
    ("CallSid", "CA00000000000000000000000000000001"),
    ("To", "+15005550006"),
    ("ApiVersion", "2010-04-01"),
    ("CallStatus", "ringing"),
    ("From", "+15005550100"),
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("Caller", "+15005550100"),
];
