//! What can be set about the network as a whole.

use std::{collections::BTreeMap, time::Duration};

use responder_core::Timestamp;
use secrecy::SecretString;

use crate::{
    clock::ClockMode,
    dress::Dress,
    trace::{DialStatus, NumberConfig},
    webhook::Host,
};

/// The settings of a network; [`SimulatorBuilder`](crate::SimulatorBuilder) sets them.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The account that the REST API serves, `AC` and 32 hex digits.
    pub(crate) account_sid: String,
    /// The secret of the account: the password of REST, the key of the signatures.
    pub(crate) auth_token: SecretString,
    /// Which provider it looks like.
    pub(crate) dress: Dress,
    /// The key of the signatures where it is not the secret of the account.
    pub(crate) signing_key: Option<SecretString>,
    /// Further pairs that REST accepts as user and password; they never sign.
    pub(crate) api_keys: BTreeMap<String, SecretString>,
    /// The id and the secret that requests to the application are signed with instead of the auth token.
    pub(crate) webhook_key: Option<(String, SecretString)>,
    /// How time moves.
    pub(crate) clock: ClockMode,
    /// The time at the start; absent, it is the wall clock's, or a fixed one where time is stepped.
    pub(crate) start_time: Option<Timestamp>,
    /// What identifiers are made from.
    pub(crate) seed: u64,
    /// API calls begun per second; more of them wait in line. Inbound calls and dialled legs are not counted.
    pub(crate) calls_per_second: f64,
    /// Refuses a `From` that is none of the numbers that the network knows.
    pub(crate) owned_from_only: bool,
    /// The account's numbers at the start and after a reset.
    pub(crate) numbers: BTreeMap<String, NumberConfig>,
    /// Where `http://host` and `https://host` really are, by host name. The signature covers the address as it is
    /// written; there is no TLS.
    pub(crate) hosts: BTreeMap<String, Host>,
    /// The address of this API in links to recordings; absent, the socket that it listens on.
    pub(crate) public_url: Option<String>,
    /// The longest that one webhook may take in real time, retries included.
    pub(crate) webhook_cap: Duration,
    /// How long things take.
    pub(crate) timing: Timing,
    /// What the provider's documents leave open.
    pub(crate) open_questions: OpenQuestions,
}

/// How long things take, in the time of the network.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timing {
    /// From `initiated` to `ringing`.
    pub dial_setup: Duration,
    /// Spoken characters per second.
    pub speech_rate: u32,
    /// The length of media that [`media_lengths`](Self::media_lengths) does not name.
    pub play_length: Duration,
    /// The length of media by its address.
    pub media_lengths: BTreeMap<String, Duration>,
    /// Until machine detection knows a person.
    pub detect_human: Duration,
    /// Until machine detection knows a machine or a fax.
    pub detect_machine: Duration,
    /// From the end of a call to the completion of its recording.
    pub recording_ready: Duration,
    /// From the beginning of a recording until REST knows it; whoever asks before finds nothing.
    pub recording_appears: Duration,
    /// From the creation of a message to `sent`.
    pub message_sent: Duration,
    /// From `sent` to the verdict on its delivery.
    pub message_delivered: Duration,
    /// The least time between two requests of an empty wait document.
    pub wait_loop_floor: Duration,
}

/// What the provider's documents do not say, or say in two ways. Each default is a choice, not a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenQuestions {
    /// `DialCallStatus` when the queue of a `<Dial><Queue>` does not exist.
    pub missing_queue: DialStatus,
    /// `DialCallStatus` when nobody came into an empty queue in time.
    pub empty_queue: DialStatus,
    /// `DialCallStatus` after a talk with a caller from a queue.
    pub queue_talk: DialStatus,
    /// `DialCallStatus` of the agent when the caller hung up while the noun's document was running.
    pub whisper_abandoned: DialStatus,
    /// `QueueResult` of the caller when the agent hung up while the noun's document was running.
    pub agent_left_whisper: String,
    /// `DialCallStatus` when the callee hung up, or was hung up on, in the noun's document.
    pub screened_out: DialStatus,
    /// Whether the action of a `<Dial><Queue>` names the caller's leg as `DialCallSid`.
    pub queue_dial_call_sid: bool,
    /// Whether the action of an `<Enqueue>` is told of a redirection by REST; its answer is not run.
    pub notify_redirected: bool,
    /// The size of a queue that `<Enqueue>` makes: 1000 in today's pages, 100 in older ones.
    pub default_queue_size: u32,
    /// What is added to the `timeout` of `<Dial>`.
    pub dial_timeout_extra: Duration,
    /// What is added to the `Timeout` of an API call; "some flows" of the provider add five seconds.
    pub call_timeout_extra: Duration,
    /// Whether recordings can be fetched without credentials.
    pub public_media: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            account_sid: "AC00000000000000000000000000000001".to_owned(),
            auth_token: SecretString::from("simulated-auth-token"),
            dress: Dress::default(),
            signing_key: None,
            api_keys: BTreeMap::new(),
            webhook_key: None,
            clock: ClockMode::Real,
            start_time: None,
            seed: 1,
            calls_per_second: 1.0,
            owned_from_only: false,
            numbers: BTreeMap::new(),
            hosts: BTreeMap::new(),
            public_url: None,
            webhook_cap: Duration::from_secs(15),
            timing: Timing::default(),
            open_questions: OpenQuestions::default(),
        }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            dial_setup: Duration::from_millis(500),
            speech_rate: 15,
            play_length: Duration::from_secs(10),
            media_lengths: BTreeMap::new(),
            detect_human: Duration::from_secs(2),
            detect_machine: Duration::from_secs(4),
            recording_ready: Duration::from_secs(2),
            recording_appears: Duration::ZERO,
            message_sent: Duration::from_millis(500),
            message_delivered: Duration::from_secs(1),
            wait_loop_floor: Duration::from_secs(1),
        }
    }
}

impl Default for OpenQuestions {
    fn default() -> Self {
        Self {
            missing_queue: DialStatus::Failed,
            empty_queue: DialStatus::NoAnswer,
            queue_talk: DialStatus::Completed,
            whisper_abandoned: DialStatus::NoAnswer,
            agent_left_whisper: "bridging-in-process".to_owned(),
            screened_out: DialStatus::NoAnswer,
            queue_dial_call_sid: true,
            notify_redirected: true,
            default_queue_size: 1000,
            dial_timeout_extra: Duration::from_secs(5),
            call_timeout_extra: Duration::ZERO,
            public_media: false,
        }
    }
}
