//! `seawall rbac show`

use std::collections::BTreeMap;

use clap::Args;
use seawall_rbac::{Binding, MASTERS, Rbac, Subject, UserInfo};
use serde_json::{Value, json};

use super::evidence::{Evidence, rule_words, scope_json, scope_words};
use super::{Lines, OutputArgs, OutputFormat, read};
use crate::ExitStatus;
use crate::commands::targets::TargetArgs;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Whose rights: a user name, `ServiceAccount/NS/NAME`, `system:serviceaccount:NS:NAME` or `Group/NAME`
    subject: Subject,
    /// A group that the subject is in beside those that it is in of itself; may be repeated
    #[arg(long = "as-group", value_name = "GROUP")]
    groups: Vec<String>,
    #[command(flatten)]
    targets: TargetArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// A binding that applies, and whom it names.
type Applied<'m> = (&'m Binding, Subject);

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<ExitStatus> {
    let (loaded, rbac) = read(&args.targets)?;
    let user = args.groups.iter().fold(UserInfo::of(&args.subject), |user, group| user.in_group(group));
    let evidence = Evidence { rbac: &rbac, inventory: &loaded.inventory };
    let scopes = by_scope(&rbac, &user);
    match args.output.output {
        OutputFormat::Json => super::print_json("show", as_json(&evidence, &user, &args.subject, &scopes)),
        OutputFormat::Text => {
            super::super::print(as_text(&evidence, &user, &args.subject, &scopes).as_bytes())
        }
    }
}

/// The bindings that apply, everywhere first, then by namespace.
fn by_scope<'m>(rbac: &'m Rbac, user: &UserInfo) -> BTreeMap<Option<&'m str>, Vec<Applied<'m>>> {
    let mut scopes: BTreeMap<Option<&str>, Vec<Applied<'_>>> = BTreeMap::new();
    for subject in user.subjects() {
        let Some(id) = rbac.subject_id(&subject) else { continue };
        for binding in rbac.bindings_of(id) {
            let namespace = rbac.binding_name(binding).namespace;
            scopes.entry(namespace).or_default().push((binding, subject.clone()));
        }
    }
    scopes
}

fn as_text(
    evidence: &Evidence<'_>,
    user: &UserInfo,
    subject: &Subject,
    scopes: &BTreeMap<Option<&str>, Vec<Applied<'_>>>,
) -> String {
    let rbac = evidence.rbac;
    let mut lines = Lines::default();
    lines.line(&subject.to_string());
    let groups = if user.groups.is_empty() { "none".to_owned() } else { user.groups.join(", ") };
    lines.line(&format!("  groups: {groups}"));
    if user.is_master() {
        lines.line(&format!("  may do everything as a member of {MASTERS}, whatever bindings say"));
    }
    for bindings in scopes.values() {
        lines.line("");
        for (at, (binding, holder)) in bindings.iter().enumerate() {
            if at == 0 {
                lines.line(&scope_words(rbac, binding.scope()));
            }
            let through = if holder == subject { String::new() } else { format!(" as {holder}") };
            lines.line(&format!("  {}{through}", evidence.words(binding.id(), None)));
            let rules = rbac.role_of(binding).map_or(&[][..], |role| rbac.rules(role.rule_set()));
            for rule in rules {
                lines.line(&format!("    {}", rule_words(rbac, rule)));
            }
            if rules.is_empty() {
                lines.line("    nothing");
            }
        }
    }
    if scopes.is_empty() {
        lines.line("  no binding names it");
    }
    lines.0
}

fn as_json(
    evidence: &Evidence<'_>,
    user: &UserInfo,
    subject: &Subject,
    scopes: &BTreeMap<Option<&str>, Vec<Applied<'_>>>,
) -> Value {
    let rbac = evidence.rbac;
    let one = |(binding, holder): &Applied<'_>| {
        let role = rbac.role_of(binding);
        let rules = role.map_or(&[][..], |role| rbac.rules(role.rule_set()));
        let rules = (0..rules.len()).filter_map(|at| u32::try_from(at).ok());
        let rules: Vec<Value> = rules
            .map(|at| {
                let mut grant = evidence.json(binding.id(), Some(at));
                grant.get_mut("rule").map_or(Value::Null, Value::take)
            })
            .collect();
        let mut value = evidence.json(binding.id(), None);
        if let Value::Object(fields) = &mut value {
            fields.insert("subject".to_owned(), json!(holder.to_string()));
            fields.insert("namespace".to_owned(), scope_json(rbac, binding.scope()));
            fields.insert("rules".to_owned(), json!(rules));
            fields.remove("rule");
        }
        value
    };
    json!({
        "subject": subject.to_string(),
        "user": user.name,
        "groups": user.groups,
        "everything": user.is_master(),
        "bindings": scopes.values().flatten().map(one).collect::<Vec<_>>(),
    })
}
