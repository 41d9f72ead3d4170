//! Candidates among bindings and rules.

use seawall_core::{Edit, FixValue, Route};
use seawall_rbac::minimize::{Options, common_right, manifest, minimize, role_name};
use seawall_rbac::usage::{Requests, Use};
use seawall_rbac::{Binding, Subject};

use crate::path::Evidence;
use crate::plan::candidate::{Candidate, ChangeKind, Risk, RiskLevel};
use crate::plan::change::ObjectChange;
use crate::plan::propose::{Proposer, plural, some};
use crate::rights::permission::TABLE;
use crate::search::Element;
use crate::vertex::Vertex;

/// The shortest time that tells of rights that are not used: it holds a weekly job.
const LONG_ENOUGH: i64 = 7 * 86_400 * 1_000_000;
/// Verbs that change nothing.
const READING: &[&str] = &["get", "list", "watch"];

/// Who holds a right, and what runs as them.
#[derive(Default)]
struct Holders {
    /// In words.
    subjects: Vec<String>,
    /// Pods and workloads that run as one of them.
    pods: Vec<String>,
    /// Whether one of them is a user or a group.
    people: bool,
}

impl Proposer<'_> {
    pub(super) fn binding(&self, word: &str, vertex: u32) -> Vec<Candidate> {
        let Some(binding) = self.rbac_binding(vertex) else { return Vec::new() };
        let rbac = &self.state.model().rbac;
        let subjects: Vec<&Subject> = binding.subjects().iter().filter_map(|id| rbac.subject(*id)).collect();
        let holders = self.holders(subjects.iter().copied());
        let role = binding.role().map(|role| rbac.role_name(role).to_string()).unwrap_or_default();
        let used = self.prices.as_ref().and_then(|prices| prices.of(Element::Binding(vertex)).flatten());
        let whom = some(&holders.subjects, 3);
        let plain = Candidate {
            kind: ChangeKind::RemoveBinding,
            title: format!("take {role} from {whom}: delete {word}"),
            changes: vec![ObjectChange::Delete(word.to_owned())],
            follows: Vec::new(),
            effort: 1,
            restarts: 0,
            used_by: self.used_by(used, &holders),
            risk: self.risk(used, &holders),
            mitigation: mitigation(&holders, &whom),
            evidence: vec![Evidence { object: word.to_owned(), route: "subjects".into() }],
        };
        let mut candidates = Vec::new();
        if let Some(requests) = self.requests
            && let Some(roles) = self.minimal(requests, binding, &subjects)
        {
            let changes = vec![ObjectChange::Apply(roles), ObjectChange::Delete(word.to_owned())];
            let risk = self.replaced_risk(&holders);
            candidates.push(Candidate {
                kind: ChangeKind::ReplaceBinding,
                title: format!("give {whom} only what was used of {role}: replace {word}"),
                changes,
                effort: 2,
                risk,
                ..plain.clone()
            });
        }
        candidates.push(plain);
        candidates
    }

    fn rbac_binding(&self, vertex: u32) -> Option<&Binding> {
        let model = self.state.model();
        let made = model.made();
        let Vertex::Binding(number) = made.graph.vertex(vertex) else { return None };
        model.rbac.binding(*made.tables.bindings.get(number as usize)?)
    }

    /// Roles that allow what was done through a binding; `None` when nothing was.
    fn minimal(&self, requests: &Requests, binding: &Binding, subjects: &[&Subject]) -> Option<String> {
        let rbac = &self.state.model().rbac;
        let base = role_name(&Subject::user(rbac.binding_name(binding).name));
        let mut roles = String::new();
        for (number, subject) in subjects.iter().enumerate() {
            let observations = requests.through(rbac, binding, subject);
            let common = |request: &_| common_right(&observations, Some(rbac), request);
            let minimized = minimize(&observations, &Options::default(), None, &common);
            if !minimized.scopes.is_empty() {
                let name = if subjects.len() == 1 { base.clone() } else { format!("{base}-{}", number + 1) };
                roles.push_str(&manifest(&minimized, &name));
            }
        }
        (!roles.is_empty()).then_some(roles)
    }

    pub(super) fn rule(&self, word: &str, place: u32, numbers: (u32, u32)) -> Vec<Candidate> {
        let Some(object) = self.state.find(word) else { return Vec::new() };
        let rule = object.root().get("rules").and_then(|rules| rules.item(place as usize));
        let Some(rule) = rule.filter(|rule| rule.is_map()) else { return Vec::new() };
        let list = |key: &str| -> Vec<String> {
            rule.list(key).filter_map(|item| item.as_str()).map(str::to_owned).collect()
        };
        let (verbs, resources) = (list("verbs"), list("resources"));
        let says = format!("{} on {}", some(&verbs, 4), some(&resources, 4));
        let holders = self.role_holders(numbers.0);
        let used =
            self.prices.as_ref().and_then(|prices| prices.of(Element::Rule(numbers.0, numbers.1)).flatten());
        let risk = self.risk(used, &holders);
        let route = Route::root().key("rules").index(place as usize);
        let whom = some(&holders.subjects, 3);
        let remove = Candidate {
            kind: ChangeKind::RemoveRule,
            title: format!("take rule {} out of {word}: {says}", place + 1),
            changes: vec![ObjectChange::Edit(word.to_owned(), vec![Edit::Remove { route: route.clone() }])],
            follows: Vec::new(),
            effort: 1,
            restarts: 0,
            used_by: self.used_by(used, &holders),
            risk: risk.clone(),
            mitigation: mitigation(&holders, &whom),
            evidence: vec![Evidence { object: word.to_owned(), route: route.to_string() }],
        };
        let mut candidates = vec![];
        let every = |list: &[String]| list.iter().any(|item| item == "*");
        if !every(&resources)
            && let Some((edits, gone)) = narrowed(&route, (&verbs, &list("apiGroups"), &resources))
        {
            candidates.push(Candidate {
                kind: ChangeKind::NarrowRule,
                title: format!("take {} out of rule {} of {word}", quoted(&gone), place + 1),
                changes: vec![ObjectChange::Edit(word.to_owned(), edits)],
                risk: milder(risk.clone(), used.is_none(), "the other resources of the rule stay"),
                ..remove.clone()
            });
        }
        let reading: Vec<FixValue> = READING
            .iter()
            .filter(|verb| verbs.iter().any(|own| own == *verb || own == "*"))
            .map(|verb| FixValue::from(*verb))
            .collect();
        let writes = verbs.iter().any(|verb| !READING.contains(&verb.as_str()));
        if !reading.is_empty() && writes && !every(&resources) {
            let value = FixValue::List(reading);
            let edit = Edit::Set { route: route.key("verbs"), value };
            candidates.push(Candidate {
                kind: ChangeKind::ReadOnlyRule,
                title: format!("let rule {} of {word} only read {}", place + 1, some(&resources, 4)),
                changes: vec![ObjectChange::Edit(word.to_owned(), vec![edit])],
                risk: milder(risk.clone(), used.is_none(), "reading stays"),
                ..remove.clone()
            });
        }
        let others = object.root().list("rules").count() > 1 && !every(&resources);
        let risk = if others { milder(risk, used.is_none(), "the other rules stay") } else { risk };
        candidates.push(Candidate { risk, ..remove });
        candidates
    }

    /// Everybody whom a binding of a role names; aggregated roles count with their parts.
    fn role_holders(&self, role: u32) -> Holders {
        let model = self.state.model();
        let Some(id) = model.made().tables.roles.get(role as usize) else { return Holders::default() };
        let rbac = &model.rbac;
        let bound = rbac.bindings().filter(|binding| binding.role() == Some(*id));
        let mut subjects: Vec<&Subject> =
            bound.flat_map(|binding| binding.subjects()).filter_map(|id| rbac.subject(*id)).collect();
        subjects.sort();
        subjects.dedup();
        self.holders(subjects.into_iter())
    }

    fn holders<'s>(&self, subjects: impl Iterator<Item = &'s Subject>) -> Holders {
        let mut holders = Holders::default();
        for subject in subjects {
            holders.subjects.push(subject.to_string());
            match subject {
                Subject::ServiceAccount { namespace, name } => {
                    holders.pods.extend(self.site.runs(namespace, name).iter().cloned());
                }
                _ => holders.people = true,
            }
        }
        holders
    }

    /// Who uses a right today: what the log says, or else who could.
    fn used_by(&self, used: Option<&Use>, holders: &Holders) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        if let (Some(used), Some(span)) = (used, self.observed()) {
            let mut users: Vec<(&String, &u64)> = used.users.iter().collect();
            users.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
            let users: Vec<String> =
                users.into_iter().map(|(name, count)| format!("{name} ({count})")).collect();
            words.push(format!("{} in {span}", some(&users, 3)));
        } else if let Some(span) = self.observed() {
            words.push(format!("nobody in the {span} observed"));
        }
        if !holders.pods.is_empty() {
            words.push(format!("{} as it: {}", running(&holders.pods), some(&holders.pods, 3)));
        }
        words
    }

    /// The risk of taking a right away.
    fn risk(&self, used: Option<&Use>, holders: &Holders) -> Risk {
        let pods = running(&holders.pods);
        let (level, reason) = match (self.observed(), used) {
            (Some(span), Some(used)) if used.needed > 0 => {
                let times =
                    if used.needed == 1 { "once".to_owned() } else { format!("{} times", used.needed) };
                (
                    RiskLevel::High,
                    format!("used {times} in the {span} observed, and nothing else allows that"),
                )
            }
            (Some(span), _) if self.window() >= LONG_ENOUGH => {
                (RiskLevel::Low, format!("nothing needed it in the {span} observed"))
            }
            (Some(span), _) if !holders.pods.is_empty() => (
                RiskLevel::High,
                format!("{pods} as it; that nothing needed it in {span} is too short a time to tell"),
            ),
            (None, _) if !holders.pods.is_empty() => {
                (RiskLevel::High, format!("{pods} as it, and what is needed was not observed: see `--audit`"))
            }
            (Some(span), _) if holders.people => {
                (RiskLevel::Medium, format!("nobody needed it in {span}, which is too short a time to tell"))
            }
            (None, _) if holders.people => {
                (RiskLevel::Medium, "whether people use it was not observed: see `--audit`".to_owned())
            }
            (Some(span), _) => {
                (RiskLevel::Low, format!("nothing here runs as it, and nothing needed it in {span}"))
            }
            (None, _) => (RiskLevel::Low, "nothing here runs as it".to_owned()),
        };
        Risk { level, reason }
    }

    fn replaced_risk(&self, holders: &Holders) -> Risk {
        let span = self.observed().unwrap_or_default();
        let level = match (self.window() >= LONG_ENOUGH, holders.pods.is_empty()) {
            (true, _) => RiskLevel::Low,
            (false, true) => RiskLevel::Medium,
            (false, false) => RiskLevel::High,
        };
        let reason =
            format!("what was used in the {span} observed is granted again; unobserved is not unused");
        Risk { level, reason }
    }

    fn window(&self) -> i64 {
        self.requests
            .and_then(|requests| requests.window)
            .map_or(0, |(first, last)| last.saturating_sub(first))
    }

    /// How long was observed, in words.
    pub(super) fn observed(&self) -> Option<String> {
        self.requests?;
        let seconds = self.window() / 1_000_000;
        let units = [('d', 86_400), ('h', 3_600), ('m', 60)];
        let (unit, size) = units.into_iter().find(|(_, size)| seconds >= size * 2).unwrap_or(('s', 1));
        Some(format!("{}{unit}", seconds / size))
    }
}

