//! Asks the product, without sockets: every check and Pod Security, once noting and once enforcing.

use std::sync::{Arc, OnceLock};

use seawall_checks::{Profile, Settings, pick};
use seawall_server::{
    Budget, Checks, Clock, Desk, Events, Hook, Judges, Metrics, Mode, Modes, PodSecurity, Review,
    ReviewLimits, Rules,
};

/// Verdicts do not depend on the day.
struct Still;

impl Clock for Still {
    fn now(&self) -> u64 {
        1_795_910_400
    }
}

fn judges() -> Judges {
    static JUDGES: OnceLock<Judges> = OnceLock::new();
    let make = || -> Judges {
        let checks = pick(Profile::All, &[], &[]);
        let checks = Checks::new(&checks, Settings::default(), Vec::new());
        vec![Arc::new(PodSecurity::default()), Arc::new(checks)]
    };
    JUDGES.get_or_init(make).clone()
}

/// The answers as sent, in each mode and at each hook.
pub(super) fn answers(body: &str) -> Result<Vec<String>, String> {
    let review =
        Review::read(body.as_bytes(), &ReviewLimits::default()).map_err(|error| format!("400: {error}"))?;
    let mut answers = Vec::new();
    for default in [Mode::Audit, Mode::Enforce] {
        let rules = Rules { modes: Modes { rules: Vec::new(), default }, ..Rules::default() };
        let desk = Desk::new(rules, Arc::new(Still), Arc::new(Metrics::default()), Events::none());
        desk.set_judges(judges());
        for hook in [Hook::Validate, Hook::Mutate] {
            answers.push(desk.decide(&review, hook, &Budget::default()).to_json());
        }
    }
    Ok(answers)
}
