//! A server that does what it is told, request by request, on a socket of this machine.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// What the server does once it has read a request.
pub(super) enum Reply {
    /// Writes this and keeps the connection.
    Bytes(String),
    /// Writes this and closes the connection.
    Last(String),
    /// Holds the connection open, without a word, until the client closes it.
    Silence,
}

impl Reply {
    pub(super) fn new(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let date = "date: Sat, 21 Nov 2026 03:45:13 GMT";
        Self::Bytes(format!("HTTP/1.1 {status} Any\r\n{date}\r\ncontent-length: {length}\r\n{headers}\r\n{body}"))
    }

    /// The same, but closes the connection without having announced it.
    pub(super) fn and_close(self) -> Self {
        match self {
            Self::Bytes(bytes) => Self::Last(bytes),
            other => other,
        }
    }

    pub(super) fn json(status: u16, body: &str) -> Self {
        Self::new(status, "content-type: application/json\r\n", body)
    }
}

/// A request as it came in.
pub(super) struct Request {
    /// Method and target.
    pub(super) line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

pub(super) struct Loopback {
    address: String,
    requests: mpsc::Receiver<Request>,
    closed: mpsc::Receiver<()>,
    connections: Arc<AtomicUsize>,
}

impl Loopback {
    /// Serves one connection after the other, until the replies are used up.
    pub(super) fn new(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (sender, requests) = mpsc::channel();
        let (on_closed, closed) = mpsc::channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        thread::spawn(move || {
            let mut replies = replies.into_iter().peekable();
            while replies.peek().is_some() {
                let Ok((stream, _)) = listener.accept() else { return };
                count.fetch_add(1, Ordering::SeqCst);
                serve(stream, &mut replies, &sender);
                let _ = on_closed.send(());
            }
        });
        Self { address, requests, closed, connections }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request that was made and not yet taken from here.
    pub(super) fn request(&self) -> Request {
        self.requests.try_recv().expect("a request was made")
    }

    /// Waits until a connection has been closed on this side.
    pub(super) fn wait_closed(&self) {
        self.closed.recv().expect("a connection is closed");
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(stream: TcpStream, replies: &mut impl Iterator<Item = Reply>, sender: &mpsc::Sender<Request>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut writer = stream;
    while let Some(request) = read_request(&mut reader) {
        // The test may be over and no longer want to know.
        let _ = sender.send(request);
        match replies.next() {
            Some(Reply::Bytes(bytes)) => writer.write_all(bytes.as_bytes()).expect("the client reads"),
            Some(Reply::Last(bytes)) => return writer.write_all(bytes.as_bytes()).expect("the client reads"),
            Some(Reply::Silence) | None => {
                // Ends when the client gives up, with an error or without.
                let _ = reader.read(&mut [0]);
                return;
            }
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let line = lines.first()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers = lines[1..].iter().filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value.as_str());
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line, headers, body })
}
