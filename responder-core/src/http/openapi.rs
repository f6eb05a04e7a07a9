//! The table as an OpenAPI 3.1 document.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Access, BodyRule, Call, Credential, Endpoint, Endpoints, PathTemplate, json as answer, session_cookie};

/// What an endpoint says of itself in an OpenAPI document, beyond what its table knows.
///
/// ```
/// use responder_core::http::{Access, Call, Description, Endpoint, Endpoints, no_content};
/// use serde_json::json;
///
/// let description = Description {
///     operation: json!({ "summary": "Whether the process answers." }),
///     ..Description::default()
/// };
/// let row = Endpoint::get("/healthz", Access::Public, async |_: Call| Ok(no_content())).with_description(description);
/// let endpoints = Endpoints::builder("https://help.example.com/tuc".parse()?).endpoint(row).build()?;
/// assert_eq!(endpoints.openapi()["paths"]["/healthz"]["get"]["summary"], "Whether the process answers.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Fields of an Operation Object (OpenAPI 3.1, 4.8.10): parameters and answers are added to those that the table
    /// knows, whatever else it says takes their place.
    pub operation: Value,
    /// What it refers to, by name: they come below `#/components/schemas`. Rows that use the same name mean the same.
    pub schemas: Map<String, Value>,
}

/// Where the document is.
const OPENAPI: &str = "/openapi.json";

impl Endpoint {
    /// `GET /openapi.json`, for everybody: the document of the table that it is put into.
    pub fn openapi() -> Self {
        Self::get(OPENAPI, Access::Public, async |call: Call| answer(StatusCode::OK, &call.table().openapi()))
    }
}

impl Endpoints {
    /// Every row in the words of OpenAPI 3.1: path, method, who may call, what a body must be, the answers that the
    /// table itself gives, and what the rows [say of themselves](Endpoint::with_description).
    ///
    /// ```
    /// use responder_core::http::{Access, Call, Endpoint, Endpoints, no_content};
    ///
    /// let endpoints = Endpoints::builder("https://help.example.com/tuc".parse()?)
    ///     .endpoint(Endpoint::get("/healthz", Access::Public, async |_: Call| Ok(no_content())))
    ///     .build()?;
    /// let document = endpoints.openapi();
    /// assert_eq!(document["openapi"], "3.1.0");
    /// assert!(document["paths"]["/healthz"]["get"]["security"].as_array().is_some_and(Vec::is_empty));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn openapi(&self) -> Value {
        let mut paths = Map::new();
        for template in self.templates() {
            let rows = self.rows().filter(|row| row.path() == template.as_str());
            let operations = rows.map(|row| (row.method().as_str().to_ascii_lowercase(), operation(row, template)));
            paths.insert(template.as_str().to_owned(), Value::Object(operations.collect()));
        }
        let named = self.rows().flat_map(|row| &row.description().schemas);
        let mut schemas: Map<_, _> = named.map(|(name, schema)| (name.clone(), schema.clone())).collect();
        schemas.insert("Error".to_owned(), error());
        json!({
            "openapi": "3.1.0",
            "info": { "title": "Responder", "version": env!("CARGO_PKG_VERSION") },
            "servers": [{ "url": self.public_url().as_str() }],
            "paths": paths,
            "components": { "securitySchemes": schemes(session_cookie(self.public_url())), "schemas": schemas },
        })
    }
}

fn operation(row: &Endpoint, template: &PathTemplate) -> Value {
    let parameters: Vec<Value> = template.parameters().map(parameter).collect();
    let mut operation = json!({
        "operationId": name(row),
        "parameters": parameters,
        "security": security(row.access()),
        "responses": responses(row),
    });
    if let Some(body) = body(row) {
        operation["requestBody"] = body;
    }
    merge(&mut operation, &row.description().operation);
    operation
}

/// Adds the members of objects and of lists. A schema is one thing, which is replaced as a whole.
fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                match into.get_mut(name).filter(|_| name != "schema") {
                    Some(known) => merge(known, value),
                    None => drop(into.insert(name.clone(), value.clone())),
                }
            }
        }
        (Value::Array(into), Value::Array(more)) => into.extend(more.iter().cloned()),
        (_, Value::Null) => {}
        (into, more) => *into = more.clone(),
    }
}

/// `get_api_emergencies_id`.
fn name(row: &Endpoint) -> String {
    let path = row.path().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let words = path.split('_').filter(|word| !word.is_empty());
    [row.method().as_str().to_ascii_lowercase().as_str()].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

fn parameter(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
}

/// Any of them is enough; none for what is public.
fn security(access: &Access) -> Vec<Value> {
    let mut names: Vec<&str> = access.credentials().iter().map(|credential| scheme(*credential)).collect();
    names.dedup();
    names.into_iter().map(|name| json!({ name: [] })).collect()
}

const fn scheme(credential: Credential) -> &'static str {
    match credential {
        Credential::TwilioSignature => "providerSignature",
        Credential::IntakeToken => "intakeToken",
        Credential::IntakeHmac => "intakeSignature",
        Credential::Internal(_) => "branchToken",
        Credential::OperatorBasic => "operatorPassword",
        Credential::UserToken => "userToken",
        Credential::Ticket => "ticket",
        Credential::Session(_) | Credential::Page(_) => "session",
    }
}

