//! Parts that do not do what they say. The oracle must find each of them out by the rule that it breaks, and each rule
//! must be broken by some of them, or its silence would mean nothing.

mod answers;
mod post;
mod store;
mod telephony;

use std::{collections::BTreeSet, sync::Arc};

use responder::{notify::Notifier, store::EmergencyStore, telephony::Telephony};

use crate::{
    node::{Asked, Tampering},
    oracle::Rule,
    verdict,
};

/// Emergencies in which it must show.
const WITHIN: u64 = 100;

/// What one part does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sabotage {
    /// Calls are said to be placed, and are not: a command that was claimed and dropped.
    DropsCalls,
    /// Calls are placed minutes after they were asked for.
    CallsLate,
    /// Only the first technician is really called.
    CallsNobodyElse,
    /// When nobody knows whether a call was placed, that counts as a refusal: nothing is looked up or tried again.
    GivesUpOnUnknown,
    /// Every call is placed twice.
    CallsTwice,
    /// Nobody is ever hung up on.
    NeverHangsUp,
    /// Technicians and customers are never connected.
    NeverConnects,
    /// Alerts are said to be sent, and are not.
    DropsAlerts,
    /// Alerts are sent when it is over.
    AlertsLate,
    /// Texts with the details are said to be sent, and are not.
    DropsDetails,
    /// Nor are copies for recipients.
    DropsCopies,
    /// Nor are texts that ask a technician to call the customer.
    NeverAsksToCall,
    /// No deadline ever passes.
    NoDeadlines,
    /// Every sixth commit is said to be stored, and is not.
    ForgetsCommits,
    /// Some commands are handed out twice, as if there were no leases.
    NoLeases,
    /// No report is taken in.
    RefusesReports,
    /// Callers hear nothing.
    SaysNothing,
    /// Nobody is let go from hold.
    HoldsForever,
    /// Key 1 does nothing, and whoever pressed it hears so.
    IgnoresOnes,
    /// Nor does key 9.
    IgnoresNines,
    /// Texts get no answer.
    IgnoresTexts,
    /// Who presses 1 is told that it is theirs, and it is not noted.
    ForgetsAcceptances,
    /// Who presses 9 is told that it is passed on, and it is not noted.
    ForgetsPasses,
    /// Whoever picks up is connected with the customer.
    ConnectsAnybody,
    /// No two answers are alike.
    AnswersAnew,
    /// Nobody is told that talks are recorded.
    HidesRecording,
    /// The last mail is said to be sent, and is not.
    DropsReports,
    /// The first mail says that it is over.
    ReportsTooEarly,
    /// Each last mail says that there was a talk.
    ReportsTalks,
}

impl Sabotage {
    const ALL: [Self; 29] = [
        Self::DropsCalls,
        Self::CallsLate,
        Self::CallsNobodyElse,
        Self::GivesUpOnUnknown,
        Self::CallsTwice,
        Self::NeverHangsUp,
        Self::NeverConnects,
        Self::DropsAlerts,
        Self::AlertsLate,
        Self::DropsDetails,
        Self::DropsCopies,
        Self::NeverAsksToCall,
        Self::NoDeadlines,
        Self::ForgetsCommits,
        Self::NoLeases,
        Self::RefusesReports,
        Self::SaysNothing,
        Self::HoldsForever,
        Self::IgnoresOnes,
        Self::IgnoresNines,
        Self::IgnoresTexts,
        Self::ForgetsAcceptances,
        Self::ForgetsPasses,
        Self::ConnectsAnybody,
        Self::AnswersAnew,
        Self::HidesRecording,
        Self::DropsReports,
        Self::ReportsTooEarly,
        Self::ReportsTalks,
    ];

