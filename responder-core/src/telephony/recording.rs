//! What is said to and heard from a provider about recordings.

use serde::{Deserialize, Serialize};

use crate::{CallSid, RecordingSid};

/// A recording to be started in a call in progress, each side in a channel of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StartRecording {
    /// The call.
    pub call: CallSid,
    /// Where it is reported that the recording can be fetched, or that there is none.
    pub status_callback: Option<String>,
}

/// A recording that has been started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingInfo {
    /// Its name.
    pub sid: RecordingSid,
}
