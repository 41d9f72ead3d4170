//! Who is expected to have signed.

use regex::{Regex, RegexBuilder};

use super::certificate::Certificate;

/// What one text must be.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// Anything, also nothing: says that it does not matter.
    Any,
    /// Exactly this text.
    Exact(String),
    /// A text that a pattern describes.
    Pattern(Pattern),
}

/// A regular expression.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

/// A pattern that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no regular expression: {reason}")]
pub struct PatternError {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Bytes of a compiled pattern.
const COMPILED: usize = 1 << 20;

impl Matcher {
    /// A pattern that must describe the whole text: `github.com/org/` cannot be met by `evil.example/github.com/org/`.
    pub fn whole(pattern: &str) -> Result<Self, PatternError> {
        Self::compile(pattern, format!("^(?:{pattern})$"))
    }

    /// A pattern that must describe some part of the text, as the sigstore tools read `subjectRegExp`.
    pub fn anywhere(pattern: &str) -> Result<Self, PatternError> {
        Self::compile(pattern, pattern.to_owned())
    }

    fn compile(pattern: &str, compiled: String) -> Result<Self, PatternError> {
        let error = |reason: regex::Error| PatternError {
            pattern: pattern.chars().take(100).collect(),
            // The message draws the pattern; its last line says what is wrong.
            reason: reason.to_string().lines().last().unwrap_or_default().trim().to_owned(),
        };
        // The pattern alone must be one, or `a)|(b` would escape its parentheses.
        RegexBuilder::new(pattern).size_limit(COMPILED).build().map_err(error)?;
        let regex = RegexBuilder::new(&compiled).size_limit(COMPILED).build().map_err(error)?;
        Ok(Matcher::Pattern(Pattern { text: compiled, regex }))
    }

    /// Whether a text is meant.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Matcher::Any => true,
            Matcher::Exact(exact) => exact == text,
            Matcher::Pattern(pattern) => pattern.regex.is_match(text),
        }
    }
}

impl std::fmt::Display for Matcher {
    /// As messages and hashes of policies write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Matcher::Any => f.write_str("anybody"),
            Matcher::Exact(text) => write!(f, "`{text}`"),
            Matcher::Pattern(pattern) => write!(f, "/{}/", pattern.text),
        }
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Matcher::Any, Matcher::Any) => true,
            (Matcher::Exact(one), Matcher::Exact(two)) => one == two,
            (Matcher::Pattern(one), Matcher::Pattern(two)) => one.text == two.text,
            _ => false,
        }
    }
}

impl Eq for Matcher {}

/// Somebody, by the name in the certificate and by who vouched for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name of the subject: a mail address, a URI, a user name.
    pub subject: Matcher,
    /// The identity provider.
    pub issuer: Matcher,
}

impl Identity {
    /// Somebody, word for word.
    pub fn exact(subject: &str, issuer: &str) -> Self {
        Identity { subject: Matcher::Exact(subject.to_owned()), issuer: Matcher::Exact(issuer.to_owned()) }
    }

    /// Whether a certificate is this somebody's; the name that fits.
    pub(crate) fn name_in<'c>(&self, certificate: &'c Certificate) -> Option<&'c str> {
        let issuer = match (&self.issuer, certificate.identity_issuer()) {
            (Matcher::Any, _) => true,
            (matcher, Some(issuer)) => matcher.matches(issuer),
            (_, None) => false,
        };
        let mut names = certificate.names().iter().map(super::GeneralName::text);
        names.find(|name| issuer && self.subject.matches(name))
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} by {}", self.subject, self.issuer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_the_whole_text() {
        let whole = Matcher::whole("https://github.com/org/.*|x").unwrap();
        for (text, matches) in [
            ("https://github.com/org/repo", true),
            ("x", true),
            ("xx", false),
            ("https://evil.example/https://github.com/org/", false),
            ("https://github.com/org/\nx", false),
        ] {
            assert_eq!(whole.matches(text), matches, "{text}");
        }
        assert!(Matcher::anywhere("org").unwrap().matches("a/org/b"));
        assert!(Matcher::whole("a)|(b").is_err());
        assert!(Matcher::whole("(").is_err());
        assert!(Matcher::whole("(a{1000}){1000}").is_err());
        assert_ne!(whole, Matcher::anywhere("https://github.com/org/.*|x").unwrap());
    }
}
