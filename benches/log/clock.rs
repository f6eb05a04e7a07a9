//! How long something takes.

use std::hint::black_box;

/// Seconds of a core that `work` needs: the median of some runs, after one that does not count.
pub(crate) fn seconds<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut took: Vec<f64> = (0..=runs).map(|_| one_run(&mut work)).skip(1).collect();
    took.sort_by(f64::total_cmp);
    took[runs / 2]
}

/// What is short is done often.
fn one_run<T>(work: &mut impl FnMut() -> T) -> f64 {
    let (begin, mut done) = (busy_secs(), 0.0);
    loop {
        black_box(work());
        done += 1.0;
        let spent = busy_secs() - begin;
        if spent > LONG_ENOUGH {
            return spent / done;
        }
    }
}

const LONG_ENOUGH: f64 = 0.05;

/// How long this thread had a core, so that other work on the machine counts less; where the system does not tell, the
/// time that has passed.
#[cfg(unix)]
fn busy_secs() -> f64 {
    let busy = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    busy.tv_sec as f64 + busy.tv_nsec as f64 / 1e9
}

#[cfg(not(unix))]
fn busy_secs() -> f64 {
    use std::{sync::OnceLock, time::Instant};
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}
