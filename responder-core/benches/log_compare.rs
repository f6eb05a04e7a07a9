//! Ours, for `benches/compare/run`: reading logs. `--generate <path> <MB>` makes one, `--entries <path>` lists its
//! entries for comparison with those of the others, `--measure <path>` prints how often a second each thing can be
//! done: name, tab, number.

#[path = "../../benches/log/clock.rs"]
mod clock;
#[path = "../../benches/log/text.rs"]
mod text;

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use clock::seconds;
use responder_core::timeline::{
    Blocks, Status, Timeline, UtcOffset,
    file::{failure_since, recent},
};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--generate", path, megabytes] => {
            let megabytes: usize = megabytes.parse().map_err(io::Error::other)?;
            fs::write(path, text::log(megabytes * 1_000_000, Some(20)).0)
        }
        ["--entries", path] => entries(Path::new(path)),
        ["--measure", path] => measure(Path::new(path)),
        _ => Ok(()),
    }
}

fn entries(path: &Path) -> io::Result<()> {
    let text = fs::read(path)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for entry in Timeline::parse(&text, UtcOffset::UTC).entries() {
        let time = entry.time().map(|time| time.to_string()).unwrap_or_default();
        let status = if entry.status() == Status::Error { "error" } else { "success" };
        writeln!(out, "{}\t{time}\t{}\t{status}\t{}", entry.title(), entry.icon(), entry.details())?;
    }
    out.flush()
}

fn measure(path: &Path) -> io::Result<()> {
    let text = fs::read(path)?;
    let parsed = seconds(9, || Timeline::parse(&text, UtcOffset::UTC).len());
    println!("log_parse\t{:.3}", 1.0 / parsed);
    let recent = seconds(9, || recent(path, 20, UtcOffset::UTC).map(|found| found.len()));
    println!("log_recent_20\t{:.3}", 1.0 / recent);
    let last = Blocks::new(&text).last().and_then(|block| block.instant(UtcOffset::UTC)).unwrap_or_default();
    let since = last - std::time::Duration::from_secs(300);
    let status = seconds(9, || failure_since(path, since, UtcOffset::UTC).is_ok_and(|found| found.is_some()));
    println!("log_status\t{:.3}", 1.0 / status);
    Ok(())
}
