//! Everything that stores keep as text stays readable: what each released version wrote is kept in `tests/stored/`, one
//! file for each format, and read back by every later version.
//!
//! `UPDATE_STORED=1 cargo test -p responder-core stored` writes the file of the present format, unless it is released:
//! then what is stored has changed, and so must the format. ARCHITECTURE.md tells how.

mod row;
mod shapes;
mod shows;
mod variants;
mod walk;

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use self::{
    row::{Read, Row},
    variants::Seen,
};
use super::super::*;
use super::invariants;
use crate::store::codec::STATE_FORMAT;

/// Whatever was ever written is read as it was meant, and every emergency goes on from there to its end.
#[test]
fn what_any_version_stored_is_read_and_goes_on() {
    for format in 1..=STATE_FORMAT {
        for (line, row) in rows(format).iter().enumerate() {
            let at = || format!("v{format}.jsonl, line {}", line + 1);
            let read = row.read(format).unwrap_or_else(|error| panic!("{}: {error:?}", at()));
            assert_eq!(read.shows(), row.shows, "{}", at());
            let again = read.encode().expect("a stored form");
            let is_state = matches!(read, Read::State(_));
            assert!(is_state || shapes::keeps(row.stored.get(), &again), "{}: a field is gone: {again}", at());
            if let Read::State(state) = read {
                goes_on(*state);
            }
        }
    }
}

/// Also a field that was only added changes what is stored: an older version would drop it when it writes.
#[test]
fn a_changed_form_has_a_new_format() {
    for row in rows(STATE_FORMAT) {
        let read = row.read(STATE_FORMAT).expect("a row of this version");
        assert_eq!(read.encode().expect("a stored form"), row.stored.get(), "{CHANGED}");
    }
}

#[test]
fn every_variant_that_can_be_stored_is_there() {
    let mut seen = Seen::default();
    for row in rows(STATE_FORMAT) {
        row.read(STATE_FORMAT).expect("a row of this version").note(&mut seen);
    }
    let missing: Vec<_> = variants::all().into_iter().filter(|variant| !seen.0.contains(variant)).collect();
    assert_eq!(missing, NEVER_STORED, "{CHANGED}");
}

/// The file could be made again; with `UPDATE_STORED=1` it is.
#[test]
fn a_walk_meets_every_variant() {
    let rows = walk::rows();
    let mut seen = Seen::default();
    rows.iter().for_each(|row| row.read(STATE_FORMAT).expect("a row just written").note(&mut seen));
    let missing: Vec<_> = variants::all().into_iter().filter(|variant| !seen.0.contains(variant)).collect();
    assert_eq!(missing, NEVER_STORED, "what is rare needs a scene of its own in walk.rs");
    if std::env::var_os("UPDATE_STORED").is_some() {
        assert!(!is_released(STATE_FORMAT), "format {STATE_FORMAT} is released: raise STATE_FORMAT in store/codec.rs");
        let lines = rows.iter().map(|row| serde_json::to_string(row).expect("a line") + "\n");
        fs::write(file(STATE_FORMAT), lines.collect::<String>()).expect("the file is written");
    }
}

/// Its content is what every later version is measured by.
#[test]
fn what_is_released_never_changes() {
    assert_eq!(changed(&released()), Vec::<String>::new(), "changed after its release");
    for format in (1..=STATE_FORMAT).filter(|format| *format < STATE_FORMAT) {
        assert!(is_released(format), "there is a later format, so v{format}.jsonl belongs into released.sha256");
    }
}

/// Until the first release, nothing but this shows that the test before can fail.
#[test]
fn a_changed_file_is_noticed() {
    let present = sha256(&file(STATE_FORMAT));
    let other = present.chars().rev().collect::<String>();
    let name = format!("v{STATE_FORMAT}.jsonl");
    assert_eq!(changed(&format!("{present}  {name}\n")), Vec::<String>::new());
    assert_eq!(changed(&format!("{present}  {name}\n{other}  {name}\n")), [name]);
}

/// The files that are not as `list` (as `sha256sum` writes it) says.
fn changed(list: &str) -> Vec<String> {
    let lines = list.lines().map(|line| line.split_once("  ").expect("a line of sha256sum"));
    lines.filter(|(sum, name)| sha256(&folder().join(name)) != *sum).map(|(_, name)| name.to_owned()).collect()
}

fn sha256(path: &Path) -> String {
    let bytes = fs::read(path).expect("a stored file");
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Documents that no call is told again, so that nobody remembers them; and what never outlasts a transition.
const NEVER_STORED: &[(&str, &str)] = &[
    ("Document", "Joining"),
    ("Document", "LeaveQueue"),
    ("Document", "Music"),
    ("Document", "Stranger"),
    ("News", "Accepted"),
    ("News", "Seeking"),
    ("News", "SeekingNext"),
    ("SearchStep", "Exhausted"),
    ("UnreachableBecause", "Passed"),
];

const CHANGED: &str = "what is stored has changed. If this format is not released, write its file again: UPDATE_STORED=1 \
    cargo test -p responder-core stored. If it is, raise STATE_FORMAT in store/codec.rs before that. See ARCHITECTURE.md, \
    \"How to change a stored shape\"";

/// No time-out that is still to come panics, breaks an invariant, or leads nowhere.
fn goes_on(mut state: Emergency) {
    for _ in 0..5_000 {
        let Some(at) = state.poll_timeout() else { return };
        let now = at.max(state.changed_at);
        let transition = state.handle_input(now, Input::Timeout);
        invariants::check(&state, now, &Input::Timeout, &transition);
        state = transition.state;
    }
    panic!("it never ends: {state:#?}");
}

fn rows(format: u16) -> Vec<Row> {
    let path = file(format);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}. {CHANGED}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

fn is_released(format: u16) -> bool {
    let name = format!("v{format}.jsonl");
    released().lines().any(|line| line.ends_with(&name))
}

fn released() -> String {
    fs::read_to_string(folder().join("released.sha256")).expect("the list of released files")
}

fn file(format: u16) -> PathBuf {
    folder().join(format!("v{format}.jsonl"))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stored")
}
