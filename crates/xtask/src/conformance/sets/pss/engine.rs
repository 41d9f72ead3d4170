//! Asks the evaluator.

use seawall_checks::pss::{Level, Version, evaluate_pod};
use serde_json::Value;

use super::super::engine_input::resource;

/// A pod and what it is judged by.
pub(super) struct Input {
    pub(super) level: String,
    pub(super) versions: Vec<String>,
    pub(super) pod: Value,
}

/// What was said at one version: the violated controls, or why there is no verdict.
pub(super) struct Said {
    pub(super) version: String,
    pub(super) controls: Result<Vec<String>, String>,
}

/// Judges the pod at every version.
pub(super) fn judge(input: &Input) -> Vec<Said> {
    let pod = resource(&input.pod, 0);
    let at = |version: &String| -> Result<Vec<String>, String> {
        let resource = pod.as_ref().map_err(String::clone)?;
        let level: Level = input.level.parse().map_err(|error| format!("{error}"))?;
        let minor: Version = version.parse().map_err(|error| format!("{error}"))?;
        let pod = resource.pods().next().ok_or("no pod is seen in the object")?;
        let violations = evaluate_pod(&pod, level, minor).map_err(|reason| reason.to_string())?;
        Ok(violations.iter().map(|violation| violation.control.to_owned()).collect())
    };
    input.versions.iter().map(|version| Said { version: version.clone(), controls: at(version) }).collect()
}
