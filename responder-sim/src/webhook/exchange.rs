//! One HTTP request to the application.

use std::{error::Error, net::SocketAddr, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Body;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use super::{
    INVALID_URL, Method, Route,
    host::{Application, Host},
    overrides::Overrides,
};

/// One request as it goes over the wire.
#[derive(Debug)]
pub(super) struct Wire<'a> {
    /// Raw, without fragment; its fields already in the query for GET.
    pub(super) url: &'a str,
    pub(super) method: Method,
    /// The encoded form of a POST.
    pub(super) body: String,
    pub(super) signature: &'a str,
    pub(super) token: &'a str,
    pub(super) cookie: String,
    pub(super) credentials: Option<String>,
}

/// An answer with the parts that are looked at.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The address makes no sense, with the provider's code.
    Address(u32, String),
    /// No connection.
    Connect(String),
    /// No answer in time.
    Read,
    /// The connection ended before the answer was complete.
    Broken(String),
}

/// Sends one request and reads its whole answer.
pub(super) async fn exchange(wire: &Wire<'_>, route: &Route, limits: &Overrides) -> Result<Raw, Trouble> {
    let uri: Uri =
        wire.url.parse().map_err(|_| Trouble::Address(INVALID_URL, "the address is not a valid URL".to_owned()))?;
    let place = place(&uri, route)?;
    let request = request(wire, &uri, route)?;
    let answer = match place {
        Place::Service(application) => timeout(limits.read, application.ask(request)).await,
        Place::Socket(socket) => {
            let stream = connected(limits.connect, TcpStream::connect(socket)).await?;
            timeout(limits.read, talk(stream, request)).await
        }
        Place::Named(host, port) => {
            let stream = connected(limits.connect, TcpStream::connect((host.as_str(), port))).await?;
            timeout(limits.read, talk(stream, request)).await
        }
    };
    answer.unwrap_or(Err(Trouble::Read))
}

enum Place {
    Service(Arc<dyn Application>),
    Socket(SocketAddr),
    Named(String, u16),
}

fn place(uri: &Uri, route: &Route) -> Result<Place, Trouble> {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match (route.hosts.get(host), uri.scheme_str(), uri.port_u16()) {
        (Some(Host::Service(application)), Some("http" | "https"), _) => Ok(Place::Service(Arc::clone(application))),
        (Some(Host::Socket(socket)), Some("http" | "https"), _) => Ok(Place::Socket(*socket)),
        (None, Some("http"), port) if !host.is_empty() => Ok(Place::Named(host.to_owned(), port.unwrap_or(80))),
        (None, Some("https"), _) => {
            Err(Trouble::Connect("the simulator speaks no TLS: map this host to a socket".to_owned()))
        }
        _ => Err(Trouble::Address(INVALID_URL, "the address is not absolute, or neither http nor https".to_owned())),
    }
}

async fn connected(
    limit: Duration,
    connecting: impl Future<Output = std::io::Result<TcpStream>>,
) -> Result<TcpStream, Trouble> {
    match timeout(limit, connecting).await {
        Ok(connected) => connected.map_err(|error| Trouble::Connect(error.to_string())),
        Err(_) => Err(Trouble::Connect("no connection in time".to_owned())),
    }
}

fn request(wire: &Wire<'_>, uri: &Uri, route: &Route) -> Result<Request<Full<Bytes>>, Trouble> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let mut request = Request::builder()
        .method(wire.method.as_str())
        .uri(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "*/*")
        .header(route.signer.header(), wire.signature)
        .header("I-Twilio-Idempotency-Token", wire.token);
    if let Some(settings) = route.signer.settings() {
        request = request.header(responder_core::signature::SETTINGS_HEADER, settings);
    }
    if !wire.cookie.is_empty() {
        request = request.header(header::COOKIE, &wire.cookie);
    }
    if let Some(credentials) = &wire.credentials {
        request = request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(credentials)));
    }
    if wire.method == Method::Post {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8");
    }
    let body = Full::new(Bytes::from(wire.body.clone()));
    request.body(body).map_err(|error| Trouble::Address(INVALID_URL, error.to_string()))
}

async fn talk(stream: TcpStream, request: Request<Full<Bytes>>) -> Result<Raw, Trouble> {
    let broken = |error: hyper::Error| Trouble::Broken(error.to_string());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    let read = match answer {
        Ok(answer) => read(answer).await,
        Err(error) => Err(broken(error)),
    };
    connection.abort();
    read
}

/// Reads an answer to its end.
pub(super) async fn read<B>(answer: Response<B>) -> Result<Raw, Trouble>
where
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
{
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| Trouble::Broken(error.to_string()))?;
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok(Raw { status: head.status.as_u16(), headers: head.headers, body })
}

const USER_AGENT: &str = concat!("responder-sim/", env!("CARGO_PKG_VERSION"));
const MAX_ANSWER: usize = 1 << 20;
