//! Every request and every answer against the provider's published description of its API (twilio-oai, 2.6.7).

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use responder::telephony::{HttpTransport, HttpTransportError};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
struct Operation {
    operation: String,
    method: String,
    path: String,
    path_params: BTreeMap<String, String>,
    query_params: BTreeMap<String, Parameter>,
    form_params: BTreeMap<String, Parameter>,
    one_of: Vec<Vec<String>>,
    /// The fields of the answer.
    answer: Vec<String>,
    /// Where the items of a list are, and their fields.
    list: Option<String>,
    item: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Parameter {
    #[serde(rename = "type")]
    kind: String,
    format: Option<String>,
    #[serde(rename = "enum")]
    values: Option<Vec<String>>,
    #[serde(default)]
    required: bool,
    minimum: Option<i64>,
    maximum: Option<i64>,
}

type Fields = Vec<(String, String)>;

/// Carries requests on, and fails the test at the first that the description does not know.
#[derive(Debug)]
pub(crate) struct Inspector {
    operations: Vec<Operation>,
    inner: Arc<dyn HttpTransport>,
    /// Names of operations, in the order in which they were asked for.
    seen: Mutex<Vec<String>>,
    /// What stands before the paths of the description.
    base: &'static str,
}

impl Inspector {
    pub(crate) fn new(inner: Arc<dyn HttpTransport>, base: &'static str) -> Arc<Self> {
        let operations = serde_json::from_str(include_str!("contract.json")).expect("a contract");
        Arc::new(Self { operations, inner, seen: Mutex::default(), base })
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("names").clone()
    }

    fn inspect(&self, request: &Request<Bytes>) -> Option<&Operation> {
        let path = request.uri().path().strip_prefix(self.base).expect("below the base");
        if !path.ends_with(".json") {
            assert!(path.contains("/Recordings/"), "{path} is neither described nor sound");
            self.seen.lock().expect("names").push("Media".to_owned());
            return None;
        }
        let strict = self.base.is_empty();
        let operation = self.operations.iter().find(|known| known.matches(request.method().as_str(), path, strict));
        let operation = operation.unwrap_or_else(|| panic!("{} {path} is no operation", request.method()));
        operation.check(request);
        self.seen.lock().expect("names").push(operation.operation.clone());
        Some(operation)
    }
}

#[async_trait]
impl HttpTransport for Inspector {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpTransportError> {
        let operation = self.inspect(&request);
        let answer = self.inner.send(request).await?;
        if let Some(operation) = operation.filter(|_| answer.status().is_success()) {
            operation.check_answer(answer.body());
        }
        Ok(answer)
    }
}

impl Operation {
    fn matches(&self, method: &str, path: &str, strict: bool) -> bool {
        let (ours, theirs): (Vec<_>, Vec<_>) = (path.split('/').collect(), self.path.split('/').collect());
        method == self.method
            && ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(ours, theirs)| self.fits(ours, theirs, strict))
    }

    fn fits(&self, ours: &str, theirs: &str, strict: bool) -> bool {
        let (ours, theirs) = (ours.trim_end_matches(".json"), theirs.trim_end_matches(".json"));
        match theirs.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if strict && !self.path_params[name].is_empty() => {
                // All patterns are two letters, of which some have a choice, and 32 hexadecimal digits.
                let prefix_fits = ours.get(..2).is_some_and(|prefix| self.path_params[name].contains(prefix));
                prefix_fits && ours.len() == 34 && ours[2..].bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            Some(_) => !ours.is_empty(),
            None => ours == theirs,
        }
    }

    fn check(&self, request: &Request<Bytes>) {
        let query = request.uri().query().unwrap_or_default();
        let form = parsed(request.body());
        self.check_all(&self.query_params, &parsed(query.as_bytes()));
        self.check_all(&self.form_params, &form);
        for names in &self.one_of {
            // A text may have both words and pictures.
            let given = form.iter().filter(|(name, _)| names.contains(name)).count();
            assert!(given > 0, "{}: one of {names:?}", self.operation);
        }
    }

    fn check_all(&self, known: &BTreeMap<String, Parameter>, given: &Fields) {
        for (name, value) in given {
            let parameter = known.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.operation));
            assert!(parameter.takes(value), "{}: {name}={value}", self.operation);
            let count = given.iter().filter(|(other, _)| other == name).count();
            assert!(count == 1 || parameter.kind == "array", "{}: {name} is repeated", self.operation);
        }
        for (name, _) in known.iter().filter(|(_, parameter)| parameter.required) {
            assert!(given.iter().any(|(given, _)| given == name), "{} needs {name}", self.operation);
        }
    }

    /// The simulator says everything that the provider says.
    fn check_answer(&self, body: &[u8]) {
        let has_all = |value: &Value, names: &[String]| {
            for name in names {
                assert!(value.get(name).is_some(), "{}: {name} is missing in {value}", self.operation);
            }
        };
        if self.answer.is_empty() {
            return assert!(body.is_empty(), "{}", self.operation);
        }
        let value: Value = serde_json::from_slice(body).expect("JSON");
        has_all(&value, &self.answer);
        for item in self.list.iter().flat_map(|list| value[list].as_array().expect("a list")) {
            has_all(item, &self.item);
        }
    }
}

impl Parameter {
    fn takes(&self, value: &str) -> bool {
        let kind = match self.kind.as_str() {
            "integer" => value.parse::<i64>().is_ok_and(|number| {
                self.minimum.is_none_or(|least| number >= least) && self.maximum.is_none_or(|most| number <= most)
            }),
            "boolean" => matches!(value, "true" | "false"),
            _ => true,
        };
        let format = match self.format.as_deref() {
            // An empty address takes away what is there.
            Some("uri") => value.is_empty() || url::Url::parse(value).is_ok(),
            Some("date") => value.len() == 10 && format!("{value}T00:00:00Z").parse::<responder::Timestamp>().is_ok(),
            Some("date-time") => value.len() == 20 && value.parse::<responder::Timestamp>().is_ok(),
            _ => true,
        };
        kind && format && self.values.as_ref().is_none_or(|values| values.iter().any(|known| known == value))
    }
}

fn parsed(form: &[u8]) -> Fields {
    form_urlencoded::parse(form).into_owned().collect()
}
