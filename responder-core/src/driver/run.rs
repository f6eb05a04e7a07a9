//! One command, carried out.

use std::time::Duration;

use crate::{
    CallSid, E164, Timestamp,
    branch::Branch,
    emergency::{Action, AttemptKind, AttemptNo, Command, Confirmation, EmergencyId, Outcome, Step, Text},
    notify::NotifyError,
    script::queue_name,
    store::Claimed,
    telephony::{
        Answer, AnsweringMachineDetection, CallEnd, CallInfo, PlaceCall, SendText, StatusCallback, TelephonyError,
    },
};

/// What came of carrying out a command.
#[derive(Debug)]
pub(super) enum Run {
    /// It has ended like this.
    Finished(Outcome),
    /// For certain not carried out: it may be tried again after this.
    Later(Duration),
    /// Somebody else has it by now.
    NotOurs,
}

/// How long a command is tried that may be repeated without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Patience {
    /// Tries while it was, for certain, not carried out.
    tries: u32,
    /// Tries while it may have been.
    unsure: u32,
    /// Doublings of the back-off, from a quarter of a second.
    doublings: u32,
}

impl Patience {
    /// About half a minute, and 4 s while a repeat may be the second.
    const USUAL: Self = Self { tries: 8, unsure: 5, doublings: 5 };

    /// Hours, a minute apart: nobody else tells people that they must act. Ten minutes of repeats are borne for it.
    const UNTIL_HEARD: Self = Self { tries: 300, unsure: 18, doublings: 8 };

    const fn of(text: &Text) -> Self {
        match text {
            Text::Alert { .. } | Text::CallCustomer { .. } | Text::NeverCalled | Text::Report { .. } => {
                Self::UNTIL_HEARD
            }
            _ => Self::USUAL,
        }
    }

    /// Grows from a quarter of a second, spread by the name of the command so that many do not come back at once.
    fn backoff(self, claimed: &Claimed) -> Duration {
        let doublings = claimed.ticket.claim.saturating_sub(1).min(self.doublings);
        let spread = claimed.id().number % 8;
        Duration::from_millis(250 * 2_u64.pow(doublings) * u64::from(8 + spread) / 8)
    }
}

/// The longest wait that a provider can ask for: an hour would be as bad as never.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(30);

/// The provider's clock and its dates are given to the second.
const DATE_SLACK: Duration = Duration::from_secs(2);

pub(super) async fn run(branch: &Branch, claimed: &Claimed, command: &Command) -> Run {
    let emergency = command.id.emergency;
    match &command.action {
        Action::PlaceCall { attempt, purpose, to, not_after } => {
            let call = PlaceCallCommand { emergency, attempt: *attempt, purpose: *purpose, to: *to };
            place_call(branch, claimed, &call, *not_after).await
        }
        Action::FetchCall { call, .. } => match branch.telephony().fetch_call(call).await {
            Ok(answer) => Run::Finished(Outcome::CallFetched { status: answer.value.status }),
            Err(error) if error.is_not_found() => Run::Finished(Outcome::CallMissing),
            Err(error) => repeat(claimed, &error),
        },
        Action::FindCall { to, since, except, .. } => find_call(branch, claimed, *to, *since, except).await,
        Action::EndCall { call, .. } => match branch.telephony().end_call(call).await {
            Ok(Answer { value: CallEnd::Ended(_) | CallEnd::AlreadyEnded, .. }) => Run::Finished(Outcome::CallEnded),
            Err(error) => repeat(claimed, &error),
        },
        Action::SendText { to, text } => send_text(branch, claimed, emergency, *to, text).await,
        Action::SendMail { text } => send_mail(branch, claimed, emergency, text).await,
        Action::DeleteQueue { leg } => match branch.telephony().delete_queue(&queue_name(emergency, *leg)).await {
            Ok(_) => Run::Finished(Outcome::Done),
            Err(error) => repeat(claimed, &error),
        },
    }
}

struct PlaceCallCommand {
    emergency: EmergencyId,
    attempt: AttemptNo,
    purpose: AttemptKind,
    to: E164,
}

/// The one command that is never repeated when it may have been carried out.
async fn place_call(branch: &Branch, claimed: &Claimed, call: &PlaceCallCommand, not_after: Timestamp) -> Run {
    if claimed.may_have_run {
        return Run::Finished(Outcome::Unknown);
    }
    // The store has to be asked for the time anyway; beside that, the look at the claim delays no phone.
    let (is_held, now) = tokio::join!(branch.store().holds(&claimed.ticket), branch.store().now());
    let (Ok(is_held), Ok(now)) = (is_held, now) else { return Run::Later(Duration::from_secs(1)) };
    if !is_held {
        return Run::NotOurs;
    }
    if now > not_after {
        return Run::Finished(Outcome::Unavailable { reason: "too late to place the call".to_owned() });
    }
    match branch.telephony().place_call(&request(branch, call)).await {
        Ok(answer) => Run::Finished(Outcome::CallPlaced { call: answer.value.sid }),
        Err(error) => match retry_delay(&error, claimed, Patience::USUAL) {
            Some(delay) if now + delay <= not_after => Run::Later(delay),
            Some(_) => Run::Finished(Outcome::Unavailable { reason: error.to_string() }),
            None => Run::Finished(outcome_of(error)),
        },
    }
}

