//! Pages: what is on them is found here.

use std::{future::Future, sync::Arc};

use ::http::{HeaderName, HeaderValue, Method, Response, header};
use futures_util::future::join;

use super::{
    Access, Answer, BRANCH, BodyRule, Desk, Endpoint, Frame, Page, SettingRow, UserRow,
    glances::{GLANCED_AT, MOST_AT_ONCE, said},
    login::{redirect, who},
    no_server, person, row, secrets_failed, settings, store_failed, users,
};
use crate::{
    access::Permission,
    emergency::EmergencyId,
    http::{Body, Call, HttpError, LOGIN_PATH},
    settings::Settings,
};

/// The pages, and the forms on them.
pub(super) fn rows(desk: &Arc<Desk>) -> Vec<Endpoint> {
    let (none, form) = (BodyRule::Empty, BodyRule::form());
    let anybody = || Access::logged_in().as_page();
    let admin = || Access::admin().as_page();
    let view = || Access::permitted(Permission::View, BRANCH).as_page();
    let rows = vec![
        row(desk, Method::GET, LOGIN_PATH, Access::Public, none, login),
        row(desk, Method::GET, "/", anybody(), none, home),
        row(desk, Method::GET, "/live", anybody(), none, home_live),
        row(desk, Method::GET, "/alerts", anybody(), none, alerts),
        row(desk, Method::GET, "/figures", anybody(), none, figures),
        row(desk, Method::GET, "/password", anybody(), none, password),
        row(desk, Method::GET, "/branch/{branch}", view(), none, branch),
        row(desk, Method::GET, "/branch/{branch}/live", view(), none, branch_live),
        row(desk, Method::GET, "/branch/{branch}/emergency/{id}", view(), none, emergency),
        row(desk, Method::GET, "/branch/{branch}/emergency/{id}/live", view(), none, emergency_live),
        row(desk, Method::GET, "/branch/{branch}/settings", view(), none, settings_page),
        row(desk, Method::POST, "/branch/{branch}/settings/reset", view(), form, settings::reset_form),
        row(desk, Method::GET, "/users", admin(), none, all_users),
        row(desk, Method::POST, "/users/create", admin(), form, users::create_form),
        row(desk, Method::POST, "/users/{id}/edit", admin(), form, users::edit_form),
        row(desk, Method::POST, "/users/{id}/delete", admin(), form, users::delete_form),
        row(desk, Method::GET, "/audit", admin(), none, audit),
    ];
    let drawn = |row: Endpoint| {
        let desk = Arc::clone(desk);
        row.with_error_page(move |error| desk.trouble(error))
    };
    rows.into_iter().map(drawn).collect()
}

async fn login(desk: Arc<Desk>, _: Call) -> Answer {
    desk.page(None, &Page::Login { wrong: false, wait_seconds: None }).await
}

async fn password(desk: Arc<Desk>, call: Call) -> Answer {
    desk.page(Some(&call), &Page::Password).await
}

async fn home(desk: Arc<Desk>, call: Call) -> Answer {
    desk.page_of(&call, async { desk.glances(&call, GLANCED_AT).await.map(Page::Branches) }).await
}

async fn home_live(desk: Arc<Desk>, call: Call) -> Answer {
    let glances = desk.glances(&call, GLANCED_AT).await?;
    desk.part(&call, &Page::Branches(glances)).await
}

async fn figures(desk: Arc<Desk>, call: Call) -> Answer {
    desk.page_of(&call, async { desk.glances(&call, MOST_AT_ONCE).await.map(Page::Figures) }).await
}

async fn alerts(desk: Arc<Desk>, call: Call) -> Answer {
    let alerts = desk.alerts_for(&person(&call)?.session.user).await?;
    let frame = Frame { alerts: Some(alerts), is_part: true, ..desk.frame(Some(&call))? };
    desk.drawn(&frame, &Page::Alerts)
}

async fn branch(desk: Arc<Desk>, call: Call) -> Answer {
    desk.page_of(&call, async { desk.glance_closely(&call).await.map(Page::Branch) }).await
}

async fn branch_live(desk: Arc<Desk>, call: Call) -> Answer {
    let glance = desk.glance_closely(&call).await?;
    desk.part(&call, &Page::Branch(glance)).await
}

async fn emergency(desk: Arc<Desk>, call: Call) -> Answer {
    let page = emergency_of(&desk, &call).await?;
    desk.page(Some(&call), &page).await
}

async fn emergency_live(desk: Arc<Desk>, call: Call) -> Answer {
    let page = emergency_of(&desk, &call).await?;
    desk.part(&call, &page).await
}

