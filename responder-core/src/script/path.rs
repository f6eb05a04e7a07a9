//! The paths that a provider is sent to, below the mount point. The tables of endpoints and [`Links`](super::Links)
//! both read them here.

/// A customer calls the branch's number.
pub const INCOMING_CALL: &str = "/incoming_twilio_call";
/// A call to the branch's number is over.
pub const CUSTOMER_CALL_ENDED: &str = "/customer_call_ended";
/// A text to the branch's number.
pub const SMS_REPLY: &str = "/sms_reply";
/// The first document of a call that we placed.
pub const TECHNICIAN_ANSWER: &str = "/technician_answer";
/// A technician pressed a key.
pub const TECHNICIAN_KEYS: &str = "/technician_keys";
/// A technician waits for the customer.
pub const TECHNICIAN_WAIT: &str = "/technician_wait";
/// The `<Dial>` in a technician's call is over.
pub const TRANSFER_COMPLETE: &str = "/transfer_complete";
/// The course of a notification call.
pub const TECHNICIAN_CALL_ENDED: &str = "/technician_call_ended";
/// The course of a bridge call.
pub const CONFERENCE_STATUS: &str = "/conference_status";
/// A customer on hold asks for the next piece.
pub const HOLD: &str = "/hold";
/// A customer is no longer on hold.
pub const HOLD_ENDED: &str = "/hold_ended";
/// A customer is about to be connected.
pub const BRIDGE_JOINED: &str = "/bridge_joined";
/// A customer left a message.
pub const VOICEMAIL: &str = "/voicemail";
/// The delivery of a text.
pub const MESSAGE_STATUS: &str = "/message_status";
/// The state of a recording.
pub const RECORDING_STATUS: &str = "/recording_status";
/// The verdict of machine detection.
pub const AMD_STATUS: &str = "/amd_status";
/// One of our answers could not be had or used.
pub const CALL_FALLBACK: &str = "/call_fallback";
