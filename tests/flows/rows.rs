//! The scenarios of the demo, each as a test.

use crate::{house::play, scenarios};

fn scenario(name: &str) {
    let found = scenarios::ALL.iter().find(|scenario| scenario.name == name).expect("a scenario");
    play(&(found.plot)(), found.judge);
}

macro_rules! rows {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            scenario($name);
        })*

        #[test]
        fn no_scenario_is_left_out() {
            let names: Vec<&str> = scenarios::ALL.iter().map(|scenario| scenario.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

rows! {
    plain: "plain",
    no_answer: "no-answer",
    voicemail: "voicemail",
    customer_hangs_up: "customer-hangs-up",
    customer_never_calls: "customer-never-calls",
    bridge_fails: "bridge-fails",
    transfer: "transfer",
    sms_accept: "sms-accept",
    nobody_accepts: "nobody-accepts",
}
