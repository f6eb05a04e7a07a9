//! A stream of events, read as a browser reads it.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use tokio::time::timeout;

/// Something is said at least so often.
const SILENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stream {
    response: Response,
    read: String,
    /// What a browser would come back with.
    pub(crate) last: Option<u64>,
}

impl Stream {
    /// Begins it; else gives the status of the answer, 0 if there is none.
    pub(crate) async fn open(request: RequestBuilder) -> Result<Self, u16> {
        let response = request.send().await.map_err(|_| 0_u16)?;
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        match response.status().as_u16() {
            200 if kind == Some("text/event-stream") => Ok(Self { response, read: String::new(), last: None }),
            other => Err(other),
        }
    }

    /// Reads what stands before the first event, such as the number that it begins after.
    pub(crate) async fn begins(&mut self) {
        while !self.read.contains("\n\n") {
            let piece = timeout(SILENCE, self.response.chunk()).await.expect("something is said");
            let piece = piece.expect("no failure").expect("the stream goes on");
            self.read += std::str::from_utf8(&piece).expect("text");
        }
        if let Some(id) = self.read.lines().find_map(|line| line.strip_prefix("id: ")) {
            self.last = id.parse().ok();
        }
    }

    /// The data of the next event; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            while let Some((block, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let (id, data) = (field("id: "), field("data: "));
                self.read = rest.to_owned();
                self.last = id.and_then(|id| id.parse().ok()).or(self.last);
                if data.is_some() {
                    return data;
                }
            }
            let piece = timeout(SILENCE, self.response.chunk()).await.expect("something is said").ok()??;
            self.read += std::str::from_utf8(&piece).expect("text");
        }
    }
}
