//! Who calls.

use std::sync::Arc;

use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::{Ask, FORM, JSON, TYPE},
    case::{holds, over_wire},
    desk::{Desk, signature},
    finding::same,
    heard::Heard,
    wire::Server,
};

/// A token lets in; without, nobody is.
pub async fn caller_shows_a_token(adapter: Arc<dyn Adapter>) -> Finding {
    let report = || Ask::new("POST", "/webhook").header(TYPE, JSON).body("{}");
    let cases = vec![
        (report().header("authorization", "Bearer intake-token"), Heard::said("POST /webhook\n{}")),
        (report(), Heard::unauthorized()),
        (report().header("authorization", "Bearer intake-tokem"), Heard::unauthorized()),
        (report().header("authorization", ""), Heard::unauthorized()),
    ];
    holds(&adapter, cases).await
}

/// What the provider signs is the public address, with path and query as they are written below the mount point.
pub async fn caller_signs_the_public_address(adapter: Arc<dyn Adapter>) -> Finding {
    let fields = [("CallSid", "CA1"), ("From", "+15005550100")];
    let call = |target: &str, signature: &str| {
        let ask = Ask::new("POST", target).header(TYPE, FORM).header("X-Twilio-Signature", signature);
        ask.body("CallSid=CA1&From=%2B15005550100")
    };
    let refused = || Heard::error(403, "invalid_signature", "The request is not signed by the telephony provider.");
    let told = |target: &str, signature: &str| {
        let body = "CallSid=CA1&From=%2B15005550100";
        Heard::said(&format!("POST {target}\nx-twilio-signature: {signature}\n{body}"))
    };
    let mut cases = vec![(call("/hold", "bm8="), refused())];
    for target in ["/hold", "/hold?leg=0", "/hold?name=Zo%C3%AB%20&b=%2F", "/%68old?"] {
        let right = signature(target, &fields)?;
        cases.push((call(target, &right), told(target, &right)));
        cases.push((
            call(&format!("{target}x"), &right),
            if target == "/hold" { Heard::not_found() } else { refused() },
        ));
    }
    holds(&adapter, cases).await
}

/// Handlers learn whom the server is connected with; what a request says about that, nobody believes.
pub async fn caller_address_is_that_of_the_connection(adapter: Arc<dyn Adapter>) -> Finding {
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let plain = Ask::get("/peer");
    let claimed = Ask::get("/peer").header("x-forwarded-for", "192.0.2.1").header("forwarded", "for=192.0.2.1");
    for ask in [plain, claimed] {
        let heard = over_wire(&adapter, &server, &ask).await?;
        same(&heard, &Heard::said("Some(127.0.0.1)"), "the address of the caller")?;
    }
    Ok(())
}
