//! How much one branch takes: `wrk` against real sockets on loopback, on the cores that it shares with us.
//!
//! `cargo bench --bench throughput [seconds]` (10 for each row). Needs Debian's `wrk`. With `DATABASE_URL` of a
//! PostgreSQL server there are rows for it, too.

mod house;
mod load;
mod rows;

use std::time::Duration;

fn main() {
    let span = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).map_or(SPAN, Duration::from_secs);
    if !load::is_installed() {
        println!("this needs wrk: apt-get install wrk");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(rows::all(span));
}

const SPAN: Duration = Duration::from_secs(10);
