//! Text messages in both directions (Twilio, "Message resource", "Messaging webhooks").

use responder_core::Timestamp;

use crate::{
    behaviour::Delivery,
    sid::{Kind, Sid},
    trace::{HookKind, MessageRecord},
    webhook::{Purpose, Target},
};

use super::{Due, Network, status::API_VERSION};

/// A message with what the trace does not show.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) record: MessageRecord,
    pub(crate) service: Option<String>,
    pub(crate) media: usize,
    pub(crate) callback: Option<Target>,
    pub(crate) deleted: bool,
}

/// An order to text somebody.
#[derive(Debug, Default)]
pub(crate) struct NewMessage {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) service: Option<String>,
    pub(crate) media: usize,
    pub(crate) callback: Option<Target>,
    pub(crate) direction: &'static str,
}

/// What becomes of a message next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Queued,
    Sent,
    Verdict,
}

/// A number without an address for texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NobodyToTell;

impl Network {
    /// Why a message to this phone is refused at once, if it is.
    pub(crate) fn refuses_message(&self, from: &str, to: &str) -> Option<u32> {
        match self.phones.of(to).sms {
            Delivery::Refused(code) => Some(code),
            Delivery::Delivered | Delivery::Sent | Delivery::Undelivered(_) | Delivery::Failed(_) => {
                self.opted_out.contains(&(from.to_owned(), to.to_owned())).then_some(UNSUBSCRIBED)
            }
        }
    }

    pub(crate) fn text(&mut self, order: NewMessage) -> Sid {
        let by_service = order.service.is_some();
        let status = if by_service { "accepted" } else { "queued" };
        let sid = self.add_message(order, status);
        if by_service {
            self.schedule(std::time::Duration::ZERO, Due::Message(sid.clone(), Step::Queued));
        }
        self.schedule(self.options.timing.message_sent, Due::Message(sid.clone(), Step::Sent));
        sid
    }

    pub(super) fn add_message(&mut self, order: NewMessage, status: &str) -> Sid {
        let sid = self.sids.next(Kind::Message);
        let record = MessageRecord {
            sid: sid.clone(),
            direction: order.direction.to_owned(),
            from: order.from,
            to: order.to,
            body: order.body,
            status: status.to_owned(),
            error_code: None,
            created: self.now,
            updated: self.now,
            sent: None,
        };
        let (service, media, callback) = (order.service, order.media, order.callback);
        self.messages.push(Message { record, service, media, callback, deleted: false });
        sid
    }

    pub(crate) fn message(&mut self, sid: &Sid) -> &mut Message {
        let message = self.messages.iter_mut().find(|message| message.record.sid == *sid);
        message.expect("BUG: messages are only named after they are made, and never dropped")
    }

    pub(super) fn message_step(&mut self, sid: &Sid, step: Step) {
        let record = self.message(sid).record.clone();
        if record.status == "canceled" {
            return;
        }
        let delivery = self.phones.of(&record.to).sms;
        let verdict_after = self.options.timing.message_delivered;
        match (step, delivery) {
            (Step::Queued, _) => self.message_is(sid, "queued", None),
            (Step::Sent, Delivery::Failed(code)) => self.message_is(sid, "failed", Some(code)),
            (Step::Sent, _) => {
                let now = self.now;
                self.message(sid).record.sent = Some(now);
                self.message_is(sid, "sent", None);
                self.schedule(verdict_after, Due::Message(sid.clone(), Step::Verdict));
            }
            (Step::Verdict, Delivery::Undelivered(code)) => self.message_is(sid, "undelivered", Some(code)),
            (Step::Verdict, Delivery::Sent) => {}
            (Step::Verdict, _) => {
                self.message_is(sid, "delivered", None);
                self.text_back(sid);
            }
        }
    }

    fn message_is(&mut self, sid: &Sid, status: &str, error_code: Option<u32>) {
        let (now, account) = (self.now, self.options.account_sid.clone());
        let message = self.message(sid);
        status.clone_into(&mut message.record.status);
        message.record.error_code = error_code;
        message.record.updated = now;
        let Some(target) = message.callback.clone() else {
            return;
        };
        let record = message.record.clone();
        let mut fields = vec![
            ("MessageSid", sid.to_string()),
            ("SmsSid", sid.to_string()),
            ("MessageStatus", status.to_owned()),
            ("SmsStatus", status.to_owned()),
            ("AccountSid", account),
            ("From", record.from),
            ("To", record.to),
            ("ApiVersion", API_VERSION.to_owned()),
        ];
        fields.extend(message.service.clone().map(|service| ("MessagingServiceSid", service)));
        fields.extend(error_code.map(|code| ("ErrorCode", code.to_string())));
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.post(HookKind::MessageStatus, Purpose::Inform, target, fields, Some(sid));
    }

    fn text_back(&mut self, sid: &Sid) {
        let record = self.message(sid).record.clone();
        if let Some(reply) = self.phones.of(&record.to).sms_reply.clone() {
            let text = Due::Text { from: record.to, to: record.from, body: reply.body };
            self.schedule(reply.after, text);
        }
    }
}

/// How many segments a text takes: 160 characters of the GSM alphabet or 70 of UCS-2 alone, 153 or 67 in a chain.
pub(crate) fn segments(body: &str) -> usize {
    let (units, alone, chained) = if body.chars().all(is_gsm) {
        (body.chars().map(|c| if EXTENDED.contains(c) { 2 } else { 1 }).sum(), 160, 153)
    } else {
        (body.encode_utf16().count(), 70, 67)
    };
    let units: usize = units;
    if units <= alone { 1 } else { units.div_ceil(chained) }
}

/// The default alphabet of 3GPP TS 23.038, with its extension table.
fn is_gsm(c: char) -> bool {
    (c.is_ascii() && c != '`' && (!c.is_ascii_control() || matches!(c, '\n' | '\r')))
        || EXTENDED.contains(c)
        || "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà".contains(c)
}

const EXTENDED: &str = "^{}\\[~]|€";
const UNSUBSCRIBED: u32 = 21610;

impl Message {
    /// When it was last changed, for lists by date.
    pub(crate) fn date_sent(&self) -> Option<Timestamp> {
        self.record.sent.or_else(|| (self.record.direction == "inbound").then_some(self.record.created))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_depend_on_the_alphabet() {
        assert_eq!(segments(""), 1);
        assert_eq!(segments(&"a".repeat(160)), 1);
        assert_eq!(segments(&"a".repeat(161)), 2);
        assert_eq!(segments(&"€".repeat(80)), 1);
        assert_eq!(segments(&"€".repeat(81)), 2);
        assert_eq!(segments(&"ж".repeat(70)), 1);
        assert_eq!(segments(&"ж".repeat(71)), 2);
    }
}
