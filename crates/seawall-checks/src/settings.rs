//! Parameters of checks.

use std::collections::BTreeMap;

/// A parameter that a check declares.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name in `seawall.yaml`, camel case.
    pub name: &'static str,
    /// What it means, one sentence.
    pub doc: &'static str,
    /// The value without configuration; also decides the type.
    pub default: SettingDefault,
}

/// A default value, and with it the type.
#[derive(Clone, Copy, Debug)]
pub enum SettingDefault {
    /// A list of texts.
    Strings(&'static [&'static str]),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
}

/// A configured value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// A list of texts.
    Strings(Vec<String>),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
}

/// A value that no check can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadSetting {
    /// No check has this id.
    UnknownCheck(String),
    /// The check has no such setting; lists those that it has.
    UnknownSetting(String, String, Vec<&'static str>),
    /// The value has another type; says which is wanted.
    WrongType(String, String, &'static str),
}

impl std::fmt::Display for BadSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BadSetting::UnknownCheck(check) => write!(f, "no check is called `{}`", check.escape_debug()),
            BadSetting::UnknownSetting(check, name, known) if known.is_empty() => {
                write!(f, "check `{check}` has no setting `{}`: it has none at all", name.escape_debug())
            }
            BadSetting::UnknownSetting(check, name, known) => {
                write!(
                    f,
                    "check `{check}` has no setting `{}`, only: {}",
                    name.escape_debug(),
                    known.join(", ")
                )
            }
            BadSetting::WrongType(check, name, wanted) => {
                write!(f, "setting `{name}` of `{check}` must be {wanted}")
            }
        }
    }
}

impl std::error::Error for BadSetting {}

/// Configured values of all checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, BTreeMap<String, SettingValue>>);

impl Settings {
    /// Sets a value.
    ///
    /// # Errors
    /// When the check or the setting does not exist or the type is wrong.
    pub fn set(&mut self, check: &str, name: &str, value: SettingValue) -> Result<(), BadSetting> {
        let entry = crate::find(check).ok_or_else(|| BadSetting::UnknownCheck(check.to_owned()))?;
        let declared = entry.check.settings;
        let Some(setting) = declared.iter().find(|setting| setting.name == name) else {
            let known = declared.iter().map(|setting| setting.name).collect();
            return Err(BadSetting::UnknownSetting(check.to_owned(), name.to_owned(), known));
        };
        let wanted = match (&setting.default, &value) {
            (SettingDefault::Strings(_), SettingValue::Strings(_))
            | (SettingDefault::Int(_), SettingValue::Int(_))
            | (SettingDefault::Bool(_), SettingValue::Bool(_)) => None,
            (SettingDefault::Strings(_), _) => Some("a list of texts"),
            (SettingDefault::Int(_), _) => Some("a whole number"),
            (SettingDefault::Bool(_), _) => Some("true or false"),
        };
        match wanted {
            Some(wanted) => Err(BadSetting::WrongType(check.to_owned(), name.to_owned(), wanted)),
            None => {
                self.0.entry(check.to_owned()).or_default().insert(name.to_owned(), value);
                Ok(())
            }
        }
    }

    /// What is set: check, setting, value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &SettingValue)> {
        self.0.iter().flat_map(|(check, own)| {
            own.iter().map(move |(name, value)| (check.as_str(), name.as_str(), value))
        })
    }

    /// What one check sees.
    pub(crate) fn of<'s>(&'s self, check: &'static crate::Check) -> CheckSettings<'s> {
        CheckSettings { check, settings: self }
    }
}

/// The settings of one check: configured values, else defaults.
#[derive(Clone, Copy, Debug)]
pub struct CheckSettings<'s> {
    check: &'static crate::Check,
    settings: &'s Settings,
}

impl<'s> CheckSettings<'s> {
    fn value(&self, name: &str) -> Option<&'s SettingValue> {
        self.settings.0.get(self.check.id)?.get(name)
    }

    fn default(&self, name: &str) -> Option<SettingDefault> {
        self.check.settings.iter().find(|setting| setting.name == name).map(|setting| setting.default)
    }

    /// A list of texts; empty for a setting that the check does not declare.
    pub fn strings(&self, name: &str) -> Vec<&'s str> {
        match (self.value(name), self.default(name)) {
            (Some(SettingValue::Strings(values)), _) => values.iter().map(String::as_str).collect(),
            (_, Some(SettingDefault::Strings(values))) => values.to_vec(),
            _ => Vec::new(),
        }
    }

    /// A whole number; 0 for a setting that the check does not declare.
    pub fn int(&self, name: &str) -> i64 {
        match (self.value(name), self.default(name)) {
            (Some(SettingValue::Int(value)), _) => *value,
            (_, Some(SettingDefault::Int(value))) => value,
            _ => 0,
        }
    }

    /// Yes or no; no for a setting that the check does not declare.
    pub fn bool(&self, name: &str) -> bool {
        match (self.value(name), self.default(name)) {
            (Some(SettingValue::Bool(value)), _) => *value,
            (_, Some(SettingDefault::Bool(value))) => value,
            _ => false,
        }
    }
}
