//! What is written together.

use std::fmt;

use super::{Claimed, CommitId, EventId, Loaded, OwnClaims, Version};
use crate::{
    CallSid, MessageSid,
    emergency::{Attempt, Command, CommandId, Emergency, EmergencyId, Event, Input, Leg, Line, Outcome, Reply},
    emergency::{AttemptNo, LegNo, Transition},
};

/// Everything that one input changes; all of it is written, or nothing.
///
/// Made by [`Commit::of`] from what was loaded and the input that happened, so that version, settlement and bindings
/// always belong together.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// The name of this write. Repeating a commit is harmless.
    pub id: CommitId,
    /// The version that it was computed from.
    pub expected: Version,
    /// The state from now on.
    pub state: Emergency,
    /// Facts for the timeline, in order.
    pub events: Vec<Event>,
    /// What is to be done, due at once.
    pub commands: Vec<Command>,
    /// Commands that are no longer wanted, should nobody have claimed them.
    pub withdraw: Vec<CommandId>,
    /// The command whose outcome this is about.
    pub settles: Option<Settlement>,
    /// Provider ids by which this emergency will be found.
    pub binds: Vec<Bind>,
    /// Which of `commands` are claimed at once; see [`with_claims`](Self::with_claims).
    pub claims: Option<OwnClaims>,
    pub(super) is_noop: bool,
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The command that ended.
    pub command: CommandId,
    /// How it ended.
    pub outcome: Outcome,
}

/// A provider id that belongs to an emergency. The first emergency that binds an id keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// A call, and which of the emergency's it is.
    Call(CallSid, Line),
    /// A text.
    Message(MessageSid),
}

/// What came of a commit that was not refused.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub enum Committed {
    /// It is stored.
    Written(Written),
    /// The command was settled before. Nothing was written. If `first` is another outcome than the one at hand, the
    /// latter goes to the machine as [`Input::LateOutcome`]; else there is nothing left to do.
    AlreadySettled {
        /// The outcome that counts.
        first: Outcome,
    },
}

/// A commit that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The version and the events that it became.
    pub receipt: Receipt,
    /// The commands that were claimed with it, in the order of claims; see [`Commit::with_claims`].
    pub claimed: Vec<Claimed>,
}

/// That something is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The version that it made.
    pub version: Version,
    /// The id of its first event; the others follow without gaps. None if it had no events.
    pub first_event: Option<EventId>,
}

