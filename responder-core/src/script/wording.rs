//! What is said, as an interface: implement it to translate or to reword.

use std::fmt::Debug;

use super::Facts;
use crate::emergency::{Farewell, Lead, News, Text};

/// Every word that a person hears or reads. [`English`](super::English) is the one that is built in.
///
/// Each method takes an enum, so that a translation which forgets a sentence does not compile. To change one
/// sentence only, answer for it and leave the rest to another wording:
///
/// ```
/// use std::sync::Arc;
/// use responder_core::{emergency::Text, script::{English, Facts, Label, Opening, Script, Speech, Wording}};
///
/// #[derive(Debug)]
/// struct Ours;
///
/// impl Wording for Ours {
///     fn speech(&self, speech: Speech, facts: &Facts) -> String {
///         match speech {
///             Speech::Greeting => "You have reached Ivy Plumbing. Somebody will be with you.".to_owned(),
///             other => English.speech(other, facts),
///         }
///     }
///     fn text(&self, text: &Text, facts: &Facts) -> String {
///         English.text(text, facts)
///     }
///     fn mail(&self, text: &Text, facts: &Facts) -> Opening {
///         English.mail(text, facts)
///     }
///     fn takeover(&self, facts: &Facts) -> Opening {
///         English.takeover(facts)
///     }
///     fn label(&self, label: Label) -> String {
///         English.label(label)
///     }
/// }
///
/// let script = Script { wording: Arc::new(Ours), ..Script::default() };
/// assert!(script.no_emergency().to_string().contains("no open emergency"));
/// ```
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Wording: Debug + Send + Sync + 'static {
    /// What is spoken in a call.
    fn speech(&self, speech: Speech, facts: &Facts) -> String;

    /// What a text says first; where the whole report follows, the description is put after it, as much as fits.
    fn text(&self, text: &Text, facts: &Facts) -> String;

    /// How a mail begins; the report follows as a table.
    fn mail(&self, text: &Text, facts: &Facts) -> Opening;

    /// How the mail and the text begin that tell people to take an emergency over, because its state can't be read. The
    /// text is the sentence and what is known.
    fn takeover(&self, facts: &Facts) -> Opening;

    /// What a row of that table is called.
    fn label(&self, label: Label) -> String;
}

/// How a mail begins.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its subject, in one line.
    pub subject: String,
    /// Its first sentence.
    pub sentence: String,
}

/// What can be spoken in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speech {
    /// The report, to a technician. If `is_cut`, say where the rest is.
    Details(Lead),
    /// Which keys there are after the details: 1 accepts, 2 repeats, 9 passes on.
    DetailsKeys,
    /// There was no key; the call ends.
    NoKey,
    /// The technician accepted and may stay on the line for the customer.
    AcceptedWait,
    /// Still no customer.
    StillWaiting,
    /// The customer did not come; the technician will be called.
    WaitOver,
    /// The technician accepted; a general line is connected with the customer.
    AcceptedTransfer,
    /// The technician accepted; the customer left and waits for a call.
    AcceptedCallCustomer,
    /// The customer waits for the technician who accepted: 1 connects, 9 passes on.
    ConfirmBridge,
    /// The same, to a general line.
    ConfirmTransfer,
    /// The technician is connected now.
    Connecting,
    /// A general line is connected now, and was told nothing before.
    ConnectingTransfer,
    /// What was pressed passes the emergency on.
    Passed,
    /// Somebody else has accepted.
    AlreadyTaken,
    /// The customer has hung up.
    CustomerGone,
    /// The connection failed; somebody else is tried.
    BridgeGivenUp,
    /// There is nothing left to do in this call.
    Over,

    /// A customer who called is put on hold while somebody is sought.
    Greeting,
    /// A customer is put on hold and somebody has accepted already.
    GreetingAccepted,
    /// Where things stand, on hold.
    News(News),
    /// Why the caller is let go.
    Farewell(Farewell),
    /// To speak after the tone. Follows a farewell.
    LeaveMessage,
    /// No message was heard; the call ends.
    NoMessage,
    /// The talk broke off: 1 connects again.
    OfferReconnect,
    /// Nobody pressed 1; the call ends.
    NoReconnect,
    /// Another caller is being helped; this one has been noted.
    Stranger,

    /// Nothing is open that a caller could be connected to.
    NoEmergency,
    /// Nothing is open; the caller is put through to somebody.
    PuttingThrough,
    /// Whoever they were put through to is gone, or never answered.
    PutThroughOver,
    /// We can't do it now; the call ends, and another one may help.
    OutOfOrder,
}

/// The rows of the table in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// Who needs help.
    Customer,
    /// Where they can be called back.
    Callback,
    /// The number that they called from.
    Caller,
    /// Where it is.
    Address,
    /// A map of that.
    Map,
    /// What happened.
    Description,
    /// Who accepted, or is being sought.
    Technician,
    /// When it was reported.
    Opened,
    /// When it was accepted.
    Accepted,
    /// When it was over.
    Concluded,
    /// How long callers held, in seconds.
    HoldSeconds,
    /// How long they talked, in seconds.
    TalkSeconds,
    /// How many calls we placed.
    Attempts,
    /// How many calls came in.
    Calls,
}

impl Debug for Opening {
    /// Diagnostics must not carry names or places.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening").finish_non_exhaustive()
    }
}
