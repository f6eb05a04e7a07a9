//! Logging in and out.

use std::sync::Arc;

use ::http::{HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Desk, Page, person, store_failed};
use crate::{
    access::{SESSION_LIFE, SessionToken, User},
    admin::{Login, LoginError},
    http::{Body, Call, HttpError, guard::token_in, json as answer, session_cookie},
};

/// Name and password, as a form or as JSON. A form is answered with a page.
pub(super) async fn log_in(desk: Arc<Desk>, call: Call) -> Answer {
    let (name, password) = (text(&call, "username")?, text(&call, "password")?);
    let replaces = token_in(&call.headers, &desk.public).map(|token| token.hash());
    match desk.admin.log_in(&name, &password, call.peer, replaces).await {
        Ok(login) if call.is_json() => with_cookie(&desk, &login, answer(StatusCode::OK, &welcome(&login))?),
        Ok(login) => with_cookie(&desk, &login, redirect(&desk, "/")),
        Err(LoginError::Wrong) if !call.is_json() => {
            desk.page(None, &Page::Login { wrong: true, wait_seconds: None }).await
        }
        Err(error @ LoginError::TooSoon(span)) if !call.is_json() => {
            let page = Page::Login { wrong: false, wait_seconds: Some(whole_seconds(span)) };
            let page = desk.page(None, &page).await?;
            let (mut head, body) = page.into_parts();
            let refused = refusal(error).into_response();
            head.status = refused.status();
            if let Some(after) = refused.headers().get(header::RETRY_AFTER) {
                head.headers.insert(header::RETRY_AFTER, after.clone());
            }
            Ok(Response::from_parts(head, body))
        }
        Err(error) => Err(refusal(error)),
    }
}

/// Ends the session.
pub(super) async fn log_out(desk: Arc<Desk>, call: Call) -> Answer {
    let person = person(&call)?;
    let login = Login { user: person.session.user.clone(), token: person.token.clone() };
    desk.admin.log_out(&login, call.peer).await.map_err(store_failed)?;
    let mut response = match call.is_json() || call.body.is_empty() {
        true => answer(StatusCode::OK, &json!({ "status": "success", "message": "You are logged out." }))?,
        false => redirect(&desk, crate::http::LOGIN_PATH),
    };
    set_cookie(&desk, &mut response, "", 0)?;
    Ok(response)
}

/// Who is logged in, and what their pages have to send back.
pub(super) async fn session(_: Arc<Desk>, call: Call) -> Answer {
    let person = person(&call)?;
    let login = Login { user: person.session.user.clone(), token: person.token.clone() };
    let mut view = welcome(&login);
    view.insert("expires_at".to_owned(), person.session.expires_at.to_string().into());
    answer(StatusCode::OK, &view)
}

/// Another password for oneself.
pub(super) async fn password(desk: Arc<Desk>, call: Call) -> Answer {
    let user = &person(&call)?.session.user;
    let (old, new) = (text(&call, "current_password")?, text(&call, "new_password")?);
    let login = desk.admin.change_password(user, &old, &new, call.peer).await;
    let login = login.map_err(|error| match error {
        // Who they are is known here.
        LoginError::Wrong => {
            HttpError::new(StatusCode::UNAUTHORIZED, "wrong_password", "That is not your current password.")
                .with_field("current_password")
        }
        error => refusal(error),
    })?;
    match call.is_json() {
        true => with_cookie(&desk, &login, answer(StatusCode::OK, &welcome(&login))?),
        false => with_cookie(&desk, &login, redirect(&desk, "/?said=password_changed")),
    }
}

/// A field of a form, or of a JSON object.
fn text(call: &Call, name: &'static str) -> Result<String, HttpError> {
    #[derive(Deserialize)]
    struct Fields(Map<String, Value>);
    if !call.is_json() {
        // A password may begin or end with blanks.
        let missing = || HttpError::bad_request("missing_field", "A field is missing or empty.").with_field(name);
        return call.form().get(name).filter(|value| !value.is_empty()).map(str::to_owned).ok_or_else(missing);
    }
    match call.json::<Fields>()?.0.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        None | Some(Value::Null | Value::String(_)) => {
            Err(HttpError::bad_request("missing_field", "A field is missing or empty.").with_field(name))
        }
        Some(_) => Err(HttpError::bad_request("invalid_type", "This field must be a text.").with_field(name)),
    }
}

fn welcome(login: &Login) -> Map<String, Value> {
    let view = json!({ "status": "success", "csrf_token": login.token.csrf(), "user": who(&login.user) });
    match view {
        Value::Object(view) => view,
        _ => Map::new(),
    }
}

/// A user without what nobody needs to see.
pub(super) fn who(user: &User) -> Value {
    let permissions = match &user.rights {
        crate::access::Rights::Admin => json!({}),
        crate::access::Rights::Of(branches) => json!(branches),
    };
    json!({ "id": user.id, "username": user.name, "is_admin": user.rights.are_admins(), "permissions": permissions })
}

fn refusal(error: LoginError) -> HttpError {
    match error {
        LoginError::Wrong => {
            HttpError::new(StatusCode::UNAUTHORIZED, "wrong_password", "The name or password is wrong.")
        }
        LoginError::TooSoon(span) => {
            let seconds = whole_seconds(span);
            let message = format!("There were too many failed attempts; wait {seconds} seconds.");
            HttpError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", message)
                .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
        }
        LoginError::Password(error) => {
            HttpError::bad_request("invalid_password", format!("This password can't be used: {error}."))
                .with_field("new_password")
        }
        LoginError::Store(error) => store_failed(error),
    }
}

/// Never too few.
fn whole_seconds(span: std::time::Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

fn with_cookie(desk: &Desk, login: &Login, mut response: Response<Body>) -> Answer {
    set_cookie(desk, &mut response, &SessionToken::text(&login.token), SESSION_LIFE.as_secs())?;
    Ok(response)
}

/// Only for us, not for scripts, not for other sites; over TLS alone, unless this is a machine of one's own.
fn set_cookie(desk: &Desk, response: &mut Response<Body>, value: &str, seconds: u64) -> Result<(), HttpError> {
    let path = if desk.public.path().is_empty() { "/" } else { desk.public.path() };
    let secure = if desk.public.is_on_loopback() { "" } else { "; Secure" };
    let name = session_cookie(&desk.public);
    let cookie = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let cookie = HeaderValue::from_str(&cookie).map_err(HttpError::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(())
}

/// To another page of ours. What follows a form is asked for with `GET`.
pub(super) fn redirect(desk: &Desk, path_and_query: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(location) = HeaderValue::from_str(&format!("{}{path_and_query}", desk.public.path())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
