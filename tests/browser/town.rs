//! The admin server and a branch as processes of their own, a phone network beside them, and a page of another origin.

use std::time::Duration;

use axum::{Router, http::header, routing::get};
use responder_sim::{Behaviour, ClockMode, DialIn};
use serde_json::{Value, json};

use crate::common::{
    place::{NOBODY, serve},
    process::Process,
    town::{self, CUSTOMER, PASSWORD, TECHNICIAN, token},
};

const SECOND: &str = "+15005550007";
const THIRD: &str = "+15005550008";
const OPERATOR: &str = "a password for operators";

/// Everything, on loopback. Of its two branches one has no server that answers.
pub(crate) struct Town {
    all: town::Town,
    monitor_at: String,
    _servers: [Process; 2],
}

impl Town {
    pub(crate) async fn found() -> Self {
        let mut all = town::Town::with(&["tuc", "poc"], ClockMode::Real).await;
        all.places[1].told = NOBODY.to_owned();
        let monitor_at = serve_monitor().await;
        let mut command = all.admin_command();
        command.env("TUC_PUBLIC_URL", "https://tucson.example.com").env("TRUSTED_PROXIES", "127.0.0.1/32");
        let admin = all.start(command, &all.admin_at).await;
        let ada = all.log_in().await;
        ada.save(&all.settings("tuc")).await;
        ada.save(&more_settings()).await;
        let mut command = all.branch_command("tuc");
        command.env("CORS_ALLOWED_ORIGINS", &monitor_at).env("OPERATOR_PASSWORD", OPERATOR);
        let branch = all.start(command, all.at("tuc")).await;
        Self { all, monitor_at, _servers: [admin, branch] }
    }

    /// What the scripts have to know.
    pub(crate) fn told(&self) -> Value {
        json!({
            "admin": self.all.admin_at, "branch": self.all.at("tuc"), "monitor": self.monitor_at, "token": token("tuc"),
            "username": "ada", "password": PASSWORD, "operator": OPERATOR, "technician": TECHNICIAN,
            "customer": CUSTOMER,
        })
    }

    /// Does something in the world that a script wants.
    pub(crate) async fn fulfil(&self, wish: &Value) -> Value {
        match wish["do"].as_str().unwrap_or_default() {
            "technician_accepts" => {
                let accepts = Behaviour::answers_after_seconds(3).pressing(["1", "1", "1"]);
                self.all.network.set_phone(TECHNICIAN, accepts);
            }
            "everybody_is_busy" => {
                for number in [TECHNICIAN, SECOND, THIRD] {
                    self.all.network.set_phone(number, Behaviour::busy());
                }
            }
            "nobody_picks_up" => {
                for number in [TECHNICIAN, SECOND, THIRD] {
                    self.all.network.set_phone(number, Behaviour::no_answer());
                }
            }
            "customer_calls" => {
                let talks = Behaviour::default().hanging_up_talking_after(Duration::from_secs(12));
                let call = DialIn::new(CUSTOMER, &self.all.place("tuc").number).behaving(talks);
                self.all.network.dial(call).expect("a number that is set up");
            }
            other => panic!("nobody knows how to do {other}"),
        }
        json!({ "done": wish["do"] })
    }
}

fn more_settings() -> Value {
    json!({
        "ESCALATION_PHONES": format!("Bea Example <{SECOND}>; Cleo Example <{THIRD}>"),
        "attempts_per_technician": 1,
        "escalation_rounds": 1,
        "enable_call_recording": true,
    })
}

/// The static page of `examples/monitor`, on an origin of its own.
async fn serve_monitor() -> String {
    let file = |content_type: &'static str, text: &'static str| {
        get(async move || ([(header::CONTENT_TYPE, content_type)], text))
    };
    let router = Router::new()
        .route("/", file("text/html", include_str!("../../examples/monitor/index.html")))
        .route("/monitor.css", file("text/css", include_str!("../../examples/monitor/monitor.css")))
        .route("/monitor.js", file("text/javascript", include_str!("../../examples/monitor/monitor.js")));
    serve(router).await
}
