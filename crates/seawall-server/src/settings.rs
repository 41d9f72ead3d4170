//! The section `admission` of `seawall.yaml`.

use std::time::Duration;

use seawall_policy::defaults::Chosen;
use seawall_waivers::Glob;
use seawall_yaml::Node;

use crate::desk::{Failure, Rules};
use crate::duration::duration;
use crate::exempt::{BUILT_IN, Exemptions};
use crate::http::ServerLimits;
use crate::images::{ImageSettings, read_settings};
use crate::judge::{DefaultsRule, NamespacePolicy, PodSecurity};
use crate::mode::{ModeRule, Modes};
use crate::tls::Lifetimes;

/// The keys of the section, and of the maps in it; the published schema has the same.
pub const KEYS: [&str; 10] = [
    "mode",
    "failure",
    "rules",
    "exempt",
    "podSecurity",
    "select",
    "defaults",
    "images",
    "certificates",
    "limits",
];
const RULE: [&str; 4] = ["policies", "namespaces", "mode", "rollout"];
const EXEMPT: [&str; 4] = ["ownNamespace", "namespaces", "users", "lift"];
const DEFAULTS: [&str; 2] = ["namespaces", "apply"];
const POD_SECURITY: [&str; 5] = ["enabled", "enforce", "audit", "warn", "exempt"];
const POD_SECURITY_EXEMPT: [&str; 3] = ["namespaces", "users", "runtimeClasses"];
const CERTIFICATES: [&str; 4] = ["authority", "certificate", "overlap", "every"];
const LIMITS: [&str; 8] = [
    "connections",
    "inFlight",
    "workers",
    "bodyBytes",
    "heldBytes",
    "seconds",
    "lameDuckSeconds",
    "drainSeconds",
];

/// The namespace that the server runs in unless it is told.
const OWN_NAMESPACE: &str = "seawall";

/// What the section says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Modes, failure and exemptions.
    pub rules: Rules,
    /// Pod Security admission; `None` when it is switched off.
    pub pod_security: Option<PodSecurity>,
    /// Words that select the checks that judge; none means those that a scan would run.
    pub select: Vec<String>,
    /// Secure defaults of new pods: rules beside the labels of namespaces; `None` when nobody gets any.
    pub defaults: Option<Vec<DefaultsRule>>,
    /// How long certificates of one's own hold.
    pub lifetimes: Lifetimes,
    /// What is demanded of images; `None` when nothing is.
    pub images: Option<ImageSettings>,
    /// Bounds of the server.
    pub limits: ServerLimits,
}

impl Default for Settings {
    fn default() -> Self {
        let exemptions = Exemptions { own_namespace: OWN_NAMESPACE.to_owned(), ..Exemptions::default() };
        Settings {
            rules: Rules { exemptions, ..Rules::default() },
            pod_security: Some(PodSecurity::default()),
            select: Vec::new(),
            defaults: None,
            lifetimes: Lifetimes::default(),
            images: None,
            limits: ServerLimits::default(),
        }
    }
}

/// A value that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{place}`: {what}")]
pub struct BadSetting {
    /// Where it stands, from the section on.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// Where it begins in the text, when there is one.
    pub start: Option<u32>,
}

pub(crate) type Read<T> = Result<T, BadSetting>;

/// A value with its place.
#[derive(Clone)]
pub(crate) struct At<'t> {
    place: String,
    node: Node<'t>,
}

