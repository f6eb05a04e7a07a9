//! Lists in pages (Twilio, "Twilio's response", paging).

use responder_core::Timestamp;
use serde_json::{Map, Value, json};

use super::{Form, Reply, RestError};
use crate::{clock::day, sid::Sid, webhook::Fields};

/// One page of `items`, which are in their final order. A token names the last item of the page before, so that items
/// that come in between don't shift the pages.
pub(crate) fn page(items: Vec<(Sid, Value)>, form: Form<'_>, path: &str, key: &str) -> Result<Reply, RestError> {
    let size = usize::try_from(form.number("PageSize")?.unwrap_or(50).clamp(1, 1000)).unwrap_or(1000);
    let number = usize::try_from(form.number("Page")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let after = form.get("PageToken").and_then(|token| token.strip_prefix(TOKEN));
    let offset = after
        .and_then(|sid| items.iter().position(|(item, _)| item.as_str() == sid))
        .map_or_else(|| number.saturating_mul(size), |index| index + 1);
    let total = items.len();
    let shown: Vec<(Sid, Value)> = items.into_iter().skip(offset).take(size).collect();
    let last = shown.last().map(|(sid, _)| sid.clone());
    let more = last.filter(|_| offset.saturating_add(shown.len()) < total);
    let link = |number: usize, token: Option<&Sid>| link(form, path, number, size, token);
    let start = number.saturating_mul(size);
    let mut body = Map::new();
    body.insert("page".to_owned(), json!(number));
    body.insert("page_size".to_owned(), json!(size));
    body.insert("start".to_owned(), json!(start));
    body.insert("end".to_owned(), json!(start.saturating_add(shown.len().saturating_sub(1))));
    body.insert("uri".to_owned(), json!(link(number, None)));
    body.insert("first_page_uri".to_owned(), json!(link(0, None)));
    body.insert("next_page_uri".to_owned(), json!(more.map(|last| link(number + 1, Some(&last)))));
    body.insert("previous_page_uri".to_owned(), json!(number.checked_sub(1).map(|number| link(number, None))));
    body.insert(key.to_owned(), Value::Array(shown.into_iter().map(|(_, item)| item).collect()));
    Ok(Reply::Found(Value::Object(body)))
}

fn link(form: Form<'_>, path: &str, number: usize, size: usize, token: Option<&Sid>) -> String {
    let paging = ["PageSize", "Page", "PageToken"];
    let mut fields: Fields = form.0.iter().filter(|(name, _)| !paging.contains(&name.as_str())).cloned().collect();
    fields.push(("PageSize".to_owned(), size.to_string()));
    fields.push(("Page".to_owned(), number.to_string()));
    fields.extend(token.map(|sid| ("PageToken".to_owned(), format!("{TOKEN}{sid}"))));
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// Whether a time passes the filters `Name`, `Name<` and `Name>`. Days are compared as days, both ends included;
/// times as times. What can't be read passes nothing.
pub(crate) fn in_time(form: Form<'_>, name: &str, time: Option<Timestamp>) -> bool {
    let compare = |written: &str| {
        let time = time?;
        if written.len() == "2026-01-01".len() {
            return Some(day(time).as_str().cmp(written));
        }
        let seconds = |time: Timestamp| time.as_micros() / 1_000_000;
        Some(seconds(time).cmp(&seconds(written.parse().ok()?)))
    };
    let passes = |suffix: &str, right: fn(std::cmp::Ordering) -> bool| {
        form.get(&format!("{name}{suffix}")).is_none_or(|written| compare(written).is_some_and(right))
    };
    passes("", std::cmp::Ordering::is_eq)
        && passes("<", std::cmp::Ordering::is_le)
        && passes(">", std::cmp::Ordering::is_ge)
}

/// Whether a value passes the filter of this name.
pub(crate) fn is_wanted(form: Form<'_>, name: &str, value: &str) -> bool {
    form.get(name).is_none_or(|wanted| wanted == value)
}

const TOKEN: &str = "PA";

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gaps() {
        let items: Vec<_> = (0..5).map(|n| (Sid::from(format!("CA{n}")), json!(n))).collect();
        let mut query = fields(&[("PageSize", "2"), ("To", "+15005550006")]);
        let mut seen = Vec::new();
        loop {
            let page = page(items.clone(), Form(&query), "/Calls.json", "calls").expect("a page");
            let Reply::Found(page) = page else { panic!("a page is found") };
            seen.extend(page["calls"].as_array().expect("a list").clone());
            let Some(next) = page["next_page_uri"].as_str() else { break };
            let (_, next) = next.split_once('?').expect("a query");
            query = form_urlencoded::parse(next.as_bytes()).into_owned().collect();
            assert_eq!(Form(&query).get("To"), Some("+15005550006"), "filters stay");
        }
        assert_eq!(seen, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn days_include_their_ends() {
        let time = Some("2026-03-04T10:00:00Z".parse().expect("a time"));
        for (filter, passes) in [
            (("StartTime", "2026-03-04"), true),
            (("StartTime<", "2026-03-04"), true),
            (("StartTime>", "2026-03-04"), true),
            (("StartTime<", "2026-03-03"), false),
            (("StartTime>", "2026-03-04T10:00:00Z"), true),
            (("StartTime>", "2026-03-04T10:00:01Z"), false),
            (("StartTime>", "yesterday"), false),
        ] {
            assert_eq!(in_time(Form(&fields(&[filter])), "StartTime", time), passes, "{filter:?}");
        }
    }
}
