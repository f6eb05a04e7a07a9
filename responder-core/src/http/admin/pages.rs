//! Pages: what is on them is found here, how they look is for whoever implements [`Pages`].

use std::{fmt::Debug, sync::Arc};

use ::http::{HeaderName, HeaderValue, Method, Response, header};
use serde_json::Value;

use super::{
    Access, Answer, AuditRow, BRANCH, BodyRule, BranchRow, Desk, Endpoint, SettingRow, UserRow, login::who, person,
    row, secrets_failed, store_failed, users,
};
use crate::{
    access::{AuditId, Permission, Permissions},
    http::{Body, BoxError, Call, HttpError, LoggedIn},
    settings::Settings,
    store::{BranchKey, Revision},
};

/// Draws pages. Everything that is shown comes in a [`Page`]; whoever draws must escape it.
pub trait Pages: Debug + Send + Sync + 'static {
    /// The page as HTML.
    ///
    /// # Errors
    /// Whatever keeps it from being drawn; whoever asked sees status 500.
    fn render(&self, frame: &Frame, page: &Page) -> Result<String, BoxError>;
}

/// What is around every page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The path below which everything is: empty, or with a slash at its beginning.
    pub base: String,
    /// Who is logged in: `{id, username, is_admin, permissions}`.
    pub user: Option<Value>,
    /// What forms and scripts send back with whatever changes something: in the field
    /// [`csrf_token`](crate::http::CSRF_FIELD), or the header [`X-CSRF-Token`](crate::http::CSRF_HEADER).
    pub csrf_token: Option<String>,
    /// What came of what was done last: `user_added`, `name_taken`, … in `snake_case`, and anything else that somebody
    /// has put into the address.
    pub said: Option<String>,
}

/// What is on a page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Page {
    /// Where somebody logs in.
    Login {
        /// Whether name or password were wrong.
        wrong: bool,
    },
    /// All branches.
    Branches(Vec<BranchRow>),
    /// One branch.
    Branch {
        /// Its state.
        branch: BranchRow,
        /// What whoever looks may do with it.
        may: Permissions,
    },
    /// The settings of a branch.
    Settings {
        /// Whose.
        branch: BranchKey,
        /// As of when: to be sent back as `If-Match`.
        revision: Revision,
        /// All of them.
        rows: Vec<SettingRow>,
        /// What is missing still for the branch to work.
        incomplete: Option<String>,
    },
    /// All users.
    Users {
        /// All of them.
        rows: Vec<UserRow>,
        /// The branches that there are permissions for.
        branches: Vec<BranchKey>,
    },
    /// What was done.
    Audit {
        /// Newest first.
        rows: Vec<AuditRow>,
        /// Where the next page begins: `?before=`.
        next: Option<AuditId>,
    },
}

/// The pages, and the forms on them.
pub(super) fn rows(desk: &Arc<Desk>) -> Vec<Endpoint> {
    let (none, form) = (BodyRule::Empty, BodyRule::form());
    let page = |access: Access| access.as_page();
    let admin = || Access::admin().as_page();
    let view = || page(Access::permitted(Permission::View, BRANCH));
    vec![
        row(desk, Method::GET, crate::http::LOGIN_PATH, Access::Public, none, login),
        row(desk, Method::GET, "/", page(Access::logged_in()), none, home),
        row(desk, Method::GET, "/branch/{branch}", view(), none, branch),
        row(desk, Method::GET, "/branch/{branch}/settings", view(), none, settings),
        row(desk, Method::GET, "/users", admin(), none, all_users),
        row(desk, Method::POST, "/users/create", admin(), form, users::create_form),
        row(desk, Method::POST, "/users/{id}/edit", admin(), form, users::edit_form),
        row(desk, Method::POST, "/users/{id}/delete", admin(), form, users::delete_form),
        row(desk, Method::GET, "/audit", admin(), none, audit),
    ]
}

async fn login(desk: Arc<Desk>, _: Call) -> Answer {
    desk.page(None, &Page::Login { wrong: false })
}

async fn home(desk: Arc<Desk>, call: Call) -> Answer {
    let rows = desk.branches_of(&call).await?;
    desk.page(Some(&call), &Page::Branches(rows))
}

async fn branch(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let may = person(&call)?.session.user.rights.at(site.key.as_str());
    let branch = desk.state_of(site).await?;
    desk.page(Some(&call), &Page::Branch { branch, may })
}

async fn settings(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let kept = desk.admin.settings_of(site).await.map_err(secrets_failed)?;
    let rows = SettingRow::all(site, &kept, &person(&call)?.session.user.rights);
    let incomplete = Settings::read(&kept.values).err().map(|fault| fault.to_string());
    let page = Page::Settings { branch: site.key.clone(), revision: kept.revision, rows, incomplete };
    desk.page(Some(&call), &page)
}

async fn all_users(desk: Arc<Desk>, call: Call) -> Answer {
    let users = desk.admin.store().users().await.map_err(store_failed)?;
    let branches = desk.admin.sites().iter().map(|site| site.key.clone()).collect();
    desk.page(Some(&call), &Page::Users { rows: users.iter().map(UserRow::of).collect(), branches })
}

async fn audit(desk: Arc<Desk>, call: Call) -> Answer {
    let (rows, next) = desk.audit_of(&call).await?;
    desk.page(Some(&call), &Page::Audit { rows, next })
}

impl Desk {
    /// A page for whoever has made a call.
    pub(super) fn page(&self, call: Option<&Call>, page: &Page) -> Answer {
        let person: Option<&LoggedIn> = call.map(person).transpose()?;
        let said = call.and_then(|call| call.query().get("said")).map(|said| said.chars().take(100).collect());
        let frame = Frame {
            base: self.public.path().to_owned(),
            user: person.map(|person| who(&person.session.user)),
            csrf_token: person.map(|person| person.token.csrf()),
            said,
        };
        let html = self.pages.render(&frame, page).map_err(HttpError::internal)?;
        let mut response = Response::new(Body::from(html));
        for (name, value) in HEADERS {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        Ok(response)
    }
}

/// Scripts, styles and forms are our own, and nobody shows our pages in a frame of theirs.
const HEADERS: [(&str, &str); 3] = [
    (
        "content-security-policy",
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];
