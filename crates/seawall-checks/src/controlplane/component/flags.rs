//! Flags from words.

use std::borrow::Cow;

use seawall_core::Route;

use super::Part;

/// A flag as it is given.
#[derive(Clone, Debug)]
pub(super) struct Flag<'r> {
    /// Without dashes; `_` is written `-`, as the components read it.
    pub(super) name: Cow<'r, str>,
    pub(super) value: Value<'r>,
    /// Where it stands; `None` for what kubeadm gives by itself.
    pub(super) route: Option<Route>,
    /// How its value is changed.
    pub(super) slot: Slot,
}

/// The value of a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'r> {
    Known(Cow<'r, str>),
    /// Made from a variable whose value is not here.
    Unknown,
    /// The flag stands alone and is no switch: the component refuses to start.
    Missing,
}

/// Where the value of a flag stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// `--flag=value` in a word of its own.
    Joined,
    /// The value alone: a word behind the flag, a variable, a value in a map.
    Alone(Route),
    /// In the middle of a script, or given by nobody.
    Nowhere,
}

/// A word of a command line.
#[derive(Clone, Debug)]
pub(super) struct Word<'r> {
    pub(super) text: Cow<'r, str>,
    pub(super) route: Route,
    /// Whether the word is the whole text at its route.
    pub(super) whole: bool,
    /// Whether a variable in it could not be replaced.
    pub(super) unknown: bool,
}

/// Switches: without `=` they are on, and they never take the next word.
const SWITCHES: &[&str] = &[
    "allow-privileged",
    "anonymous-auth",
    "authentication-skip-lookup",
    "authentication-token-webhook",
    "auto-tls",
    "client-cert-auth",
    "contention-profiling",
    "enable-aggregator-routing",
    "enable-bootstrap-token-auth",
    "enable-debugging-handlers",
    "enable-server",
    "fail-swap-on",
    "kubelet-https",
    "leader-elect",
    "make-iptables-util-chains",
    "peer-auto-tls",
    "peer-client-cert-auth",
    "profiling",
    "protect-kernel-defaults",
    "rotate-certificates",
    "rotate-server-certificates",
    "seccomp-default",
    "service-account-extend-token-expiration",
    "service-account-lookup",
    "use-service-account-credentials",
];

/// Reads flags: `--flag=value`, `--flag value`, switches, and for etcd one dash as well as two.
pub(super) fn parse<'r>(part: Part, words: Vec<Word<'r>>) -> Vec<Flag<'r>> {
    let mut flags = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if word.text == "--" {
            break;
        }
        let Some(body) = body(part, &word.text) else { continue };
        let (name, value) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (body, None),
        };
        let name = name.replace('_', "-");
        let slot = if word.whole { Slot::Joined } else { Slot::Nowhere };
        let flag = match value {
            Some(_) if word.unknown && word.text.split_once('=').is_some_and(|(_, v)| v.contains('$')) => {
                Flag { name: name.into(), value: Value::Unknown, route: Some(word.route), slot }
            }
            Some(value) => {
                let value = Value::Known(value.to_owned().into());
                Flag { name: name.into(), value, route: Some(word.route), slot }
            }
            None if SWITCHES.contains(&name.as_str()) => {
                Flag { name: name.into(), value: Value::Known("true".into()), route: Some(word.route), slot }
            }
            None => match words.next_if(|next| is_value(&next.text)) {
                Some(next) => {
                    let value = if next.unknown { Value::Unknown } else { Value::Known(next.text) };
                    let slot = if next.whole { Slot::Alone(next.route) } else { Slot::Nowhere };
                    Flag { name: name.into(), value, route: Some(word.route), slot }
                }
                None => Flag { name: name.into(), value: Value::Missing, route: Some(word.route), slot },
            },
        };
        flags.push(flag);
    }
    flags
}

/// What follows the dashes of a flag.
fn body(part: Part, word: &str) -> Option<&str> {
    match word.strip_prefix("--") {
        Some(body) => Some(body),
        None if part == Part::Etcd => word.strip_prefix('-').filter(|body| body.len() > 1),
        None => None,
    }
    .filter(|body| !body.is_empty())
}

/// Whether a word is the value of the flag before it: no flag, or a negative number.
fn is_value(word: &str) -> bool {
    !word.starts_with('-') || word.parse::<i64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(part: Part, words: &[&'static str]) -> Vec<(String, Value<'static>)> {
        let word = |(i, text): (usize, &&'static str)| Word {
            text: Cow::Borrowed(*text),
            route: Route::root().index(i),
            whole: true,
            unknown: text.contains("$("),
        };
        let flags = parse(part, words.iter().enumerate().map(word).collect());
        flags.into_iter().map(|flag| (flag.name.into_owned(), flag.value)).collect()
    }

    #[test]
    fn reads_every_spelling() {
        let known = |text: &'static str| Value::Known(Cow::Borrowed(text));
        for (words, name, value) in [
            (&["--profiling=false"][..], "profiling", known("false")),
            (&["--profiling", "false"], "profiling", known("true")),
            (&["--secure-port", "0"], "secure-port", known("0")),
            (&["--pod-max-pids", "-1"], "pod-max-pids", known("-1")),
            (&["--audit_log_path=/a=b"], "audit-log-path", known("/a=b")),
            (&["--tls-cert-file", "--profiling"], "tls-cert-file", Value::Missing),
            (&["--tls-cert-file="], "tls-cert-file", known("")),
            (&["--bind-address=$(IP)"], "bind-address", Value::Unknown),
            (&["--bind-address", "$(IP)"], "bind-address", Value::Unknown),
        ] {
            assert_eq!(read(Part::ApiServer, words)[0], (name.to_owned(), value), "{words:?}");
        }
        assert_eq!(read(Part::Etcd, &["-auto-tls"]), [("auto-tls".to_owned(), known("true"))]);
        assert!(read(Part::ApiServer, &["-v=2", "-", "--", "--profiling=false"]).is_empty());
    }
}
