//! The network's record as lines that a person can follow.

use std::fmt::Write;

use responder::Timestamp;
use responder_sim::{CallRecord, Side, Sound, Trace};

use crate::cast::who;

/// Everything that happened, by time; `lines` are from elsewhere.
pub(crate) fn story(trace: &Trace, mut lines: Vec<(Timestamp, String)>) -> String {
    for call in &trace.calls {
        tell_call(call, &mut lines);
    }
    for text in &trace.messages {
        let line = format!("{} texts {}: {:?} ({})", who(&text.from), who(&text.to), text.body, text.status);
        lines.push((text.created, line));
    }
    for notice in &trace.notices {
        lines.push((notice.at, format!("notice {}: {}", notice.code, notice.text)));
    }
    for request in &trace.requests {
        let side = if request.side == Side::In { "REST" } else { "webhook" };
        let trouble = [request.error.as_deref(), request.fault.as_deref()].into_iter().flatten().collect::<Vec<_>>();
        let status = request.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        lines.push((
            request.began,
            format!("{side} {} {} -> {status} {}", request.method, request.url, trouble.join(", ")),
        ));
    }
    lines.sort_by_key(|(at, _)| *at);
    let Some(start) = lines.first().map(|(at, _)| *at) else { return "nothing happened\n".to_owned() };
    lines.iter().fold(String::new(), |mut story, (at, line)| {
        let _ = writeln!(story, "{:>9.2} s  {line}", at.since(start).as_secs_f64());
        story
    })
}

fn tell_call(call: &CallRecord, lines: &mut Vec<(Timestamp, String)>) {
    let name = format!("call {} of {} to {}", short(call.sid.as_str()), who(&call.from), who(&call.to));
    let mut tell = |at: Timestamp, what: String| lines.push((at, format!("{name}: {what}")));
    tell(call.created, "begins".to_owned());
    if let Some(at) = call.answered {
        tell(at, "is answered".to_owned());
    }
    for heard in &call.heard {
        tell(heard.from, format!("hears {}", sound(&heard.what)));
    }
    for pressed in &call.pressed {
        tell(pressed.at, format!("presses {}", pressed.keys));
    }
    for hold in &call.holds {
        tell(hold.from, "is put on hold".to_owned());
        if let Some(at) = hold.to {
            tell(at, format!("is off hold ({})", hold.result.as_deref().unwrap_or("no result yet")));
        }
    }
    for talk in &call.talks {
        tell(talk.from, format!("talks with {}", who(&talk.number)));
        if let Some(at) = talk.to {
            tell(at, format!("no longer talks with {}", who(&talk.number)));
        }
    }
    if let Some(at) = call.ended {
        tell(at, format!("is over ({})", call.status));
    }
}

fn sound(sound: &Sound) -> String {
    match sound {
        Sound::Said(text) => format!("{text:?}"),
        Sound::Played(url) => format!("music from {url}"),
        Sound::Beep => "a beep".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The end of an identifier is enough to tell a few calls apart.
fn short(sid: &str) -> &str {
    sid.get(sid.len().saturating_sub(4)..).unwrap_or(sid)
}
