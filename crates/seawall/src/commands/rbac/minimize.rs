//! `seawall rbac minimize`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use seawall_core::ProblemSeverity;
use seawall_paths::plan::{Replaced, replaced};
use seawall_rbac::minimize::{
    Caution, HeldRule, Minimized, Observations, Observed, Options, Recorder, RuleScope, common_right,
    evidence, manifest, minimize, role_name,
};
use seawall_rbac::{Rbac, Subject};
use seawall_report::{escape, pretty_json};
use seawall_sources::{Loaded, SourceLimits, read_audit};
use serde_json::{Value, json};

use crate::ExitStatus;
use crate::commands::RenderArgs;
use crate::commands::audit::{span, times};
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct MinimizeArgs {
    /// Whose rights: a user name, `User/NAME`, `Group/NAME` or `ServiceAccount/NAMESPACE/NAME`
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// Audit logs: files or folders (`.log`, `.json`, `.jsonl`, also `.gz` and `.zst`), `-` for standard input; may be
    /// repeated
    #[arg(long, value_name = "LOG", required = true)]
    audit: Vec<PathBuf>,
    /// The cluster as files, folders or snapshots: shows what is held today; may be repeated
    #[arg(short = 'f', long = "file", value_name = "TARGET")]
    targets: Vec<String>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// Name of the new roles and bindings [default: made from the subject]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Grant requests that were refused, too
    #[arg(long)]
    include_denied: bool,
    /// Keep names of objects while there are at most this many of a resource [default: 5]
    #[arg(long, value_name = "N")]
    max_names: Option<usize>,
    /// Keep names that look generated or keep changing, too
    #[arg(long)]
    keep_unstable_names: bool,
    /// Grant in the whole cluster what was done in more namespaces than this [default: never]
    #[arg(long, value_name = "N")]
    max_namespaces: Option<usize>,
    /// Verbs that come with a verb, for example `watch=get,list`; may be repeated
    #[arg(long, value_name = "VERB=VERBS", value_parser = expansion)]
    expand_verb: Vec<(String, Vec<String>)>,
    /// Widen as the tool audit2rbac does by default; the options above still count
    #[arg(long)]
    like_audit2rbac: bool,
    /// Warn when less was observed before rights are taken away, for example `12h` or `30d`
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "7d")]
    min_window: i64,
    /// Do not print the problems met while reading
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    rendering: RenderArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What is held, what is unused, what was denied, and the new roles
    Text,
    /// The new roles only, ready to apply
    Yaml,
    Json,
}

const SECOND: i64 = 1_000_000;
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads `12h` as microseconds.
fn duration(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time; write for example `12h` or `30d`");
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(*unit)).ok_or_else(wrong)?;
    let count = text.strip_suffix(unit.0).and_then(|count| count.parse::<u32>().ok()).ok_or_else(wrong)?;
    Ok(i64::from(count) * unit.1 * SECOND)
}

