//! Lists, page by page.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use futures_util::{
    Stream, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    super::transport::{Request, Transport, unreadable},
    TelephonyError,
};

/// What a list has, as a stream.
///
/// It asks for the first page when it is first polled, and for the next when all of the last has been read; dropping it
/// asks for nothing more. An error is its last item: what came before is right, what would have come is not known.
///
/// The addresses of pages come from the provider. One on another host, one with credentials in it, one of more than
/// 8 KiB, and one that was asked for before are errors ([`TelephonyError::Unknown`]), so that a wrong answer neither
/// leads our credentials away nor goes on for ever.
pub struct Listing<'a, T>(BoxStream<'a, Result<T, TelephonyError>>);

struct State<'a, T> {
    transport: &'a Transport,
    key: &'static str,
    /// What comes after the items; an address that is not asked is an error, but only after them.
    next: Option<Result<Request, TelephonyError>>,
    asked: HashSet<String>,
    items: vec::IntoIter<T>,
}

impl<'a, T: DeserializeOwned + Send + 'static> Listing<'a, T> {
    pub(super) fn new(transport: &'a Transport, first: Request, key: &'static str) -> Self {
        let state =
            State { transport, key, next: Some(Ok(first)), asked: HashSet::new(), items: Vec::new().into_iter() };
        Self(stream::try_unfold(state, State::step).boxed())
    }
}

impl<T> Listing<'_, T> {
    /// The first items, at most so many.
    ///
    /// # Errors
    /// As those of the stream; what was read before is lost.
    pub async fn first(self, count: usize) -> Result<Vec<T>, TelephonyError> {
        self.0.take(count).try_collect().await
    }
}

impl<T: DeserializeOwned> State<'_, T> {
    async fn step(mut self) -> Result<Option<(T, Self)>, TelephonyError> {
        loop {
            if let Some(item) = self.items.next() {
                return Ok(Some((item, self)));
            }
            let Some(request) = self.next.take() else { return Ok(None) };
            self.turn(request?).await?;
        }
    }

    async fn turn(&mut self, request: Request) -> Result<(), TelephonyError> {
        let mut page = self.transport.send::<BTreeMap<String, Value>>(request).await?.value;
        let items = page.remove(self.key).ok_or_else(|| unreadable("a page without its list"))?;
        // The parser's own words may quote the answer.
        let items: Vec<T> = serde_json::from_value(items).map_err(|_| unreadable("an item that makes no sense"))?;
        self.items = items.into_iter();
        let Some(Value::String(uri)) = page.remove("next_page_uri") else { return Ok(()) };
        if uri.is_empty() {
            return Ok(());
        }
        self.next = Some(self.request_after(uri));
        Ok(())
    }

    fn request_after(&mut self, uri: String) -> Result<Request, TelephonyError> {
        if uri.len() > MAX_ADDRESS {
            return Err(unreadable("the address of the next page is too long"));
        }
        let request = self.transport.next_page(&uri)?;
        if self.asked.len() >= MAX_PAGES || !self.asked.insert(uri) {
            return Err(unreadable("the pages of the list lead in a circle"));
        }
        Ok(request)
    }
}

impl<T> Stream for Listing<'_, T> {
    type Item = Result<T, TelephonyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl<T> fmt::Debug for Listing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").finish_non_exhaustive()
    }
}

/// With 1,000 items on each, more than any account has.
const MAX_PAGES: usize = 10_000;

/// Each address is kept, to know it again. Servers take no longer ones.
const MAX_ADDRESS: usize = 8 * 1024;