fn request(branch: &Branch, call: &PlaceCallCommand) -> PlaceCall {
    let settings = branch.settings();
    let policy = settings.policy();
    let links = branch.links();
    let from = match call.purpose {
        AttemptKind::Transfer => settings.transfer_number.unwrap_or(settings.automated_number),
        AttemptKind::Notification | AttemptKind::Bridge => settings.automated_number,
    };
    let url = links.technician_answer(call.emergency, call.attempt, Step(0));
    let machine_detection = match policy.confirmation {
        Confirmation::Answered => AnsweringMachineDetection::Off,
        Confirmation::KeyPress | Confirmation::Human => {
            AnsweringMachineDetection::Async { callback: links.amd_status(call.emergency, call.attempt) }
        }
    };
    PlaceCall {
        fallback_url: Some(links.call_fallback(call.emergency, crate::emergency::Line::Attempt(call.attempt))),
        status_callback: Some(StatusCallback::all(links.call_status(call.emergency, call.attempt, call.purpose))),
        ring_timeout: policy.timing.ring,
        machine_detection,
        ..PlaceCall::new(call.to, from, url)
    }
}

/// The newest call that fits and is not known. Its date is the provider's, so the time of the command is put on the
/// provider's clock first.
async fn find_call(branch: &Branch, claimed: &Claimed, to: E164, since: Timestamp, except: &[CallSid]) -> Run {
    let froms = [Some(branch.settings().automated_number), branch.settings().transfer_number];
    for from in froms.into_iter().flatten() {
        let (found, now) = match (branch.telephony().find_calls(&to, &from).await, branch.store().now().await) {
            (Ok(found), Ok(now)) => (found, now),
            (Err(error), _) => return repeat(claimed, &error),
            (_, Err(_)) => return Run::Later(Duration::from_secs(1)),
        };
        let earliest = found.provider_time.unwrap_or(now) - now.since(since) - DATE_SLACK;
        let fits = |call: &&CallInfo| {
            call.date_created.is_none_or(|created| created >= earliest) && !except.contains(&call.sid)
        };
        for call in found.value.iter().filter(fits) {
            // Another emergency may have called the same person in these seconds.
            match branch.store().find_call(branch.key(), &call.sid).await {
                Ok(Some((owner, _))) if owner != claimed.id().emergency => {}
                Ok(_) => return Run::Finished(Outcome::CallFound { call: call.sid.clone(), status: call.status }),
                Err(_) => return Run::Later(Duration::from_secs(1)),
            }
        }
    }
    Run::Finished(Outcome::CallNotFound)
}

async fn send_text(branch: &Branch, claimed: &Claimed, emergency: EmergencyId, to: E164, text: &Text) -> Run {
    let Ok(loaded) = branch.load(emergency).await else { return Run::Later(Duration::from_secs(1)) };
    let message = SendText {
        to,
        from: branch.settings().automated_number,
        body: branch.script().render_text(&loaded.state, text),
        status_callback: Some(branch.links().message_status(emergency)),
    };
    let patience = Patience::of(text);
    match branch.telephony().send_text(&message).await {
        Ok(answer) => Run::Finished(Outcome::MessageSent { message: answer.value.sid }),
        // The same text twice is a nuisance; none at all may be the only one that would have been read.
        Err(error) if error.may_have_been_processed() && claimed.ticket.claim < patience.unsure => {
            Run::Later(patience.backoff(claimed))
        }
        Err(error) => match retry_delay(&error, claimed, patience) {
            Some(delay) => Run::Later(delay),
            None => Run::Finished(outcome_of(error)),
        },
    }
}

async fn send_mail(branch: &Branch, claimed: &Claimed, emergency: EmergencyId, text: &Text) -> Run {
    let Ok(loaded) = branch.load(emergency).await else { return Run::Later(Duration::from_secs(1)) };
    let mail = branch.script().render_mail(&loaded.state, text).named(claimed.id().to_string());
    let patience = Patience::of(text);
    // An emergency keeps the policy that it began with.
    let recipients = &loaded.state.policy().recipient_emails;
    match branch.notifier().send_mail(recipients, &mail).await {
        Ok(()) => Run::Finished(Outcome::Done),
        Err(NotifyError::NotConfigured) => Run::Finished(Outcome::NotConfigured),
        Err(NotifyError::Rejected(reason)) => Run::Finished(Outcome::Rejected { code: None, reason }),
        Err(NotifyError::Unavailable(_)) if claimed.ticket.claim < patience.tries => {
            Run::Later(patience.backoff(claimed))
        }
        Err(error) => Run::Finished(Outcome::Unavailable { reason: error.to_string() }),
    }
}

