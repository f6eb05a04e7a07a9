//! What is answered, and how what is sent is read.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::{fmt, mem};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt, future::BoxFuture, stream::BoxStream};
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::table::Timer;
use super::{BoxError, HttpError};

/// What is answered: bytes that are there already, or a stream that is not polled before somebody reads it.
///
/// ```
/// use responder_core::http::Body;
///
/// assert_eq!(Body::from("ready").as_full(), Some(&b"ready"[..]));
/// ```
pub struct Body(Kind);

enum Kind {
    Full(Bytes),
    /// No body can follow, and that says nothing about a length: servers derive the header from a size that is known.
    Absent,
    /// Never locked: it makes the body `Sync`, which some frameworks want of what they carry.
    Stream(Mutex<BoxStream<'static, Result<Bytes, BoxError>>>),
}

impl Body {
    /// Nothing.
    pub const fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    /// Piece after piece, for events or for what is relayed. An error breaks the connection off.
    pub fn stream<E: Into<BoxError> + 'static>(pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Self {
        Self(Kind::Stream(Mutex::new(Box::pin(pieces.map_err(Into::into)))))
    }

    pub(super) const fn absent() -> Self {
        Self(Kind::Absent)
    }

    /// All of it, if it is there already.
    pub fn as_full(&self) -> Option<&[u8]> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            Kind::Absent => Some(&[]),
            Kind::Stream(_) => None,
        }
    }

    /// All of it without a copy, for frameworks with bodies of their own.
    ///
    /// # Errors
    /// The body itself, if it is a stream or the answer to `HEAD`: then nothing is to be said about its length.
    pub fn into_full(self) -> Result<Bytes, Self> {
        match self.0 {
            Kind::Full(bytes) => Ok(bytes),
            Kind::Absent | Kind::Stream(_) => Err(self),
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Kind::Full(bytes.into()))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Absent => Poll::Ready(None),
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(mem::take(bytes))))),
            Kind::Stream(pieces) => {
                let pieces = pieces.get_mut().unwrap_or_else(PoisonError::into_inner);
                let piece = ready!(pieces.as_mut().poll_next(context));
                Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.as_full().is_some_and(<[u8]>::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Absent | Kind::Stream(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_full() {
            Some(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            None => f.write_str("Body(stream)"),
        }
    }
}

/// What a body may be, and how long it may take.
pub(super) struct Limits<'a> {
    /// Bytes.
    pub(super) most: usize,
    /// What the request says about its own length. Frameworks don't always hand that on with the body.
    pub(super) declared: Option<u64>,
    pub(super) timer: Option<&'a Timer>,
}

/// Reads a body to its end, if it keeps to the limits.
pub(super) async fn read<B: HttpBody>(body: B, limits: Limits<'_>) -> Result<Bytes, HttpError> {
    let known = body.size_hint().lower().max(limits.declared.unwrap_or_default());
    if known > limits.most as u64 {
        return Err(too_long());
    }
    let (mut body, mut lateness) = (pin!(body), None);
    let mut bytes = BytesMut::new();
    loop {
        let next = poll_fn(|context| match body.as_mut().poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(Ok(frame)),
            Poll::Pending => poll_lateness(limits.timer, &mut lateness, context).map(|()| Err(too_slow())),
        });
        let Some(frame) = next.await? else { return Ok(bytes.freeze()) };
        let unreadable = |_| HttpError::bad_request("unreadable_body", "The body could not be read to its end.");
        let Ok(data) = frame.map_err(unreadable)?.into_data() else { continue };
        if bytes.len() + bytes::Buf::remaining(&data) > limits.most {
            return Err(too_long());
        }
        bytes::BufMut::put(&mut bytes, data);
    }
}

/// Time runs from the first moment that there is something to wait for, so that a body which is there needs no timer.
fn poll_lateness(
    timer: Option<&Timer>,
    lateness: &mut Option<BoxFuture<'static, ()>>,
    context: &mut Context<'_>,
) -> Poll<()> {
    let Some(timer) = timer else { return Poll::Pending };
    lateness.get_or_insert_with(|| timer.start()).as_mut().poll(context)
}

fn too_long() -> HttpError {
    HttpError::new(
        http::StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is longer than this endpoint allows.",
    )
}

fn too_slow() -> HttpError {
    HttpError::new(http::StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The body did not arrive in time.")
}
