//! Tells emergencies that their time is up, and people when a machine can't go on.

use std::{collections::HashSet, error::Error, sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::Dispatcher;
use super::dispatcher::AFTER_FAILURE;
use super::signals::Signals;
use crate::{
    branch::HandleError,
    emergency::{EmergencyId, Input},
    notify::NotifyError,
    script::Mail,
    store::{Card, StoreError},
    telephony::{SendText, TelephonyError},
};

/// Emergencies told of their deadline in one go.
const DUE_AT_ONCE: u32 = 64;

/// Tries to tell somebody who must take over: an hour.
const MOST_TRIES: u32 = 60;
const BETWEEN_TRIES: Duration = Duration::from_secs(60);

/// Until an emergency is looked at again that this build can't read: another build may come.
const WHILE_UNREADABLE: Duration = Duration::from_secs(30);

impl Dispatcher {
    pub(super) async fn deadlines(&self, mut signals: Signals) {
        let mut handed_to_people = HashSet::new();
        while signals.look() {
            match self.tell_due(&mut handed_to_people).await {
                Ok(0) => self.until_woken(&mut signals).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(branch = %self.branch.key(), %error, cause = error.source(), "deadlines can't be read");
                    signals.pause(AFTER_FAILURE).await;
                }
            }
        }
    }

    /// How many were due.
    async fn tell_due(&self, handed_to_people: &mut HashSet<EmergencyId>) -> Result<usize, StoreError> {
        let due = self.branch.store().due(self.branch.key(), DUE_AT_ONCE).await?;
        for emergency in &due {
            let id = emergency.id;
            let Err(is_unreadable) = self.tell(id).await else { continue };
            if is_unreadable && handed_to_people.insert(id) {
                // Beside the deadlines of others, which must not wait for a slow provider.
                tokio::spawn(self.clone().hand_to_people(id));
            }
            let delay = if is_unreadable { WHILE_UNREADABLE } else { AFTER_FAILURE };
            self.branch.store().defer(emergency, delay).await?;
        }
        Ok(due.len())
    }

    /// On a task of its own: a panic over one emergency ends none of the others. The error is whether it can't be read.
    async fn tell(&self, id: EmergencyId) -> Result<(), bool> {
        let branch = Arc::clone(&self.branch);
        let handled = tokio::spawn(async move { branch.handle(id, Input::Timeout).await });
        match handled.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                let cause = error.source();
                tracing::error!(emergency = %id, %error, cause, "a deadline was not handled");
                // One of a newer build is due here only when that build has not come for it.
                Err(matches!(error, HandleError::Store(StoreError::Corrupt { .. } | StoreError::Newer)))
            }
            Err(_) => {
                tracing::error!(emergency = %id, "the state machine panicked");
                Err(true)
            }
        }
    }

    /// Tells every recipient to take over an emergency that can't be gone on with, from what is stored beside its
    /// state.
    async fn hand_to_people(self, id: EmergencyId) {
        let Some(card) = self.card(id).await else { return };
        let (text, mail) = self.branch.script().render_takeover(&card);
        let mail = mail.named(format!("{id}-takeover"));
        let texts = card.recipients.iter().filter_map(|number| number.parse().ok()).map(|to| {
            let from = self.branch.settings().automated_number;
            SendText { to, from, body: text.clone(), status_callback: None }
        });
        let texts = join_all(texts.map(|text| self.insist_by_text(text)));
        let (texted, mailed) = tokio::join!(texts, self.insist_by_mail(&card.recipient_emails, &mail));
        let told = texted.into_iter().filter(|is_told| *is_told).count() + usize::from(mailed);
        tracing::error!(emergency = %id, told, "an emergency can't be gone on with; people must take over");
    }

    /// What people must know; none if even that can't be read.
    async fn card(&self, id: EmergencyId) -> Option<Card> {
        for _ in 0..MOST_TRIES {
            if let Ok(card) = self.stored_card(id).await {
                return card;
            }
            self.sleep(BETWEEN_TRIES).await;
        }
        None
    }

    async fn stored_card(&self, id: EmergencyId) -> Result<Option<Card>, HandleError> {
        let health = self.branch.store().health(self.branch.key()).await?;
        match health.unreadable.into_iter().find(|unreadable| unreadable.id == id) {
            Some(unreadable) => Ok(unreadable.card),
            // Readable, but not handled.
            None => self.branch.load(id).await.map(|loaded| Some(Card::of(&loaded.state))),
        }
    }

    async fn insist_by_text(&self, text: SendText) -> bool {
        for _ in 0..MOST_TRIES {
            match self.branch.telephony().send_text(&text).await {
                Ok(_) => return true,
                Err(TelephonyError::Rejected { .. }) => return false,
                Err(_) => self.sleep(BETWEEN_TRIES).await,
            }
        }
        false
    }

    async fn insist_by_mail(&self, to: &[String], mail: &Mail) -> bool {
        for _ in 0..MOST_TRIES {
            match self.branch.notifier().send_mail(to, mail).await {
                Ok(()) => return true,
                Err(NotifyError::Unavailable(_)) => self.sleep(BETWEEN_TRIES).await,
                Err(NotifyError::NotConfigured | NotifyError::Rejected(_)) => return false,
            }
        }
        false
    }
}

