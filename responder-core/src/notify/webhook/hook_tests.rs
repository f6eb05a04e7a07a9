//! What arrives at the other end of a socket.

use std::io::Read;

use flate2::read::GzDecoder;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::notify::WebhookClient;

const SECRET: &str = "whsec_c2VjcmV0IG9mIDI0IGJ5dGVzIG9yIG1vcmU=";
const OTHER: &str = "whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXM=";
const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_500_000);

/// One request, as it came.
struct Arrived {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Arrived {
    /// Takes one request, and says that it was taken.
    async fn at(listener: &TcpListener) -> Self {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let (mut read, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let count = connection.read(&mut piece).await.expect("a request");
            read.extend_from_slice(&piece[..count]);
            let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let headers = headers(&read[..end]);
            let length: usize = headers["content-length"].to_str().expect("text").parse().expect("a length");
            if read.len() >= end + 4 + length {
                let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                connection.write_all(answer).await.expect("an answer");
                return Self { headers, body: read.split_off(end + 4) };
            }
        }
    }

    /// What a receiver does: it undoes the encoding that the headers name, and then checks the signature.
    fn verified(&self, secret: &str) -> Option<String> {
        let mut text = String::new();
        match self.headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
            None => text.push_str(std::str::from_utf8(&self.body).ok()?),
            Some(b"gzip") => drop(GzDecoder::new(self.body.as_slice()).read_to_string(&mut text).ok()?),
            Some(_) => return None,
        }
        self.is_signed(secret, text.as_bytes()).then_some(text)
    }

    fn is_signed(&self, secret: &str, body: &[u8]) -> bool {
        let header = |name: HeaderName| self.headers[name].to_str().expect("text").to_owned();
        let secret: WebhookSecret = secret.parse().expect("a secret");
        secret.has_signed(&header(ID), header(TIMESTAMP).parse().expect("a number"), body, &header(SIGNATURE))
    }
}

fn headers(head: &[u8]) -> HeaderMap {
    let lines = std::str::from_utf8(head).expect("text").split("\r\n").skip(1);
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
    };
    lines.filter_map(header).collect()
}

/// JSON of so many bytes.
fn message(length: usize) -> WebhookMessage {
    let (begin, end) = (r#"{"event":"sms_sent","data":{"text":""#, r#""}}"#);
    let water = "water comes through the ceiling ".chars().cycle();
    let text: String = water.take(length - begin.len() - end.len()).collect();
    WebhookMessage { id: format!("evt_tuc_{length}_1"), body: format!("{begin}{text}{end}") }
}

async fn delivered(compression: Compression, message: &WebhookMessage) -> Arrived {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let sender = WebhookClient::new("127.0.0.1".parse().expect("a host")).expect("a client");
    let hook = Webhook::new("hook".parse().expect("a name"), url.into(), Arc::new(sender)).expect("a target");
    let hook = hook.compressed(compression).signed_with(SECRET.parse().expect("a secret"));
    let hook = hook.signed_with(OTHER.parse().expect("a secret"));
    let (done, arrived) = tokio::join!(hook.deliver(message, NOW), Arrived::at(&listener));
    done.expect("taken");
    arrived
}

#[tokio::test]
async fn a_long_body_is_compressed_and_its_json_is_what_is_signed() {
    for length in [Webhook::PLAIN_UP_TO + 1, 60 << 10] {
        let message = message(length);
        let arrived = delivered(Compression::Gzip, &message).await;
        assert_eq!(arrived.headers[CONTENT_ENCODING], "gzip");
        assert_eq!(arrived.headers[CONTENT_TYPE], "application/json", "of what is inside");
        assert!(arrived.body.len() < length / 2 && arrived.body.starts_with(&[0x1f, 0x8b]), "{length}");
        for secret in [SECRET, OTHER] {
            assert_eq!(arrived.verified(secret).as_deref(), Some(message.body.as_str()), "{length}");
            assert!(!arrived.is_signed(secret, &arrived.body), "the compressed bytes are not signed");
        }
    }
}

#[tokio::test]
async fn a_small_body_is_never_compressed_and_a_long_one_only_if_that_is_wished() {
    let most = Webhook::PLAIN_UP_TO;
    for (compression, length) in
        [(Compression::Gzip, 60), (Compression::Gzip, most), (Compression::Off, most + 1), (Compression::Off, 60 << 10)]
    {
        let message = message(length);
        assert_eq!(message.body.len(), length);
        let arrived = delivered(compression, &message).await;
        assert!(!arrived.headers.contains_key(CONTENT_ENCODING), "{compression:?} {length}");
        assert_eq!(arrived.body, message.body.as_bytes());
        assert_eq!(arrived.verified(SECRET).as_deref(), Some(message.body.as_str()));
    }
}
