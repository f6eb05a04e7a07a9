//! The test suite is tested: each of these faults, put into the state machine, makes it fail.
//!
//! A copy of the crate is changed in one place, built and tested, for one fault after the other. A fault that no test
//! notices fails this test; so does one whose place is no longer found, because it would prove nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

/// What is broken, where, and how.
struct Mutant {
    name: &'static str,
    file: &'static str,
    sound: &'static str,
    broken: &'static str,
}

const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "an unanswered call counts as accepted",
        file: "calls.rs",
        sound: "if status == CallStatus::Completed {",
        broken: "if status.is_final() {",
    },
    Mutant {
        name: "the deadline of an attempt is dropped",
        file: "machine.rs",
        sound: "filter(|attempt| attempt.is_live()).map(|attempt| attempt.watch.until)",
        broken: "filter(|attempt| attempt.is_live() && attempt.call.is_none()).map(|attempt| attempt.watch.until)",
    },
    Mutant {
        name: "key 9 is ignored",
        file: "technician.rs",
        sound: "(_, Some(Key::Nine)) => self.pass_by_key(no),",
        broken: "(_, Some(Key::Nine)) => self.answer_attempt(no, Document::Passed),",
    },
    Mutant {
        name: "Closing is skipped",
        file: "closing.rs",
        sound: "until: Some(self.now + span)",
        broken: "until: Some(self.now)",
    },
    Mutant {
        name: "a second acceptance overwrites the first",
        file: "accept.rs",
        sound: "(_, Some(acceptance)) => acceptance.technician == technician,",
        broken: "(_, Some(_)) => { self.accepted(technician, by); true }",
    },
    Mutant {
        name: "a late 201 is forgotten",
        file: "outcome.rs",
        sound: "            Outcome::CallPlaced { call } => {",
        broken: "            Outcome::CallPlaced { .. } if !is_current => {}\n            Outcome::CallPlaced { call } => {",
    },
    Mutant {
        name: "a superseded leg is bridged",
        file: "customer.rs",
        sound: "self.e.customer = Some(no);",
        broken: "self.e.customer.get_or_insert(no);",
    },
    Mutant {
        name: "a queue that is not proven is dialled",
        file: "bridge.rs",
        sound: "let is_in_queue = self.e.leg(leg)?.stage == LegStage::Holding;",
        broken: "let is_in_queue = true;",
    },
    Mutant {
        name: "nobody is alerted when nobody accepts",
        file: "closing.rs",
        sound: "        self.inform(because);\n",
        broken: "",
    },
    Mutant {
        name: "anybody may accept by text",
        file: "text.rs",
        sound: "u8::try_from(position).ok().filter(|technician| self.e.search.notified.has(*technician))",
        broken: "u8::try_from(position).ok()",
    },
    Mutant {
        name: "a stray call is left ringing",
        file: "calls.rs",
        sound: "        self.command(Action::EndCall { line, call });\n",
        broken: "        let _ = line;\n",
    },
    Mutant {
        name: "the wish to end a call is lost while its name is unknown",
        file: "calls.rs",
        sound: "if ending {",
        broken: "if ending && kind != AttemptKind::Notification {",
    },
    Mutant {
        name: "a bridge that is not joined never fails",
        file: "bridge.rs",
        sound: "self.e.bridge.filter(|bridge| bridge.until <= self.now)",
        broken: "self.e.bridge.filter(|bridge| bridge.until <= self.now && bridge.failed)",
    },
    Mutant {
        name: "the hold limit is not kept",
        file: "hold.rs",
        sound: "leg.is_waiting() && leg.hold_until <= self.now",
        broken: "leg.stage == LegStage::Arriving && leg.hold_until <= self.now",
    },
    Mutant {
        name: "a repeated request is applied twice",
        file: "technician.rs",
        sound: "is_some_and(|attempt| attempt.step == step)",
        broken: "is_some_and(|attempt| attempt.step >= step)",
    },
    Mutant {
        name: "a refused number is called again",
        file: "search.rs",
        sound: "            self.e.search.refused.insert(technician);\n",
        broken: "",
    },
    Mutant { name: "time may go back", file: "machine.rs", sound: "now.max(self.changed_at)", broken: "now" },
    Mutant {
        name: "a machine that answers is taken for a human",
        file: "calls.rs",
        sound: "&& !attempt.passed && !attempt.machine",
        broken: "&& !attempt.passed",
    },
];

