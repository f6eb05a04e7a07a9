//! Logs that have been put aside.

use std::{
    ffi::OsString,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// Why a log was put aside: `<log>.<why>.<epoch>`, and a number after that if there is one of that second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archived {
    /// It had become too long.
    Rotated,
    /// Somebody wanted an empty one.
    Cleared,
    /// Its failures have been dealt with.
    Resolved,
}

/// A log that has been put aside, by its place in the order of those.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Aside {
    epoch: u64,
    number: u64,
    path: PathBuf,
}

impl Archived {
    const ALL: [Self; 3] = [Self::Rotated, Self::Cleared, Self::Resolved];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::Cleared => "cleared",
            Self::Resolved => "resolved",
        }
    }
}

/// Every log that was put aside in place of the one at `log`, the oldest first.
///
/// # Errors
/// When their folder can't be listed; there are none in one that does not exist.
pub fn archives(log: &Path) -> io::Result<Vec<PathBuf>> {
    // A file that gets its name while a folder is listed may be left out, and a later one not.
    let mut known = asides(log)?;
    loop {
        let now = asides(log)?;
        if now == known {
            return Ok(now.into_iter().map(|aside| aside.path).collect());
        }
        known = now;
    }
}

/// Renames a log that nobody else puts aside meanwhile, and tells to what. Never replaces another.
pub(super) fn put_aside(log: &Path, why: Archived) -> io::Result<PathBuf> {
    let (mut epoch, mut number) = (now(), 0);
    if let Some(last) = asides(log)?.pop()
        && last.epoch >= epoch
    {
        // In the same second, or the clock was set back: names must tell the order.
        (epoch, number) = (last.epoch, last.number + 1);
    }
    let aside = name(log, why, epoch, number);
    fs::rename(log, &aside)?;
    Ok(aside)
}

fn name(log: &Path, why: Archived, epoch: u64, number: u64) -> PathBuf {
    let mut name = OsString::from(log);
    name.push(format!(".{}.{epoch}", why.as_str()));
    if number > 0 {
        name.push(format!(".{number}"));
    }
    name.into()
}

fn asides(log: &Path) -> io::Result<Vec<Aside>> {
    let Some(file_name) = log.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let listing = match fs::read_dir(folder(log)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing?,
    };
    let mut asides = Vec::new();
    for entry in listing {
        let entry = entry?;
        let place = entry.file_name().to_str().and_then(|name| place(name.strip_prefix(file_name)?));
        asides.extend(place.map(|(epoch, number)| Aside {
            epoch,
            number,
            path: log.with_file_name(entry.file_name()),
        }));
    }
    asides.sort_unstable();
    Ok(asides)
}

/// From `.cleared.1768515912` or `.cleared.1768515912.1`.
fn place(suffix: &str) -> Option<(u64, u64)> {
    let mut parts = suffix.strip_prefix('.')?.split('.');
    let why = parts.next()?;
    let epoch = parts.next()?.parse().ok()?;
    let number = parts.next().map_or(Ok(0), str::parse).ok()?;
    let is_ours = Archived::ALL.iter().any(|known| known.as_str() == why) && parts.next().is_none();
    is_ours.then_some((epoch, number))
}

/// Where a log lies.
pub(super) fn folder(log: &Path) -> &Path {
    log.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
