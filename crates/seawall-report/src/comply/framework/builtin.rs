//! The frameworks that come with the program.

use super::Framework;

/// Id and file of each, in the order of lists.
const FILES: &[(&str, &str)] = &[
    ("cis-1.12", include_str!("../../../frameworks/cis-1.12.toml")),
    ("cis-1.23", include_str!("../../../frameworks/cis-1.23.toml")),
    ("cis-eks-1.8", include_str!("../../../frameworks/cis-eks-1.8.toml")),
    ("cis-gke-1.9", include_str!("../../../frameworks/cis-gke-1.9.toml")),
    ("cis-aks-1.8", include_str!("../../../frameworks/cis-aks-1.8.toml")),
    ("nsa-1.2", include_str!("../../../frameworks/nsa-1.2.toml")),
    ("pss-baseline", include_str!("../../../frameworks/pss-baseline.toml")),
    ("pss-restricted", include_str!("../../../frameworks/pss-restricted.toml")),
    ("attack-18.1", include_str!("../../../frameworks/attack-18.1.toml")),
    ("threat-matrix", include_str!("../../../frameworks/threat-matrix.toml")),
    ("owasp-2025", include_str!("../../../frameworks/owasp-2025.toml")),
    ("owasp-2022", include_str!("../../../frameworks/owasp-2022.toml")),
    ("pci-dss-4.0", include_str!("../../../frameworks/pci-dss-4.0.toml")),
    ("nist-800-53r5", include_str!("../../../frameworks/nist-800-53r5.toml")),
    ("nist-800-190", include_str!("../../../frameworks/nist-800-190.toml")),
    ("soc2", include_str!("../../../frameworks/soc2.toml")),
];

/// The ids of the frameworks that come with the program.
pub fn builtin() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(id, _)| *id)
}

/// The framework that comes with the program under this id, without regard to case. Its file is held by tests: what would
/// be a fault of it is none at run time.
pub fn find(id: &str) -> Option<Framework> {
    let (_, text) = FILES.iter().find(|(own, _)| own.eq_ignore_ascii_case(id))?;
    Framework::read(text, id).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> Vec<Framework> {
        FILES
            .iter()
            .map(|(id, text)| Framework::read(text, id).unwrap_or_else(|faults| panic!("{id}: {faults:#?}")))
            .collect()
    }

    #[test]
    fn every_file_is_whole_and_goes_by_its_name() {
        for (framework, (id, _)) in all().iter().zip(FILES) {
            assert_eq!(framework.id, *id);
            assert!(framework.controls().count() >= 9, "{id}");
        }
    }

    /// Every `FRAMEWORK:control` that a check names is a control of exactly one file, or names a whole framework.
    #[test]
    fn what_checks_name_exists() {
        let frameworks = all();
        let mut unknown = BTreeSet::new();
        for entry in seawall_checks::all() {
            for name in entry.check.frameworks {
                let homes = frameworks.iter().filter(|framework| {
                    let Some(named) = &framework.named else { return false };
                    named.eq_ignore_ascii_case(name)
                        || super::super::named_control(named, name).is_some_and(|control| {
                            framework.controls().any(|own| own.id.eq_ignore_ascii_case(control))
                        })
                });
                if homes.count() != 1 {
                    unknown.insert(*name);
                }
            }
        }
        assert!(unknown.is_empty(), "checks name what no file has: {unknown:?}");
    }

    /// The sizes that the publishers give.
    #[test]
    fn frameworks_are_complete() {
        for (id, controls) in [
            ("cis-1.12", 131),
            ("cis-1.23", 125),
            ("nsa-1.2", 29),
            ("pss-baseline", 12),
            ("pss-restricted", 15),
            ("cis-eks-1.8", 49),
            ("cis-gke-1.9", 57),
            ("cis-aks-1.8", 56),
            ("attack-18.1", 48),
            ("owasp-2025", 10),
            ("owasp-2022", 10),
        ] {
            assert_eq!(find(id).unwrap().controls().count(), controls, "{id}");
        }
    }
}