fn expansion(text: &str) -> Result<(String, Vec<String>), String> {
    let (verb, more) = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`"))?;
    let more: Vec<String> = more.split(',').map(|verb| verb.trim().to_owned()).collect();
    if verb.is_empty() || more.iter().any(String::is_empty) {
        return Err(format!("`{text}` lacks a verb"));
    }
    Ok((verb.to_owned(), more))
}

impl MinimizeArgs {
    fn options(&self) -> Options {
        let mut options = if self.like_audit2rbac { Options::like_audit2rbac() } else { Options::default() };
        options.max_names = self.max_names.unwrap_or(options.max_names);
        options.max_namespaces = self.max_namespaces.unwrap_or(options.max_namespaces);
        options.only_stable_names &= !self.keep_unstable_names;
        options.include_denied |= self.include_denied;
        options.min_window = self.min_window;
        options.verb_expansions.extend(self.expand_verb.iter().cloned());
        options
    }

    fn observe(&self, subject: Subject) -> anyhow::Result<Observations> {
        let mut recorder = Recorder::new(subject);
        let read = read_audit(&self.audit, &SourceLimits::default(), &mut |event| recorder.add(event));
        if !self.quiet {
            read.problems
                .iter()
                .filter(|problem| problem.severity >= ProblemSeverity::Warning)
                .for_each(output::problem);
        }
        if read.events == 0 {
            bail!("nothing to judge: no audit event in the logs");
        }
        let observations = recorder.finish();
        if observations.requests.is_empty() {
            let mut users: Vec<(&String, &u64)> = observations.users.iter().collect();
            users.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
            let users: Vec<String> =
                users.iter().take(8).map(|(name, _)| format!("`{}`", escape(name))).collect();
            bail!(
                "`{}` makes no request in these {} events; those who make most are {}",
                escape(&observations.subject.to_string()),
                observations.events,
                users.join(", ")
            );
        }
        Ok(observations)
    }
}

pub(super) fn run(args: &MinimizeArgs) -> anyhow::Result<ExitStatus> {
    let subject: Subject = args.subject.parse()?;
    let observations = args.observe(subject)?;
    let mut namespaces = BTreeSet::new();
    let mut cluster: Option<Rbac> = None;
    let mut loaded: Option<Loaded> = None;
    if !args.targets.is_empty() {
        let target = TargetArgs {
            targets: args.targets.clone(),
            quiet: args.quiet,
            rendering: args.rendering.clone(),
        };
        let read = loaded.insert(target.load()?);
        let (rbac, problems) = Rbac::build(&read.inventory);
        if !args.quiet {
            problems.iter().for_each(output::problem);
        }
        for resource in read.inventory.resources() {
            match resource.kind() {
                "Namespace" if resource.group().is_empty() => namespaces.insert(resource.name().to_owned()),
                _ => resource.namespace().is_some_and(|namespace| namespaces.insert(namespace.to_owned())),
            };
        }
        cluster = Some(rbac);
    }
    let common = |request: &_| common_right(&observations, cluster.as_ref(), request);
    let minimized =
        minimize(&observations, &args.options(), cluster.as_ref().map(|rbac| (rbac, &namespaces)), &common);
    let name = args.name.clone().unwrap_or_else(|| role_name(&minimized.subject));
    let paths = loaded
        .as_ref()
        .and_then(|loaded| replaced(&loaded.inventory, &minimized.subject, &manifest(&minimized, &name)));
    let text = match args.output {
        Format::Text => text(&minimized, &observations, paths.as_ref(), &name),
        Format::Yaml => manifest(&minimized, &name),
        Format::Json => {
            let mut record = record(&minimized, &observations, &name);
            if let Value::Object(fields) = &mut record {
                fields.insert("paths".to_owned(), json!(paths));
            }
            pretty_json(&record)?
        }
    };
    crate::commands::print(text.as_bytes())
}

fn caution(caution: &Caution) -> String {
    match caution {
        Caution::ShortWindow { observed, wanted } => format!(
            "only {} were observed, less than the {} that would suggest to take rights away: unobserved is not unused",
            span(*observed),
            span(*wanted)
        ),
        Caution::Masters => {
            "the subject is in `system:masters`: no role gives or takes its rights; take it out of the group first".into()
        }
        Caution::OtherAuthorizer(count) => format!(
            "{count} requests were authorized by something else than RBAC (the Node authorizer or a webhook); rules for them are listed all the same"
        ),
        Caution::LeftOut(count) => format!("{count} requests were too many to be kept: the roles are not complete"),
        Caution::Unseen => "the subject does not occur in the log".into(),
        Caution::ThroughGroups(count) => {
            format!("{count} of the rules are held through groups: taking them away concerns all members")
        }
    }
}

fn place(scope: &RuleScope) -> String {
    match scope {
        RuleScope::Cluster => "in the whole cluster".to_owned(),
        RuleScope::Namespace(namespace) => format!("in namespace {namespace}"),
    }
}

/// The first of some words, and how many more there are.
fn some(words: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = words.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match words.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// What one binding grants: the rules that were used, each with what of it was not, and what the others are about.
fn binding(out: &mut String, rules: &[&HeldRule]) {
    let Some(first) = rules.first() else { return };
    let (used, unused): (Vec<&HeldRule>, Vec<&HeldRule>) = rules.iter().partition(|rule| rule.used > 0);
    let expected = if first.expected { "; comes with Kubernetes" } else { "" };
    let _ = writeln!(
        out,
        "  {} to {} by {} {}: {} of {} rules used{expected}",
        first.role,
        first.through,
        first.binding,
        place(&first.scope),
        used.len(),
        rules.len()
    );
    for rule in used {
        let pairs: Vec<String> = rule.unused.iter().map(|(verb, what)| format!("{verb} {what}")).collect();
        let tail =
            if pairs.is_empty() { String::new() } else { format!("; never requested: {}", some(&pairs)) };
        let _ = writeln!(out, "    rule {} was used {}{tail}", rule.rule + 1, times(rule.used));
    }
    if !unused.is_empty() {
        let about = unused.iter().flat_map(|rule| rule.says.resources.iter().chain(&rule.says.paths));
        let about: BTreeSet<String> = about.cloned().collect();
        let about: Vec<String> = about.into_iter().collect();
        let _ = writeln!(out, "    {} rules were never used: {}", unused.len(), some(&about));
    }
}

fn text(minimized: &Minimized, observations: &Observations, paths: Option<&Replaced>, name: &str) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}: {} distinct requests in {} events; {} need a right of their own, {} everybody may make",
        minimized.subject,
        observations.requests.len(),
        observations.events,
        minimized.needed,
        minimized.common
    );
    if let Some((first, last)) = minimized.window {
        let time = seawall_events::format_micros;
        let _ = writeln!(out, "observed from {} to {} ({})", time(first), time(last), span(last - first));
    }
    for caution in &minimized.cautions {
        let _ = writeln!(out, "caution: {}", self::caution(caution));
    }
    if !minimized.held.is_empty() {
        out.push_str("\nheld today\n");
    }
    let same =
        |a: &&HeldRule, b: &&HeldRule| a.binding == b.binding && a.through == b.through && a.role == b.role;
    let held: Vec<&HeldRule> = minimized.held.iter().collect();
    held.chunk_by(same).for_each(|rules| binding(&mut out, rules));
    if !minimized.denied.is_empty() {
        out.push_str("\ndenied (granted only with --include-denied)\n");
        minimized.denied.iter().for_each(|observed| {
            let _ = writeln!(out, "  {}", evidence(observed));
        });
    }
    if let Some(excess) = &minimized.excess {
        let _ = writeln!(
            out,
            "\nallowed and never requested: {} combinations of namespace, verb and resource today, {} with the new roles ({} namespaces, {} resources)",
            excess.before, excess.after, excess.namespaces, excess.resources
        );
    }
    if let Some(paths) = paths {
        dying(&mut out, paths, &minimized.subject);
    }
    out.push_str("\nnew roles\n");
    // Line breaks are ours; everything between them may be somebody else's.
    let out: String = out.lines().map(|line| escape(line).into_owned() + "\n").collect();
    out + &manifest(minimized, name)
}

/// The paths that go with what is held today, and those that stay.
fn dying(out: &mut String, paths: &Replaced, subject: &Subject) {
    let _ = writeln!(
        out,
        "\npaths that die with the new roles in place of what {subject} holds: {}",
        paths.removed.len()
    );
    for pair in &paths.removed {
        let _ = writeln!(out, "  - {} → {}", pair.from, pair.sink);
    }
    if !paths.remaining.is_empty() {
        let _ = writeln!(out, "paths of it that stay: {}", paths.remaining.len());
    }
    for pair in &paths.remaining {
        let _ = writeln!(out, "    {} → {}", pair.from, pair.sink);
    }
}

fn observed(observed: &Observed) -> Value {
    let time = |micros: Option<i64>| micros.map(seawall_events::format_micros);
    json!({
        "request": observed.request.to_string(),
        "allowed": observed.allowed,
        "denied": observed.denied,
        "first": time(observed.first),
        "last": time(observed.last),
        "audit_id": observed.audit_id,
    })
}

fn scope(scope: &RuleScope) -> Value {
    match scope {
        RuleScope::Cluster => Value::Null,
        RuleScope::Namespace(namespace) => json!(namespace),
    }
}

fn record(minimized: &Minimized, observations: &Observations, name: &str) -> Value {
    let time = seawall_events::format_micros;
    let roles: Vec<Value> = minimized
        .scopes
        .iter()
        .map(|(of, rules)| {
            let rules: Vec<Value> = rules
                .iter()
                .map(|rule| {
                    json!({
                        "verbs": rule.verbs,
                        "apiGroups": rule.group.iter().collect::<Vec<_>>(),
                        "resources": rule.resources,
                        "resourceNames": rule.names,
                        "nonResourceURLs": rule.paths,
                        "evidence": rule.evidence.iter().map(observed).collect::<Vec<_>>(),
                        "widened": rule.widened.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({"namespace": scope(of), "name": name, "rules": rules})
        })
        .collect();
    let held: Vec<Value> = minimized
        .held
        .iter()
        .map(|rule| {
            json!({
                "role": rule.role,
                "index": rule.rule,
                "binding": rule.binding,
                "subject": rule.through.to_string(),
                "namespace": scope(&rule.scope),
                "expected": rule.expected,
                "verbs": rule.says.verbs,
                "apiGroups": rule.says.groups,
                "resources": rule.says.resources,
                "resourceNames": rule.says.names,
                "nonResourceURLs": rule.says.paths,
                "used": rule.used,
                "unused": rule.unused.iter().map(|(verb, what)| json!({"verb": verb, "what": what})).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "schema": "seawall.dev/rbac/v1",
        "command": "minimize",
        "subject": minimized.subject.to_string(),
        "observed": minimized.window.map(
            |(first, last)| json!({
                "first": time(first), "last": time(last), "micros": last - first, "events": observations.events,
            }),
        ),
        "events": observations.events,
        "requests": {"distinct": observations.requests.len(), "needed": minimized.needed, "common": minimized.common},
        "cautions": minimized.cautions.iter().map(caution).collect::<Vec<_>>(),
        "roles": roles,
        "held": held,
        "denied": minimized.denied.iter().map(observed).collect::<Vec<_>>(),
        "excess": minimized.excess.map(|excess| json!({
            "before": excess.before,
            "after": excess.after,
            "namespaces": excess.namespaces,
            "resources": excess.resources,
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_expansions() {
        assert_eq!(duration("12h"), Ok(12 * 3_600 * SECOND));
        assert_eq!(duration("0s"), Ok(0));
        for wrong in ["", "12", "h", "-1d", "1w", "1.5h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(span(90 * 60 * SECOND), "90m");
        assert_eq!(span(0), "0s");
        assert_eq!(span(7 * 86_400 * SECOND), "7d");
        assert_eq!(expansion("watch=get, list"), Ok(("watch".into(), vec!["get".into(), "list".into()])));
        assert!(expansion("watch").is_err() && expansion("=get").is_err() && expansion("a=").is_err());
    }
}
