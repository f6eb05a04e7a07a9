//! Texts that come in.

use std::collections::HashMap;
use std::time::Duration;

use super::{Branch, HandleError};
use crate::{
    E164, MessageSid, Timestamp,
    emergency::{Contact, Emergency, EmergencyId, Input, Keyword, Reply, Text},
    script::code_of,
    store::Listing,
};

/// What a text is answered with.
#[derive(Clone, Debug)]
pub struct TextAnswer {
    /// The emergency that it is about.
    pub state: Emergency,
    /// What to say.
    pub text: Text,
}

/// How long after its conclusion an emergency is still asked about.
const HEARD_FOR: Duration = Duration::from_secs(2 * 3600);

/// Answers an hour to one number.
const MOST_ANSWERS: usize = 5;
const HOUR: Duration = Duration::from_secs(3600);

/// Numbers that are remembered; a flood from many numbers forgets the oldest.
const MOST_NUMBERS: usize = 10_000;

impl Branch {
    /// A text came in. Only technicians and recipients of an emergency that is open, or was
    /// in the last two hours, are heard, and nobody gets more than five
    /// answers an hour.
    ///
    /// # Errors
    /// [`HandleError`]; nothing was stored.
    pub async fn text_received(
        &self,
        message: MessageSid,
        from: E164,
        body: &str,
    ) -> Result<Option<TextAnswer>, HandleError> {
        let Some((keyword, code)) = read(body) else { return Ok(None) };
        let Some(id) = self.emergency_of_text(from, code.as_deref()).await? else { return Ok(None) };
        let handled = self.handle(id, Input::TextReceived { message, from, keyword }).await?;
        let Reply::Text(text) = handled.reply else { return Ok(None) };
        let now = self.store.now().await?;
        let may = self.answers.lock().map_or(true, |mut answers| answers.may_answer(from, now));
        Ok(may.then_some(TextAnswer { state: handled.state, text }))
    }
}

impl Branch {
    /// The newest of theirs that is open, else the newest that was concluded lately: whoever wakes up too late learns
    /// how it ended, and whom to call. A code says which is meant.
    async fn emergency_of_text(&self, from: E164, code: Option<&str>) -> Result<Option<EmergencyId>, HandleError> {
        let is_theirs = |e: &&Emergency| takes_part(e, from) && code.is_none_or(|code| code_of(e.id()) == code);
        let newest = |listing: &Listing| {
            let theirs = listing.emergencies.iter().map(|loaded| &loaded.state).filter(is_theirs);
            theirs.map(Emergency::id).max()
        };
        if let Some(id) = newest(&self.store.open_emergencies(&self.key).await?) {
            return Ok(Some(id));
        }
        let since = self.store.now().await? - HEARD_FOR;
        Ok(newest(&self.store.concluded_since(&self.key, since).await?))
    }
}

/// The keyword and, after it, the two letters that name an emergency.
fn read(body: &str) -> Option<(Keyword, Option<String>)> {
    let mut words = body.split_whitespace();
    let keyword = match words.next()?.to_ascii_uppercase().trim_matches(|c: char| !c.is_ascii_alphanumeric()) {
        "1" | "OK" | "ACCEPT" => Keyword::Accept,
        "9" | "PASS" => Keyword::Pass,
        "DONE" => Keyword::Done,
        "STATUS" => Keyword::Status,
        _ => return None,
    };
    Some((keyword, words.next().map(str::to_ascii_uppercase)))
}

fn takes_part(e: &Emergency, number: E164) -> bool {
    let policy = e.policy();
    let is_them = |contact: &Contact| contact.number == number;
    is_them(&e.intake().technician) || policy.escalation.iter().chain(&policy.recipients).any(is_them)
}

/// When each number was answered. Kept by one process only: it limits a nuisance, it decides nothing.
#[derive(Debug, Default)]
pub(super) struct AnswerLimit {
    answered: HashMap<E164, Vec<Timestamp>>,
}

impl AnswerLimit {
    fn may_answer(&mut self, number: E164, now: Timestamp) -> bool {
        if self.answered.len() >= MOST_NUMBERS {
            self.answered.retain(|_, times| times.iter().any(|at| now.since(*at) < HOUR));
        }
        let times = self.answered.entry(number).or_default();
        times.retain(|at| now.since(*at) < HOUR);
        let may = times.len() < MOST_ANSWERS;
        if may {
            times.push(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let cases = [
            ("1", Some((Keyword::Accept, None))),
            (" ok. ", Some((Keyword::Accept, None))),
            ("Accept bc", Some((Keyword::Accept, Some("BC".to_owned())))),
            ("9", Some((Keyword::Pass, None))),
            ("done!", Some((Keyword::Done, None))),
            ("STATUS", Some((Keyword::Status, None))),
            ("11", None),
            ("STOP", None),
            ("", None),
        ];
        for (body, expected) in cases {
            assert_eq!(read(body), expected, "{body}");
        }
    }

    #[test]
    fn five_answers_an_hour_and_no_more() {
        let mut limit = AnswerLimit::default();
        let number = "+15005550001".parse().expect("a number");
        let start = Timestamp::from_micros(1_800_000_000_000_000);
        for _ in 0..5 {
            assert!(limit.may_answer(number, start));
        }
        assert!(!limit.may_answer(number, start + Duration::from_secs(3599)));
        assert!(limit.may_answer(number, start + HOUR));
        assert!(limit.may_answer("+15005550002".parse().expect("a number"), start));
    }
}
