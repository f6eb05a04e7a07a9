//! Static files, compiled in, under names that change with what is in them.

use std::fmt::Write;

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
}

/// How every page looks.
pub(crate) static STYLE: Asset = Asset {
    stem: "page",
    extension: "css",
    content_type: "text/css; charset=utf-8",
    bytes: include_bytes!("../static/page.css"),
};

/// What stands before the name of a window.
pub(crate) static ICON: Asset = Asset {
    stem: "icon",
    extension: "svg",
    content_type: "image/svg+xml",
    bytes: include_bytes!("../static/icon.svg"),
};

/// What keeps the status page up to date.
pub(crate) static STATUS_SCRIPT: Asset = Asset {
    stem: "status",
    extension: "js",
    content_type: "text/javascript; charset=utf-8",
    bytes: include_bytes!("../static/status.js"),
};

/// What pages of the admin server do by themselves.
pub(crate) static ADMIN_SCRIPT: Asset = Asset {
    stem: "admin",
    extension: "js",
    content_type: "text/javascript; charset=utf-8",
    bytes: include_bytes!("../static/admin.js"),
};

static ALL: [&Asset; 4] = [&STYLE, &ICON, &STATUS_SCRIPT, &ADMIN_SCRIPT];

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
    pub(crate) fn path(&self) -> String {
        format!("{FOLDER}/{}", self.name())
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
