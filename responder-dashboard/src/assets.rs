//! Static files, compiled in, under names that change with what is in them.

use std::{fmt::Write, sync::OnceLock};

use http::{HeaderValue, Response, header};
use responder_core::http::{Access, Body, Call, Endpoint, HttpError};
use sha2::{Digest, Sha256};

/// A file.
#[derive(Debug)]
pub(crate) struct Asset {
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    /// Where it is, once somebody has asked: its content is not digested for every page.
    path: OnceLock<String>,
}

macro_rules! asset {
    ($stem:literal, $extension:literal, $content_type:literal) => {
        Asset {
            stem: $stem,
            extension: $extension,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../static/", $stem, ".", $extension)),
            path: OnceLock::new(),
        }
    };
}

macro_rules! style {
    ($stem:literal) => {
        asset!($stem, "css", "text/css; charset=utf-8")
    };
}

macro_rules! script {
    ($stem:literal) => {
        asset!($stem, "js", "text/javascript; charset=utf-8")
    };
}

/// How every page looks.
pub(crate) static STYLE: Asset = style!("page");

/// How a branch and its emergencies look.
pub(crate) static EMERGENCY_STYLE: Asset = style!("emergency");

/// How pages of the admin server look.
pub(crate) static ADMIN_STYLE: Asset = style!("admin");

/// What stands before the name of a window.
pub(crate) static ICON: Asset = asset!("icon", "svg", "image/svg+xml");

/// Times as whoever looks reads them.
pub(crate) static TIMES_SCRIPT: Asset = script!("times");

/// What keeps a page up to date.
pub(crate) static LIVE_SCRIPT: Asset = script!("live");

/// What pages of the admin server do by themselves.
pub(crate) static ADMIN_SCRIPT: Asset = script!("admin");

/// How settings are edited.
pub(crate) static SETTINGS_SCRIPT: Asset = script!("settings");

/// What lists recordings.
pub(crate) static RECORDINGS_SCRIPT: Asset = script!("recordings");

static ALL: [&Asset; 9] = [
    &STYLE,
    &EMERGENCY_STYLE,
    &ADMIN_STYLE,
    &ICON,
    &TIMES_SCRIPT,
    &LIVE_SCRIPT,
    &ADMIN_SCRIPT,
    &SETTINGS_SCRIPT,
    &RECORDINGS_SCRIPT,
];

const FOLDER: &str = "status/assets";

/// A year: another content has another name.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

impl Asset {
    fn name(&self) -> String {
        let digest = Sha256::digest(self.bytes);
        let mut name = format!("{}.", self.stem);
        for byte in &digest[..8] {
            let _ = write!(name, "{byte:02x}");
        }
        format!("{name}.{}", self.extension)
    }

    /// Where it is, below the mount point.
    pub(crate) fn path(&self) -> &str {
        self.path.get_or_init(|| format!("{FOLDER}/{}", self.name()))
    }
}

/// A row for each file. They hold nothing that is not public.
pub(crate) fn rows() -> impl Iterator<Item = Endpoint> {
    ALL.iter().map(|asset| {
        Endpoint::get(format!("/{}", asset.path()), Access::Public, async |_: Call| Ok::<_, HttpError>(answer(asset)))
    })
}

fn answer(asset: &Asset) -> Response<Body> {
    let mut response = Response::new(Body::from(asset.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, KEPT);
    response
}
