//! What is to be read of the rows of a branch in its OpenAPI document.

use serde_json::{Map, Value};

use crate::http::{Description, Endpoint};

/// By method and path, and what they refer to.
const DOCUMENT: &str = include_str!("openapi.json");

/// Each row with what the document says of it.
pub(super) fn described(rows: Vec<Endpoint>) -> Vec<Endpoint> {
    // It is ours, and a test reads it.
    let document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let describe = |row: Endpoint| match operation(&document, &row) {
        Some(operation) => {
            let schemas = referred_to(&document["schemas"], operation);
            row.with_description(Description { operation: operation.clone(), schemas })
        }
        None => row,
    };
    rows.into_iter().map(describe).collect()
}

fn operation<'a>(document: &'a Value, row: &Endpoint) -> Option<&'a Value> {
    let name = format!("{} {}", row.method().as_str().to_ascii_lowercase(), row.path());
    document["operations"].get(&name)
}

/// The schemas that `value` names, and those that they name.
fn referred_to(schemas: &Value, value: &Value) -> Map<String, Value> {
    let (mut found, mut open) = (Map::new(), vec![value]);
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => open.extend(fields.values()),
            Value::Array(items) => open.extend(items),
            Value::String(text) => {
                let name = text.strip_prefix("#/components/schemas/").filter(|name| !found.contains_key(*name));
                if let Some((name, schema)) = name.and_then(|name| schemas.get(name).map(|schema| (name, schema))) {
                    found.insert(name.to_owned(), schema.clone());
                    open.push(schema);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use ::http::Method;

    use super::*;
    use crate::http::{Access, BodyRule, Call, Endpoints, no_content};

    #[test]
    fn whatever_is_described_is_a_row_and_whatever_is_named_is_there() {
        let document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
        let handler = async |_: Call| Ok(no_content());
        let rows = document["operations"].as_object().expect("operations").keys().map(|name| {
            let (method, path) = name.split_once(' ').expect("a method and a path");
            let method: Method = method.to_ascii_uppercase().parse().expect("a method");
            Endpoint::new(method, path, Access::Public, BodyRule::json(), handler)
        });
        let table = Endpoints::builder("https://help.example.com/tuc".parse().expect("a URL"));
        let whole = table.endpoints(described(rows.collect())).build().expect("a table").openapi();
        let known = whole["components"]["schemas"].as_object().expect("schemas");
        let mut all = document["schemas"].as_object().expect("schemas").clone();
        all.insert("Error".to_owned(), Value::Null);
        assert_eq!(known.keys().collect::<Vec<_>>(), all.keys().collect::<Vec<_>>(), "named by nobody, or not there");
        let text = whole.to_string();
        for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(known.contains_key(name), "{name} is not there");
        }
    }
}
