//! What every test here needs.

use std::time::Duration;

use crate::{
    judge::Judge,
    network_time::Pace,
    openapi::Document,
    play::{self, Plot, Record},
    stage::{Setting, Stage, Trouble},
    story::story,
    timeline::{Style, Timeline},
};

/// Real time that one flow may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Opens a stage, works on it, and closes it. Whatever goes wrong is told with the record of the network.
pub(crate) fn on_stage(setting: Setting, work: impl AsyncFnOnce(&Stage) -> Result<(), Trouble>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let stage = Stage::open(setting).await.expect("a stage");
        let network = std::sync::Arc::clone(&stage.network);
        let story = || story(&network.trace(), Vec::new());
        let worked = tokio::time::timeout(LIMIT, work(&stage)).await;
        match worked {
            Ok(Ok(())) => {}
            Ok(Err(trouble)) => panic!("{trouble}\n\n{}", story()),
            Err(_) => panic!("not over after {LIMIT:?}\n\n{}", story()),
        }
        let closed = tokio::time::timeout(LIMIT, stage.close()).await;
        closed.unwrap_or_else(|_| panic!("can't be closed\n\n{}", story())).expect("a closed stage");
    });
}

/// Plays from the report to the end, and judges.
pub(crate) fn play(plot: &Plot, judge: impl FnOnce(&mut Judge<'_>)) {
    on_stage(plot.setting(), async |stage: &Stage| {
        let record = play::play(stage, plot, &mut Timeline::new(Style::Silent)).await?;
        Document::of(stage).await?.hold_to_it(stage).await?;
        hold_to(&record, judge)
    });
}

/// The verdict on a record.
pub(crate) fn hold_to(record: &Record, judge: impl FnOnce(&mut Judge<'_>)) -> Result<(), Trouble> {
    let mut bench = Judge::new(record);
    judge(&mut bench);
    let wrong = bench.verdict();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Waits until an emergency is over, and some time more.
pub(crate) async fn end(stage: &Stage, pace: &mut Pace, id: &str) -> Result<Record, Trouble> {
    play::end(stage, pace, id, &mut Timeline::new(Style::Silent)).await
}