    /// The rules that it breaks.
    const fn breaks(self) -> &'static [Rule] {
        match self {
            Self::DropsCalls => &[Rule::FirstCallIsSoon, Rule::HoldsAreNotInVain],
            Self::CallsLate => &[Rule::FirstCallIsSoon],
            Self::CallsNobodyElse => &[Rule::EverybodyIsTried],
            Self::GivesUpOnUnknown => &[Rule::FirstCallIsSoon, Rule::EverybodyIsTried],
            Self::CallsTwice | Self::NeverHangsUp | Self::NoLeases => &[Rule::OneCallPerNumber],
            Self::NoDeadlines => &[Rule::ComesToRest],
            Self::NeverConnects => &[Rule::AcceptanceWorks],
            Self::DropsAlerts => &[Rule::NotLost],
            Self::AlertsLate => &[Rule::AlertComesFirst],
            Self::DropsDetails => &[Rule::DetailsInWriting],
            Self::DropsCopies => &[Rule::RecipientsHear],
            Self::NeverAsksToCall => &[Rule::AskedToCall],
            Self::ForgetsCommits => &[Rule::AcceptanceIsKept],
            Self::RefusesReports => &[Rule::TakenIn],
            Self::SaysNothing => &[Rule::CallersAreAnswered],
            Self::HoldsForever => &[Rule::HoldsAreShort],
            Self::IgnoresOnes | Self::IgnoresNines | Self::IgnoresTexts => &[Rule::KeysAreAnswered],
            Self::ForgetsAcceptances => &[Rule::AcceptanceIsKept, Rule::OneOwner],
            Self::ForgetsPasses => &[Rule::PassingCounts],
            Self::ConnectsAnybody => &[Rule::TalkersHaveAccepted],
            Self::AnswersAnew => &[Rule::RepeatsAreAnsweredAlike],
            Self::HidesRecording => &[Rule::RecordingIsAnnounced],
            Self::DropsReports => &[Rule::EndIsReported],
            Self::ReportsTooEarly => &[Rule::NothingAfterTheEnd],
            Self::ReportsTalks => &[Rule::ReportIsTrue],
        }
    }
}

impl Tampering for Sabotage {
    fn with_store(&self, inner: Arc<dyn EmergencyStore>) -> Arc<dyn EmergencyStore> {
        match self {
            Self::NoDeadlines | Self::ForgetsCommits | Self::NoLeases => Arc::new(store::BadStore::new(inner, *self)),
            _ => inner,
        }
    }

    fn with_telephony(&self, inner: Arc<dyn Telephony>) -> Arc<dyn Telephony> {
        Arc::new(telephony::BadTelephony::new(inner, *self))
    }

    fn with_notifier(&self, inner: Arc<dyn Notifier>) -> Arc<dyn Notifier> {
        Arc::new(post::BadPost { inner, sabotage: *self })
    }

    fn instead(&self, asked: &Asked<'_>) -> Option<String> {
        answers::instead(*self, asked)
    }

    fn rewritten(&self, answer: String) -> String {
        answers::rewritten(*self, answer)
    }
}

#[test]
fn the_oracle_finds_out_what_is_broken() {
    let mut unseen = Vec::new();
    for sabotage in Sabotage::ALL {
        unseen.extend(unseen_rules(sabotage).into_iter().map(|rule| (sabotage, rule)));
    }
    assert!(unseen.is_empty(), "in {WITHIN} emergencies these did not show: {unseen:?}");
}

#[test]
fn each_rule_is_broken_by_something() {
    let broken: BTreeSet<Rule> = Sabotage::ALL.into_iter().flat_map(Sabotage::breaks).copied().collect();
    assert_eq!(broken, BTreeSet::from(Rule::ALL));
}

/// The rules that a sabotage breaks, but for those that say so. What can't be judged shows nothing.
fn unseen_rules(sabotage: Sabotage) -> BTreeSet<Rule> {
    let tampering: Arc<dyn Tampering> = Arc::new(sabotage);
    let mut unseen: BTreeSet<Rule> = sabotage.breaks().iter().copied().collect();
    let mut others = BTreeSet::new();
    for seed in 0..WITHIN {
        if unseen.is_empty() {
            break;
        }
        let verdict = verdict(seed, &tampering);
        assert_eq!(verdict.broken, None, "{sabotage:?} with seed {seed}");
        for finding in verdict.wrong {
            if unseen.remove(&finding.rule) {
                println!("{sabotage:?}: found with seed {seed}: {finding}");
            } else if !sabotage.breaks().contains(&finding.rule) {
                others.insert(finding.rule);
            }
        }
    }
    if !unseen.is_empty() {
        println!("{sabotage:?}: {unseen:?} not found, but {others:?}");
    }
    unseen
}
