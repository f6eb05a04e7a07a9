//! The names of events that logs hold, and what they carry.

/// An event by its name. Logs hold it in capitals as the title of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownEvent {
    /// Its name, in small letters.
    pub name: &'static str,
    /// The keys of its data, where the first system that wrote such logs had it. Ours can have more, and leave some
    /// out.
    pub keys: &'static [&'static str],
    /// Who writes it.
    pub origin: Origin,
}

/// Who writes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The log of a branch of the first system; ours too, where there is an [`Event`](crate::emergency::Event) or a
    /// [`BranchEvent`](super::BranchEvent) of that name.
    Seed,
    /// The first system's answers to texts, which it posted to webhooks only.
    SeedTexts,
    /// Only our logs have it.
    Ours,
}

/// An event by its name, in capitals or not; none if nobody is known to write it.
///
/// ```
/// use responder_core::timeline::known_event;
///
/// assert_eq!(known_event("SMS_SENT").map(|event| event.keys), Some(["to", "sid"].as_slice()));
/// assert_eq!(known_event("tea_made"), None);
/// ```
pub fn known_event(name: &str) -> Option<KnownEvent> {
    let name = name.to_ascii_lowercase();
    let of = |table: &[(&'static str, &'static [&'static str])], origin| {
        let place = table.binary_search_by_key(&name.as_str(), |(name, _)| name).ok()?;
        let (name, keys) = table[place];
        Some(KnownEvent { name, keys, origin })
    };
    of(SEED, Origin::Seed).or_else(|| of(OURS, Origin::Ours)).or_else(|| of(SEED_TEXTS, Origin::SeedTexts))
}

/// Every event that is known.
pub fn known_events() -> impl Iterator<Item = KnownEvent> {
    let all = [(SEED, Origin::Seed), (OURS, Origin::Ours), (SEED_TEXTS, Origin::SeedTexts)];
    all.into_iter().flat_map(|(table, origin)| table.iter().map(move |&(name, keys)| KnownEvent { name, keys, origin }))
}

/// By name.
const SEED: &[(&str, &[&str])] = &[
    ("api_logs_clear_error", &["error"]),
    ("api_logs_error", &["error"]),
    ("app_start", &["public_url", "port", "messaging_loaded"]),
    ("app_start_failure", &["error"]),
    ("archive_error", &["error"]),
    ("bootstrap_config", &["BRANCH_NAME", "ADMIN_DASHBOARD_URL"]),
    ("call_handling_error", &["error", "type", "repr"]),
    ("call_initiation_error", &["error", "to"]),
    ("conference_status", &["emergency_id", "status_event", "conference_sid", "duration", "participant_count"]),
    ("config_error", &["message"]),
    ("config_load_error", &["error"]),
    ("connect_config_error", &["error"]),
    ("connect_failure", &["error", "type", "repr"]),
    ("connect_tech_start", &["emergency_id", "technician_number", "known_contact"]),
    ("customer_called_after_notification", &["emergency_id", "previous_status", "action"]),
    ("customer_queued", &["emergency_id", "technician_already_informed"]),
    (
        "customer_queued_for_transfer",
        &["emergency_id", "transfer_target", "waiting_for_notification", "technician_already_informed"],
    ),
    ("customer_waiting_status", &["customer_is_waiting"]),
    ("delayed_connect_error", &["emergency_id", "error", "type"]),
    ("delayed_connect_executing", &["emergency_id", "technician_number"]),
    ("delayed_transfer_error", &["emergency_id", "error", "type"]),
    ("delayed_transfer_executing", &["emergency_id", "transfer_target"]),
    ("dequeue_twiml", &["twiml"]),
    ("email_notification", &["recipients", "subject", "body", "note"]),
    ("email_skipped", &["reason"]),
    ("emergency_call_config_error", &["error"]),
    ("emergency_call_error", &["error", "type"]),
    ("emergency_call_initiated", &["to", "call_sid"]),
    ("emergency_call_start", &["emergency_id", "emergency_data"]),
    ("emergency_call_validation_error", &["error"]),
    ("emergency_concluded", &["emergency_id"]),
    ("emergency_mismatch", &["received_id", "active_emergency_id"]),
    ("emergency_state", &["emergency"]),
    ("errors_resolved", &["archive_path"]),
    ("final_status_email", &["subject"]),
    ("format_message_error", &["error"]),
    ("format_sms_keyerror", &["error"]),
    ("incoming_call", &["from", "to", "call_sid", "call_status"]),
    ("incoming_sms", &["from", "body"]),
    ("incoming_twiml", &["twiml"]),
    ("initiating_transfer_after_notification", &["emergency_id", "transfer_target"]),
    ("log_parsing_error", &["error", "type"]),
    ("logs_cleared_via_api", &["archive_path", "timestamp"]),
    ("messaging_module_missing", &["message"]),
    ("network_info_error", &["error"]),
    ("no_active_emergency", &[]),
    ("number_formatted", &["number"]),
    ("primary_sms_sent", &["to", "sid"]),
    ("recipients_parsed_csv", &["count", "recipients"]),
    ("recipients_parsed_json", &["count", "recipients"]),
    ("request_details", &["details"]),
    ("request_log_failed", &["error"]),
    ("settings_load_error", &["error", "admin_dashboard_unreachable"]),
    ("settings_loaded_from_admin", &["branch", "keys"]),
    ("settings_reload_error", &["error"]),
    ("sms_attempt", &["recipients_from_settings", "twilio_number", "message"]),
    ("sms_error", &["to", "error"]),
    ("sms_recipients_not_set", &["message"]),
    ("sms_send_error", &["error", "to"]),
    ("sms_sent", &["to", "sid"]),
    ("technician_call_ended", &["emergency_id", "call_sid", "call_status", "duration", "price"]),
    ("technician_call_initiated", &["call_sid"]),
    ("transfer_call_initiated_dequeue", &["call_sid", "transfer_target", "method"]),
    ("transfer_complete", &["emergency_id", "dial_call_status", "dial_call_duration", "call_sid"]),
    ("transfer_config_error", &["error"]),
    ("transfer_customer_start", &["emergency_id", "transfer_target", "transfer_from"]),
    ("transfer_error", &["message", "emergency_id", "emergency_state"]),
    ("transfer_failure", &["error", "type", "repr"]),
    ("transfer_twiml_dequeue", &["twiml"]),
    ("twilio_client_created", &["technician_number", "for"]),
    ("twilio_client_error", &["error"]),
    ("update_emergency_failed", &["reason", "attempted_key", "attempted_value"]),
    ("using_queue_dequeue_method", &["reason", "customer_call_sid"]),
    ("validation_error", &["message"]),
    ("waiting_for_customer_call", &["emergency_id", "status", "message"]),
    ("webhook_call_failed", &["emergency_id", "error"]),
    ("webhook_processing_error", &["error"]),
    ("webhook_received", &["method", "url"]),
    ("webhook_state_check", &[]),
    ("webhook_validation_error", &["error"]),
    ("webhook_while_active", &["active_emergency"]),
];

/// By name.
const OURS: &[(&str, &[&str])] = &[
    ("alert_sent", &["texts", "mails"]),
    ("bridge_failed", &["attempt", "because"]),
    ("bridged", &["customer", "attempt"]),
    ("cancelled", &[]),
    ("customer_hung_up", &["call_sid"]),
    ("customer_on_hold", &["call_sid"]),
    ("duplicate_call", &["line", "call_sid"]),
    ("fallback_used", &["call_sid", "code"]),
    ("mail_error", &["error"]),
    ("nobody_accepted", &[]),
    ("recording_ready", &["call_sid", "recording", "seconds"]),
    ("sms_delivered", &["sid"]),
    ("stranger_called", &["from", "call_sid"]),
    ("talk_ended", &["seconds"]),
    ("technician_accepted", &["technician", "by"]),
    ("technician_escalated", &["technician"]),
    ("technician_passed", &["technician"]),
    ("technician_unreachable", &["technician", "attempt", "because"]),
    ("voicemail_left", &["call_sid", "recording", "seconds"]),
    ("voicemail_offered", &["call_sid"]),
];

/// By name.
const SEED_TEXTS: &[(&str, &[&str])] = &[
    ("prepare_status_report", &["to"]),
    ("startup_script_finished", &[]),
    ("startup_script_running", &[]),
    ("startup_sms_attempt", &["to", "from"]),
    ("startup_sms_error", &["error"]),
    ("startup_sms_sent", &["sid"]),
    ("startup_sms_skip", &["reason"]),
    ("status_report_error", &["error"]),
    ("status_report_sent", &["to"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_only_once() {
        for table in [SEED, OURS, SEED_TEXTS] {
            assert!(table.is_sorted_by(|(one, _), (next, _)| one < next), "binary search needs it");
        }
        let names: std::collections::BTreeSet<_> = known_events().map(|event| event.name).collect();
        assert_eq!(names.len(), SEED.len() + OURS.len() + SEED_TEXTS.len());
        for event in known_events() {
            assert_eq!(known_event(&event.name.to_uppercase()), Some(event));
        }
    }
}
