//! Our admin server and our branch as processes of their own, a phone network beside them, proxies in front.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes};
use reqwest::{Client, RequestBuilder};
use responder_sim::{Behaviour, ClockMode, Simulator};
use serde_json::{Value, json};

pub(crate) use crate::common::{
    patience::until,
    town::{CUSTOMER, TECHNICIAN, emergency},
};
use crate::{
    common::{
        place::{NOBODY, serve},
        process::Process,
        town::{self, PASSWORD, token},
    },
    proxy,
    sheet::{Answer, told},
};

pub(crate) const OURS: &str = "+15005550006";
pub(crate) const RECIPIENT: &str = "+15005550009";

/// Everything, on loopback. Of the three branches, `poc` has a server that makes no sense, and `rex` none at all.
pub(crate) struct Town {
    all: town::Town,
    /// The branch, as the seed's admin server reaches it.
    pub(crate) branch_by_proxy: String,
    /// The admin server, as the seed's branch reaches it.
    pub(crate) admin_by_proxy: String,
    pub(crate) http: Client,
    pub(crate) admin: Process,
    pub(crate) branch: Process,
}

/// Somebody who is logged in at the admin server, and whose proxy adds what shows that.
pub(crate) struct User {
    at: String,
    http: Client,
}

impl Town {
    /// With settings as the seed's own page sends them.
    pub(crate) async fn found() -> Self {
        let mut all = town::Town::with(&["tuc", "poc", "rex"], ClockMode::Real).await;
        all.places[1].told = serve(Router::new().fallback(async || "hello")).await;
        all.places[2].told = NOBODY.to_owned();
        all.network.set_default_phone(Behaviour::no_answer());
        let admin = all.admin().await;
        let bearer = || vec![("authorization", format!("Bearer {}", token("tuc")))];
        let admin_by_proxy = proxy::open(&all.admin_at, bearer()).await;
        let branch_by_proxy = proxy::open(all.at("tuc"), bearer()).await;
        User::log_in(&all.admin_at, "ada").await.save("tuc", &settings(&all.network)).await;
        let branch = all.branch("tuc").await;
        Self { all, branch_by_proxy, admin_by_proxy, http: proxy::client(), admin, branch }
    }

    /// The branch is asked for something by the seed's admin server, or a page of it.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> Answer {
        told(self.to_branch(method, path)).await
    }

    pub(crate) fn to_branch(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse().expect("a method"), format!("{}{path}", self.branch_by_proxy))
    }

    /// A report, as it is passed on.
    pub(crate) async fn report(&self, body: &Value) -> Answer {
        told(self.to_branch("POST", "/webhook").json(body)).await
    }

    /// Ends whatever the branch is at.
    pub(crate) async fn calm(&self) {
        let list = self.ask("GET", "/api/emergencies").await.json();
        for emergency in list["emergencies"].as_array().expect("a list") {
            let path = format!("/api/emergencies/{}/cancel", emergency["id"].as_str().expect("an id"));
            self.ask("POST", &path).await;
        }
        until(async || self.ask("GET", "/api/status").await.json()["status"] == "Ready").await;
    }

    pub(crate) async fn user(&self, name: &str) -> User {
        User::log_in(&self.admin_at, name).await
    }

    /// Takes the log away. What the branch has just done may still begin another one.
    pub(crate) async fn lose_log(&self) {
        until(async || {
            std::fs::remove_file(self.log()).ok();
            self.ask("GET", "/api/logs?all").await.status == 404
        })
        .await;
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("tuc.log")
    }
}

impl Deref for Town {
    type Target = town::Town;

    fn deref(&self) -> &town::Town {
        &self.all
    }
}

impl User {
    /// By the form of the page.
    async fn log_in(admin_at: &str, name: &str) -> Self {
        let http = proxy::client();
        let form = http.post(format!("{admin_at}/login")).header("origin", admin_at);
        let answer = told(with_form(form, &[("username", name), ("password", PASSWORD)])).await;
        assert_eq!((answer.status, answer.header("location")), (302, "/"), "{name}: {}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().expect("one").to_owned();
        let session = told(http.get(format!("{admin_at}/api/session")).header("cookie", &cookie)).await.json();
        let csrf = session["csrf_token"].as_str().expect("a token").to_owned();
        let tokens = vec![("cookie", cookie), ("origin", admin_at.to_owned()), ("x-csrf-token", csrf)];
        Self { at: proxy::open(admin_at, tokens).await, http }
    }

    pub(crate) fn to(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse().expect("a method"), format!("{}{path}", self.at))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        told(self.to("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        told(self.to("POST", path).json(body)).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        told(with_form(self.to("POST", path), fields)).await
    }

    pub(crate) async fn save(&self, branch: &str, settings: &Value) {
        let answer = self.post(&format!("/api/branch/{branch}/settings"), settings).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Adds somebody with these permissions, each as the form of the page has it.
    pub(crate) async fn add(&self, town: &Town, name: &str, permissions: &[&str]) -> Self {
        let mut fields = vec![("username", name), ("password", PASSWORD)];
        fields.extend(permissions.iter().map(|permission| (*permission, "on")));
        let answer = self.form("/users/create", &fields).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        town.user(name).await
    }
}

/// As a browser sends a form.
pub(crate) fn with_form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// As the seed has them: flags and counts are texts.
pub(crate) fn settings(network: &Simulator) -> Value {
    json!({
        "TWILIO_ACCOUNT_SID": network.account_sid(),
        "TWILIO_AUTH_TOKEN": network.auth_token(),
        "TWILIO_PHONE_NUMBER": OURS,
        "RECIPIENT_PHONES": RECIPIENT,
        "enable_auto_call": "true",
        "call_recording_page_size": "20",
    })
}

/// Somebody who takes what is posted.
pub(crate) async fn listener() -> (String, Arc<Mutex<Vec<Value>>>) {
    let heard = Arc::<Mutex<Vec<Value>>>::default();
    let kept = heard.clone();
    let take =
        async move |body: Bytes| kept.lock().expect("no panic").push(serde_json::from_slice(&body).expect("JSON"));
    (serve(Router::new().fallback(take)).await, heard)
}
