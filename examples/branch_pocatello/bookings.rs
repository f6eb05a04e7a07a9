//! The site: who wants a plumber some day says when. It knows nothing of Responder.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use warp::{Filter, Rejection, Reply, http::StatusCode, reply};

/// The longest wish that is taken.
const LONGEST: u64 = 1_000;

#[derive(Clone, Default)]
struct Bookings(Arc<Mutex<Vec<String>>>);

/// Everything that the site has had all along.
pub(crate) fn routes() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone + Send + Sync + 'static {
    let bookings = Bookings::default();
    let more = bookings.clone();
    let front = warp::path::end().and(warp::get()).map(|| "Gate City Plumbing. Bookings: see /bookings\n");
    let here = warp::path("bookings").and(warp::path::end());
    let list = here.and(warp::get()).map(move || bookings.list());
    let wish = warp::body::content_length_limit(LONGEST).and(warp::body::bytes());
    let book = here.and(warp::post()).and(wish).map(move |wish: Bytes| more.book(&wish));
    front.or(list).or(book)
}

impl Bookings {
    fn list(&self) -> String {
        format!("{} bookings\n", self.0.lock().unwrap_or_else(PoisonError::into_inner).len())
    }

    fn book(&self, wish: &[u8]) -> impl Reply + use<> {
        let Ok(wish) = str::from_utf8(wish) else {
            return reply::with_status("Please write text.\n", StatusCode::BAD_REQUEST);
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(wish.to_owned());
        reply::with_status("Booked. If it can't wait, call us.\n", StatusCode::CREATED)
    }
}

/// Sees what the branch answers, too.
pub(crate) fn log(info: &warp::filters::log::Info<'_>) {
    tracing::info!(method = %info.method(), path = info.path(), status = info.status().as_u16(), "answered");
}
