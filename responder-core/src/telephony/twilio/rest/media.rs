//! The sound of a recording.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use http::{HeaderMap, StatusCode, header};

use super::{
    super::transport::{Opened, unreadable},
    ByteRange, ContentRange, TelephonyError,
};

/// What is wanted of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaRequest {
    /// In which format.
    pub format: MediaFormat,
    /// One channel or two; as many as were recorded if nothing is said. Two of a recording that has one are refused
    /// (status 400).
    pub channels: Option<u8>,
    /// Which part; all of it if nothing is said.
    pub range: Option<ByteRange>,
}

/// A format of sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaFormat {
    /// Uncompressed.
    #[default]
    Wav,
    /// MPEG-1 layer III.
    Mp3,
}

/// The sound of a recording, as a stream. It is not kept in memory: what is not read is not fetched. An error is its
/// last item, and means that the rest did not come.
pub struct Media {
    /// Its type, such as `audio/mpeg`.
    pub content_type: String,
    /// How many bytes will come, if that is known.
    pub length: Option<u64>,
    /// Which part it is; `None` if it is all, also where a part was asked for and the provider gave all.
    pub part: Option<ContentRange>,
    body: BoxStream<'static, Result<Bytes, TelephonyError>>,
}

impl MediaFormat {
    /// The ending of such a file.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => ".wav",
            Self::Mp3 => ".mp3",
        }
    }
}

impl Media {
    /// A page in place of the sound must not get to whoever wanted to hear it.
    pub(super) fn of(answer: Opened) -> Result<Self, TelephonyError> {
        let content_type = text(&answer.headers, header::CONTENT_TYPE).unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !kind.starts_with("audio/") && !kind.ends_with("/octet-stream") {
            return Err(unreadable("what came is not a sound file"));
        }
        let part = match answer.status {
            StatusCode::PARTIAL_CONTENT => {
                let range = text(&answer.headers, header::CONTENT_RANGE).and_then(ContentRange::read);
                Some(range.ok_or_else(|| unreadable("a part, and not said which"))?)
            }
            _ => None,
        };
        let length = text(&answer.headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        Ok(Self { content_type: kind, length, part, body: answer.body })
    }
}

impl Stream for Media {
    type Item = Result<Bytes, TelephonyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.body.poll_next_unpin(context)
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