async fn emergency_of(desk: &Desk, call: &Call) -> Result<Page, HttpError> {
    let id: EmergencyId = call.params.get("id").and_then(|id| id.parse().ok()).ok_or_else(HttpError::not_found)?;
    let site = desk.site(call)?;
    // Whoever asks for this one alone may wait for it.
    let emergency = match &site.client {
        Some(client) => said(client.get_shared(&format!("/api/emergencies/{id}")).await),
        None => Err(no_server().message().to_owned()),
    };
    Ok(Page::Emergency { branch: site.key.clone(), name: site.name.clone(), emergency })
}

async fn settings_page(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let kept = desk.admin.settings_of(site).await.map_err(secrets_failed)?;
    let rows = SettingRow::all(site, &kept, &person(&call)?.session.user.rights);
    let incomplete = Settings::read(&kept.values).err().map(|fault| fault.to_string());
    let (branch, name) = (site.key.clone(), site.name.clone());
    let page = Page::Settings { branch, name, revision: kept.revision, rows, incomplete };
    desk.page(Some(&call), &page).await
}

async fn all_users(desk: Arc<Desk>, call: Call) -> Answer {
    let users = desk.admin.store().users().await.map_err(store_failed)?;
    let (rows, names) = (users.iter().map(UserRow::of).collect(), desk.names(&users));
    desk.page(Some(&call), &Page::Users { rows, names }).await
}

async fn audit(desk: Arc<Desk>, call: Call) -> Answer {
    let (rows, next) = desk.audit_of(&call).await?;
    let users = desk.admin.store().users().await.map_err(store_failed)?;
    desk.page(Some(&call), &Page::Audit { rows, next, names: desk.names(&users) }).await
}

impl Desk {
    /// A page for whoever has made a call.
    pub(super) async fn page(&self, call: Option<&Call>, page: &Page) -> Answer {
        let alerts = match call {
            Some(call) => self.alerts_at_hand(&person(call)?.session.user).await,
            None => Some(Vec::new()),
        };
        self.drawn(&Frame { alerts, ..self.frame(call)? }, page)
    }

    /// A page that branches are asked for, while they are asked what somebody has to see.
    async fn page_of(&self, call: &Call, page: impl Future<Output = Result<Page, HttpError>>) -> Answer {
        let (page, alerts) = join(page, self.alerts_at_hand(&person(call)?.session.user)).await;
        self.drawn(&Frame { alerts, ..self.frame(Some(call))? }, &page?)
    }

    /// The part of a page that changes.
    async fn part(&self, call: &Call, page: &Page) -> Answer {
        self.drawn(&Frame { is_part: true, ..self.frame(Some(call))? }, page)
    }

    fn frame(&self, call: Option<&Call>) -> Result<Frame, HttpError> {
        let person = call.map(person).transpose()?;
        Ok(Frame {
            base: self.public.path().to_owned(),
            user: person.map(|person| who(&person.session.user)),
            csrf_token: person.map(|person| person.token.csrf()),
            said: call.and_then(|call| call.query().get("said")).map(|said| said.chars().take(100).collect()),
            alerts: None,
            is_part: false,
            now: self.admin.now(),
        })
    }

    fn drawn(&self, frame: &Frame, page: &Page) -> Answer {
        let html = self.pages.render(frame, page).map_err(HttpError::internal)?;
        let mut response = Response::new(Body::from(html));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
        Ok(guarded(response))
    }

    /// Why what a form asked for was not done; whoever is not logged in any more is sent to do so.
    pub(super) fn in_words(&self, error: HttpError) -> Response<Body> {
        if error.code() == "unauthorized" { redirect(self, LOGIN_PATH) } else { self.trouble(error) }
    }

    /// Why somebody does not get a page, as one.
    fn trouble(&self, error: HttpError) -> Response<Body> {
        let page = Page::Trouble { status: error.status().as_u16(), message: error.message().to_owned() };
        let frame = Frame {
            base: self.public.path().to_owned(),
            alerts: Some(Vec::new()),
            now: self.admin.now(),
            ..Frame::default()
        };
        match self.pages.render(&frame, &page) {
            Ok(html) => guarded(error.into_response_with(HTML, html)),
            Err(_) => error.into_response(),
        }
    }
}

fn guarded(mut response: Response<Body>) -> Response<Body> {
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

const HTML: &str = "text/html; charset=utf-8";

/// Scripts, styles and forms are our own, and nobody shows our pages in a frame of theirs.
const HEADERS: [(&str, &str); 4] = [
    (
        "content-security-policy",
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
];
