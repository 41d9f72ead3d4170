//! Settings in files that stand in a text: `key=value`, `key: value`, JSON, netrc.
//!
//! Reads line by line and judges no grammar: a line that is not plainly a setting is no setting. Code is not read, for
//! what stands right of an equals sign there is an expression.

use std::sync::LazyLock;

use regex::Regex;

/// A setting with a literal value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'t> {
    /// The name as written, without its section.
    pub(crate) name: &'t str,
    /// The value without quotes.
    pub(crate) value: &'t str,
    /// The line in the text, from 1.
    pub(crate) line: usize,
}

/// How the values of a text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// A value ends where the line ends: properties, ini, env files.
    Plain,
    /// A value is quoted, or one word: YAML, TOML, nginx and others, or not known.
    Careful,
    /// Only `NAME=value` without spaces is a setting: shell.
    Shell,
    /// `"name": "value"`, any number in a line.
    Json,
    /// `machine … login … password …`.
    Netrc,
    /// Not read.
    Code,
}

/// Whether the name of a ConfigMap key is that of a file.
pub(crate) fn is_file_name(key: &str) -> bool {
    extension(key).is_some_and(|extension| dialect_of(extension).is_some())
}

fn extension(key: &str) -> Option<&str> {
    key.rsplit_once('.').map(|(_, extension)| extension)
}

fn dialect_of(extension: &str) -> Option<Dialect> {
    Some(match extension.to_ascii_lowercase().as_str() {
        "properties" | "ini" | "env" | "cfg" | "cnf" => Dialect::Plain,
        "yaml" | "yml" | "toml" | "conf" | "config" | "txt" | "hcl" | "kubeconfig" | "xml" => {
            Dialect::Careful
        }
        "json" => Dialect::Json,
        "sh" | "bash" | "zsh" => Dialect::Shell,
        "py" | "js" | "mjs" | "ts" | "lua" | "go" | "rb" | "pl" | "php" | "html" | "htm" | "css" | "md"
        | "tmpl" | "tpl" | "gotmpl" | "j2" | "rego" | "cel" | "sql" | "java" | "c" | "groovy" | "ps1"
        | "svg" | "rules" | "proto" | "graphql" | "crt" | "pem" | "cer" | "csr" | "pub" => Dialect::Code,
        _ => return None,
    })
}

fn dialect(key: &str, text: &str) -> Dialect {
    if let Some(known) = extension(key).and_then(dialect_of) {
        return known;
    }
    let start = text.trim_start();
    if start.starts_with("#!") {
        Dialect::Shell
    } else if start.starts_with(['{', '[']) && text.contains("\":") {
        Dialect::Json
    } else if start.starts_with("machine ") || start.starts_with("default login ") {
        Dialect::Netrc
    } else {
        Dialect::Careful
    }
}

/// The settings of a text that stands under a key.
pub(crate) fn entries<'t>(key: &str, text: &'t str) -> Vec<Entry<'t>> {
    match dialect(key, text) {
        Dialect::Code => Vec::new(),
        Dialect::Json => json(text),
        Dialect::Netrc => netrc(text),
        Dialect::Shell => lines(text, |line| shell_setting(line)),
        Dialect::Plain => lines(text, |line| setting(line, true)),
        Dialect::Careful => lines(text, |line| setting(line, false)),
    }
}

fn lines<'t>(text: &'t str, read: impl Fn(&'t str) -> Option<(&'t str, &'t str)>) -> Vec<Entry<'t>> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty()
            || line.starts_with(['#', ';', '!'])
            || line.starts_with("//")
            || line.starts_with("--")
        {
            continue;
        }
        if let Some((name, value)) = read(line) {
            entries.push(Entry { name, value, line: number + 1 });
        }
    }
    entries
}

