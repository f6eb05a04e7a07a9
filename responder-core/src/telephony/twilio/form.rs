//! What a request says.

use std::time::Duration;

use super::rest::{TimeSpan, Webhook};
use crate::{
    Timestamp,
    telephony::{AnsweringMachineDetection, CallRecording, StatusCallback},
};

/// Fields in the order in which they are sent.
#[derive(Default)]
pub(super) struct Form(pub(super) Vec<(&'static str, String)>);

impl Form {
    pub(super) fn with<T: ToString + ?Sized>(mut self, name: &'static str, value: &T) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// A field that is left out if there is nothing to say.
    pub(super) fn maybe<T: ToString>(mut self, name: &'static str, value: Option<T>) -> Self {
        self.0.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// A field that is repeated.
    pub(super) fn each<T: ToString>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        self.0.extend(values.into_iter().map(|value| (name, value.to_string())));
        self
    }

    pub(super) fn seconds(self, name: &'static str, span: Option<Duration>) -> Self {
        self.maybe(name, span.map(|span| span.as_secs()))
    }

    /// An address and its method.
    pub(super) fn webhook(self, url: &'static str, method: &'static str, webhook: Option<&Webhook>) -> Self {
        self.maybe(url, webhook.map(|webhook| &webhook.url)).maybe(method, webhook.map(|webhook| webhook.method))
    }

    /// Where the course of a call is reported, and what of it.
    pub(super) fn status_callback(self, callback: Option<&StatusCallback>) -> Self {
        let events = callback.into_iter().flat_map(|callback| &callback.events);
        self.maybe("StatusCallback", callback.map(|callback| &callback.url))
            .each("StatusCallbackEvent", events.map(|event| event.as_str()))
    }

    pub(super) fn machine_detection(self, detection: &AnsweringMachineDetection) -> Self {
        match detection {
            AnsweringMachineDetection::Off => self,
            AnsweringMachineDetection::Async { callback } => {
                self.with("MachineDetection", "Enable").with("AsyncAmd", &true).with("AsyncAmdStatusCallback", callback)
            }
        }
    }

    pub(super) fn call_recording(self, recording: &CallRecording) -> Self {
        match recording {
            CallRecording::Off => self,
            CallRecording::Dual { callback } => self.with("Record", &true).dual_recording(Some(callback)),
        }
    }

    /// Each side in a channel of its own, and where the end of it is reported.
    pub(super) fn dual_recording(self, callback: Option<&String>) -> Self {
        let events = callback.iter().flat_map(|_| ["completed", "absent"]);
        self.with("RecordingChannels", "dual")
            .maybe("RecordingStatusCallback", callback)
            .each("RecordingStatusCallbackEvent", events)
    }

    /// Both ends of a span, to the second. `names` are those for the first and for the last moment.
    pub(super) fn times(self, names: [&'static str; 2], span: &TimeSpan) -> Self {
        self.maybe(names[0], span.from.map(second)).maybe(names[1], span.until.map(second))
    }

    /// Both ends of a span, as days of Greenwich.
    pub(super) fn days(self, names: [&'static str; 2], span: &TimeSpan) -> Self {
        self.maybe(names[0], span.from.map(day)).maybe(names[1], span.until.map(day))
    }

    pub(super) fn page_size(self, size: Option<u16>) -> Self {
        self.maybe("PageSize", size.map(|size| size.clamp(1, 1000)))
    }
}

fn second(time: Timestamp) -> String {
    let whole = Timestamp::from_micros(time.as_micros().div_euclid(1_000_000) * 1_000_000);
    whole.to_string()
}

fn day(time: Timestamp) -> String {
    second(time).split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_to_the_second_and_days_in_greenwich() {
        let time: Timestamp = "2026-11-21T23:59:59.987654Z".parse().expect("a time");
        assert_eq!(second(time), "2026-11-21T23:59:59Z");
        assert_eq!(day(time), "2026-11-21");
        assert_eq!(second(Timestamp::from_micros(-1)), "1969-12-31T23:59:59Z");
    }
}