fn schemes(cookie: &str) -> Value {
    let bearer = |about: &str| json!({ "type": "http", "scheme": "bearer", "description": about });
    let header =
        |name: &str, about: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": about });
    json!({
        "providerSignature": header("X-Twilio-Signature", "The signature of the telephony provider."),
        "intakeToken": bearer("The token of whoever reports emergencies."),
        "intakeSignature": header("X-Signature-256", "sha256= and the HMAC-SHA256 of the body in hexadecimal digits."),
        "branchToken": bearer("The token that branch and admin server share."),
        "operatorPassword": { "type": "http", "scheme": "basic", "description": "The user operator and their password." },
        "userToken": bearer("The token by which a user of an app is known."),
        "ticket": { "type": "apiKey", "in": "query", "name": "ticket", "description": "Good once, within a minute." },
        "session": {
            "type": "apiKey", "in": "cookie", "name": cookie,
            "description": "Of somebody who has logged in. What changes something shows X-CSRF-Token, too.",
        },
    })
}

fn body(row: &Endpoint) -> Option<Value> {
    const FORM: &str = "application/x-www-form-urlencoded";
    const JSON: &str = "application/json";
    let (types, is_required): (&[&str], bool) = match row.body() {
        BodyRule::Empty => return None,
        BodyRule::Json { .. } => (&[JSON], true),
        BodyRule::Form { .. } => (&[FORM], false),
        BodyRule::Either { .. } => (&[FORM, JSON], false),
    };
    let content: Map<String, Value> = types
        .iter()
        .map(|content_type| ((*content_type).to_owned(), json!({ "schema": { "type": "object" } })))
        .collect();
    Some(json!({ "required": is_required, "content": content }))
}

/// What the table answers before a handler is asked; see [`Endpoints::serve`].
fn responses(row: &Endpoint) -> Value {
    let mut statuses = vec![("400", "A field or parameter is wrong.", true)];
    if row.description().operation.get("responses").is_none() {
        statuses.push(("default", "What the endpoint answers.", false));
    }
    let credentials = row.access().credentials();
    if credentials.iter().any(|credential| *credential != Credential::TwilioSignature) {
        statuses.push(("401", "Credentials are missing or wrong.", true));
    }
    if credentials.contains(&Credential::TwilioSignature) || credentials.contains(&Credential::OperatorBasic) {
        statuses.push(("403", "The signature is wrong, or a password comes from a page that is not ours.", true));
    }
    if row.body() != BodyRule::Empty {
        statuses.push(("408", "The body did not arrive in time.", true));
        statuses.push(("413", "The body is too long.", true));
        statuses.push(("415", "The body is of another type.", true));
    }
    let response = |(status, about, is_error): (&str, &str, bool)| {
        let mut response = json!({ "description": about });
        if is_error {
            let schema = json!({ "schema": { "$ref": "#/components/schemas/Error" } });
            response["content"] = json!({ "application/json": schema });
        }
        (status.to_owned(), response)
    };
    Value::Object(statuses.into_iter().map(response).collect())
}

fn error() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["status", "code", "message"],
        "properties": { "status": { "const": "error" }, "code": text, "message": text, "field": text },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::no_content;

    fn table() -> Endpoints {
        let handler = async |_: Call| Ok(no_content());
        Endpoints::builder("https://help.example.com/tuc".parse().expect("a URL"))
            .endpoint(Endpoint::get("/api/emergencies/{id}", Access::operator_or_ticket(), handler))
            .endpoint(Endpoint::post("/webhook", Access::intake(), BodyRule::json(), handler))
            .endpoint(Endpoint::post("/hold", Access::provider(), BodyRule::form(), handler))
            .endpoint(Endpoint::openapi())
            .build()
            .expect("a table")
    }

    #[test]
    fn every_row_is_described() {
        let document = table().openapi();
        assert_eq!(document["servers"][0]["url"], "https://help.example.com/tuc");
        let one = &document["paths"]["/api/emergencies/{id}"]["get"];
        assert_eq!(one["operationId"], "get_api_emergencies_id");
        assert_eq!(one["parameters"][0]["name"], "id");
        let named = json!([{ "branchToken": [] }, { "intakeToken": [] }, { "operatorPassword": [] }, { "ticket": [] }]);
        assert_eq!(one["security"], named);
        let statuses = |operation: &Value| {
            operation["responses"].as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(statuses(one), "400 401 403 default");
        let report = &document["paths"]["/webhook"]["post"];
        assert_eq!(report["requestBody"]["required"], true);
        assert_eq!(statuses(report), "400 401 408 413 415 default");
        assert_eq!(statuses(&document["paths"]["/hold"]["post"]), "400 403 408 413 415 default");
        assert_eq!(document["paths"][OPENAPI]["get"]["security"], json!([]));
        // Whatever security names is defined.
        for (path, operations) in document["paths"].as_object().expect("an object") {
            for operation in operations.as_object().expect("an object").values() {
                for name in operation["security"].as_array().expect("a list").iter().flat_map(|one| one.as_object()) {
                    let name = name.keys().next().expect("a name");
                    assert!(document["components"]["securitySchemes"].get(name).is_some(), "{path} {name}");
                }
            }
        }
    }
}
