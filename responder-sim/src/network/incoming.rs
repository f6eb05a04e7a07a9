//! Texts that come in, and what the application says to them.

use responder_core::twiml::{
    Element,
    messaging::{Response, Verb},
};

use super::{
    Network, NewMessage,
    message::{NobodyToTell, segments},
    status::{API_VERSION, geography},
};
use crate::{
    interpreter::Attributes,
    sid::Sid,
    trace::{HookKind, MessageRecord, NumberConfig},
    webhook::{Fields, Method, Outcome, Purpose, Target, Webhook, resolve},
};

impl Network {
    /// A phone texts one of the account's numbers.
    pub(crate) fn text_in(&mut self, from: &str, to: &str, body: &str) -> Result<Sid, NobodyToTell> {
        self.note_opt_out(from, to, body);
        let config = self.numbers.get(to).cloned().unwrap_or_default();
        let order = NewMessage {
            from: from.to_owned(),
            to: to.to_owned(),
            body: body.to_owned(),
            direction: "inbound",
            ..NewMessage::default()
        };
        let sid = self.add_message(order, "received");
        let url = config.asked_about_texts().ok_or(NobodyToTell)?;
        let target = Target::new(url, config.sms_method.as_deref());
        let fields = self.incoming_fields(&sid);
        self.post(HookKind::Sms, Purpose::Replies { message: sid.clone() }, target, fields, Some(&sid));
        Ok(sid)
    }

    fn incoming_fields(&mut self, sid: &Sid) -> Fields {
        let account = self.options.account_sid.clone();
        let record = self.message(sid).record.clone();
        let mut fields: Fields = [
            ("MessageSid", sid.to_string()),
            ("SmsSid", sid.to_string()),
            ("SmsMessageSid", sid.to_string()),
            ("SmsStatus", "received".to_owned()),
            ("AccountSid", account),
            ("NumMedia", "0".to_owned()),
            ("NumSegments", segments(&record.body).to_string()),
            ("ApiVersion", API_VERSION.to_owned()),
            ("Body", record.body),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for (side, number) in [("From", record.from), ("To", record.to)] {
            fields.extend(geography(side, &number));
            fields.push((side.to_owned(), number));
        }
        fields
    }

    /// The whole text must be the keyword (Twilio, "Advanced opt-out").
    fn note_opt_out(&mut self, from: &str, to: &str, body: &str) {
        let pair = (to.to_owned(), from.to_owned());
        match body.trim().to_ascii_uppercase().as_str() {
            "STOP" | "UNSUBSCRIBE" | "END" | "QUIT" | "STOPALL" | "REVOKE" | "OPTOUT" | "CANCEL" => {
                self.opted_out.insert(pair);
            }
            "START" | "UNSTOP" | "YES" => {
                self.opted_out.remove(&pair);
            }
            _ => {}
        }
    }

    /// The application has answered an incoming message.
    pub(super) fn replies_answered(&mut self, message: &Sid, webhook: &Webhook, outcome: Outcome) {
        let failure = match outcome.answer.filter(|_| outcome.failure.is_none()) {
            None => outcome.failure.map(|failure| (failure.code, failure.text)),
            Some(answer) if answer.body.trim().is_empty() => None,
            Some(answer) => match Response::parse(&answer.body) {
                Ok(document) => return self.send_replies(message, document, &answer.url),
                Err(error) => Some((12100, format!("the reply is not a valid document: {error}"))),
            },
        };
        if let Some((code, text)) = failure {
            self.notice(message, code, text);
            if webhook.kind == HookKind::Sms {
                self.message_fallback(message, code, &webhook.target.url);
            }
        }
    }

    fn message_fallback(&mut self, message: &Sid, code: u32, failed_url: &str) {
        let to = self.message(message).record.to.clone();
        let Some(NumberConfig { sms_fallback_url: Some(url), sms_fallback_method, .. }) = self.numbers.get(&to) else {
            return;
        };
        let target = Target::new(url.clone(), sms_fallback_method.as_deref());
        let mut fields = self.incoming_fields(message);
        fields.push(("ErrorCode".to_owned(), code.to_string()));
        fields.push(("ErrorUrl".to_owned(), failed_url.to_owned()));
        let purpose = Purpose::Replies { message: message.clone() };
        self.post(HookKind::SmsFallback, purpose, target, fields, Some(message));
    }

    fn send_replies(&mut self, message: &Sid, document: Response, base: &str) {
        let incoming = self.message(message).record.clone();
        for verb in document.into_children() {
            match verb {
                Verb::Message(reply) => self.send_reply(&incoming, reply.as_element(), base),
                // Its older name.
                Verb::Other(reply) if reply.name() == "Sms" => self.send_reply(&incoming, &reply, base),
                Verb::Redirect(redirect) => {
                    let Some(url) = resolve(Some(base), redirect.inner_text().trim()) else { continue };
                    let method = redirect.read().method();
                    let target = Target { url, method: Method::read(method.as_ref().map(|method| method.as_str())) };
                    let fields = self.incoming_fields(message);
                    let purpose = Purpose::Replies { message: message.clone() };
                    return self.post(HookKind::Sms, purpose, target, fields, Some(message));
                }
                other => {
                    let Some(element) = other.as_element() else { continue };
                    let text = format!("<{}> is not a verb of a messaging document", element.name());
                    self.notice(message, 12200, text);
                }
            }
        }
    }

    fn send_reply(&mut self, incoming: &MessageRecord, verb: &Element, base: &str) {
        let body = verb.elements().find(|child| child.name() == "Body").map_or(verb.inner_text(), Element::inner_text);
        self.text(NewMessage {
            from: verb.get("from").unwrap_or(&incoming.to).to_owned(),
            to: verb.get("to").unwrap_or(&incoming.from).to_owned(),
            body: body.trim().to_owned(),
            callback: verb.target("action", "method", Some(base)),
            direction: "outbound-reply",
            ..NewMessage::default()
        });
    }
}
