//! kill -9, and then a new process: at named places in the code, and at any moment.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use crate::{
    common::patience::within,
    database::Database,
    emergency::{PATIENCE, play},
    kills,
    lab::{Lab, Plot},
    moment,
};

/// When the branch is killed.
#[derive(Clone, Debug)]
enum Moment {
    /// By itself, at a place in the code and the given pass of it.
    Place(String, Plot),
    /// From outside, so long after it answers.
    After(Duration),
}

/// How long a branch has something to do when an emergency has been concluded: half a minute of its time.
const AFTERWARDS: Duration = Duration::from_millis(1500);

/// Runs at a time: the machine has few cores, and time goes fast.
const AT_A_TIME: usize = 2;

/// Places in the code, and how often an emergency passes each at least: when it is short, and when it is long.
const PLACES: &[(&str, u32, u32)] = &[
    ("before_commit", 14, 20),
    ("after_commit", 14, 20),
    ("before_request", 4, 8),
    ("after_request", 4, 8),
    ("before_outcome", 4, 8),
];

macro_rules! kills {
    ($database:expr) => {
        use super::*;

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn killed_at_every_place() {
            run_all($database, places(kills() / 2)).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn killed_at_any_moment() {
            run_all($database, (1..=kills() / 2).map(|no| Moment::After(moment(no))).collect()).await;
        }
    };
}

mod sqlite {
    kills!(Database::Sqlite);
}

mod postgres {
    kills!(Database::Postgres);
}

/// As many, the same number at each place, by different passes.
fn places(count: usize) -> Vec<Moment> {
    let at = |no: usize| {
        let (place, short, long) = PLACES[no % PLACES.len()];
        let no = u32::try_from(no / PLACES.len()).unwrap_or(0);
        // Steps that have no divisor in common with either number come by every pass.
        let (plot, pass) =
            if no.is_multiple_of(2) { (Plot::Plain, no / 2 * 3 % short) } else { (Plot::Long, no / 2 * 3 % long) };
        Moment::Place(format!("{place}:{}", pass + 1), plot)
    };
    (0..count).map(at).collect()
}

async fn run_all(database: Database, moments: Vec<Moment>) {
    let count = moments.len();
    let runs = stream::iter(moments.into_iter().map(|moment| run(database, moment))).buffer_unordered(AT_A_TIME);
    let (killed, faults): (Vec<bool>, Vec<Vec<String>>) = runs.collect::<Vec<_>>().await.into_iter().unzip();
    let (killed, faults) = (killed.into_iter().filter(|killed| *killed).count(), faults.concat());
    println!("{database:?}: {count} emergencies, the branch killed in {killed}: {} faults", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(killed * 10 >= count * 9, "passes that are never reached prove nothing");
}

/// One emergency, in which the branch is killed once and started again. Tells whether it was, and what went wrong.
async fn run(database: Database, moment: Moment) -> (bool, Vec<String>) {
    let (kill_at, plot) = match &moment {
        Moment::Place(place, plot) => (Some(place.as_str()), *plot),
        Moment::After(_) => (None, Plot::Plain),
    };
    let lab = Lab::open(database, 1, plot).await;
    let mut node = lab.start_victim(0, kill_at);
    let (mut was_killed, mut unexpected, mut restarted) = (false, None, None);
    let killing = async {
        let was_reached = match &moment {
            Moment::Place(..) => {
                within(PATIENCE, async || node.has_ended() || lab.is_over().await).await;
                // When it is over for the people, the last texts and their outcomes are still to come.
                within(AFTERWARDS, async || node.has_ended()).await
            }
            Moment::After(span) => {
                let answers = within(Duration::from_secs(10), async || lab.emergencies().await.is_some()).await;
                sleep(*span).await;
                answers
            }
        };
        let end = node.end().await;
        was_killed = was_reached && end.is_ok();
        unexpected = end.err();
        restarted = Some(lab.start(0));
    };
    let mut faults = play(&lab, killing).await;
    faults.extend(unexpected);
    if let Some(restarted) = restarted {
        let _ = restarted.kill().await;
    }
    (was_killed, faults.iter().map(|fault| format!("{moment:?}: {fault}")).collect())
}
