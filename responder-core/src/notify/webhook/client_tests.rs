//! Where a webhook does not go.

use std::{
    collections::HashMap,
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use ::http::HeaderMap;
use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// Answers every connection with one text, and counts them.
async fn service(answer: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (port, asked) = (listener.local_addr().expect("an address").port(), Arc::<AtomicUsize>::default());
    let count = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    (port, asked)
}

fn answer(status: &str, header: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{header}content-length: 0\r\nconnection: close\r\n\r\n")
}

/// Names as the test wants them; each look-up gives the next list, the last one for ever.
#[derive(Debug, Default)]
struct Names(std::sync::Mutex<HashMap<String, Vec<Vec<&'static str>>>>);

impl Names {
    fn with(name: &str, lists: &[&[&'static str]]) -> Arc<Self> {
        let lists = lists.iter().map(|list| list.to_vec()).collect();
        Arc::new(Self(std::sync::Mutex::new(HashMap::from([(name.to_owned(), lists)]))))
    }
}

#[async_trait]
impl HostResolver for Names {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut names = self.0.lock().expect("a lock");
        let lists = names.get_mut(host).ok_or(io::ErrorKind::NotFound)?;
        let list = if lists.len() > 1 { lists.remove(0) } else { lists[0].clone() };
        Ok(list.iter().map(|address| address.parse().expect("an address")).collect())
    }
}

async fn post(client: &WebhookClient, url: &str) -> Result<WebhookAnswer, WebhookError> {
    client.post(WebhookPost { url: url.into(), headers: HeaderMap::new(), body: Bytes::from_static(b"{}") }).await
}

fn allowed(hosts: &str) -> AllowedHosts {
    hosts.parse().expect("hosts")
}

#[tokio::test]
async fn no_notation_of_an_inner_address_gets_through() {
    let (port, asked) = service(answer("200 OK", "")).await;
    let client = WebhookClient::new(AllowedHosts::default()).expect("a client");
    for host in [
        "127.0.0.1",
        "127.1",
        "0",
        "0.0.0.0",
        "2130706433",
        "017700000001",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "public.example@127.0.0.1",
        "user:password@8.8.8.8",
        "localhost",
        "LOCALHOST",
    ] {
        let url = format!("http://{host}:{port}/");
        let refused = post(&client, &url).await;
        assert!(matches!(refused, Err(WebhookError::Target(_))), "{url}: {refused:?}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "somebody was asked");
}

#[tokio::test]
async fn only_addresses_of_the_web_are_targets() {
    let client = WebhookClient::new(AllowedHosts::default()).expect("a client");
    for odd in ["", "8.8.8.8", "ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "http://", "//8.8.8.8/"] {
        assert_eq!(client.check(odd), Err(TargetError::NoUrl), "{odd}");
    }
    assert_eq!(client.check("https://user@hooks.example/"), Err(TargetError::Credentials));
    assert_eq!(client.check("https://hooks.example#@127.0.0.1/"), Ok(()), "what follows # is no host");
    assert_eq!(client.check("http://8.8.8.8:81/x?y"), Ok(()));
    // To a browser, and so to us, a backslash is a slash.
    assert_eq!(client.check("http://127.0.0.1\\@8.8.8.8/"), Err(TargetError::NotPublic));
}

#[tokio::test]
async fn a_name_that_points_inside_is_refused_and_shown_nowhere() {
    let (port, asked) = service(answer("200 OK", "")).await;
    for list in [&["127.0.0.1"][..], &["::ffff:127.0.0.1"], &["10.0.0.1", "::1"], &[]] {
        let names = Names::with("inside.example", &[list]);
        let client = WebhookClient::resolving_by(AllowedHosts::default(), names).expect("a client");
        let refused = post(&client, &format!("http://inside.example:{port}/?token=sesame")).await;
        assert!(matches!(refused, Err(WebhookError::Target(TargetError::NotPublic))), "{list:?}: {refused:?}");
        assert!(!format!("{refused:?}").contains("sesame"));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

/// A name that is public when it is checked must not be inside when it is connected to: so there is only one look.
#[tokio::test]
async fn a_name_is_looked_up_once() {
    let (port, asked) = service(answer("200 OK", "")).await;
    let names = Names::with("moves.example", &[&["10.0.0.1"], &["127.0.0.1"], &["127.0.0.1"]]);
    let lists = names.clone();
    let client = WebhookClient::resolving_by(AllowedHosts::default(), names).expect("a client");
    let url = format!("http://moves.example:{port}/");
    client.check(&url).expect("a name can't be judged before it is looked up");
    assert!(matches!(post(&client, &url).await, Err(WebhookError::Target(_))));
    assert_eq!(lists.0.lock().expect("a lock")["moves.example"].len(), 2, "one look-up for one request");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (inside, asked) = service(answer("200 OK", "")).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let location = format!("location: http://127.0.0.1:{inside}/\r\n");
        let (port, _) = service(answer(status, &location)).await;
        let names = Names::with("hooks.example", &[&["127.0.0.1"]]);
        let client = WebhookClient::resolving_by(allowed("hooks.example"), names).expect("a client");
        let answer = post(&client, &format!("http://hooks.example:{port}/")).await.expect("an answer");
        assert_eq!(answer.status.to_string(), status[..3]);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "the redirect was followed");
}

#[tokio::test]
async fn hosts_that_are_allowed_are_asked_and_say_when_to_come_again() {
    let (port, asked) = service(answer("503 Busy", "retry-after: 7\r\n")).await;
    let client = WebhookClient::new(allowed("127.0.0.1")).expect("a client");
    let answer = post(&client, &format!("http://127.0.0.1:{port}/hook")).await.expect("an answer");
    assert_eq!(answer, WebhookAnswer { status: 503, retry_after: Some(Duration::from_secs(7)) });
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // What is allowed by its address is not allowed by its name.
    assert!(matches!(post(&client, &format!("http://localhost:{port}/")).await, Err(WebhookError::Target(_))));
}

#[tokio::test]
async fn who_is_not_there_is_told_without_the_address() {
    let (port, _) = service(String::new()).await;
    let client = WebhookClient::new(allowed("127.0.0.1")).expect("a client");
    let error = post(&client, &format!("http://127.0.0.1:{port}/?token=sesame")).await.expect_err("no answer");
    assert!(matches!(error, WebhookError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
}