impl Commit {
    /// Handles an input and puts together what is to be written. The reply may be given once that is stored.
    ///
    /// [`Input::CommandFinished`] settles its command. Calls and texts that the emergency learns of are bound.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use responder_core::{CountryCode, emergency::*, store::*};
    /// # async fn example(store: Arc<dyn EmergencyStore>, id: EmergencyId) -> Result<(), Box<dyn std::error::Error>> {
    /// let loaded = store.load(id).await?.ok_or("no such emergency")?;
    /// let random = 0x5eed; // 128 bits from the system's random source
    /// let (commit, _reply) = Commit::of(&loaded, Input::Timeout, CommitId::from_random(random));
    /// if !commit.is_noop() {
    ///     let _ = store.commit(&commit).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(loaded: &Loaded, input: Input, id: CommitId) -> (Self, Reply) {
        let settles = Settlement::of(&input);
        let message = message_of(&input);
        let transition = loaded.state.handle_input(loaded.now, input);
        let mut binds = new_calls(Some(&loaded.state), &transition);
        binds.extend(message);
        Self::assemble(id, loaded.version, Some(&loaded.state), transition, settles, binds)
    }

    /// Settles a command that nobody can read any more as [`Outcome::Abandoned`], and lets the machine look at its
    /// deadlines: what the command was for is watched by one of them.
    pub fn abandoning(loaded: &Loaded, command: CommandId, id: CommitId) -> Self {
        let (mut commit, _) = Self::of(loaded, Input::Timeout, id);
        commit.settles = Some(Settlement { command, outcome: Outcome::Abandoned });
        commit.is_noop = false;
        commit
    }

    pub(super) fn first(id: CommitId, transition: Transition) -> Self {
        let binds = new_calls(None, &transition);
        Self::assemble(id, Version::NONE, None, transition, None, binds).0
    }

    fn assemble(
        id: CommitId,
        expected: Version,
        before: Option<&Emergency>,
        transition: Transition,
        settles: Option<Settlement>,
        binds: Vec<Bind>,
    ) -> (Self, Reply) {
        let Transition { state, reply, events, commands, withdraw } = transition;
        let is_noop = before == Some(&state)
            && settles.is_none()
            && events.is_empty()
            && commands.is_empty()
            && withdraw.is_empty()
            && binds.is_empty();
        (Self { id, expected, state, events, commands, withdraw, settles, binds, claims: None, is_noop }, reply)
    }

    /// Claims some of the commit's own commands with it. They come back in [`Written::claimed`], and are to be carried
    /// out or put back like any that are claimed. Commands of other commits are not among them, even if they are more
    /// urgent.
    #[must_use]
    pub fn with_claims(self, claims: OwnClaims) -> Self {
        Self { claims: Some(claims), ..self }
    }

    /// The commands that are claimed with it, in the order of claims.
    pub fn claimed_commands(&self) -> Vec<&Command> {
        self.claims.as_ref().map_or_else(Vec::new, |claims| claims.of(&self.commands))
    }

    /// Whose commit it is.
    pub const fn emergency(&self) -> EmergencyId {
        self.state.id()
    }

    /// Whether the input changed nothing, so that there is no need to store it: a callback that came twice.
    pub const fn is_noop(&self) -> bool {
        self.is_noop
    }
}

impl Settlement {
    fn of(input: &Input) -> Option<Self> {
        let Input::CommandFinished { command, outcome } = input else { return None };
        Some(Self { command: command.id, outcome: outcome.clone() })
    }
}

impl Committed {
    /// The receipt, if it was written.
    pub const fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Written(written) => Some(&written.receipt),
            Self::AlreadySettled { .. } => None,
        }
    }
}

fn message_of(input: &Input) -> Option<Bind> {
    match input {
        Input::CommandFinished { outcome: Outcome::MessageSent { message }, .. }
        | Input::LateOutcome { outcome: Outcome::MessageSent { message }, .. } => Some(Bind::Message(message.clone())),
        _ => None,
    }
}

/// Calls that the emergency did not know before.
fn new_calls(before: Option<&Emergency>, transition: &Transition) -> Vec<Bind> {
    let after = &transition.state;
    let known_attempts = before.map_or(&[][..], Emergency::attempts);
    let known_legs = before.map_or(&[][..], Emergency::legs);
    let was_known = |no: usize, call: &CallSid| known_attempts.get(no).and_then(|old| old.call.as_ref()) == Some(call);
    let attempts = (0..).zip(after.attempts()).filter_map(|(no, attempt): (u16, &Attempt)| {
        let call = attempt.call.as_ref().filter(|call| !was_known(usize::from(no), call))?;
        Some(Bind::Call(call.clone(), Line::Attempt(AttemptNo(no))))
    });
    let new_leg = |(no, leg): (u8, &Leg)| Bind::Call(leg.call.clone(), Line::Leg(LegNo(no)));
    let legs = (0..).zip(after.legs()).skip(known_legs.len()).map(new_leg);
    let strays = transition.events.iter().filter_map(|event| match event {
        Event::DuplicateCall { line, call_sid } => Some(Bind::Call(call_sid.clone(), *line)),
        _ => None,
    });
    attempts.chain(legs).chain(strays).collect()
}

/// Only what a log may show.
impl fmt::Debug for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commit")
            .field("id", &self.id)
            .field("emergency", &self.emergency())
            .field("expected", &self.expected)
            .field("events", &self.events.len())
            .field("commands", &self.commands.len())
            .field("withdraw", &self.withdraw)
            .field("settles", &self.settles)
            .field("binds", &self.binds)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settlement").field("command", &self.command).finish_non_exhaustive()
    }
}

