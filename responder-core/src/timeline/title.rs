//! What a title is shown as.

use std::borrow::Cow;

/// What titles are shown as that people know by another name. The first seven are the seed's own; what it logs in their
/// place is shown alike.
const SHOWN: [(&str, &str); 12] = [
    ("NEW WEBHOOK RECEIVED", EMERGENCY),
    ("INCOMING TWILIO CALL", INCOMING_CALL),
    ("INCOMING SMS", STATUS_REQUEST),
    ("TRANSFER STATUS UPDATE", "Telephony: Call Transfer Update"),
    ("TRANSFER_COMPLETE", "Telephony: Transfer Complete"),
    ("AUTOMATED CALL STATUS UPDATE", OUTBOUND_CALL),
    ("ERRORS RESOLVED", LOGS_CLEARED),
    ("WEBHOOK_RECEIVED", EMERGENCY),
    ("INCOMING_CALL", INCOMING_CALL),
    ("INCOMING_SMS", STATUS_REQUEST),
    ("TECHNICIAN_CALL_INITIATED", OUTBOUND_CALL),
    ("LOGS_CLEARED_VIA_API", LOGS_CLEARED),
];

const EMERGENCY: &str = "Webhook: Emergency Triggered";
const INCOMING_CALL: &str = "Telephony: Incoming Call";
const STATUS_REQUEST: &str = "SMS: Status Request";
const OUTBOUND_CALL: &str = "Telephony: Outbound Call Update";
const LOGS_CLEARED: &str = "System: Logs Cleared";

/// Words of a title and their pictures; the last one that is found counts.
const ICONS: [(&str, &str); 6] =
    [("WEBHOOK", "🔗"), ("INCOMING", "📞"), ("TRANSFER", "↪️"), ("AUTOMATED", "🔔"), ("SMS", "💬"), ("RESOLVED", "✅")];

const PLAIN: &str = "📄";

/// What a title is shown as: by the table, else without the word `UPDATE` and the spaces around.
pub(super) fn shown(raw: Cow<'_, str>) -> Cow<'_, str> {
    if let Some((_, shown)) = SHOWN.iter().find(|(known, _)| *known == raw) {
        return Cow::Borrowed(shown);
    }
    match raw {
        raw if raw.contains("UPDATE") => Cow::Owned(raw.replace("UPDATE", "").trim().to_owned()),
        Cow::Borrowed(raw) => Cow::Borrowed(raw.trim()),
        Cow::Owned(raw) => Cow::Owned(raw.trim().to_owned()),
    }
}

/// Its picture.
pub(super) fn icon(raw: &str) -> &'static str {
    ICONS.iter().rev().find(|(word, _)| raw.contains(word)).map_or(PLAIN, |(_, icon)| icon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_shown_as_people_know_them() {
        for (raw, title, picture) in [
            ("NEW WEBHOOK RECEIVED", "Webhook: Emergency Triggered", "🔗"),
            ("INCOMING TWILIO CALL", "Telephony: Incoming Call", "📞"),
            ("INCOMING SMS", "SMS: Status Request", "💬"),
            ("TRANSFER STATUS UPDATE", "Telephony: Call Transfer Update", "↪️"),
            ("TRANSFER_COMPLETE", "Telephony: Transfer Complete", "↪️"),
            ("AUTOMATED CALL STATUS UPDATE", "Telephony: Outbound Call Update", "🔔"),
            ("ERRORS RESOLVED", "System: Logs Cleared", "✅"),
            ("WEBHOOK_RECEIVED", "Webhook: Emergency Triggered", "🔗"),
            ("INCOMING_CALL", "Telephony: Incoming Call", "📞"),
            ("INCOMING_SMS", "SMS: Status Request", "💬"),
            ("TECHNICIAN_CALL_INITIATED", "Telephony: Outbound Call Update", "📄"),
            ("LOGS_CLEARED_VIA_API", "System: Logs Cleared", "📄"),
            ("ERRORS_RESOLVED", "ERRORS_RESOLVED", "✅"),
            ("UPDATE_EMERGENCY_FAILED", "_EMERGENCY_FAILED", "📄"),
            (" CALL UPDATE ", "CALL", "📄"),
            ("incoming_sms", "incoming_sms", "📄"),
            ("", "", "📄"),
        ] {
            assert_eq!((shown(raw.into()).as_ref(), icon(raw)), (title, picture), "{raw:?}");
        }
    }
}
