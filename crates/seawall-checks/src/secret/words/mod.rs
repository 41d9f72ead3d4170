//! Names that say that a value is secret, and values that are none in spite of their name.

mod name;
mod value;

use std::any::Any;

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};

pub(crate) use name::Name;
pub(crate) use value::{Shape, shape, url_password};

use crate::{CheckSettings, Setting, SettingDefault};

/// Names of what is secret. Words of a name are compared, in any spelling: `apiKey`, `API_KEY`, `MYAPIKEY`.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "secret",
    "token",
    "bearer",
    "jwt",
    "credential",
    "api_key",
    "access_key",
    "account_key",
    "auth_key",
    "azure_batch_key",
    "client_key",
    "encryption_key",
    "license_key",
    "master_key",
    "private_key",
    "secret_key",
    "shared_key",
    "signing_key",
    "ssh_key",
    "storage_key",
    "requirepass",
    "masterauth",
];

/// Values that are secret whatever their name. `(?-i:…)` keeps to the case as written.
const VALUES: &[&str] = &[
    "-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----",
    r"(?-i:(?-u:\b)A[KS]IA[0-9A-Z]{16}(?-u:\b))",
    r"(?-i:(?-u:\b)(gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60}))",
    r"(?-i:(?-u:\b)glpat-[0-9A-Za-z_-]{20})",
    r"(?-i:(?-u:\b)AIza[0-9A-Za-z_-]{35})",
    r"(?-i:(?-u:\b)xox[abeprs]-[0-9A-Za-z-]{20})",
    r"(?-i:(?-u:\b)[rs]k_live_[0-9A-Za-z]{20})",
    r"(?-i:(?-u:\b)eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,})",
    r"(?-u:\b)(AccountKey|SharedAccessKey)=[0-9A-Za-z+/]{40,}=",
    r"(?-u:\b)bearer\s+[0-9A-Za-z._~+/-]{20,}",
];

const NAMES_SETTING: &str = "sensitiveKeyNames";
const NAMES_ALLOWED: &str = "sensitiveKeyNamesAllowed";
const VALUES_SETTING: &str = "sensitiveValues";
const VALUES_ALLOWED: &str = "sensitiveValuesAllowed";
const PATTERN: &str = "namePattern";

/// The settings of the checks that judge names and values.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        name: NAMES_SETTING,
        doc: "Words in a name that say that its value is secret; replaces the default",
        default: SettingDefault::Strings(NAMES),
    },
    Setting {
        name: NAMES_ALLOWED,
        doc: "Words in a name that say that its value is not secret after all",
        default: SettingDefault::Strings(&[]),
    },
    Setting {
        name: PATTERN,
        doc: "Regular expressions for names whose values are secret, beside the words",
        default: SettingDefault::Strings(&[]),
    },
    Setting {
        name: VALUES_SETTING,
        doc: "Regular expressions, in any case, for values that are secret whatever their name; replaces the default",
        default: SettingDefault::Strings(VALUES),
    },
    Setting {
        name: VALUES_ALLOWED,
        doc: "Regular expressions for values that are not secret after all",
        default: SettingDefault::Strings(&[]),
    },
];

/// The settings, compiled.
pub(crate) struct Words {
    names: Vec<Name>,
    /// The last words of the names: a name without any of them is none of these.
    stems: Option<AhoCorasick>,
    names_allowed: Vec<Name>,
    patterns: Vec<Regex>,
    values: Vec<Regex>,
    /// All value patterns at once.
    any_value: Option<Regex>,
    values_allowed: Vec<Regex>,
    /// The value patterns are the user's own: they are taken at their word.
    own_values: bool,
    /// The first setting that is no regular expression.
    broken: Option<String>,
}

/// Why a pair of a name and a value is a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leak {
    /// The name says so and the value is a literal.
    Named,
    /// The name says so, and the value stands in for the secret that will be written here.
    Placeholder,
    /// The value has the shape of a credential.
    Shaped,
    /// The value is a URL with a password in it.
    Url,
}

impl Words {
    /// For [`crate::Check::prepare`].
    pub(crate) fn prepare(settings: &CheckSettings<'_>) -> Box<dyn Any + Send + Sync> {
        let mut broken = None;
        let mut compile = |setting: &str, any_case: bool| -> Vec<Regex> {
            let patterns = settings.strings(setting).into_iter().filter(|pattern| !pattern.is_empty());
            let compiled = patterns.map(|pattern| {
                let regex = RegexBuilder::new(pattern).case_insensitive(any_case).build();
                regex
                    .map_err(|_| {
                        broken = Some(format!("`{setting}` holds a text that is no regular expression"))
                    })
                    .ok()
            });
            compiled.collect::<Vec<_>>().into_iter().flatten().collect()
        };
        let patterns = compile(PATTERN, false);
        let values = compile(VALUES_SETTING, true);
        let together = values.iter().map(|pattern| format!("(?:{pattern})")).collect::<Vec<_>>().join("|");
        let any_value = RegexBuilder::new(&together).case_insensitive(true).build().ok();
        let values_allowed = compile(VALUES_ALLOWED, false);
        let names =
            |setting: &str| -> Vec<Name> { settings.strings(setting).into_iter().map(Name::new).collect() };
        let wanted = names(NAMES_SETTING);
        let stems = wanted.iter().filter_map(Name::last_word);
        Box::new(Words {
            stems: AhoCorasick::builder().ascii_case_insensitive(true).build(stems).ok(),
            names: wanted,
            any_value,
            names_allowed: names(NAMES_ALLOWED),
            patterns,
            values,
            values_allowed,
            own_values: settings.strings(VALUES_SETTING) != VALUES,
            broken,
        })
    }