impl fmt::Debug for Committed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(written) => f.debug_tuple("Written").field(written).finish(),
            Self::AlreadySettled { .. } => f.debug_struct("AlreadySettled").finish_non_exhaustive(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        CountryCode, Timestamp,
        emergency::{CommandKind, Intake, Policy, Report},
    };

    #[test]
    fn a_call_that_was_placed_is_bound_and_its_command_settled() {
        let (loaded, command) = placing();
        let commit = placed(&loaded, &command, "CA1");
        assert_eq!(commit.binds, [Bind::Call(sid("CA1"), Line::Attempt(AttemptNo(0)))]);
        assert!(commit.settles == Some(Settlement { command: command.id, outcome: called("CA1") }));
        assert_eq!(commit.expected, loaded.version);
        assert!(!commit.is_noop());
    }

    #[test]
    fn a_second_call_of_the_same_attempt_is_bound_as_a_stray() {
        let (loaded, command) = placing();
        let state = placed(&loaded, &command, "CA1").state;
        let loaded = Loaded { state, version: loaded.version.next(), ..loaded };
        let late = Input::LateOutcome { command, outcome: called("CA2") };
        let (commit, _) = Commit::of(&loaded, late, CommitId::from_random(2));
        assert_eq!(commit.binds, [Bind::Call(sid("CA2"), Line::Stray(AttemptNo(0)))]);
        assert!(commit.settles.is_none(), "the first outcome has settled it");
    }

    #[test]
    fn a_text_that_was_sent_is_bound() {
        let (loaded, mut command) = placing();
        command.action = crate::emergency::Action::DeleteQueue { leg: LegNo(0) };
        let outcome = Outcome::MessageSent { message: "SM1".parse().unwrap() };
        let (commit, _) = Commit::of(&loaded, Input::CommandFinished { command, outcome }, CommitId::from_random(2));
        assert_eq!(commit.binds, [Bind::Message("SM1".parse().unwrap())]);
    }

    #[test]
    fn what_changes_nothing_need_not_be_stored() {
        let (loaded, command) = placing();
        assert!(Commit::of(&loaded, Input::Timeout, CommitId::from_random(2)).0.is_noop());
        let abandoned = Commit::abandoning(&loaded, command.id, CommitId::from_random(2));
        assert!(!abandoned.is_noop() && abandoned.settles.is_some());
    }

    #[test]
    fn diagnostics_hold_no_names() {
        let (loaded, command) = placing();
        let shown = format!("{loaded:?} {:?}", placed(&loaded, &command, "CA1"));
        assert!(!shown.contains("Jane") && !shown.contains("5550001"), "{shown}");
    }

    fn placing() -> (Loaded, Command) {
        let report = Report { chosen_phone: "+15005550001".into(), customer_name: "Jane".into(), ..Report::default() };
        let intake = Intake::check(report, CountryCode::new(1).unwrap()).unwrap();
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let opened = Emergency::open(EmergencyId::new(now, 1), now, intake, Arc::new(Policy::default()));
        let is_call = |command: &&Command| command.action.kind() == CommandKind::PlaceCall;
        let command = opened.commands.iter().find(is_call).unwrap().clone();
        let version = Version::NONE.next();
        let told = opened.state.handle_input(now, Input::Timeout).state;
        (Loaded { branch: "north".parse().unwrap(), state: told, version, now }, command)
    }

    fn placed(loaded: &Loaded, command: &Command, call: &str) -> Commit {
        let input = Input::CommandFinished { command: command.clone(), outcome: called(call) };
        Commit::of(loaded, input, CommitId::from_random(1)).0
    }

    fn called(call: &str) -> Outcome {
        Outcome::CallPlaced { call: sid(call) }
    }

    fn sid(text: &str) -> CallSid {
        text.parse().unwrap()
    }
}
