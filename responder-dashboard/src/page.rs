//! What all pages have.

use askama::Template;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use responder_core::http::{Body, HttpError};

use crate::assets;

/// The frame around a page: what `layout.html` needs.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// What the window is called.
    pub(crate) title: String,
    /// From this page to the mount point: empty for `/status`, `../` for `/branch/tuc`. So that pages work behind any
    /// prefix, also one that a proxy takes away.
    pub(crate) root: String,
    /// The scripts of this page.
    pub(crate) scripts: Vec<&'static assets::Asset>,
}

impl Frame {
    pub(crate) fn styles(&self) -> [&'static assets::Asset; 2] {
        [&assets::STYLE, &assets::EMERGENCY_STYLE]
    }

    /// Where the picture of the window is, below the mount point.
    pub(crate) fn icon(&self) -> &str {
        assets::ICON.path()
    }
}

/// Nothing from elsewhere, nothing that is written into the page, and in no frame of another page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page, or a part of one.
///
/// # Errors
/// 500 when the template can't be filled in.
pub(crate) fn html(status: StatusCode, template: &impl Template) -> Result<Response<Body>, HttpError> {
    let mut response =
        Response::new(Body::from(template.render().map_err(|error| HttpError::internal(error.to_string()))?));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // For browsers that do not know `frame-ancestors`.
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    Ok(response)
}
