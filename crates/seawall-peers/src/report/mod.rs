//! Reports of other tools: one file a format, one form for all.

mod checkov;
mod kube_linter;
mod kube_score;
mod kubescape;
mod kubesec;
mod polaris;
mod sarif;
mod trivy;

pub(crate) use checkov::object as checkov_object;
use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_yaml::{Limits, Node, Text, read};

use crate::Tool;

/// The form that a report has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// SARIF 2.1.0 of any tool that is known.
    Sarif,
    /// The tool's own JSON.
    Json,
}

impl Format {
    /// As outputs write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Sarif => "sarif",
            Format::Json => "json",
        }
    }
}

/// What a rule said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It fired.
    Failed,
    /// It judged and did not fire.
    Passed,
    /// It fired, and somebody accepted that; the reason, where one is given.
    Suppressed(String),
}

/// An object as a report names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The kind; empty when it is not said.
    pub kind: String,
    /// The namespace, where one is said.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for ObjectName {
    /// `Deployment/shop/web`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}

/// What one rule said of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerResult {
    /// The id of the rule as the tool writes it.
    pub rule: String,
    /// The title of the rule.
    pub title: Option<String>,
    /// The severity in the tool's own words.
    pub severity: Option<String>,
    /// What it said.
    pub outcome: Outcome,
    /// The object, then others that take part; empty when only a file is named.
    pub objects: Vec<ObjectName>,
    /// The name of the container, where it is said.
    pub container: Option<String>,
    /// Places in the object.
    pub routes: Vec<Route>,
    /// The file.
    pub file: Option<String>,
    /// The first line in the file.
    pub line: Option<u32>,
    /// The tool's sentence.
    pub message: Option<String>,
}

impl PeerResult {
    fn new(rule: &str, outcome: Outcome) -> Self {
        PeerResult {
            rule: rule.to_owned(),
            title: None,
            severity: None,
            outcome,
            objects: Vec::new(),
            container: None,
            routes: Vec::new(),
            file: None,
            line: None,
            message: None,
        }
    }
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerReport {
    /// The tool that wrote it.
    pub tool: Tool,
    /// Its form.
    pub format: Format,
    /// The version of the tool, where it is said.
    pub version: Option<String>,
    /// What it says, in its order.
    pub results: Vec<PeerResult>,
    /// What of it was not read, and why.
    pub problems: Vec<Problem>,
    /// Results that have another shape than the tool gives them.
    unread: usize,
}

impl PeerReport {
    fn new(tool: Tool, format: Format) -> Self {
        PeerReport { tool, format, version: None, results: Vec::new(), problems: Vec::new(), unread: 0 }
    }

    /// The items of a list that the report stands and falls with.
    fn list<'n>(&mut self, node: Node<'n>, key: &str) -> impl Iterator<Item = Node<'n>> + use<'n> {
        let list = node.get(key);
        self.unread += usize::from(list.is_some_and(|list| !list.is_seq()));
        list.filter(|list| list.is_seq()).into_iter().flat_map(|list| list.items())
    }

    /// Takes a result, or counts one that is not understood.
    fn take(&mut self, result: Option<PeerResult>) {
        self.unread += usize::from(result.is_none());
        self.results.extend(result);
    }

    fn tell(&mut self, message: String) {
        self.problems.push(Problem::new(ProblemSeverity::Warning, message));
    }
}

/// Why a text is no report that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// It cannot be read at all.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It has the shape of none of the known formats.
    #[error(
        "it is none of the known reports: SARIF, or the JSON of Trivy, Checkov, Kubescape, kube-linter, Polaris, kube-score or kubesec"
    )]
    UnknownShape,
    /// It is SARIF of a tool whose rules are not known.
    #[error(
        "it is SARIF of `{0}`, whose rules are not known; known are Trivy, Checkov, Kubescape, kube-linter, Polaris, kube-score and kubesec"
    )]
    UnknownTool(String),
}

/// What a report may cost: those of large clusters hold every object once more.
const LIMITS: Limits = Limits { depth: 512, nodes: 64_000_000, document_bytes: 1 << 30 };

/// Reads a report, whatever its format.
///
/// # Errors
/// When it is none that is known.
pub fn read_report(text: String) -> Result<PeerReport, ReportError> {
    let text = Text::new(text);
    let (documents, problems) = read(&text, &LIMITS);
    let Some(document) = documents.first() else {
        let cause = problems.first().map_or("it is empty".to_owned(), |problem| problem.message.clone());
        return Err(ReportError::Unreadable(cause));
    };
    let mut report = one(document.tree.root())?;
    report.problems.extend(problems);
    if let Some(more) = documents.len().checked_sub(1).filter(|more| *more > 0) {
        report.tell(format!(
            "{more} more reports stand behind the first one and are left out: compare each by itself"
        ));
    }
    if report.unread > 0 {
        let (count, tool) = (report.unread, report.tool);
        report.tell(format!("{count} parts of the report are left out: they do not have the shape that {tool} gives to results"));
    }
    Ok(report)
}

fn one(root: Node<'_>) -> Result<PeerReport, ReportError> {
    let first = root.items().next();
    if root.get("runs").is_some_and(Node::is_seq) {
        return sarif::read(root);
    }
    let (tool, read): (Tool, fn(Node<'_>, &mut PeerReport)) = if trivy::is(root) {
        (Tool::Trivy, trivy::read)
    } else if checkov::is(root) || first.is_some_and(checkov::is) {
        (Tool::Checkov, checkov::read)
    } else if kubescape::is(root) {
        (Tool::Kubescape, kubescape::read)
    } else if polaris::is(root) {
        (Tool::Polaris, polaris::read)
    } else if kube_linter::is(root) {
        (Tool::KubeLinter, kube_linter::read)
    } else if first.is_some_and(kube_score::is) {
        (Tool::KubeScore, kube_score::read)
    } else if first.is_some_and(kubesec::is) {
        (Tool::Kubesec, kubesec::read)
    } else {
        return Err(ReportError::UnknownShape);
    };
    let mut report = PeerReport::new(tool, Format::Json);
    read(root, &mut report);
    Ok(report)
}

/// A text under a key that says something.
fn text(node: Node<'_>, key: &str) -> Option<String> {
    node.str(key).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A line number under a key; 0 is none.
fn line(node: Node<'_>, key: &str) -> Option<u32> {
    node.int(key).and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0)
}

/// A namespace: an empty one is none.
fn namespace(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}