impl<'t> At<'t> {
    pub(crate) fn node(&self) -> Node<'t> {
        self.node
    }

    pub(crate) fn bad<T>(&self, what: impl std::fmt::Display) -> Read<T> {
        let span = self.node.key_span().or_else(|| self.node.span());
        let start = span.map(|span| span.start);
        Err(BadSetting { place: self.place.clone(), what: what.to_string(), start })
    }

    /// The entries of a map that may have only these keys.
    pub(crate) fn entries(&self, known: &'static [&'static str]) -> Read<Vec<(&'t str, At<'t>)>> {
        if !self.node.is_map() {
            return self.bad("must be a map");
        }
        let mut entries = Vec::new();
        for (key, node) in self.node.entries() {
            let place = if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) };
            let at = At { place, node };
            if !known.contains(&key) {
                return at.bad(format!("unknown key, known are: {}", known.join(", ")));
            }
            entries.push((key, at));
        }
        Ok(entries)
    }

    pub(crate) fn items(&self) -> Read<Vec<At<'t>>> {
        if !self.node.is_seq() {
            return self.bad("must be a list");
        }
        let item = |(index, node)| At { place: format!("{}[{index}]", self.place), node };
        Ok(self.node.items().enumerate().map(item).collect())
    }

    pub(crate) fn text(&self) -> Read<&'t str> {
        self.node.as_str().map_or_else(|| self.bad("must be a text"), Ok)
    }

    pub(crate) fn texts(&self) -> Read<Vec<String>> {
        self.items()?.iter().map(|item| item.text().map(str::to_owned)).collect()
    }

    /// The name of a namespace: nothing else is one, a pattern least of all.
    fn name(&self) -> Read<&'t str> {
        let text = self.text()?;
        let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_name = (1..=63).contains(&text.len())
            && text.bytes().all(|c| inner(c) || c == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if is_name {
            return Ok(text);
        }
        self.bad(format!("`{}` is no name of a namespace; patterns are not taken here", text.escape_debug()))
    }

    fn names(&self) -> Read<Vec<String>> {
        self.items()?.iter().map(|item| item.name().map(str::to_owned)).collect()
    }

    pub(crate) fn globs(&self) -> Read<Vec<Glob>> {
        Ok(self.texts()?.iter().map(|text| Glob::new(text)).collect())
    }

    pub(crate) fn flag(&self) -> Read<bool> {
        self.node.as_bool().map_or_else(|| self.bad("must be true or false"), Ok)
    }

    pub(crate) fn number(&self, least: u32, most: u32) -> Read<u32> {
        let number = self.node.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(number),
            None => self.bad(format!("must be a whole number from {least} to {most}")),
        }
    }

    /// At least a second.
    fn duration(&self) -> Read<Duration> {
        match duration(self.text()?) {
            Some(duration) if duration >= Duration::from_secs(1) => Ok(duration),
            _ => self.bad("must be a duration of at least a second, such as `720h`, `30m` or `90s`"),
        }
    }

    pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self) -> Read<T> {
        self.text()?.parse().or_else(|error| self.bad(error))
    }
}

impl Settings {
    /// Reads the section.
    ///
    /// # Errors
    /// When anything in it is not understood.
    pub fn read(section: Node<'_>) -> Result<Self, BadSetting> {
        let mut settings = Settings::default();
        let section = At { place: String::new(), node: section };
        if !section.node.is_map() {
            return At { place: "admission".to_owned(), ..section }.bad("must be a map");
        }
        for (key, at) in section.entries(&KEYS)? {
            match key {
                "mode" => settings.rules.modes.default = at.parsed()?,
                "failure" => {
                    settings.rules.failure = match at.text()? {
                        "refuse" => Failure::Refuse,
                        "allow" => Failure::Allow,
                        _ => return at.bad("must be `refuse` or `allow`"),
                    }
                }
                "rules" => rules(&at, &mut settings.rules.modes)?,
                "exempt" => exempt(&at, &mut settings.rules.exemptions)?,
                "podSecurity" => settings.pod_security = pod_security(&at)?,
                "select" => settings.select = at.texts()?,
                "defaults" => settings.defaults = Some(defaults(&at)?),
                "certificates" => certificates(&at, &mut settings.lifetimes)?,
                "images" => settings.images = Some(read_settings(&at)?),
                _ => limits(&at, &mut settings.limits)?,
            }
        }
        Ok(settings)
    }
}

fn rules(at: &At<'_>, modes: &mut Modes) -> Read<()> {
    for item in at.items()? {
        let mut rule =
            ModeRule { policies: Vec::new(), namespaces: Vec::new(), mode: modes.default, rollout: 100 };
        let mut has_mode = false;
        for (key, at) in item.entries(&RULE)? {
            match key {
                "policies" => rule.policies = at.globs()?,
                "namespaces" => rule.namespaces = at.globs()?,
                "mode" => {
                    rule.mode = at.parsed()?;
                    has_mode = true;
                }
                _ => rule.rollout = u8::try_from(at.number(0, 100)?).unwrap_or(100),
            }
        }
        if !has_mode {
            return item.bad("has no `mode`");
        }
        modes.rules.push(rule);
    }
    Ok(())
}