    /// Why the settings cannot be used.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Judges a name and its value.
    pub(crate) fn judge(&self, name: &str, value: &str) -> Option<Leak> {
        let shaped = self.is_shaped(value);
        self.judge_in(name, value, shaped)
    }

    /// Judges a name and its value in a text of which it is known whether it holds a credential by its shape.
    pub(crate) fn judge_in(&self, name: &str, value: &str, shaped: bool) -> Option<Leak> {
        let value = value.trim();
        let shaped = shaped && self.is_shaped(value);
        let url = !shaped && url_password(value);
        let named = !shaped && !url && self.is_secret_name(name);
        if value.is_empty() || !(shaped || url || named) || self.is_allowed(name, value) {
            return None;
        }
        match (shaped, url) {
            (true, _) => Some(Leak::Shaped),
            (_, true) => Some(Leak::Url),
            _ => match shape(value, &Name::new(name)) {
                Shape::Nothing => None,
                Shape::Placeholder => Some(Leak::Placeholder),
                Shape::Literal => Some(Leak::Named),
            },
        }
    }

    fn is_secret_name(&self, name: &str) -> bool {
        let may_be = self.stems.as_ref().is_none_or(|stems| stems.is_match(name));
        let said = || {
            let name = Name::new(name);
            self.names.iter().filter_map(|word| name.find(word)).any(|at| !name.is_about(at))
        };
        may_be && said() || self.patterns.iter().any(|pattern| pattern.is_match(name))
    }

    /// Whether the settings say that a name or a value is not secret after all.
    pub(crate) fn is_allowed(&self, name: &str, value: &str) -> bool {
        let name = Name::new(name);
        self.names_allowed.iter().any(|allowed| name.find(allowed).is_some())
            || self.values_allowed.iter().any(|allowed| allowed.is_match(value))
    }

    /// Whether a text holds a credential by its shape.
    pub(crate) fn is_shaped(&self, text: &str) -> bool {
        let possible = self.any_value.as_ref().is_none_or(|pattern| pattern.is_match(text));
        possible
            && self.values.iter().any(|pattern| {
                pattern.find_iter(text).any(|found| self.own_values || !found.as_str().contains("EXAMPLE"))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn words() -> Box<dyn Any + Send + Sync> {
        let settings = Settings::default();
        let check = crate::find("secret-env-plaintext").unwrap().check;
        Words::prepare(&settings.of(check))
    }

    #[test]
    fn names_and_values() {
        let words = words();
        let words = words.downcast_ref::<Words>().unwrap();
        let named = Some(Leak::Named);
        for (name, value, wanted) in [
            ("DB_PASSWORD", "hunter2", named),
            ("DB_PASSWORD", "123456", named),
            ("PGPASSWORD", "x9", named),
            ("dbPass", "geheim", named),
            ("apiKey", "0af3", named),
            ("APIKEY", "0af3", named),
            ("TWITTER_CONSUMER_SECRET", "Zx81", named),
            ("AWS_SECRET_ACCESS_KEY", "xxxxx", Some(Leak::Placeholder)),
            ("DB_PASSWORD", "changeme", Some(Leak::Placeholder)),
            ("DB_PASSWORD", "", None),
            ("DB_PASSWORD", "$(OTHER)", None),
            ("DB_PASSWORD", "${OTHER}", None),
            ("DB_PASSWORD", "{{ .Values.password }}", None),
            ("DB_PASSWORD", "<password>", None),
            ("DB_PASSWORD", "/run/secrets/db", None),
            ("DB_PASSWORD", "vault:secret/data/db#password", None),
            ("POSTGRES_PASSWORD_FILE", "secret.txt", None),
            ("TOKEN_TTL", "3600", None),
            ("TOKEN_EXPIRY", "24h", None),
            ("MAX_TOKENS", "4096", None),
            ("ALLOW_EMPTY_PASSWORD", "yes", None),
            ("TOKEN_URL", "https://login.example/token", None),
            ("SECRET_NAME", "web-tls", None),
            ("TLS_SECRET", "web-tls", None),
            ("AWS_ACCESS_KEY_ID", "webshop", None),
            ("KEYBOARD", "de", None),
            ("COMPASS", "north", None),
            ("TOKENIZER", "bert", None),
            ("GREETING", "hello", None),
            ("DATABASE_URL", "postgres://shop:s3cr3t@db:5432/shop", Some(Leak::Url)),
            ("DATABASE_URL", "postgres://shop:$(DB_PASSWORD)@db:5432/shop", None),
            ("DATABASE_URL", "postgres://shop@db:5432/shop", None),
        ] {
            assert_eq!(words.judge(name, value), wanted, "{name}={value}");
        }
        let id = format!("AKIA{}", "QY6ZR3WVTB4UNKDE");
        assert_eq!(words.judge("AWS_ACCESS_KEY_ID", &id), Some(Leak::Shaped));
        assert_eq!(words.judge("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), None);
    }
}