#[cfg(all(test, feature = "mock"))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        MessageSid, Timestamp,
        branch::{Branch, BranchSettings},
        emergency::Policy,
        notify::MockNotifier,
        script::{Links, Script},
        store::{Due, Health, MockEmergencyStore, Unreadable},
        telephony::{Answer, MessageInfo, MessageStatus, MockTelephony},
    };

    fn unreadable_store(id: EmergencyId) -> MockEmergencyStore {
        let due = Due { id, deadline: Timestamp::default() };
        let corrupt = |_| Err(StoreError::Corrupt { what: "state", source: "of another build".into() });
        let card = Card {
            callback: "+15005550100".into(),
            recipients: vec!["+15005550009".into(), "nonsense".into()],
            recipient_emails: vec!["office@example.com".into()],
            ..Card::default()
        };
        let (opened_at, next_deadline) = (Timestamp::default(), None);
        let unreadable = vec![Unreadable { id, opened_at, next_deadline, card: Some(card) }];
        let mut store = MockEmergencyStore::new();
        store.expect_due().times(2).returning(move |_, _| Ok(vec![due.clone()]));
        store.expect_load().times(2).returning(corrupt);
        // A hiccup must not keep people from being told.
        store.expect_health().once().return_once(|_| Err(StoreError::Unavailable("away".into())));
        store.expect_health().once().return_once(|_| Ok(Health { unreadable, ..Health::default() }));
        store.expect_defer().times(2).withf(|_, delay| *delay == WHILE_UNREADABLE).returning(|_, _| Ok(true));
        store
    }

    #[tokio::test(start_paused = true)]
    async fn people_take_over_what_can_t_be_read_and_are_told_once() -> Result<(), Box<dyn Error>> {
        let id = EmergencyId::new(Timestamp::default(), 1);
        let mut telephony = MockTelephony::new();
        let is_right = |text: &SendText| text.body.contains("+15005550100") && text.to.to_string() == "+15005550009";
        let info = MessageInfo { sid: "SM1".parse::<MessageSid>()?, status: MessageStatus::Queued, error_code: None };
        telephony
            .expect_send_text()
            .once()
            .withf(is_right)
            .return_once(|_| Ok(Answer { value: info, provider_time: None }));
        let mut notifier = MockNotifier::new();
        notifier.expect_send_mail().once().withf(|to, _| to == ["office@example.com"]).return_once(|_, _| Ok(()));
        let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
        let settings = BranchSettings::new(policy, "+15005550006".parse()?)?;
        let links = Links::new("https://help.example.com".parse()?);
        let store = Arc::new(unreadable_store(id));
        let branch = Branch::new("tuc".parse()?, settings, store, Arc::new(telephony), Script::default(), links);
        let dispatcher = Dispatcher::new(Arc::new(branch.with_notifier(Arc::new(notifier))), "w".parse()?);

        let mut told = HashSet::new();
        assert_eq!(dispatcher.tell_due(&mut told).await?, 1);
        assert_eq!(told, HashSet::from([id]));
        dispatcher.tell_due(&mut told).await?;
        // Until their task has ended.
        while Arc::strong_count(&dispatcher.branch) > 1 {
            dispatcher.sleep(BETWEEN_TRIES).await;
        }
        Ok(())
    }
}
