//! Stored texts as trees: which fields they have, and of which types.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

/// One number for each field and the type of what stands there; all places in a list are one.
pub(super) fn of(stored: &str) -> Vec<u64> {
    let value: Value = serde_json::from_str(stored).expect("what is stored is JSON");
    let mut shapes = Vec::new();
    collect(&DefaultHasher::new(), &value, &mut shapes);
    shapes
}

/// Whether everything that `before` said is still said.
pub(super) fn keeps(before: &str, after: &str) -> bool {
    let parsed = |text| serde_json::from_str(text).expect("what is stored is JSON");
    is_within(&parsed(before), &parsed(after))
}

fn is_within(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.iter().all(|(name, value)| after.get(name).is_some_and(|now| is_within(value, now)))
        }
        (before, after) => before == after,
    }
}

fn collect(path: &DefaultHasher, value: &Value, shapes: &mut Vec<u64>) {
    let mut here = path.clone();
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let mut below = path.clone();
                name.hash(&mut below);
                collect(&below, value, shapes);
            }
        }
        Value::Array(items) => {
            "[]".hash(&mut here);
            items.iter().for_each(|item| collect(&here, item, shapes));
        }
        other => {
            std::mem::discriminant(other).hash(&mut here);
            shapes.push(here.finish());
        }
    }
}
