//! Headers of requests.

use std::sync::Arc;

use crate::http::testing::adapter::{
    Adapter, Finding, ask::Ask, case::holds, desk::Desk, finding::same, heard::Heard, wire::Server,
};

/// Values are kept to the byte, and those of one name one by one, in their order.
pub async fn header_values_arrive_as_they_are(adapter: Arc<dyn Adapter>) -> Finding {
    let cases = vec![
        (
            Ask::get("").header("x-a", "1").header("x-b", "2").header("x-a", "3, 4").header("x-a", "1"),
            Heard::said("GET /\nx-a: 1\nx-a: 3, 4\nx-a: 1\nx-b: 2\n"),
        ),
        (Ask::get("").header("x-a", b"Zo\xeb \xff"), Heard::said("GET /\nx-a: Zo\\xeb \\xff\n")),
        (Ask::get("").header("x-a", "Zo\u{eb}"), Heard::said("GET /\nx-a: Zo\\xc3\\xab\n")),
        (Ask::get("").header("x-a", ""), Heard::said("GET /\nx-a: \n")),
        (Ask::get("").header("x-a", "a\tb  c"), Heard::said("GET /\nx-a: a\\tb  c\n")),
        (Ask::get("").header("x-forwarded-host", "evil.example.com"), {
            Heard::said("GET /\nx-forwarded-host: evil.example.com\n")
        }),
        // What some frameworks would obey.
        (Ask::form("/form", "a=1").header("x-http-method-override", "DELETE"), {
            Heard::said("POST /form\nx-http-method-override: DELETE\na=1")
        }),
    ];
    holds(&adapter, cases).await
}

/// Names are the same in any case, and blanks around values are none of theirs.
pub async fn header_names_have_no_case(adapter: Arc<dyn Adapter>) -> Finding {
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let mut wire = server.connect().await?;
    let line = format!("POST {}/rows/7 HTTP/1.1\r\n", adapter.prefix());
    let headers = "HOST: h\r\nX-MiXeD:1\r\nx-mixed: \t2 \t\r\nCoNtEnT-tYpE: Application/X-WWW-Form-Urlencoded; Charset=UTF-8\r\n\
                   CONTENT-LENGTH: 3\r\n\r\na=1";
    wire.send(&[line.as_bytes(), headers.as_bytes()].concat()).await?;
    let expected = Heard::said("POST /rows/7\nid=7\nx-mixed: 1\nx-mixed: 2\na=1");
    same(&wire.answer("POST").await?.heard, &expected, "headers in other cases")
}

/// As large as a provider's, and larger.
pub async fn header_may_be_long_and_many(adapter: Arc<dyn Adapter>) -> Finding {
    let long = Ask::get("").header("x-a", "a".repeat(6_000)).header("x-b", "b");
    let many = (0..90).fold(Ask::get(""), |ask, n| ask.header("x-n", n.to_string()));
    let told: String = (0..90).map(|n| format!("x-n: {n}\n")).collect();
    let cases =
        vec![(long, Heard::said("GET /\nx-a: 6000 bytes\nx-b: b\n")), (many, Heard::said(&format!("GET /\n{told}")))];
    holds(&adapter, cases).await
}
