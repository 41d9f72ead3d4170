//! `framework:NAME` and `framework:NAME:CONTROL`: which checks that is.

use std::collections::BTreeSet;

use super::{Framework, builtin, find};

/// The checks of a framework or of one of its controls, sorted, without regard to case. NAME is the framework's id or how
/// checks name it. `None` when the word means no framework here that checks of the catalogue decide.
pub fn select(word: &str) -> Option<Vec<&'static str>> {
    let wanted = word.strip_prefix("framework:")?;
    let frameworks: Vec<Framework> = builtin().filter_map(find).collect();
    let ids = selected(&frameworks, wanted);
    (!ids.is_empty()).then(|| ids.into_iter().collect())
}

fn selected(frameworks: &[Framework], wanted: &str) -> BTreeSet<&'static str> {
    let mut ids = BTreeSet::new();
    for framework in frameworks.iter().filter(|framework| framework.standard.is_none()) {
        for name in [Some(&framework.id), framework.named.as_ref()].into_iter().flatten() {
            let Some(rest) = wanted
                .get(..name.len())
                .filter(|start| start.eq_ignore_ascii_case(name))
                .and_then(|_| wanted.get(name.len()..))
            else {
                continue;
            };
            let control = match rest.strip_prefix(':') {
                Some(control) => Some(control),
                None if rest.is_empty() => None,
                None => continue,
            };
            let own = framework
                .controls()
                .filter(|own| control.is_none_or(|control| own.id.eq_ignore_ascii_case(control)));
            let entries = own.flat_map(|control| &control.checks).filter_map(|id| seawall_checks::find(id));
            ids.extend(entries.map(|entry| entry.id));
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_files_say() {
        assert_eq!(select("framework:CIS-1.12:5.1.1"), Some(vec!["rbac-cluster-admin"]));
        assert_eq!(select("framework:cis-1.23:1.2.23"), Some(vec!["controlplane-apiserver-request-timeout"]));
        assert!(select("framework:owasp-2025:k05").unwrap().contains(&"network-namespace-policy-missing"));
        assert!(select("framework:NSA").unwrap().len() > 30);
        // Nothing but a whole name counts.
        for none in
            ["framework:CIS-1", "framework:cis-1.12:", "framework:PSS:baseline", "cis-1.12", "framework:"]
        {
            assert_eq!(select(none), None, "{none}");
        }
    }

    /// What a check says of itself is found by both ways of asking.
    #[test]
    fn the_file_covers_what_checks_name() {
        let frameworks: Vec<Framework> = builtin().filter_map(find).collect();
        for entry in seawall_checks::all() {
            for name in entry.check.frameworks.iter().filter(|name| !name.starts_with("PSS:")) {
                assert!(
                    selected(&frameworks, name).contains(entry.id),
                    "{name} does not select {}",
                    entry.id
                );
            }
        }
    }
}
