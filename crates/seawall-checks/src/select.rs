//! Which checks to run.

use seawall_core::{Area, Pillar};

use crate::{Check, all};

/// A named set of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// All checks of the six pillars.
    #[default]
    Default,
    /// All checks, reliability too.
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
                    let near = nearest(text).map_or(String::new(), |id| format!("; did you mean `{id}`?"));
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

/// The id that shares the most words with a mistyped one.
fn nearest(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split('-').collect();
    let shared = |id: &str| id.split('-').filter(|word| words.contains(word)).count();
    all()
        .iter()
        .map(|entry| (shared(entry.id), entry.id))
        .max_by_key(|(n, id)| (*n, std::cmp::Reverse(id.len())))
        .filter(|(n, _)| *n > 0)
        .map(|(_, id)| id)
}

impl Select {
    /// Whether the word covers a check.
    pub fn matches(&self, check: &Check) -> bool {
        match self {
            Select::Check(id) => check.id == *id,
            Select::Area(area) => check.info().id.area().as_ref() == Ok(area),
            Select::Pillar(pillar) => check.pillar == *pillar,
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
