//! Adapters that spoil what they carry, each in one way.

use std::convert::Infallible;
use std::future::{poll_fn, ready};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::http::testing::adapter::{Adapter, lab::carried};
use crate::http::{Body, BoxError, Endpoints};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// None, so that what the others do wrong is their fault.
    Nothing,
    DropsQuery,
    ParsesQuery,
    DecodesPath,
    TidiesPath,
    LowersPath,
    KeepsPrefix,
    SwallowsHead,
    StartsStreamsForHead,
    AnswersOptions,
    AnswersUnknown,
    ObeysOverrides,
    JoinsHeaders,
    LosesBytes,
    JoinsAnswers,
    AddsHeaders,
    LetsPagesIn,
    DropsCredentials,
    LosesPeer,
    BelievesProxies,
    GuessesTypes,
    ReadsText,
    DropsBodies,
    TakesFirstPiece,
    LimitsBodies,
    CollectsBodies,
    ForgetsLengths,
    ForgivesCutBodies,
    CollectsAnswers,
    ForgivesBrokenStreams,
    OutlivesClients,
    ClosesConnections,
}

#[derive(Clone, Debug)]
pub(super) struct Broken {
    prefix: &'static str,
    fault: Fault,
}

impl Broken {
    pub(super) fn new(fault: Fault) -> Self {
        Self::at("/help/tuc", fault)
    }

    pub(super) fn at(prefix: &'static str, fault: Fault) -> Self {
        Self { prefix, fault }
    }

