//! Texts that come in.

use std::collections::HashMap;
use std::time::Duration;

use super::{Branch, HandleError};
use crate::{
    E164, MessageSid, Timestamp,
    emergency::{Contact, Emergency, EmergencyId, Input, Keyword, Phase, Reply, Text},
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
    /// A text came in. Only technicians and recipients of an emergency that is open, or was in the last two hours, are
    /// heard; texts about an emergency that only a newer build can read are left to that build. Whoever asks where
    /// things stand gets at most five answers an hour; whoever decides something is always answered.
    ///
    /// # Errors
    /// [`HandleError`]; nothing was stored.
    pub async fn text_received(
        &self,
        message: MessageSid,
        from: E164,
        body: &str,
    ) -> Result<Option<TextAnswer>, HandleError> {
        let Some(read) = Read::of(body) else { return Ok(None) };
        let keyword = read.keyword;
        let Some(id) = self.emergency_of_text(from, &read).await? else { return Ok(None) };
        let handled = self.handle(id, Input::TextReceived { message, from, keyword }).await?;
        let Reply::Text(text) = handled.reply else { return Ok(None) };
        let now = self.store.now().await?;
        let may =
            keyword != Keyword::Status || self.answers.lock().map_or(true, |mut answers| answers.may_answer(from, now));
        Ok(may.then_some(TextAnswer { state: handled.state, text }))
    }

    /// The one of theirs that is meant; of those that are open, else of those that were concluded lately: whoever wakes
    /// up too late learns how it ended, and whom to call.
    async fn emergency_of_text(&self, from: E164, read: &Read) -> Result<Option<EmergencyId>, HandleError> {
        let meant = |listing: &Listing| {
            let all = listing.emergencies.iter().map(|loaded| &loaded.state);
            let theirs: Vec<&Emergency> = all.filter(|e| takes_part(e, from)).collect();
            // Two nodes may have given the same letters.
            let named = theirs.iter().copied().filter(|e| read.names(e)).max_by_key(|e| read.fits(e, from));
            named.or_else(|| theirs.into_iter().max_by_key(|e| read.fits(e, from))).map(Emergency::id)
        };
        let open = self.store.open_emergencies(&self.key).await?;
        if let Some(id) = meant(&open) {
            return Ok(Some(id));
        }
        self.or_newer(&open).await?;
        let since = self.store.now().await? - HEARD_FOR;
        let concluded = self.store.concluded_since(&self.key, since).await?;
        let id = meant(&concluded);
        if id.is_none() {
            concluded.or_newer(since)?;
        }
        Ok(id)
    }
}

/// What a text says.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    keyword: Keyword,
    /// What follows: perhaps the two letters that name an emergency, perhaps what people add.
    rest: Vec<String>,
}

impl Read {
    /// Nothing for what is the provider's to answer. What is not understood counts as a question: somebody who writes
    /// "on my way" must not believe that they have accepted.
    fn of(body: &str) -> Option<Self> {
        let mut words = body.split_whitespace().map(plain).filter(|word| !word.is_empty());
        let keyword = match words.next()?.as_str() {
            "1" | "OK" | "ACCEPT" | "YES" => Keyword::Accept,
            "9" | "PASS" => Keyword::Pass,
            "DONE" => Keyword::Done,
            word if PROVIDERS_OWN.contains(&word) => return None,
            _ => Keyword::Status,
        };
        Some(Self { keyword, rest: words.collect() })
    }

    fn names(&self, e: &Emergency) -> bool {
        self.rest.contains(&code_of(e.id()))
    }

    /// How well an emergency fits that is not named: one that they were told of, that still needs what they say, and
    /// of those the newest.
    fn fits(&self, e: &Emergency, from: E164) -> (bool, u8, EmergencyId) {
        let need = match (self.keyword, e.phase()) {
            (Keyword::Accept, Phase::Seeking) | (Keyword::Done, Phase::Accepted) => 2,
            (_, Phase::Seeking | Phase::Accepted) => 1,
            (_, Phase::Closing { .. } | Phase::Concluded { .. }) => 0,
        };
        (e.has_notified(from), need, e.id())
    }
}

/// Words that a provider answers by itself (Twilio, "SMS opt-out keywords").
const PROVIDERS_OWN: &[&str] =
    &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "START", "UNSTOP", "HELP", "INFO"];

/// A word without what people put around and into it.
fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
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
            ("1", Some((Keyword::Accept, ""))),
            (" o.k. ", Some((Keyword::Accept, ""))),
            ("ok on my way", Some((Keyword::Accept, "ON MY WAY"))),
            ("Accept bc", Some((Keyword::Accept, "BC"))),
            ("9", Some((Keyword::Pass, ""))),
            ("done!", Some((Keyword::Done, ""))),
            ("STATUS", Some((Keyword::Status, ""))),
            ("on my way", Some((Keyword::Status, "MY WAY"))),
            ("11", Some((Keyword::Status, ""))),
            ("Stop", None),
            ("!", None),
            ("", None),
        ];
        for (body, expected) in cases {
            let read = Read::of(body).map(|read| (read.keyword, read.rest.join(" ")));
            assert_eq!(read, expected.map(|(keyword, rest)| (keyword, rest.to_owned())), "{body}");
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
