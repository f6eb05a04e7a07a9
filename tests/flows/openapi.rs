//! What a branch answers is what its OpenAPI document says, no more and no less.

use std::time::Duration;

use boon::{Compiler, Schemas};
use responder_sim::{Behaviour, DialIn};
use serde_json::{Value, json};

use crate::{
    cast::{self, BRANCH, CUSTOMER, TECHNICIAN},
    house::{end, on_stage},
    play::Plot,
    stage::{Stage, Trouble},
};

const HERE: &str = "https://help.example.com/openapi.json";

/// The document of a branch, with every object of it closed: what it does not name may not be there.
pub(crate) struct Document(Value);

impl Document {
    pub(crate) async fn of(stage: &Stage) -> Result<Self, Trouble> {
        let (status, mut document) = stage.get("/openapi.json").await?;
        if status != 200 {
            return Err(format!("answered {status}").into());
        }
        close(&mut document["components"]["schemas"]);
        Ok(Self(document))
    }

    /// Holds an answer to what `method` (in small letters) at `path` is said to answer with this status.
    fn hold(&self, method: &str, path: &str, status: u16, answer: &Value) -> Result<(), Trouble> {
        let responses = &self.0["paths"][path][method]["responses"];
        let schema = &responses[status.to_string()]["content"]["application/json"]["schema"]["$ref"];
        let schema = schema.as_str().ok_or_else(|| format!("{method} {path} {status}: nothing is said of it"))?;
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        let wrong = |error: &dyn std::fmt::Display| format!("{method} {path} {status}: {error:#}\n{answer:#}");
        compiler.add_resource(HERE, self.0.clone()).map_err(|error| wrong(&error))?;
        let schema = compiler.compile(&format!("{HERE}{schema}"), &mut schemas).map_err(|error| wrong(&error))?;
        schemas.validate(answer, schema).map_err(|error| wrong(&error))?;
        Ok(())
    }

    /// Everything that operators can read.
    pub(crate) async fn hold_to_it(&self, stage: &Stage) -> Result<(), Trouble> {
        for path in ["/api/status", "/api/emergencies"] {
            let (status, answer) = stage.get(path).await?;
            self.hold("get", path, status, &answer)?;
        }
        let (_, page) = stage.get("/api/emergencies?limit=1").await?;
        let id = page["emergencies"][0]["id"].as_str().ok_or("no emergency")?.to_owned();
        let (status, answer) = stage.get(&format!("/api/emergencies/{id}")).await?;
        self.hold("get", "/api/emergencies/{id}", status, &answer)
    }
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn answers_are_as_they_are_said_to_be_while_things_happen() {
    let plot = Plot::new().phone(TECHNICIAN, [Behaviour::no_answer()]);
    on_stage(plot.setting(), async |stage: &Stage| {
        let document = Document::of(stage).await?;
        let mut pace = stage.pace();
        plot.prepare(stage);
        let (status, reported) = stage.post("/webhook", &cast::report()).await?;
        document.hold("post", "/webhook", status, &reported)?;
        document.hold_to_it(stage).await?;
        let id = reported["emergency_id"].as_str().ok_or("no id")?.to_owned();
        let (status, refused) = stage.post("/webhook", &json!({ "chosen_phone": 7 })).await?;
        document.hold("post", "/webhook", status, &refused)?;
        let (status, nobody) = stage.get("/api/emergencies/01arz3ndektsv4rrffq69g5fav").await?;
        document.hold("get", "/api/emergencies/{id}", status, &nobody)?;
        let (status, ticket) = stage.post("/api/events/ticket", &json!({})).await?;
        document.hold("post", "/api/events/ticket", status, &ticket)?;
        stage.network.dial(DialIn::new(CUSTOMER, BRANCH))?;
        pace.pass(Duration::from_secs(15)).await;
        document.hold_to_it(stage).await?;
        let cancel = format!("/api/emergencies/{id}/cancel");
        for _ in 0..2 {
            let (status, answer) = stage.post(&cancel, &json!({})).await?;
            document.hold("post", "/api/emergencies/{id}/cancel", status, &answer)?;
        }
        document.hold_to_it(stage).await?;
        end(stage, &mut pace, &id).await.map(drop)
    });
}