    async fn handle(&self, endpoints: Endpoints, request: Request<Body>, peer: Option<[u8; 4]>) -> Response<Body> {
        let prefix = if self.fault == Fault::KeepsPrefix { "" } else { self.prefix };
        let (mut head, body) = mounted(prefix, request).into_parts();
        let method = head.method.clone();
        head.uri = self.target(&head.uri);
        self.spoil_method(&mut head.method, &head.headers);
        self.spoil_headers(&mut head.headers);
        let body = match self.body(body).await {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let peer = self.peer(peer, &head.headers);
        let request = Request::from_parts(head, body);
        let response = match self.fault {
            Fault::AnswersOptions if method == Method::OPTIONS => empty(StatusCode::NO_CONTENT),
            Fault::AnswersUnknown if !endpoints.owns(request.uri().path()) => empty(StatusCode::NOT_FOUND),
            Fault::OutlivesClients => {
                let serving = tokio::spawn(async move { endpoints.serve(request, peer.map(Into::into)).await });
                serving.await.expect("core catches panics")
            }
            _ => endpoints.serve(request, peer.map(Into::into)).await,
        };
        self.answer(response, &method).await
    }

    fn target(&self, uri: &Uri) -> Uri {
        let (path, query) = (uri.path(), uri.query().map(|query| format!("?{query}")).unwrap_or_default());
        let target = match self.fault {
            Fault::DropsQuery => path.to_owned(),
            Fault::ParsesQuery => {
                let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
                let again = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                if again.is_empty() { path.to_owned() } else { format!("{path}?{again}") }
            }
            Fault::DecodesPath => percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned() + &query,
            Fault::TidiesPath => {
                let segments = path.split('/').filter(|segment| !segment.is_empty() && *segment != ".");
                format!("/{}{query}", segments.collect::<Vec<_>>().join("/"))
            }
            Fault::LowersPath => path.to_ascii_lowercase() + &query,
            _ => return uri.clone(),
        };
        // What decodes to no path any more stays as it was.
        target.parse().unwrap_or_else(|_| uri.clone())
    }

    fn spoil_method(&self, method: &mut Method, headers: &HeaderMap) {
        match self.fault {
            Fault::SwallowsHead | Fault::StartsStreamsForHead if *method == Method::HEAD => *method = Method::GET,
            Fault::ObeysOverrides => {
                let asked = headers.get("x-http-method-override").and_then(|value| value.to_str().ok()?.parse().ok());
                *method = asked.unwrap_or_else(|| method.clone());
            }
            _ => {}
        }
    }

    fn spoil_headers(&self, headers: &mut HeaderMap) {
        match self.fault {
            Fault::JoinsHeaders => *headers = joined(headers),
            Fault::LosesBytes => *headers = texts(headers),
            Fault::GuessesTypes => {
                headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
            }
            Fault::DropsCredentials => drop(headers.remove(header::AUTHORIZATION)),
            Fault::ForgetsLengths => drop(headers.remove(header::CONTENT_LENGTH)),
            _ => {}
        }
    }

    async fn body(&self, body: Body) -> Result<Body, Response<Body>> {
        match self.fault {
            Fault::CollectsBodies => Ok(whole(body).await.map_or_else(|_| Body::empty(), Body::from)),
            Fault::ReadsText => {
                let bytes = whole(body).await.unwrap_or_default();
                Ok(String::from_utf8_lossy(&bytes).into_owned().into())
            }
            Fault::DropsBodies => Ok(Body::empty()),
            Fault::TakesFirstPiece => Ok(Body::stream(pieces(body).take(1))),
            Fault::LimitsBodies => match whole(body).await {
                Ok(bytes) if bytes.len() <= 32 * 1024 => Ok(bytes.into()),
                _ => Err(empty(StatusCode::PAYLOAD_TOO_LARGE)),
            },
            Fault::ForgivesCutBodies => Ok(Body::stream(pieces(body).take_while(|piece| ready(piece.is_ok())))),
            Fault::ForgetsLengths => Ok(carried(body)),
            _ => Ok(body),
        }
    }

    fn peer(&self, peer: Option<[u8; 4]>, headers: &HeaderMap) -> Option<[u8; 4]> {
        match self.fault {
            Fault::LosesPeer => None,
            Fault::BelievesProxies if headers.contains_key("x-forwarded-for") => Some([192, 0, 2, 1]),
            _ => peer,
        }
    }

    async fn answer(&self, mut response: Response<Body>, method: &Method) -> Response<Body> {
        let headers = response.headers_mut();
        match self.fault {
            Fault::AddsHeaders => drop(headers.insert(header::SERVER, HeaderValue::from_static("broken"))),
            Fault::LetsPagesIn => {
                drop(headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")));
            }
            Fault::ClosesConnections => drop(headers.insert(header::CONNECTION, HeaderValue::from_static("close"))),
            Fault::JoinsAnswers => *headers = joined(headers),
            Fault::SwallowsHead if method == Method::HEAD => {
                headers.remove(header::CONTENT_LENGTH);
                return response.map(|_| Body::empty());
            }
            Fault::StartsStreamsForHead if method == Method::HEAD => {
                let mut pieces = Box::pin(pieces(response.into_body()));
                let _ = poll_fn(|context| std::task::Poll::Ready(pieces.poll_next_unpin(context).is_ready())).await;
                return Response::new(Body::empty());
            }
            Fault::CollectsAnswers => {
                let (head, body) = response.into_parts();
                return Response::from_parts(head, whole(body).await.unwrap_or_default().into());
            }
            Fault::ForgivesBrokenStreams => {
                return response.map(|body| Body::stream(pieces(body).take_while(|piece| ready(piece.is_ok()))));
            }
            _ => {}
        }
        response
    }
}

/// The request as the endpoints want it: without the prefix.
fn mounted<B>(prefix: &str, mut request: Request<B>) -> Request<B> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let below = target.strip_prefix(prefix).expect("this server has nothing else");
    let below = if below.starts_with(['/', '*']) { below.to_owned() } else { format!("/{below}") };
    *request.uri_mut() = Uri::try_from(below).expect("a part of a URI");
    request
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn pieces(body: Body) -> impl futures_util::Stream<Item = Result<Bytes, BoxError>> + Send {
    stream::unfold(Box::pin(body), |mut body| async move {
        let frame = poll_fn(|context| http_body::Body::poll_frame(body.as_mut(), context)).await?;
        Some((frame.map(|frame| frame.into_data().unwrap_or_default()), body))
    })
}

async fn whole(body: Body) -> Result<Bytes, BoxError> {
    pieces(body).try_collect::<BytesMut>().await.map(BytesMut::freeze)
}

fn joined(headers: &HeaderMap) -> HeaderMap {
    let join = |name: &HeaderName| {
        let values: Vec<_> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        (name.clone(), HeaderValue::from_bytes(&values.join(&b", "[..])).expect("values joined"))
    };
    headers.keys().map(join).collect()
}

fn texts(headers: &HeaderMap) -> HeaderMap {
    let texts = headers.iter().filter(|(_, value)| value.to_str().is_ok());
    texts.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[async_trait]
impl Adapter for Broken {
    fn prefix(&self) -> &str {
        self.prefix
    }

    async fn answer(&self, endpoints: Endpoints, request: Request<Body>) -> Response<Body> {
        self.handle(endpoints, request, None).await
    }

    async fn serve(&self, endpoints: Endpoints, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let (broken, endpoints) = (self.clone(), endpoints.clone());
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let (broken, endpoints) = (broken.clone(), endpoints.clone());
                let local = Some([127, 0, 0, 1]);
                async move { Ok::<_, Infallible>(broken.handle(endpoints, request.map(carried), local).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }
}
