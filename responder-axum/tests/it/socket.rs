//! What only a real connection shows.

use std::net::SocketAddr;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::desk::desk;

/// Sends `request` to a server of its own, and reads until it closes the connection.
async fn exchange(request: &[u8]) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router: Router = Router::new().nest("/tuc", responder_axum::router(desk()));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, service).await });
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    server.abort();
    String::from_utf8(answer).expect("text")
}

async fn ask(head: &str) -> (u16, String, String) {
    ask_with(head, b"").await
}

async fn ask_with(head: &str, body: &[u8]) -> (u16, String, String) {
    let mut request = head.replace('\n', "\r\n").into_bytes();
    request.extend_from_slice(b"\r\nhost: h\r\nconnection: close\r\n\r\n");
    request.extend_from_slice(body);
    let answer = exchange(&request).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, head.to_ascii_lowercase(), body.to_owned())
}

const FORM: &str = "content-type: application/x-www-form-urlencoded";

#[tokio::test]
async fn head_has_the_length_of_get_and_no_body() {
    let (status, get, body) = ask("GET /tuc HTTP/1.1").await;
    assert_eq!((status, body.as_str()), (200, "None / "));
    let (status, head, body) = ask("HEAD /tuc HTTP/1.1").await;
    assert_eq!((status, body.as_str()), (200, ""));
    for answer in [get, head] {
        assert_eq!(answer.matches("content-length: 7").count(), 1, "{answer}");
        assert!(!answer.contains("transfer-encoding"), "{answer}");
    }
    let (status, head, body) = ask("HEAD /tuc/events HTTP/1.1").await;
    assert_eq!((status, body.as_str()), (200, ""));
    assert!(!head.contains("content-length"), "nobody knows it: {head}");
}

#[tokio::test]
async fn no_content_has_no_length() {
    let (status, head, body) = ask("GET /tuc/healthz HTTP/1.1").await;
    assert_eq!((status, body.as_str()), (204, ""));
    assert!(!head.contains("content-length") && !head.contains("transfer-encoding"), "{head}");
}

#[tokio::test]
async fn a_stream_arrives_in_chunks() {
    let (status, head, body) = ask("GET /tuc/events HTTP/1.1").await;
    assert_eq!(status, 200);
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    assert_eq!(body, "9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n");
}

#[tokio::test]
async fn a_body_in_chunks_is_read_and_counted() {
    let head = format!("POST /tuc/fields HTTP/1.1\n{FORM}\ntransfer-encoding: chunked");
    let (status, _, body) = ask_with(&head, b"3\r\na=1\r\n4\r\n&b=2\r\n0\r\n\r\n").await;
    assert_eq!((status, body.as_str()), (200, "None /fields a=1;b=2;"));
    let mut long = b"10001\r\n".to_vec();
    long.extend_from_slice(&[b'a'; 0x10001]);
    let (status, _, body) = ask_with(&head, &long).await;
    assert_eq!(status, 413);
    assert!(body.contains("\"code\":\"body_too_large\""), "{body}");
}

#[tokio::test]
async fn a_length_that_is_too_much_is_refused_before_it_comes() {
    let (status, head, body) = ask(&format!("POST /tuc/fields HTTP/1.1\n{FORM}\ncontent-length: 70000")).await;
    assert_eq!(status, 413, "{head}");
    assert!(body.contains("\"code\":\"body_too_large\""), "{body}");
}

#[tokio::test]
async fn handlers_learn_who_is_connected() {
    let (_, _, body) = ask("GET /tuc/peer HTTP/1.1\nx-forwarded-for: 192.0.2.1").await;
    assert_eq!(body, "Some(127.0.0.1)", "no proxy is trusted");
}

#[tokio::test]
async fn strange_paths_find_nothing() {
    for path in ["/tuc/people/%ff", "/tuc/people/%c3%28", "/tuc/../tuc/healthz", "/tuc/people/a/b"] {
        let (status, _, body) = ask(&format!("GET {path} HTTP/1.1")).await;
        assert_eq!(status, 404, "{path}");
        assert!(body.contains("\"code\":\"not_found\""), "{path}: {body}");
    }
}

#[tokio::test]
async fn bytes_that_belong_in_no_path_reach_nobody() {
    let answer = exchange(b"GET /tuc/people/\xff\xfe HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").await;
    let status = answer.split(' ').nth(1).expect("a status");
    assert!(status == "400" || status == "404", "{answer}");
}
