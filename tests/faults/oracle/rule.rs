//! The rules, by name.

use std::fmt;

/// What an emergency is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rule {
    /// The report is taken in.
    TakenIn,
    /// No call is alive and nobody waits once the longest time has passed that it may take.
    ComesToRest,
    /// Technician and customer talk, or everybody to be alerted is alerted.
    NotLost,
    /// Alerts come before it is said to be over without a talk.
    AlertComesFirst,
    /// The end is reported, by mail.
    EndIsReported,
    /// A report of a talk is about one.
    ReportIsTrue,
    /// Nobody is called once it is over.
    NothingAfterTheEnd,
    /// The technician is called soon.
    FirstCallIsSoon,
    /// Whoever is called gets the details in writing.
    DetailsInWriting,
    /// Recipients hear of it.
    RecipientsHear,
    /// Whoever accepted and did not talk is asked in writing to call the customer.
    AskedToCall,
    /// Nobody is given up untried.
    EverybodyIsTried,
    /// Whoever calls is spoken to, and not cut off.
    CallersAreAnswered,
    /// Nobody holds for longer than the limit.
    HoldsAreShort,
    /// While somebody holds, somebody is called.
    HoldsAreNotInVain,
    /// One call at a time to each number.
    OneCallPerNumber,
    /// Whoever pressed 1 or 9 is told what it did.
    KeysAreAnswered,
    /// Whoever passed is asked last.
    PassingCounts,
    /// An acceptance and a customer on hold lead to an attempt at connecting the two.
    AcceptanceWorks,
    /// While it is somebody's, nobody else is asked.
    AcceptanceIsKept,
    /// It is never two people's at the same time.
    OneOwner,
    /// Whoever talks to the customer has accepted, and has not passed it on since.
    TalkersHaveAccepted,
    /// A request that is repeated gets the same answer.
    RepeatsAreAnsweredAlike,
    /// Where talks are recorded, customers are told before.
    RecordingIsAnnounced,
}

impl Rule {
    pub(crate) const ALL: [Self; 24] = [
        Self::TakenIn,
        Self::ComesToRest,
        Self::NotLost,
        Self::AlertComesFirst,
        Self::EndIsReported,
        Self::ReportIsTrue,
        Self::NothingAfterTheEnd,
        Self::FirstCallIsSoon,
        Self::DetailsInWriting,
        Self::RecipientsHear,
        Self::AskedToCall,
        Self::EverybodyIsTried,
        Self::CallersAreAnswered,
        Self::HoldsAreShort,
        Self::HoldsAreNotInVain,
        Self::OneCallPerNumber,
        Self::KeysAreAnswered,
        Self::PassingCounts,
        Self::AcceptanceWorks,
        Self::AcceptanceIsKept,
        Self::OneOwner,
        Self::TalkersHaveAccepted,
        Self::RepeatsAreAnsweredAlike,
        Self::RecordingIsAnnounced,
    ];
}

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.what)
    }
}
