//! The pages of an admin server.

mod audit;
mod back;
mod branch;
mod changes;
mod figures;
mod frame;
mod home;
mod names;
mod one;
mod people;
mod settings;
#[cfg(test)]
mod tests;
mod words;

use responder_core::http::{
    BoxError, Endpoint,
    admin::{Frame, Page, Pages},
};

/// Draws the pages of an admin server: give it to [`rows`](responder_core::http::admin::rows), and put
/// [`admin_assets`] into the same table.
///
/// ```
/// # fn example(admin: std::sync::Arc<responder_core::admin::Admin>) -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use responder_core::{PublicUrl, http::{Endpoints, Keys, admin}};
/// use responder_dashboard::{AdminPages, admin_assets};
///
/// let public: PublicUrl = "https://admin.example.com".parse()?;
/// let endpoints = Endpoints::builder(public.clone())
///     .endpoints(admin::rows(&admin, &public, Arc::new(AdminPages)))
///     .endpoints(admin_assets())
///     .keys(Keys { sessions: Some(admin::sessions(&admin)), ..Keys::default() })
///     .build()?;
/// # let _ = endpoints;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AdminPages;

/// A row for each static file of the pages. They hold nothing that is not public.
pub fn admin_assets() -> Vec<Endpoint> {
    crate::assets::rows().collect()
}

impl Pages for AdminPages {
    fn render(&self, frame: &Frame, page: &Page) -> Result<String, BoxError> {
        Ok(match page {
            Page::Login { wrong, wait_seconds } => people::login(frame, *wrong, *wait_seconds)?,
            Page::Password => people::password(frame)?,
            Page::Branches(glances) => home::branches(frame, glances)?,
            Page::Branch(glance) => branch::branch(frame, glance)?,
            Page::Emergency { branch, name, emergency } => one::emergency(frame, branch, name, emergency)?,
            Page::Settings { branch, name, revision, rows, incomplete } => {
                settings::settings(frame, branch, name, *revision, rows, incomplete.as_deref())?
            }
            Page::Figures(glances) => figures::figures(frame, glances)?,
            Page::Users { rows, names } => people::users(frame, rows, names)?,
            Page::Audit { rows, next, names } => audit::audit(frame, rows, *next, names)?,
            Page::Alerts => frame::alerts(frame)?,
            Page::Trouble { status, message } => frame::trouble(frame, *status, message)?,
            _ => return Err("this version does not know how to draw this page".into()),
        })
    }
}
