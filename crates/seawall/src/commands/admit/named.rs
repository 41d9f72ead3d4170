//! What the configuration names, held against what judges: a slip of the pen must not switch anything off in silence.

use std::collections::BTreeSet;

use anyhow::bail;
use seawall_checks::{Check, Judge, find};
use seawall_core::{CheckId, suggest};
use seawall_policy::defaults::DEFAULTS;
use seawall_server::{Modes, Settings};
use seawall_waivers::Glob;

/// The families that rules may name.
const FAMILIES: [&str; 7] =
    ["checks", "pod-security", "policies", "gatekeeper", "images", "defaults", "image-pin"];

/// What judges and changes objects.
pub(super) struct Loaded<'a> {
    /// The checks.
    pub(super) checks: &'a [&'static Check],
    /// Policies that users wrote, by the ids that modes are set for.
    pub(super) own: BTreeSet<String>,
    /// Whether a cluster may bring more policies.
    pub(super) live: bool,
    /// Whether the command line leaves out checks, for once.
    pub(super) narrowed: bool,
}

impl Loaded<'_> {
    /// Holds the words of rules without a star against what is loaded; gives what is to be told of those that may come later.
    ///
    /// # Errors
    /// When one names nothing.
    pub(super) fn hold(&self, modes: &Modes) -> anyhow::Result<Vec<String>> {
        let mut told = Vec::new();
        for (index, rule) in modes.rules.iter().enumerate() {
            for word in rule.policies.iter().filter_map(Glob::whole).filter(|word| !self.has(word)) {
                let place = format!("`admission.rules[{index}].policies`");
                if self.live && CheckId::is_policy_id(word) {
                    told.push(format!(
                        "{place}: `{word}` is not loaded, and counts only if the cluster brings it"
                    ));
                } else if !self.narrowed || find(word).is_none() {
                    bail!("{place}: {}", self.missing(word));
                }
            }
        }
        Ok(told)
    }

    fn has(&self, word: &str) -> bool {
        FAMILIES.contains(&word)
            || self.own.contains(word)
            || self.judging().any(|id| id == word)
            || is_default(word)
    }

    fn judging(&self) -> impl Iterator<Item = &'static str> {
        let one = self.checks.iter().filter(|check| !matches!(check.judge, Judge::Inventory(_)));
        one.map(|check| check.id)
    }

    /// Why a word names nothing.
    fn missing(&self, word: &str) -> String {
        match find(word).map(|entry| entry.check.judge) {
            Some(Judge::Inventory(_)) => {
                return format!("check `{word}` judges a cluster as a whole, and no request is judged by it");
            }
            Some(_) => {
                return format!(
                    "check `{word}` is not among those that judge\nhint: those of `admission.select` judge, or without it those of the profile"
                );
            }
            None => {}
        }
        let defaults: Vec<String> = DEFAULTS.iter().map(|one| default(one.name)).collect();
        let mut known: Vec<&str> = FAMILIES.into_iter().chain(self.judging()).collect();
        known.extend(self.own.iter().chain(&defaults).map(String::as_str));
        let near = suggest::hint(word, known);
        format!("no policy that is loaded is called `{}`{near}", word.escape_debug())
    }

    /// Holds checks that somebody names against their settings: without some nothing fails. Gives what is to be told of those
    /// that are not enforced.
    ///
    /// # Errors
    /// When one is enforced that cannot refuse anything.
    pub(super) fn idle(
        &self,
        selected: impl Fn(&Check) -> bool,
        modes: &Modes,
        settings: &seawall_checks::Settings,
    ) -> anyhow::Result<Vec<String>> {
        let ruled = |check: &Check| {
            modes.rules.iter().any(|rule| rule.policies.iter().any(|glob| glob.whole() == Some(check.id)))
        };
        let mut told = Vec::new();
        for check in self.checks.iter().filter(|check| selected(check) || ruled(check)) {
            let Some(text) = check.idle(settings) else { continue };
            if modes.may_enforce(check.id, "checks") {
                bail!("{text}, and it is enforced");
            }
            told.push(text);
        }
        Ok(told)
    }
}

fn default(name: &str) -> String {
    format!("defaults/{name}")
}

fn is_default(word: &str) -> bool {
    word.strip_prefix("defaults/").is_some_and(|name| DEFAULTS.iter().any(|one| one.name == name))
}

/// What is to be told of a server that knows no namespace, when anything depends on them.
pub(super) fn blind(settings: &Settings) -> Option<String> {
    let does = if settings.pod_security.is_some() {
        match settings.rules.modes.may_enforce("pod-security", "pod-security") {
            true => {
                "Pod Security cannot judge a pod, and refuses all of them where it is enforced, unless `failure` says `allow`"
            }
            false => "Pod Security cannot judge a pod, and notes each as not judged",
        }
    } else if settings.defaults.is_some() {
        "their labels give no pod its defaults"
    } else {
        return None;
    };
    Some(format!(
        "no namespace is known: {does}. `--inventory cluster` follows the cluster, `--inventory FILE` reads it once"
    ))
}

#[cfg(test)]
mod tests {
    use seawall_server::Mode;

    use super::*;

    #[test]
    fn a_server_that_knows_no_namespace_says_what_that_means() {
        let mut settings = Settings::default();
        assert!(blind(&settings).unwrap().contains("notes each as not judged"));
        settings.rules.modes.default = Mode::Enforce;
        let told = blind(&settings).unwrap();
        assert!(told.contains("refuses all of them") && told.contains("--inventory cluster"), "{told}");
        settings.pod_security = None;
        assert_eq!(blind(&settings), None);
    }
}