#[test]
fn every_mutant_is_killed() {
    assert!(MUTANTS.len() >= 15);
    let halves = MUTANTS.split_at(MUTANTS.len() / 2);
    // Most of a build is work for one processor.
    let survivors = thread::scope(|scope| {
        let other = scope.spawn(|| survivors(halves.0, "mutants-1"));
        let mut all = survivors(halves.1, "mutants-2");
        all.extend(other.join().expect("no panic"));
        all
    });
    assert_eq!(survivors, [""; 0], "faults that no test notices");
}

fn survivors(mutants: &[Mutant], folder: &str) -> Vec<&'static str> {
    let copy = Copy::new(folder);
    copy.must_build("no fault");
    assert!(copy.passes(), "the copy without a fault fails its tests");
    let mut survivors = Vec::new();
    for mutant in mutants {
        let is_killed = copy.with(mutant, || !copy.passes());
        println!("{:10} {}", if is_killed { "killed" } else { "SURVIVED" }, mutant.name);
        if !is_killed {
            survivors.push(mutant.name);
        }
    }
    survivors
}

/// A copy of this crate in a workspace of its own.
struct Copy {
    root: PathBuf,
}

impl Copy {
    fn new(folder: &str) -> Self {
        let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let workspace = crate_dir.parent().expect("the crate is in a workspace");
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        let to = root.join("responder-core");
        let _ = fs::remove_dir_all(&to);
        for folder in ["src", "benches"] {
            copy_dir(&crate_dir.join(folder), &to.join(folder));
        }
        fs::copy(crate_dir.join("Cargo.toml"), to.join("Cargo.toml")).expect("a copy of the manifest");
        for file in ["Cargo.lock", "ARCHITECTURE.md"] {
            fs::copy(workspace.join(file), root.join(file)).expect("a copy");
        }
        let manifest = fs::read_to_string(workspace.join("Cargo.toml")).expect("the workspace");
        fs::write(root.join("Cargo.toml"), workspace_of_core(&manifest)).expect("a workspace");
        Self { root }
    }

    fn with<T>(&self, mutant: &Mutant, run: impl FnOnce() -> T) -> T {
        let file = self.root.join("responder-core/src/emergency").join(mutant.file);
        let sound = fs::read_to_string(&file).expect("the file of the mutant");
        assert_eq!(sound.matches(mutant.sound).count(), 1, "the place of {:?} is not found once", mutant.name);
        fs::write(&file, sound.replace(mutant.sound, mutant.broken)).expect("the mutant");
        self.must_build(mutant.name);
        let result = run();
        fs::write(&file, sound).expect("the sound file again");
        result
    }

    /// A mutant that does not compile would count as killed without any test.
    fn must_build(&self, name: &str) {
        let output = self.cargo(&["--no-run"]).output().expect("cargo");
        assert!(output.status.success(), "{name:?} does not compile:\n{}", String::from_utf8_lossy(&output.stderr));
    }

    fn passes(&self) -> bool {
        let mut cargo = self.cargo(&["--", "emergency::", "--skip", "::model::", "--skip", "::stored::"]);
        cargo.env("PROPTEST_CASES", "60").env("RUST_BACKTRACE", "0").output().expect("cargo").status.success()
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--offline", "--quiet", "--lib", "-p", "responder-core"]).args(arguments);
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", self.root.join("target"));
        cargo.env_remove("RUSTFLAGS").env("CARGO_INCREMENTAL", "1");
        cargo
    }
}

/// The workspace's settings with this crate as its only member, and nothing optimised: building is what takes time.
fn workspace_of_core(manifest: &str) -> String {
    let settings = manifest.find("[workspace.package]").expect("settings of the workspace");
    let end = manifest.find("[profile.").or_else(|| manifest.find("[package]")).expect("an end of the settings");
    format!("[workspace]\nresolver = \"3\"\nmembers = [\"responder-core\"]\n\n{}", &manifest[settings..end])
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
