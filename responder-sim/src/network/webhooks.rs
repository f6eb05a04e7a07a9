//! Requests to the application, from the wish to the outcome.

use crate::{
    faults::WebhookEffect,
    sid::Sid,
    trace::{Exchange, HookKind, Side},
    webhook::{Cookies, Fields, Outcome, Purpose, Target, Webhook},
};

use super::{Due, Network};

impl Network {
    /// Puts a request into the outbox, unless a fault has other plans.
    pub(crate) fn post(
        &mut self,
        kind: HookKind,
        purpose: Purpose,
        target: Target,
        fields: Fields,
        about: Option<&Sid>,
    ) {
        let effect = self.faults.strike_webhook(kind, &target.url, &fields);
        self.deliveries += 1;
        let webhook = Webhook {
            kind,
            purpose,
            target,
            fields,
            about: about.cloned(),
            token: self.sids.token(self.deliveries),
            cookies: about.and_then(|sid| self.calls.get(sid)).map_or_else(Cookies::new, |call| call.cookies.clone()),
            forged: effect == Some(WebhookEffect::WrongSignature),
            record: self.requests.len(),
        };
        self.requests.push(self.open_record(&webhook, effect));
        match effect {
            None | Some(WebhookEffect::WrongSignature) => self.dispatch(webhook),
            Some(WebhookEffect::Lose) => self.schedule(std::time::Duration::ZERO, Due::Lost(Box::new(webhook))),
            Some(WebhookEffect::Delay(by)) => self.schedule(by, Due::Webhook(Box::new(webhook))),
            Some(WebhookEffect::Double) => self.dispatch_twice(webhook),
        }
    }

    pub(super) fn dispatch(&mut self, webhook: Webhook) {
        self.in_flight += 1;
        self.outbox.push(webhook);
    }

    fn dispatch_twice(&mut self, webhook: Webhook) {
        let mut repeat = webhook.clone();
        repeat.purpose = Purpose::Inform;
        repeat.record = self.requests.len();
        self.requests.push(self.open_record(&repeat, Some(WebhookEffect::Double)));
        self.dispatch(webhook);
        self.dispatch(repeat);
    }

    fn open_record(&self, webhook: &Webhook, fault: Option<WebhookEffect>) -> Exchange {
        Exchange {
            side: Side::Out,
            hook: Some(webhook.kind),
            operation: None,
            about: webhook.about.clone(),
            method: webhook.target.method.as_str().to_owned(),
            url: webhook.target.url.clone(),
            fields: webhook.fields.clone(),
            began: self.now,
            ended: None,
            status: None,
            answer: None,
            token: Some(webhook.token.clone()),
            attempts: 0,
            error: None,
            fault: fault.map(|fault| format!("{fault:?}")),
        }
    }

    /// A request that was in flight has been answered or given up.
    pub(crate) fn answered(&mut self, webhook: &Webhook, outcome: Outcome) {
        self.in_flight -= 1;
        self.concluded(webhook, outcome);
    }

    pub(super) fn concluded(&mut self, webhook: &Webhook, outcome: Outcome) {
        let now = self.now;
        let record = &mut self.requests[webhook.record];
        record.ended = Some(now);
        record.attempts = outcome.attempts;
        record.status = outcome.answer.as_ref().map(|answer| answer.status);
        record.answer = outcome.answer.as_ref().map(|answer| answer.body.clone());
        record.error = outcome.failure.as_ref().map(|failure| failure.text.clone());
        self.keep_cookies(webhook, &outcome);
        match &webhook.purpose {
            Purpose::Document { call, fetch } => self.document_answered(call, *fetch, webhook, outcome),
            Purpose::Replies { message } => self.replies_answered(message, webhook, outcome),
            Purpose::Inform => {
                if let (Some(failure), Some(about)) = (outcome.failure, &webhook.about) {
                    self.notice(about, failure.code, failure.text);
                }
            }
        }
    }

    fn keep_cookies(&mut self, webhook: &Webhook, outcome: &Outcome) {
        if let Some(call) = webhook.about.as_ref().and_then(|sid| self.calls.get_mut(sid)) {
            call.cookies.extend(outcome.cookies.clone());
        }
    }
}
