//! Which rules of which tool mean which of our checks: `data/<tool>.toml`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use seawall_core::{Position, Problem, ProblemSeverity};
use serde::Deserialize;
use toml::Spanned;

use crate::Tool;

/// How a rule and a check compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The rule fires where the check fails.
    Same,
    /// The rule fires where the check fails, and elsewhere too.
    Broader,
    /// The rule fires at some of the places where the check fails.
    Narrower,
}

impl Relation {
    /// As outputs write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Relation::Same => "same",
            Relation::Broader => "broader",
            Relation::Narrower => "narrower",
        }
    }
}

/// What a rule means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning<'r> {
    /// These checks; never none.
    Checks(Relation, &'r [&'static str]),
    /// No check, and why.
    None(&'r str),
    /// Nobody has said.
    Unknown,
}

/// The tables of all tools.
#[derive(Debug, Default)]
pub struct Rules(BTreeMap<Tool, Table>);

#[derive(Debug, Default)]
struct Table {
    /// By canonical id, with the id as the tool writes it.
    rules: BTreeMap<String, (String, Known)>,
    elsewhere: Vec<(String, String)>,
}

#[derive(Debug)]
enum Known {
    Checks(Relation, Vec<&'static str>),
    None(String),
}

/// The tables, each with the name of its file.
const TABLES: [(Tool, &str, &str); 8] = [
    (Tool::Trivy, "trivy.toml", include_str!("../data/trivy.toml")),
    (Tool::Checkov, "checkov.toml", include_str!("../data/checkov.toml")),
    (Tool::Kubescape, "kubescape.toml", include_str!("../data/kubescape.toml")),
    (Tool::KubeLinter, "kube-linter.toml", include_str!("../data/kube-linter.toml")),
    (Tool::Polaris, "polaris.toml", include_str!("../data/polaris.toml")),
    (Tool::KubeScore, "kube-score.toml", include_str!("../data/kube-score.toml")),
    (Tool::Kubesec, "kubesec.toml", include_str!("../data/kubesec.toml")),
    (Tool::Kyverno, "kyverno.toml", include_str!("../data/kyverno.toml")),
];

impl Rules {
    /// The tables that are part of the program.
    pub fn built_in() -> &'static Rules {
        static RULES: OnceLock<Rules> = OnceLock::new();
        // A test holds that no table has a fault.
        RULES.get_or_init(|| Rules::read().0)
    }

    fn read() -> (Rules, Vec<Problem>) {
        let (mut rules, mut problems) = (Rules::default(), Vec::new());
        for (tool, file, text) in TABLES {
            let (table, faults) = parse(tool, text, &file.into());
            rules.0.insert(tool, table);
            problems.extend(faults);
        }
        (rules, problems)
    }

