//! What is answered, and how what is sent is read.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::{fmt, mem};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt, stream::BoxStream};
use http_body::{Body as HttpBody, Frame, SizeHint};

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
    Stream(BoxStream<'static, Result<Bytes, BoxError>>),
}

impl Body {
    /// Nothing.
    pub const fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    /// Piece after piece, for events or for what is relayed. An error breaks the connection off.
    pub fn stream<E: Into<BoxError> + 'static>(pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Self {
        Self(Kind::Stream(Box::pin(pieces.map_err(Into::into))))
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

/// Reads a body to its end, if it is not longer than that.
pub(super) async fn read<B: HttpBody>(body: B, most: usize) -> Result<Bytes, HttpError> {
    if body.size_hint().lower() > most as u64 {
        return Err(too_long());
    }
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let unreadable = |_| HttpError::bad_request("unreadable_body", "The body could not be read to its end.");
        let Ok(data) = frame.map_err(unreadable)?.into_data() else { continue };
        if bytes.len() + bytes::Buf::remaining(&data) > most {
            return Err(too_long());
        }
        bytes::BufMut::put(&mut bytes, data);
    }
    Ok(bytes.freeze())
}

fn too_long() -> HttpError {
    HttpError::new(
        http::StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is longer than this endpoint takes.",
    )
}
