//! Symbolic places inside a resource.

use std::fmt::Write as _;
use std::sync::Arc;

/// One step of a [`Route`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The value under this key of a map.
    Key(Arc<str>),
    /// The item at this place of a list, from 0.
    Index(u32),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Step::Key(key.into())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Step::Index(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// Keys and indices from the root of a resource to a place in it: `spec.containers[0].image`.
///
/// Keys that are not plain words are written quoted: `metadata.annotations["a.b/c"]`. A route may name a place
/// that does not exist (a missing key).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route(Vec<Step>);

impl Route {
    /// The route to the root itself.
    pub const fn root() -> Self {
        Route(Vec::new())
    }

    /// The steps from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This route extended by a key.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Step::from(key));
        self
    }

    /// This route extended by several keys: `route.keys(&["securityContext", "privileged"])`.
    #[must_use]
    pub fn keys(mut self, keys: &[&str]) -> Self {
        self.0.extend(keys.iter().map(|key| Step::from(*key)));
        self
    }

    /// This route extended by an index.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::from(index));
        self
    }

    /// This route extended by any step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// This route followed by another one.
    #[must_use]
    pub fn join(mut self, tail: &Route) -> Self {
        self.0.extend_from_slice(&tail.0);
        self
    }

    /// The first `len` steps (all, when there are fewer).
    #[must_use]
    pub fn prefix(&self, len: usize) -> Self {
        Route(self.0.iter().take(len).cloned().collect())
    }

    /// What follows `head`, or `None` when this route does not begin with it.
    pub fn strip_prefix(&self, head: &Route) -> Option<Route> {
        self.0.strip_prefix(head.0.as_slice()).map(|tail| Route(tail.to_vec()))
    }

    /// The route without its last step, and that step; `None` at the root.
    pub fn split_last(&self) -> Option<(Route, &Step)> {
        self.0.split_last().map(|(last, head)| (Route(head.to_vec()), last))
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Step> for Route {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Route(steps.into_iter().collect())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || b == b'$')
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Steps(&self.0).fmt(f)
    }
}

/// Part of a route, written as the route of these steps is.
#[derive(Clone, Copy, Debug)]
pub struct Steps<'a>(pub &'a [Step]);

impl std::fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if is_plain(key) => {
                    if i > 0 {
                        f.write_char('.')?;
                    }
                    f.write_str(key)?;
                }
                Step::Key(key) => {
                    f.write_str("[\"")?;
                    for c in key.chars() {
                        match c {
                            '"' => f.write_str("\\\"")?,
                            '\\' => f.write_str("\\\\")?,
                            c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                            c => f.write_char(c)?,
                        }
                    }
                    f.write_str("\"]")?;
                }
            }
        }
        Ok(())
    }
}

/// A text that is no route; `at` is the byte where reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteParseError {
    /// Byte offset in the text.
    pub at: usize,
}

impl std::fmt::Display for RouteParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a route: unexpected text at byte {}", self.at)
    }
}

impl std::error::Error for RouteParseError {}

impl std::str::FromStr for Route {
    type Err = RouteParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut route = Route::root();
        let mut rest = text;
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let error = RouteParseError { at };
            if let Some(quoted) = rest.strip_prefix("[\"") {
                let (key, tail) = unquote(quoted).ok_or(error)?;
                route = route.key(&key);
                rest = tail;
            } else if let Some(bracket) = rest.strip_prefix('[') {
                let (number, tail) = bracket.split_once(']').ok_or(error.clone())?;
                route.0.push(Step::Index(number.parse().map_err(|_| error)?));
                rest = tail;
            } else {
                let word = match rest.strip_prefix('.') {
                    Some(word) if at > 0 => word,
                    None if at == 0 => rest,
                    _ => return Err(error),
                };
                let end = word.find(['.', '[']).unwrap_or(word.len());
                let (key, tail) = word.split_at_checked(end).ok_or(error.clone())?;
                if !is_plain(key) {
                    return Err(error);
                }
                route = route.key(key);
                rest = tail;
            }
        }
        Ok(route)
    }
}

/// Reads up to the closing `"]`; gives the key and what follows.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut rest = quoted;
    loop {
        if let Some(tail) = rest.strip_prefix("\"]") {
            return Some((key, tail));
        }
        let mut chars = rest.chars();
        match chars.next()? {
            '\\' => {
                if let Some(hex) = chars.as_str().strip_prefix("u{") {
                    let (digits, tail) = hex.split_once('}')?;
                    key.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                    rest = tail;
                } else {
                    key.push(chars.next()?);
                    rest = chars.as_str();
                }
            }
            c => {
                key.push(c);
                rest = chars.as_str();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_back() {
        for text in [
            "",
            "spec.containers[0].securityContext.privileged",
            "metadata.annotations[\"container.apparmor/x\"]",
            "data[\"a\\\"b\\\\c\\u{1b}\"][3]",
            "[\"\"].x",
        ] {
            let route: Route = text.parse().unwrap();
            assert_eq!(route.to_string(), text);
        }
        assert_eq!("spec..x".parse::<Route>(), Err(RouteParseError { at: 4 }));
        assert!("spec[".parse::<Route>().is_err());
        assert!(".spec".parse::<Route>().is_err());
    }
}
