//! Names of variables and settings, taken apart into words.

/// A name and its words.
pub(crate) struct Name {
    words: Vec<String>,
}

/// Words, as [`finished`] leaves them, after a secret word that make the whole the name of something about it.
const ABOUT: &[&str] = &[
    "age",
    "alg",
    "algo",
    "algorithm",
    "annotation",
    "api",
    "arn",
    "attempt",
    "audience",
    "backend",
    "bucket",
    "budget",
    "chars",
    "class",
    "complexity",
    "controller",
    "count",
    "dir",
    "directory",
    "disabled",
    "duration",
    "enable",
    "enabled",
    "encoding",
    "endpoint",
    "env",
    "exchange",
    "expiration",
    "expire",
    "expiry",
    "field",
    "file",
    "filename",
    "files",
    "folder",
    "format",
    "generator",
    "header",
    "hint",
    "host",
    "hours",
    "id",
    "ids",
    "image",
    "interval",
    "issuer",
    "key",
    "kind",
    "label",
    "len",
    "length",
    "lifespan",
    "lifetime",
    "limit",
    "loader",
    "location",
    "lookup",
    "manager",
    "max",
    "message",
    "method",
    "min",
    "minute",
    "mode",
    "mount",
    "name",
    "names",
    "namespace",
    "option",
    "optional",
    "param",
    "parameter",
    "path",
    "paths",
    "pattern",
    "period",
    "policy",
    "port",
    "prefix",
    "property",
    "provider",
    "ref",
    "reference",
    "refresh",
    "regex",
    "region",
    "renewal",
    "required",
    "requirement",
    "reset",
    "resolver",
    "retrie",
    "review",
    "reviewer",
    "role",
    "rotation",
    "rule",
    "scheme",
    "scope",
    "second",
    "selector",
    "server",
    "service",
    "size",
    "source",
    "store",
    "strategy",
    "suffix",
    "system",
    "template",
    "timeout",
    "ttl",
    "type",
    "unit",
    "uri",
    "url",
    "username",
    "user",
    "usage",
    "validation",
    "validity",
    "var",
    "variable",
    "version",
    "volume",
    "vault",
    "webhook",
    "window",
];

/// Words before `secret` that make it the name of a Secret object.
const OBJECT_OF: &[&str] = &[
    "ca",
    "cert",
    "certificate",
    "certs",
    "docker",
    "dockerconfig",
    "image",
    "k8s",
    "kube",
    "kubernetes",
    "pull",
    "registry",
    "serving",
    "ssl",
    "tls",
    "webhook",
];

impl Name {
    /// Takes a name apart at separators, at capitals within words, and before trailing digits.
    pub(crate) fn new(text: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut word = String::new();
        let mut before: Option<char> = None;
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let next_is_lower = rest.peek().is_some_and(char::is_ascii_lowercase);
            let begins = match before {
                Some(before) if before.is_ascii_lowercase() => c.is_ascii_uppercase(),
                // `APIKey`: the last capital belongs to the next word.
                Some(before) if before.is_ascii_uppercase() => c.is_ascii_uppercase() && next_is_lower,
                _ => false,
            };
            if !c.is_alphanumeric() || begins {
                words.extend(finished(&mut word));
            }
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
            before = Some(c);
        }
        words.extend(finished(&mut word));
        Name { words }
    }

    /// The last word.
    pub(super) fn last_word(&self) -> Option<&str> {
        self.words.last().map(String::as_str)
    }

    /// Where a wanted name stands in this one, as the number of the word after it: its words in a row, or all of it at
    /// the end of one longer word (`PGPASSWORD`).
    pub(crate) fn find(&self, wanted: &Name) -> Option<usize> {
        /// Shorter ones end too many words by chance (`pass`, `key`).
        const SHORTEST_END: usize = 5;
        let count = wanted.words.len();
        if count == 0 {
            return None;
        }
        let in_a_row = self.words.windows(count).rposition(|words| words == wanted.words);
        let at_the_end = || {
            let whole = wanted.words.concat();
            let fits = |word: &String| whole.len() >= SHORTEST_END && word.ends_with(&whole);
            self.words.iter().rposition(fits).map(|at| at + 1)
        };
        in_a_row.map(|at| at + count).or_else(at_the_end)
    }

    /// Whether what follows (or, for Secret objects, precedes) a found name makes it the name of something else.
    pub(crate) fn is_about(&self, after: usize) -> bool {
        let tail = self.words.get(after..).unwrap_or(&[]);
        let is_secret =
            after.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|word| word == "secret");
        let object =
            after.checked_sub(2).and_then(|at| self.words.get(at)).filter(|_| is_secret && tail.is_empty());
        tail.iter().any(|word| ABOUT.contains(&word.as_str()))
            || object.is_some_and(|word| OBJECT_OF.contains(&word.as_str()))
    }

    /// Whether the name is that of a password, which may well be a number.
    pub(crate) fn is_password(&self) -> bool {
        let last = self.words.last().map_or("", String::as_str);
        ["password", "passwd", "pwd", "passphrase", "pass", "pin"].iter().any(|word| last.ends_with(word))
    }
}

/// A word without trailing digits and plural.
fn finished(word: &mut String) -> Option<String> {
    let taken = std::mem::take(word);
    let short = taken.trim_end_matches(|c: char| c.is_ascii_digit());
    let short = if short.is_empty() { &taken } else { short };
    let singular = short.strip_suffix('s').filter(|rest| rest.len() >= 5 && !rest.ends_with('s'));
    let word = singular.unwrap_or(short);
    (!word.is_empty()).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn words() {
        for (text, words) in [
            ("API_KEY", "api key"),
            ("apiKey", "api key"),
            ("APIKey", "api key"),
            ("db.password-2", "db password 2"),
            ("passwords", "password"),
            ("PASSWORD1", "password"),
            ("my--token", "my token"),
            ("compass", "compass"),
        ] {
            assert_eq!(Name::new(text).words.join(" "), words, "{text}");
        }
    }
}
