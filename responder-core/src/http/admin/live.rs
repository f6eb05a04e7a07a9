//! What happens in branches, as it happens, for pages that are open.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    sync::watch,
    time::{Instant, interval_at},
};

use super::{
    Answer, Desk,
    branch::client,
    branch_failed, person,
    relay::{passed_on, with_query},
};
use crate::{
    access::SessionHash,
    admin::BranchError,
    http::{Body, Call, HttpError},
};

/// How many streams each session has.
#[derive(Default)]
pub(super) struct Places(Mutex<HashMap<SessionHash, usize>>);

/// One of them, for as long as it is kept.
struct Place {
    places: Arc<Places>,
    session: SessionHash,
}

type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, BranchError>> + Send>>;

/// What happens in a branch, as it happens. Ends with the session that asked for it.
pub(super) async fn events(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let session = person(&call)?.token.hash();
    let place = desk.places.take(session)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(EVENTS));
    let last = HeaderName::from_static("last-event-id");
    if let Some(id) = call.headers.get(&last) {
        headers.insert(last, id.clone());
    }
    let path = with_query("/api/events", call.target.query());
    let (told, pieces) = client(site)?.open(&path, headers).await.map_err(branch_failed)?;
    let is_stream =
        told.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(EVENTS.as_bytes()));
    if told.status != StatusCode::OK || !is_stream {
        return passed_on(&told);
    }
    Ok(streamed(while_logged_in(&desk, place, Box::pin(pieces))))
}

/// That something has happened in one of the branches that whoever asks may look at: each event is the key of one.
/// For pages that show all of them, because a browser has few connections for each server.
pub(super) async fn changes(desk: Arc<Desk>, call: Call) -> Answer {
    let person = person(&call)?;
    let place = desk.places.take(person.token.hash())?;
    let sites = desk.sites_of(&person.session.user).filter_map(|site| Some((&site.key, site.client.as_ref()?)));
    let all = sites.map(|(key, client)| {
        let told = Bytes::from(format!("data: {key}\n\n"));
        stream::unfold((desk.followers.hear(key, client), told), async |(mut changes, told)| {
            changes.changed().await.ok().map(|()| (told.clone(), (changes, told)))
        })
        .boxed()
    });
    let begun = stream::once(async { Bytes::from_static(b": here are changes\n\n") });
    // Branches that are away say nothing, and nobody on the way shall take the connection for dead.
    let beats = stream::unfold(interval_at(Instant::now() + HEARTBEAT, HEARTBEAT), async |mut beats| {
        beats.tick().await;
        Some((Bytes::from_static(b":\n\n"), beats))
    });
    let pieces = begun.chain(stream::select(stream::select_all(all), beats)).map(Ok);
    Ok(streamed(while_logged_in(&desk, place, Box::pin(pieces))))
}

fn streamed(pieces: impl Stream<Item = Result<Bytes, BranchError>> + Send + 'static) -> Response<Body> {
    let mut response = Response::new(Body::stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    // Proxies that collect an answer before they pass it on would keep everything back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Looks from time to time whether whoever listens is still logged in. Ends when all streams are ended.
fn while_logged_in(
    desk: &Arc<Desk>,
    place: Place,
    pieces: Pieces,
) -> impl Stream<Item = Result<Bytes, BranchError>> + Send + use<> {
    let look = interval_at(Instant::now() + LOOK_AGAIN, LOOK_AGAIN);
    let (desk, ended) = (Arc::clone(desk), desk.admin.streams_ended());
    stream::unfold((desk, place, pieces, look, ended), async |(desk, place, mut pieces, mut look, mut ended)| {
        loop {
            tokio::select! {
                biased;
                () = is_true(&mut ended) => return None,
                _ = look.tick() => {
                    // A store that does not answer ends nothing; that it can't be asked may be over soon.
                    if let Ok(None) = desk.admin.store().session(place.session).await {
                        return None;
                    }
                }
                piece = pieces.next() => return piece.map(|piece| (piece, (desk, place, pieces, look, ended))),
            }
        }
    })
}

async fn is_true(flag: &mut watch::Receiver<bool>) {
    drop(flag.wait_for(|flag| *flag).await);
}

impl Places {
    fn take(self: &Arc<Self>, session: SessionHash) -> Result<Place, HttpError> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(session).or_default();
        if *count >= MOST_STREAMS {
            let message = "Too many pages of this login show what happens at the same time; close some of them.";
            let error = HttpError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", message);
            return Err(error.with_header(header::RETRY_AFTER, HeaderValue::from_static("30")));
        }
        *count += 1;
        Ok(Place { places: Arc::clone(self), session })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.session) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.session);
            }
        }
    }
}

const EVENTS: &str = "text/event-stream";

/// Each page has one.
const MOST_STREAMS: usize = 16;

/// How long a stream may outlive the session that asked for it.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Something is said so often, so that nobody on the way takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::access::SessionToken;

    fn desk() -> Arc<Desk> {
        let clock = Arc::new(crate::driver::SystemClock);
        let store = Arc::new(crate::store::MemoryStore::new(clock.clone()));
        let keys = crate::settings::SettingsKeys::new(None, None).expect("keys");
        let admin = Arc::new(crate::admin::Admin::new(store, clock, keys, Vec::new()));
        let public = "https://admin.example.com".parse().expect("a URL");
        Arc::new(Desk::new(admin, public, Arc::new(super::super::PlainPages)))
    }

    /// So whoever is slow costs no more than whoever is quick.
    #[tokio::test]
    async fn nothing_is_read_before_it_is_asked_for() {
        let desk = desk();
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let piece = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(Bytes::from_static(b"data: 1\n\n"))
        };
        let pieces: Pieces = Box::pin(stream::repeat_with(piece));
        let place = desk.places.take(SessionToken::random().hash()).expect("a place");
        let mut body = std::pin::pin!(while_logged_in(&desk, place, pieces));
        for asked in 1..=3 {
            body.next().await.expect("a piece").expect("no failure");
            tokio::task::yield_now().await;
            assert_eq!(read.load(Ordering::SeqCst), asked);
        }
        desk.admin.end_streams();
        assert!(body.next().await.is_none(), "it ends when the server stops");
    }

    #[test]
    fn a_session_has_so_many_streams_and_no_more() {
        let (places, one, other) =
            (Arc::new(Places::default()), SessionToken::random().hash(), SessionToken::random().hash());
        let mut taken: Vec<_> = (0..MOST_STREAMS).map(|_| places.take(one).expect("a place")).collect();
        let refused = places.take(one).err().map(|error| (error.status(), error.code()));
        assert_eq!(refused, Some((StatusCode::TOO_MANY_REQUESTS, "too_many_streams")));
        let theirs = places.take(other).expect("a place of somebody else");
        taken.pop();
        taken.push(places.take(one).expect("the place of one that has ended"));
        drop((taken, theirs));
        assert!(places.0.lock().expect("no panic").is_empty(), "nothing is left behind");
    }
}