    /// What a rule of a tool means, in whatever spelling.
    pub fn meaning(&self, tool: Tool, id: &str) -> Meaning<'_> {
        let Some(table) = self.0.get(&tool) else { return Meaning::Unknown };
        let id = tool.canonical(id);
        match table.rules.get(&id) {
            Some((_, Known::Checks(relation, checks))) => Meaning::Checks(*relation, checks),
            Some((_, Known::None(why))) => Meaning::None(why),
            None => {
                let other = table.elsewhere.iter().find(|(prefix, _)| id.starts_with(prefix.as_str()));
                other.map_or(Meaning::Unknown, |(_, why)| Meaning::None(why))
            }
        }
    }

    /// The rules of a tool that mean a check, as the tool writes them.
    pub fn of_check<'r>(&'r self, tool: Tool, check: &str) -> impl Iterator<Item = &'r str> {
        self.of_tool(tool).filter(move |(_, checks)| checks.contains(&check)).map(|(id, _)| id)
    }

    /// The rules of a tool that mean checks, each with them.
    pub fn of_tool(&self, tool: Tool) -> impl Iterator<Item = (&str, &[&'static str])> {
        let rules = self.0.get(&tool).into_iter().flat_map(|table| table.rules.values());
        rules.filter_map(|(id, known)| match known {
            Known::Checks(_, checks) => Some((id.as_str(), checks.as_slice())),
            Known::None(_) => None,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    elsewhere: BTreeMap<String, String>,
    rules: BTreeMap<Spanned<String>, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    same: Option<Vec<String>>,
    broader: Option<Vec<String>>,
    narrower: Option<Vec<String>>,
    none: Option<String>,
}

/// Reads a table. What is not understood is left out of it and told with its line.
fn parse(tool: Tool, text: &str, file: &Arc<str>) -> (Table, Vec<Problem>) {
    let mut table = Table::default();
    let fault = |at: Option<std::ops::Range<usize>>, message: String| {
        let before = at.and_then(|at| text.get(..at.start)).unwrap_or("");
        let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
        Problem::new(ProblemSeverity::Error, message).in_file(file).at(Position { line, column: 1 })
    };
    let parsed: File = match toml::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => return (table, vec![fault(error.span(), error.message().to_owned())]),
    };
    let mut problems = Vec::new();
    for (id, entry) in parsed.rules {
        let span = id.span();
        let id = id.into_inner();
        match entry.known() {
            Err(message) => problems.push(fault(Some(span), format!("rule `{id}`: {message}"))),
            Ok(known) => {
                let canonical = tool.canonical(&id);
                if table.rules.insert(canonical, (id.clone(), known)).is_some() {
                    problems.push(fault(Some(span), format!("rule `{id}` is here twice")));
                }
            }
        }
    }
    table.elsewhere = parsed.elsewhere.into_iter().collect();
    (table, problems)
}

impl Entry {
    fn known(self) -> Result<Known, String> {
        let relations = [
            (Relation::Same, self.same),
            (Relation::Broader, self.broader),
            (Relation::Narrower, self.narrower),
        ];
        let mut given = relations.into_iter().filter_map(|(relation, checks)| Some((relation, checks?)));
        match (given.next(), given.next(), self.none) {
            (Some((relation, checks)), None, None) => {
                let mut known: Vec<&'static str> = Vec::new();
                for check in checks {
                    let id = seawall_checks::find(&check).ok_or(format!("no check is called `{check}`"))?.id;
                    if known.contains(&id) {
                        return Err(format!("`{id}` is named twice"));
                    }
                    known.push(id);
                }
                if known.is_empty() {
                    return Err("no check is named; say `none` and why".to_owned());
                }
                Ok(Known::Checks(relation, known))
            }
            (None, _, Some(why)) if !why.trim().is_empty() => Ok(Known::None(why)),
            _ => Err("exactly one of `same`, `broader`, `narrower` and `none` must say something".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_has_a_fault() {
        let (rules, problems) = Rules::read();
        assert!(problems.is_empty(), "{problems:#?}");
        for tool in Tool::ALL {
            assert!(rules.of_tool(tool).count() >= 25, "{tool}");
        }
    }

    #[test]
    fn rules_are_found_in_every_spelling() {
        let rules = Rules::built_in();
        let privileged = Meaning::Checks(Relation::Same, &["pod-privileged"]);
        for id in ["KSV017", "AVD-KSV-0017", "KSV-0017"] {
            assert_eq!(rules.meaning(Tool::Trivy, id), privileged);
        }
        let sensitive = Meaning::Checks(Relation::Same, &["secret-configmap-sensitive-data"]);
        assert_eq!(rules.meaning(Tool::Trivy, "AVD-KSV-01010"), sensitive);
        assert!(matches!(rules.meaning(Tool::Trivy, "CVE-2024-1"), Meaning::None(_)));
        assert!(matches!(rules.meaning(Tool::Checkov, "CKV_AWS_20"), Meaning::None(_)));
        assert_eq!(rules.meaning(Tool::Checkov, "CKV_K8S_9999"), Meaning::Unknown);
        let of_check: Vec<&str> = rules.of_check(Tool::Kubescape, "pod-host-pid").collect();
        assert_eq!(of_check, ["C-0038", "C-0275"]);
    }

    #[test]
    fn every_fault_has_its_line() {
        for (text, line, message) in [
            ("[rules]\nA = { same = [\"pod-privileged\"]\n", 2, ""),
            ("[rules]\nA = { same = [\"pod-host-pid\"] }\nA = { none = \"x\" }\n", 3, "duplicate key"),
            ("[rules]\nA = { sane = [\"pod-host-pid\"] }\n", 2, "unknown field"),
            ("[rules]\n\nA = { same = [\"pod-privilegd\"] }\n", 3, "no check is called `pod-privilegd`"),
            ("[rules]\nA = { same = [\"pod-host-pid\", \"pod-host-pid\"] }\n", 2, "named twice"),
            ("[rules]\nA = { same = [] }\n", 2, "no check is named"),
            ("[rules]\nA = { same = [\"pod-host-pid\"], none = \"x\" }\n", 2, "exactly one"),
            ("[rules]\nA = { none = \" \" }\n", 2, "exactly one"),
            (
                "[rules]\nKSV-0001 = { none = \"x\" }\n\"AVD-KSV-0001\" = { none = \"y\" }\n",
                2,
                "is here twice",
            ),
            ("more = 1\n[rules]\n", 1, "unknown field"),
        ] {
            let (_, problems) = parse(Tool::Trivy, text, &"t.toml".into());
            let [problem] = &problems[..] else { panic!("{text}: {problems:?}") };
            assert_eq!(problem.position.map(|at| at.line), Some(line), "{text}: {problem:?}");
            assert!(problem.message.contains(message), "{text}: {}", problem.message);
        }
    }
}
