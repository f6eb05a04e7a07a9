//! A client that writes bytes and reads what comes: real ones hide too much.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::finding::soon;
use super::heard::Heard;
use super::{Adapter, Violation};
use crate::http::Endpoints;

/// A server of the adapter's framework, until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    running: JoinHandle<()>,
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    /// What came and was not yet taken.
    ahead: Vec<u8>,
}

/// An answer, with how it was framed.
#[derive(Debug)]
pub(super) struct Framed {
    pub(super) heard: Heard,
    pub(super) framing: Framing,
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none.
    Nothing,
    Length(usize),
    Chunked,
    /// When the connection ends.
    Close,
}

impl Server {
    pub(super) async fn open(adapter: &Arc<dyn Adapter>, endpoints: Endpoints) -> Result<Self, Violation> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(broken)?;
        let address = listener.local_addr().map_err(broken)?;
        let adapter = Arc::clone(adapter);
        let running = tokio::spawn(async move { adapter.serve(endpoints, listener).await });
        Ok(Self { address, running })
    }

    pub(super) async fn connect(&self) -> Result<Wire, Violation> {
        let stream = soon(TcpStream::connect(self.address), "a connection").await?.map_err(broken)?;
        stream.set_nodelay(true).map_err(broken)?;
        Ok(Wire { stream, ahead: Vec::new() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Wire {
    /// Writes. A server that has closed shows in its answer, not here.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        let _ = soon(self.stream.write_all(bytes), "room to write").await?;
        Ok(())
    }

    /// Has nothing more to say.
    pub(super) async fn hang_up_sending(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// The next answer to a request of that method. Interim answers are passed over.
    pub(super) async fn answer(&mut self, method: &str) -> Result<Framed, Violation> {
        loop {
            let (status, headers, framing) = self.head(method).await?;
            if status >= 200 {
                let body = self.body(framing).await?;
                return Ok(Framed { heard: Heard::new(status, headers, body), framing });
            }
        }
    }

    /// The status and headers of the next answer, interim or not.
    pub(super) async fn head(&mut self, method: &str) -> Result<(u16, Vec<(String, String)>, Framing), Violation> {
        let head = self.until(b"\r\n\r\n").await?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
        let line = lines.next().unwrap_or_default();
        let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
        let status: u16 = status.ok_or_else(|| Violation(format!("no status line: {line:?}")))?;
        let headers: Option<Vec<_>> = lines.map(header).collect();
        let headers = headers.ok_or_else(|| Violation(format!("no headers: {head:?}")))?;
        let framing = framing(method, status, &headers)?;
        Ok((status, headers, framing))
    }

    async fn body(&mut self, framing: Framing) -> Result<Vec<u8>, Violation> {
        match framing {
            Framing::Nothing => Ok(Vec::new()),
            Framing::Length(length) => self.exactly(length).await,
            Framing::Close => self.rest().await,
            Framing::Chunked => {
                let mut body = Vec::new();
                while let Some(chunk) = self.chunk().await? {
                    body.extend(chunk);
                }
                Ok(body)
            }
        }
    }

    /// The next chunk of a chunked body; nothing after the last.
    pub(super) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Violation> {
        let line = self.until(b"\r\n").await?;
        let length = std::str::from_utf8(&line).ok().and_then(|line| usize::from_str_radix(line.trim_end(), 16).ok());
        let length = length.ok_or_else(|| Violation(format!("no length of a chunk: {}", line.escape_ascii())))?;
        let mut chunk = self.exactly(length + 2).await?;
        chunk.truncate(length);
        Ok((length > 0).then_some(chunk))
    }

    /// Everything until the connection ends, which must happen soon.
    pub(super) async fn rest(&mut self) -> Result<Vec<u8>, Violation> {
        while self.read_more("the end of a connection").await? {}
        Ok(std::mem::take(&mut self.ahead))
    }

    async fn until(&mut self, end: &[u8]) -> Result<Vec<u8>, Violation> {
        loop {
            if let Some(at) = self.ahead.windows(end.len()).position(|window| window == end) {
                return Ok(self.ahead.drain(..at + end.len()).collect());
            }
            self.must_read("the head of an answer").await?;
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Violation> {
        while self.ahead.len() < length {
            self.must_read("the body of an answer").await?;
        }
        Ok(self.ahead.drain(..length).collect())
    }

    async fn must_read(&mut self, what: &str) -> Result<(), Violation> {
        if self.read_more(what).await? {
            return Ok(());
        }
        let so_far = self.ahead.escape_ascii();
        Err(Violation(format!("the connection ended within {what}, after \"{so_far}\"")))
    }

    /// Whether there was more. A reset is an end like another.
    async fn read_more(&mut self, what: &str) -> Result<bool, Violation> {
        let mut buffer = [0; 16 * 1024];
        let count = soon(self.stream.read(&mut buffer), what).await?.unwrap_or(0);
        self.ahead.extend_from_slice(&buffer[..count]);
        Ok(count > 0)
    }
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_ascii_lowercase(), value.trim().to_owned()))
}

fn framing(method: &str, status: u16, headers: &[(String, String)]) -> Result<Framing, Violation> {
    let of = |wanted: &str| headers.iter().filter(|(name, _)| name == wanted).collect::<Vec<_>>();
    let (lengths, encodings) = (of("content-length"), of("transfer-encoding"));
    if lengths.len() + encodings.len() > 1 {
        return Err(Violation(format!("more than one length: {lengths:?} {encodings:?}")));
    }
    if status < 200 || matches!(status, 204 | 304) || method == "HEAD" {
        return Ok(Framing::Nothing);
    }
    match (lengths.first(), encodings.first()) {
        (Some((_, length)), _) => {
            length.parse().map(Framing::Length).map_err(|_| Violation(format!("no length: {length:?}")))
        }
        (None, Some(_)) => Ok(Framing::Chunked),
        (None, None) => Ok(Framing::Close),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where results are mapped")]
fn broken(error: io::Error) -> Violation {
    Violation(format!("no sockets here: {error}"))
}