/// Edits that take out of a rule the resources that open a step, and which these are; `None` when nothing would be left.
fn narrowed(
    route: &Route,
    (verbs, groups, resources): (&[String], &[String], &[String]),
) -> Option<(Vec<Edit>, Vec<String>)> {
    let has = |list: &[String], wanted: &[&str]| {
        list.iter().any(|own| own == "*" || wanted.contains(&own.as_str()))
    };
    let opens = |resource: &String| {
        TABLE.iter().flat_map(|(_, asks)| asks.iter()).any(|ask| {
            ask.resources.contains(&resource.as_str()) && has(verbs, ask.verbs) && has(groups, ask.groups)
        })
    };
    let gone: Vec<usize> = resources
        .iter()
        .enumerate()
        .filter(|(_, resource)| opens(resource))
        .map(|(place, _)| place)
        .collect();
    if gone.is_empty() || gone.len() == resources.len() {
        return None;
    }
    let words = gone.iter().filter_map(|place| resources.get(*place).cloned()).collect();
    let list = route.clone().key("resources");
    let edits = gone.into_iter().map(|place| Edit::Remove { route: list.clone().index(place) }).collect();
    Some((edits, words))
}

fn quoted(words: &[String]) -> String {
    some(&words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>(), 4)
}

/// A smaller change is less of a risk where nothing was seen to need it.
fn milder(risk: Risk, unused: bool, why: &str) -> Risk {
    match risk.level {
        RiskLevel::High if unused => {
            Risk { level: RiskLevel::Medium, reason: format!("{}; {why}", risk.reason) }
        }
        _ => risk,
    }
}

fn running(pods: &[String]) -> String {
    match pods.len() {
        1 => "1 pod runs".to_owned(),
        count => format!("{} run", plural(count, "pod")),
    }
}

fn mitigation(holders: &Holders, whom: &str) -> String {
    if holders.pods.is_empty() {
        return format!(
            "if {whom} needs it: grant it for the time of the task only, and alert on every request that uses it"
        );
    }
    "if it needs all of this: keep its pods on nodes where nothing else runs, let nobody else write pods, secrets or \
     workloads in its namespace, and alert on requests of the account that do not come from its pods"
        .to_owned()
}
