//! What is measured.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Is told what happens. All methods do nothing unless implemented; they are called while somebody waits, and must be
/// quick. Of whom it is about, they learn nothing.
pub trait VoiceMetrics: fmt::Debug + Send + Sync + 'static {
    /// An access token was issued.
    fn token_issued(&self, platform: Platform) {
        let _ = platform;
    }

    /// A call was told where to go.
    fn call_routed(&self, kind: CallKind) {
        let _ = kind;
    }

    /// A call is over. `talk` is how long the two were connected, if they were.
    fn call_ended(&self, outcome: CallOutcome, talk: Option<Duration>) {
        let _ = (outcome, talk);
    }
}

/// Measures nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unmeasured;

impl VoiceMetrics for Unmeasured {}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in metrics and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The one of that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }
    };
}

words! {
    /// The push service of somebody's phone.
    Platform {
        /// The push service of Apple.
        Apns = "apns",
        /// The push service of Google (Firebase Cloud Messaging).
        Fcm = "fcm",
    }
}

words! {
    /// Where a call went.
    CallKind {
        /// To a phone.
        Number = "number",
        /// To another user of the app.
        Client = "client",
        /// Nowhere: the app has tried whether calls work.
        Test = "test",
        /// Nowhere: that can't be called.
        Refused = "refused",
    }
}

words! {
    /// How a call ended, in the provider's words (`DialCallStatus`).
    CallOutcome {
        /// The two talked.
        Completed = "completed",
        /// It was picked up.
        Answered = "answered",
        /// The line was busy.
        Busy = "busy",
        /// Nobody answered.
        NoAnswer = "no-answer",
        /// It could not be connected.
        Failed = "failed",
        /// The caller gave up.
        Canceled = "canceled",
        /// The provider said something that we don't know.
        Other = "other",
    }
}

/// Counts in memory, and shows the sums as Prometheus reads them.
///
/// ```
/// use std::time::Duration;
/// use responder_core::http::voice::{CallKind, CallOutcome, Platform, VoiceCounters, VoiceMetrics};
///
/// let counters = VoiceCounters::default();
/// counters.token_issued(Platform::Apns);
/// counters.call_routed(CallKind::Number);
/// counters.call_ended(CallOutcome::Completed, Some(Duration::from_secs(90)));
/// let text = counters.to_string();
/// assert!(text.contains("voice_tokens_issued_total{platform=\"apns\"} 1\n"));
/// assert!(text.contains("voice_call_duration_seconds_sum 90\n"));
/// ```
#[derive(Debug, Default)]
pub struct VoiceCounters {
    tokens: [AtomicU64; Platform::ALL.len()],
    routed: [AtomicU64; CallKind::ALL.len()],
    ended: [AtomicU64; CallOutcome::ALL.len()],
    talks: AtomicU64,
    talk_secs: AtomicU64,
}

impl VoiceMetrics for VoiceCounters {
    fn token_issued(&self, platform: Platform) {
        count(&self.tokens[platform as usize], 1);
    }

    fn call_routed(&self, kind: CallKind) {
        count(&self.routed[kind as usize], 1);
    }

    fn call_ended(&self, outcome: CallOutcome, talk: Option<Duration>) {
        count(&self.ended[outcome as usize], 1);
        if let Some(talk) = talk {
            count(&self.talks, 1);
            count(&self.talk_secs, talk.as_secs());
        }
    }
}

impl fmt::Display for VoiceCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = Platform::ALL.iter().map(|one| one.as_str()).zip(&self.tokens);
        family(f, "voice_tokens_issued_total", "Access tokens issued.", "platform", tokens)?;
        let routed = CallKind::ALL.iter().map(|one| one.as_str()).zip(&self.routed);
        family(f, "voice_calls_routed_total", "Calls told where to go.", "kind", routed)?;
        let ended = CallOutcome::ALL.iter().map(|one| one.as_str()).zip(&self.ended);
        family(f, "voice_calls_ended_total", "Calls that are over.", "outcome", ended)?;
        writeln!(f, "# HELP voice_call_duration_seconds How long people talked.")?;
        writeln!(f, "# TYPE voice_call_duration_seconds summary")?;
        writeln!(f, "voice_call_duration_seconds_sum {}", self.talk_secs.load(Ordering::Relaxed))?;
        writeln!(f, "voice_call_duration_seconds_count {}", self.talks.load(Ordering::Relaxed))
    }
}

fn family<'a>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    help: &str,
    label: &str,
    rows: impl Iterator<Item = (&'static str, &'a AtomicU64)>,
) -> fmt::Result {
    writeln!(f, "# HELP {name} {help}\n# TYPE {name} counter")?;
    for (value, counter) in rows {
        writeln!(f, "{name}{{{label}=\"{value}\"}} {}", counter.load(Ordering::Relaxed))?;
    }
    Ok(())
}

fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
