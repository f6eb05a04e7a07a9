//! Somebody who works with an admin server through its API, as its pages do.

use std::error::Error;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// Whoever is logged in.
#[derive(Clone)]
pub(crate) struct Operator {
    http: Client,
    /// The address of the server; also the origin that its pages have.
    admin: String,
    cookie: String,
    csrf: String,
}

impl Operator {
    /// Logs in.
    pub(crate) async fn log_in(admin: &str, name: &str, password: &str) -> Result<Self, Trouble> {
        let http = Client::new();
        let request = http.post(format!("{admin}/login")).header("origin", admin);
        let answer = request.json(&json!({ "username": name, "password": password })).send().await?;
        let cookie = answer.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = cookie.ok_or_else(|| format!("{name} was not let in: {}", answer.status()))?.to_owned();
        let csrf = answer.json::<Value>().await?["csrf_token"].as_str().unwrap_or_default().to_owned();
        Ok(Self { http, admin: admin.to_owned(), cookie, csrf })
    }

    /// Asks for something below the address of the server.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.admin)).header("cookie", &self.cookie)
    }

    /// Does something; true for whatever has a status of 2xx.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<(bool, Value), Trouble> {
        let request = self.http.post(format!("{}{path}", self.admin)).header("cookie", &self.cookie);
        let request = request.header("origin", &self.admin).header("x-csrf-token", &self.csrf);
        let answer = request.json(body).send().await?;
        Ok((answer.status().is_success(), answer.json().await?))
    }

    /// Enters settings of a branch.
    pub(crate) async fn enter(&self, branch: &str, settings: &Value) -> Result<(), Trouble> {
        match self.post(&format!("/api/branch/{branch}/settings"), settings).await? {
            (true, _) => Ok(()),
            (false, answer) => Err(format!("the settings of {branch} were not taken: {answer}").into()),
        }
    }
}

type Trouble = Box<dyn Error + Send + Sync>;