fn defaults(at: &At<'_>) -> Read<Vec<DefaultsRule>> {
    let mut rules = Vec::new();
    for item in at.items()? {
        let (mut namespaces, mut apply) = (None, None);
        for (key, at) in item.entries(&DEFAULTS)? {
            match key {
                "namespaces" => namespaces = Some(at.globs()?),
                _ => {
                    let words = at.texts()?;
                    let chosen = Chosen::of(words.iter().map(String::as_str));
                    apply = Some(chosen.or_else(|error| at.bad(error))?);
                }
            }
        }
        match (namespaces, apply) {
            (Some(namespaces), Some(apply)) => rules.push(DefaultsRule { namespaces, apply }),
            (None, _) => return item.bad("has no `namespaces`"),
            (_, None) => return item.bad("has no `apply`"),
        }
    }
    Ok(rules)
}

fn exempt(at: &At<'_>, exemptions: &mut Exemptions) -> Read<()> {
    for (key, at) in at.entries(&EXEMPT)? {
        match key {
            "ownNamespace" => at.name()?.clone_into(&mut exemptions.own_namespace),
            "namespaces" => exemptions.namespaces = at.names()?,
            "users" => exemptions.users = at.texts()?,
            _ => {
                for item in at.items()? {
                    let id = item.text()?;
                    match BUILT_IN.iter().find(|row| row.id == id) {
                        Some(row) if row.liftable => exemptions.lifted.push(id.to_owned()),
                        Some(_) => return item.bad("cannot be lifted: a cluster needs it to heal itself"),
                        None => {
                            return item
                                .bad("no exemption has this id; `seawall admit exemptions` lists them");
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

fn pod_security(at: &At<'_>) -> Read<Option<PodSecurity>> {
    let mut security = PodSecurity::default();
    let mut enabled = true;
    for (key, at) in at.entries(&POD_SECURITY)? {
        let NamespacePolicy { enforce, audit, warn } = &mut security.defaults;
        match key {
            "enabled" => enabled = at.flag()?,
            "enforce" => *enforce = at.parsed()?,
            "audit" => *audit = at.parsed()?,
            "warn" => *warn = at.parsed()?,
            _ => {
                for (key, at) in at.entries(&POD_SECURITY_EXEMPT)? {
                    let exemptions = &mut security.exemptions;
                    match key {
                        "namespaces" => exemptions.namespaces = at.names()?,
                        "users" => exemptions.users = at.texts()?,
                        _ => exemptions.runtime_classes = at.texts()?,
                    }
                }
            }
        }
    }
    Ok(enabled.then_some(security))
}

fn certificates(at: &At<'_>, lifetimes: &mut Lifetimes) -> Read<()> {
    for (key, at) in at.entries(&CERTIFICATES)? {
        match key {
            "authority" => lifetimes.authority = at.duration()?,
            "certificate" => lifetimes.leaf = at.duration()?,
            "overlap" => lifetimes.overlap = at.duration()?,
            _ => lifetimes.every = at.duration()?,
        }
    }
    let Lifetimes { authority, leaf, overlap, every } = *lifetimes;
    if leaf < every * 3 || overlap < every * 2 {
        return at.bad("a certificate must hold for three rounds of `every`, and `overlap` be two of them");
    }
    if authority < overlap * 3 || authority < leaf {
        return at.bad("an authority must hold for three times `overlap`, and as long as a certificate");
    }
    Ok(())
}

fn limits(at: &At<'_>, limits: &mut ServerLimits) -> Read<()> {
    for (key, at) in at.entries(&LIMITS)? {
        match key {
            "connections" => limits.connections = at.number(1, 1 << 20)? as usize,
            "inFlight" => limits.in_flight = at.number(1, 1 << 20)? as usize,
            "workers" => limits.workers = at.number(1, 1 << 10)? as usize,
            "bodyBytes" => limits.review.bytes = at.number(1, 1 << 30)?,
            "heldBytes" => limits.held_bytes = at.number(1 << 20, u32::MAX)?,
            // The API server waits at most this long.
            "seconds" => limits.time = Duration::from_secs(at.number(1, 30)?.into()),
            "lameDuckSeconds" => limits.lame_duck = Duration::from_secs(at.number(0, 3_600)?.into()),
            _ => limits.drain = Duration::from_secs(at.number(0, 3_600)?.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use seawall_checks::pss::Policy;
    use seawall_yaml::{Limits, Text, read};

    use super::*;
    use crate::mode::{Identity, Mode};

    fn settings(text: &str) -> Result<Settings, String> {
        let (documents, problems) = read(&Text::new(text), &Limits::default());
        assert!(problems.is_empty(), "{problems:?}");
        Settings::read(documents[0].tree.root()).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_can_be_said() {
        let text = "
mode: warn
failure: allow
rules:
  - {policies: [pod-*], namespaces: [shop], mode: enforce, rollout: 0}
exempt: {ownNamespace: guard, namespaces: [legacy], users: [robot], lift: [namespace-kube-system]}
podSecurity: {enforce: 'baseline:v1.31', audit: restricted, exempt: {runtimeClasses: [vm]}}
select: [pod-privileged]
certificates: {authority: 720h, certificate: 1h30m}
defaults: [{namespaces: [shop-*], apply: [recommended, read-only-root]}]
limits: {workers: 2, seconds: 3, bodyBytes: 1000}
";
        let read = settings(text).unwrap();
        let shop = Identity { namespace: "shop", kind: "Pod", name: "web" };
        assert_eq!(read.rules.modes.of("pod-privileged", "checks", shop), Mode::Warn, "of nobody yet");
        assert_eq!(read.rules.failure, Failure::Allow);
        assert_eq!(read.rules.exemptions.own_namespace, "guard");
        let security = read.pod_security.unwrap();
        assert_eq!(security.defaults.enforce, "baseline:v1.31".parse::<Policy>().unwrap());
        assert_eq!(security.exemptions.runtime_classes, ["vm"]);
        assert_eq!(read.lifetimes.leaf, Duration::from_secs(5_400));
        let [rule] = &read.defaults.unwrap()[..] else { panic!("one rule") };
        assert!(rule.namespaces[0].matches("shop-a") && rule.apply.iter().any(|one| one.name == "seccomp"));
        assert!(settings("defaults: []").unwrap().defaults.is_some_and(|rules| rules.is_empty()));
        assert!(settings("{}").unwrap().defaults.is_none());
        assert_eq!((read.limits.workers, read.limits.review.bytes), (2, 1000));
        assert_eq!(settings("{}").unwrap().rules.modes.default, Mode::Audit);
        assert!(settings("podSecurity: {enabled: false}").unwrap().pod_security.is_none());
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_place() {
        for (text, said) in [
            ("moed: warn", "`moed`: unknown key, known are: mode, failure, rules"),
            ("mode: block", "`mode`: unknown mode `block`, expected one of: audit, warn, enforce"),
            ("rules: [{rollout: 5}]", "`rules[0]`: has no `mode`"),
            (
                "rules: [{mode: warn, rollout: 101}]",
                "`rules[0].rollout`: must be a whole number from 0 to 100",
            ),
            ("rules: [{mode: warn, policy: [x]}]", "`rules[0].policy`: unknown key"),
            (
                "exempt: {namespaces: [u1-*]}",
                "`exempt.namespaces[0]`: `u1-*` is no name of a namespace; patterns",
            ),
            ("exempt: {ownNamespace: ''}", "`exempt.ownNamespace`: `` is no name of a namespace"),
            (
                "podSecurity: {exempt: {namespaces: [a, -b]}}",
                "`podSecurity.exempt.namespaces[1]`: `-b` is no name",
            ),
            ("exempt: {lift: [leases]}", "`exempt.lift[0]`: cannot be lifted"),
            ("exempt: {lift: [nope]}", "`exempt.lift[0]`: no exemption has this id"),
            ("podSecurity: {enforce: strict}", "`podSecurity.enforce`: unknown Pod Security level `strict`"),
            ("limits: {seconds: 31}", "`limits.seconds`: must be a whole number from 1 to 30"),
            ("certificates: {every: 0s}", "`certificates.every`: must be a duration of at least a second"),
            ("certificates: {certificate: 2m}", "`certificates`: a certificate must hold for three rounds"),
            ("certificates: {authority: 48h}", "`certificates`: an authority must hold for three times"),
            ("defaults: [{apply: []}]", "`defaults[0]`: has no `namespaces`"),
            ("defaults: [{namespaces: [x]}]", "`defaults[0]`: has no `apply`"),
            (
                "defaults: [{namespaces: [x], apply: [secomp]}]",
                "`defaults[0].apply`: no default is called `secomp`, known are: recommended, restricted, seccomp",
            ),
            ("failure: maybe", "`failure`: must be `refuse` or `allow`"),
            ("[]", "`admission`: must be a map"),
        ] {
            let error = settings(text).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