/// For commands that do no harm when they are carried out twice.
fn repeat(claimed: &Claimed, error: &TelephonyError) -> Run {
    match error {
        TelephonyError::Rejected { .. } => Run::Finished(Outcome::Unavailable { reason: error.to_string() }),
        _ => match retry_delay(error, claimed, Patience::USUAL) {
            Some(delay) => Run::Later(delay),
            None if claimed.ticket.claim < Patience::USUAL.tries => Run::Later(Patience::USUAL.backoff(claimed)),
            None => Run::Finished(Outcome::Unavailable { reason: error.to_string() }),
        },
    }
}

/// When a request that was, for certain, not carried out may be sent again; none if that is no use.
fn retry_delay(error: &TelephonyError, claimed: &Claimed, patience: Patience) -> Option<Duration> {
    match error {
        TelephonyError::RateLimited { retry_after } => {
            Some(retry_after.unwrap_or_else(|| patience.backoff(claimed)).min(LONGEST_RETRY_AFTER))
        }
        TelephonyError::NotSent { .. } if claimed.ticket.claim < patience.tries => Some(patience.backoff(claimed)),
        _ => None,
    }
}

fn outcome_of(error: TelephonyError) -> Outcome {
    match error {
        TelephonyError::Rejected { code, message, .. } => Outcome::Rejected { code, reason: message },
        TelephonyError::Unknown { .. } => Outcome::Unknown,
        other => Outcome::Unavailable { reason: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        emergency::{CommandId, LegNo},
        store::Claimed,
    };

    /// Somebody else may have it by now, however long our own lease would have lasted.
    #[cfg(feature = "mock")]
    #[tokio::test]
    async fn a_call_whose_claim_is_gone_is_not_placed() -> Result<(), Box<dyn std::error::Error>> {
        use std::sync::Arc;

        use crate::{
            branch::BranchSettings,
            emergency::Policy,
            script::{Links, Script},
            store::MockEmergencyStore,
            telephony::MockTelephony,
        };

        let id = CommandId { emergency: EmergencyId::new(Timestamp::default(), 1), number: 0 };
        let later = Timestamp::default() + Duration::from_secs(40);
        let (attempt, purpose, to) = (AttemptNo(0), AttemptKind::Notification, "+15005550001".parse()?);
        let command = Command { id, action: Action::PlaceCall { attempt, purpose, to, not_after: later } };
        let mut store = MockEmergencyStore::new();
        store.expect_now().returning(|| Ok(Timestamp::default()));
        store.expect_holds().once().returning(|_| Ok(false));
        // A mock that nobody may call.
        let (store, telephony) = (Arc::new(store), Arc::new(MockTelephony::new()));
        let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
        let settings = BranchSettings::new(policy, "+15005550006".parse()?)?;
        let links = Links::new("https://help.example.com".parse()?);
        let branch = Branch::new("tuc".parse()?, settings, store, telephony, Script::default(), links);
        let run = run(&branch, &Claimed::first(command.clone(), later), &command).await;
        assert!(matches!(run, Run::NotOurs), "{run:?}");
        Ok(())
    }

    fn claimed(claim: u32) -> Claimed {
        let id = CommandId { emergency: EmergencyId::new(Timestamp::default(), 1), number: 0 };
        let command = Command { id, action: Action::DeleteQueue { leg: LegNo(0) } };
        let mut claimed = Claimed::first(command, Timestamp::default());
        claimed.ticket.claim = claim;
        claimed
    }

    /// How long something is tried while the provider is not there at all.
    fn spans(patience: Patience) -> Duration {
        let error = TelephonyError::NotSent { source: "no route".into() };
        (1..).map_while(|claim| retry_delay(&error, &claimed(claim), patience)).sum()
    }

    #[test]
    fn who_must_act_is_told_for_hours_and_others_for_seconds() {
        assert!((20..60).contains(&spans(Patience::USUAL).as_secs()), "{:?}", spans(Patience::USUAL));
        let alert = Patience::of(&Text::Alert { outcome: crate::emergency::Conclusion::Unanswered });
        assert!(spans(alert) > Duration::from_secs(4 * 3600), "{:?}", spans(alert));
        assert_eq!(Patience::of(&Text::Details), Patience::USUAL);
    }

    #[test]
    fn a_provider_can_t_ask_for_an_hour() {
        let error = TelephonyError::RateLimited { retry_after: Some(Duration::from_secs(3600)) };
        assert_eq!(retry_delay(&error, &claimed(1), Patience::USUAL), Some(LONGEST_RETRY_AFTER));
    }
}