/// `name = value`, `name: value`, `name value` for the two settings of Redis that are written so.
fn setting(line: &str, whole_line: bool) -> Option<(&str, &str)> {
    let line = line.strip_prefix("- ").unwrap_or(line);
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, rest) = if let Some(rest) = line.strip_prefix('"').or_else(|| line.strip_prefix('\'')) {
        let (name, rest) = rest.split_once(['"', '\''])?;
        (name, rest.trim_start().strip_prefix([':', '='])?)
    } else {
        let end = line
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '[' | ']')))?;
        let (name, rest) = line.split_at_checked(end)?;
        let after = rest.trim_start();
        match after.strip_prefix('=').map(|rest| rest.strip_prefix('>').unwrap_or(rest)) {
            Some(rest) if !rest.starts_with(['=', '~']) => (name, rest),
            Some(_) => return None,
            None => match after.strip_prefix(':') {
                // A colon without a space is a part of the value in YAML, and of a URL anywhere.
                Some(rest) if rest.starts_with([' ', '\t', '"', '\'']) || whole_line => (name, rest),
                Some(_) => return None,
                None if matches!(name, "requirepass" | "masterauth") => (name, rest),
                None => return None,
            },
        }
    };
    Some((name, literal(rest.trim(), whole_line)?))
}

fn shell_setting(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, rest) = line.split_once('=')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && !rest.starts_with(char::is_whitespace)).then_some((name, literal(rest, false)?))
}

/// The literal that a line ends with, without its quotes; `None` for what looks like an expression.
fn literal(text: &str, whole_line: bool) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            let (value, after) = rest.split_once(quote)?;
            let after = after.trim();
            let ends =
                after.is_empty() || after.starts_with([',', ';', '#', '}', ']']) || after.starts_with("//");
            return ends.then_some(value);
        }
    }
    if whole_line {
        return Some(text);
    }
    let text = text.split(" #").next().unwrap_or(text).trim_end().trim_end_matches([',', ';']);
    let is_word = !text.is_empty()
        && !text.contains(char::is_whitespace)
        && !text.contains([
            '(', ')', '{', '}', '[', ']', '<', '>', '|', '&', '`', '"', '\'', '\\', ';', ',', '*',
        ]);
    // `config.password` is where a program finds it.
    let is_path =
        text.contains('.') && text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '.' | '_'));
    (is_word && !is_path).then_some(text)
}

/// Pairs of a name and a text in JSON; escapes are left as they are, since values are measured and never shown.
fn json(text: &str) -> Vec<Entry<'_>> {
    static PAIR: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#""([A-Za-z0-9_.\-/]{2,80})"\s*:\s*"((?:[^"\\]|\\.)*)""#).ok());
    let Some(pattern) = PAIR.as_ref() else { return Vec::new() };
    let mut entries = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for found in pattern.captures_iter(text) {
        let (Some(name), Some(value)) = (found.get(1), found.get(2)) else { continue };
        line += text.get(counted..name.start()).map_or(0, |passed| passed.matches('\n').count());
        counted = name.start();
        entries.push(Entry { name: name.as_str(), value: value.as_str(), line });
    }
    entries
}

fn netrc(text: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            if word == "password"
                && let Some(value) = words.next()
            {
                entries.push(Entry { name: word, value, line: number + 1 });
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_every_dialect() {
        for (key, text, wanted) in [
            ("a.properties", "# c\ndb.password=p (1)\n", "db.password=p (1)@2"),
            ("a.ini", "[db]\npassword = x y\n", "password=x y@2"),
            ("a.yaml", "a:\n  password: 'x y' # z\n", "password=x y@2"),
            ("a.yaml", "- token: abc\n", "token=abc@1"),
            ("a.yaml", "password:\n  type: string\n", "type=string@2"),
            ("a.toml", "token = \"abc\"\n", "token=abc@1"),
            ("a.json", "{\n \"a\": {\"password\": \"x\\\"y\"}}", "password=x\\\"y@2"),
            ("a.sh", "export TOKEN=abc\ntoken = other\nX=$(cat /t)\n", "TOKEN=abc@1"),
            ("a.py", "password = 'x'\n", ""),
            ("netrc", "machine git.example\nlogin x\npassword abc\n", "password=abc@3"),
            ("redis.conf", "requirepass abc\nsave 900 1\n", "requirepass=abc@1"),
            ("settings", "password = os.environ\nsecret = get(1)\n", ""),
            ("settings", "url=http://x:1\npassword == x\n", "url=http://x:1@1"),
        ] {
            let read = entries(key, text);
            let read: Vec<String> =
                read.iter().map(|e| format!("{}={}@{}", e.name, e.value, e.line)).collect();
            assert_eq!(read.join(" "), wanted, "{key}: {text}");
        }
    }
}
