//! Values that are no secrets although their names say so, and URLs that hold one.

use std::sync::LazyLock;

use regex::Regex;

use super::Name;

/// What a value under a secret name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A reference, a switch, a number, a path: not the secret.
    Nothing,
    /// Stands in for a secret that somebody will write here.
    Placeholder,
    /// May be the secret.
    Literal,
}

/// Words that switch or leave out.
const NO_VALUE: &[&str] = &[
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "none",
    "null",
    "nil",
    "undefined",
    "enabled",
    "disabled",
    "enable",
    "disable",
    "auto",
    "default",
    "required",
    "optional",
    "string",
    "boolean",
    "integer",
    "number",
    "object",
    "always",
    "never",
];

/// Beginnings of references to a store that holds the secret.
const STORES: &[&str] = &[
    "vault:",
    "ref+",
    "op://",
    "arn:",
    "projects/",
    "secret://",
    "secrets://",
    "secretref:",
    "awssm",
    "aws-sm",
    "gcpsm",
    "gcp-sm",
    "keyvault",
    "azkv",
    "sops:",
    "enc[",
    "{cipher}",
    "env:",
    "file:",
    "data:",
    "@microsoft.keyvault",
    "!vault",
    "k8s:",
    "kubernetes:",
    "keyring:",
    "keychain:",
    "doppler:",
    "infisical:",
    "bao:",
    "berglas:",
    "sm://",
];

/// Endings of file names.
const FILES: &[&str] = &[
    ".pem",
    ".key",
    ".crt",
    ".cer",
    ".json",
    ".yaml",
    ".yml",
    ".txt",
    ".jwt",
    ".pub",
    ".conf",
    ".cfg",
    ".ini",
    ".env",
    ".properties",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".xml",
    ".toml",
    ".token",
    ".sh",
    ".kubeconfig",
];

/// Texts that are written where a secret belongs.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "changeit",
    "replaceme",
    "replace-",
    "replace_",
    "fixme",
    "todo",
    "tbd",
    "placeholder",
    "redacted",
    "masked",
    "removed",
    "fill-me",
    "fillme",
    "fill_me",
    "insert-",
    "insert_",
    "your-",
    "your_",
    "yourpassword",
    "yourtoken",
    "yoursecret",
    "not-a-real",
    "notarealsecret",
    "dummy",
    "to-be-",
];

/// What a value is, under a name that says that it is secret.
pub(crate) fn shape(value: &str, name: &Name) -> Shape {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    let lower = value.to_ascii_lowercase();
    if is_reference(value, &lower) || is_switch(&lower, name) || is_place(value, &lower) {
        return Shape::Nothing;
    }
    let mut letters = value.chars().filter(|c| c.is_alphanumeric() || "*.#?!".contains(*c));
    let first = letters.next();
    let repeats = value.chars().count() >= 3 && letters.all(|c| Some(c) == first);
    if repeats && (!name.is_password() || first.is_none_or(|c| !c.is_ascii_digit())) {
        return Shape::Placeholder;
    }
    // `GOOGLE_API_KEY_VAL`: what a script will put there goes by a name.
    let is_variable = value.contains('_') && value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    if is_variable
        || PLACEHOLDERS.iter().any(|word| lower.starts_with(word))
        || lower.contains("changeme")
        || lower.contains("placeholder")
    {
        return Shape::Placeholder;
    }
    Shape::Literal
}

/// Whether something else puts the secret there.
fn is_reference(value: &str, lower: &str) -> bool {
    let between = |open: &str, close: &str| {
        value.find(open).is_some_and(|at| value.get(at..).is_some_and(|rest| rest.contains(close)))
    };
    let wrapped =
        |open: char, close: char| value.len() > 2 && value.starts_with(open) && value.ends_with(close);
    value.is_empty()
        || between("$(", ")")
        || between("${", "}")
        || between("{{", "}}")
        || between("<%", "%>")
        || between("%(", ")s")
        || between("((", "))")
        || wrapped('<', '>')
        || wrapped('%', '%')
        || wrapped('@', '@')
        || value.len() > 4 && value.starts_with("__") && value.ends_with("__")
        || value.strip_prefix('$').is_some_and(|rest| {
            rest.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
                && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
        || STORES.iter().any(|store| lower.starts_with(store))
}

/// Whether it is a switch, a number or a time span. Passwords may be numbers.
fn is_switch(lower: &str, name: &Name) -> bool {
    if NO_VALUE.contains(&lower) {
        return true;
    }
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = lower.get(digits.len()..).unwrap_or("");
    let number = !digits.is_empty() && digits.parse::<f64>().is_ok();
    number
        && match unit {
            "" => !name.is_password() || lower.len() < 4,
            "ms" | "s" | "m" | "h" | "d" | "w" | "y" | "k" | "kb" | "mb" | "gb" | "ki" | "mi" | "gi" => true,
            _ => false,
        }
}

/// Whether it is a path, a URL or a host.
fn is_place(value: &str, lower: &str) -> bool {
    static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^[a-z0-9-]*[a-z][a-z0-9-]*(\.[a-z0-9-]*[a-z][a-z0-9-]*)+(:[0-9]{1,5})?$|^[a-z0-9.-]*[a-z][a-z0-9.-]*:[0-9]{2,5}$").ok()
    });
    static WINDOWS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[A-Za-z]:\\").ok());
    let is =
        |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(value));
    let no_space = !value.contains(char::is_whitespace);
    no_space && (value.starts_with('/') && value.len() > 1 && !value.ends_with('='))
        || ["./", "../", "~/"].iter().any(|start| value.starts_with(start))
        || no_space && FILES.iter().any(|ending| lower.ends_with(ending))
        || value.contains("://") && !url_password(value)
        || is(&WINDOWS)
        || is(&HOST)
}

/// Whether a text holds a URL with a literal password (`scheme://user:password@host`).
pub(crate) fn url_password(text: &str) -> bool {
    static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?-u:\b)[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@'"<>?#]*:([^\s/@'"<>?]+)@[^\s'"<>@]"#)
            .ok()
    });
    if !(text.contains("://") && text.contains('@')) {
        return false;
    }
    let Some(pattern) = URL.as_ref() else { return false };
    pattern.captures_iter(text).filter_map(|found| found.get(1)).any(|password| {
        let text = password.as_str();
        shape(text, &Name::new("password")) == Shape::Literal
            && !["password", "pass", "passwd", "pwd", "secret", "token", "xxx"]
                .contains(&text.to_ascii_lowercase().as_str())
    })
}
