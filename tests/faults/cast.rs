//! Who takes part: numbers that no real phone has.

use responder::emergency::Contact;

/// What customers call.
pub(crate) const BRANCH: &str = "+15005550001";
/// What technicians are called and texted from.
pub(crate) const AUTOMATED: &str = "+15005550002";
/// The technician of the report.
pub(crate) const TECHNICIAN: &str = "+15005550006";
/// Who is called after them, and after these.
pub(crate) const SECOND: &str = "+15005550007";
pub(crate) const THIRD: &str = "+15005550008";
/// The general line of the transfer mode.
pub(crate) const GENERAL_LINE: &str = "+15005550009";
/// Whose emergency it is.
pub(crate) const CUSTOMER: &str = "+15005550010";
/// Has nothing to do with it.
pub(crate) const STRANGER: &str = "+15005550011";
/// What the network shows of somebody who withholds their number.
pub(crate) const WITHHELD: &str = "anonymous";
/// Are to be told.
pub(crate) const OFFICE: &str = "+15005550020";
pub(crate) const BOSS: &str = "+15005550021";

pub(crate) const TECHNICIANS: [&str; 3] = [TECHNICIAN, SECOND, THIRD];

/// Who has this number, for people.
pub(crate) fn who(number: &str) -> &str {
    match number {
        BRANCH | AUTOMATED => "the branch",
        TECHNICIAN => "the technician",
        SECOND => "the second technician",
        THIRD => "the third technician",
        GENERAL_LINE => "the general line",
        CUSTOMER => "the customer",
        STRANGER => "a stranger",
        OFFICE => "the office",
        BOSS => "the boss",
        other => other,
    }
}

pub(crate) fn contact(number: &str) -> Contact {
    Contact { name: None, number: number.parse().expect("BUG: the cast has well-formed numbers") }
}
