//! Which checks to run.

use seawall_core::{Area, Pillar, suggest};

use crate::{Check, all};

/// A named set of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// What an expert would act on: the checks of the six pillars but those that ask for [`Profile::All`].
    #[default]
    Default,
    /// All checks: those of reliability, and those that count what is ordinary or repeat others more strictly.
    All,
}

impl std::str::FromStr for Profile {
    type Err = seawall_core::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "default" => Ok(Profile::Default),
            "all" => Ok(Profile::All),
            _ => Err(seawall_core::UnknownName {
                what: "profile",
                given: text.to_owned(),
                accepted: &["default", "all"],
            }),
        }
    }
}

/// One word of `--select` or `--ignore`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// One check by id.
    Check(&'static str),
    /// `area:pod`
    Area(Area),
    /// `pillar:nodes`
    Pillar(Pillar),
    /// `framework:CIS-1.12` or one control of it, `framework:CIS-1.12:5.1.1`; without regard to case.
    Framework(String),
    /// The checks that the file of a framework lists for it or for one of its controls; whoever knows the files makes it.
    Listed(Vec<&'static str>),
}

/// A word that selects nothing known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseSelectError(String);

impl std::fmt::Display for ParseSelectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseSelectError {}

impl std::str::FromStr for Select {
    type Err = ParseSelectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let select = match text.split_once(':') {
            Some(("area", area)) => Select::Area(area.parse().map_err(|e| ParseSelectError(format!("{e}")))?),
            Some(("pillar", pillar)) => {
                Select::Pillar(pillar.parse().map_err(|e| ParseSelectError(format!("{e}")))?)
            }
            Some(("framework", framework)) => Select::Framework(framework.to_ascii_lowercase()),
            _ => {
                let unknown = || {
                    let ids = all().iter().map(|entry| entry.id);
                    let near = suggest::hint(text, ids);
                    ParseSelectError(format!("no check is called `{}`{near}", text.escape_debug()))
                };
                Select::Check(crate::find(text).ok_or_else(unknown)?.id)
            }
        };
        let known = all().iter().any(|entry| select.matches(entry.check));
        if known {
            Ok(select)
        } else {
            Err(ParseSelectError(format!("`{}` selects no check", text.escape_debug())))
        }
    }
}

impl Select {
    /// Whether the word covers a check.
    pub fn matches(&self, check: &Check) -> bool {
        match self {
            Select::Check(id) => check.id == *id,
            Select::Area(area) => check.info().id.area().as_ref() == Ok(area),
            Select::Pillar(pillar) => check.pillar == *pillar,
            Select::Listed(ids) => ids.contains(&check.id),
            Select::Framework(wanted) => check.frameworks.iter().any(|control| {
                let control = control.to_ascii_lowercase();
                control == *wanted
                    || control.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with(':'))
            }),
        }
    }
}

/// The checks of a profile, narrowed: `select` keeps only what it covers (and reaches beyond the profile), `ignore` drops.
pub fn pick(profile: Profile, select: &[Select], ignore: &[Select]) -> Vec<&'static Check> {
    let checks = all().iter().map(|entry| entry.check);
    checks
        .filter(|check| match (select, profile) {
            ([], Profile::Default) => check.in_default_profile(),
            ([], Profile::All) => true,
            _ => select.iter().any(|word| word.matches(check)),
        })
        .filter(|check| !ignore.iter().any(|word| word.matches(check)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant() {
        let near = |text: &str| suggest::nearest(text, all().iter().map(|entry| entry.id));
        for (text, id) in [
            ("pod-privilegd", Some("pod-privileged")),
            ("pod-privilege", Some("pod-privileged")),
            ("pod-host-prot", Some("pod-host-port")),
            ("secret_env_plaintext", Some("secret-env-plaintext")),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(near(text), id, "{text}");
        }
        assert_eq!(near(&"pod-".repeat(1000)), None);
    }
}
