//! One case: a request and what is expected of it.

use seawall_yaml::Tree;

use super::fence::Fence;
use super::{Faults, documents};
use crate::admission::Operation;

/// What is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It is allowed, and nobody is warned.
    Allow,
    /// It is refused.
    Deny,
    /// It is allowed, with a warning.
    Warn,
    /// It is allowed and changed.
    Mutate,
}

impl Expect {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "allow" => Expect::Allow,
            "deny" => Expect::Deny,
            "warn" => Expect::Warn,
            "mutate" => Expect::Mutate,
            _ => return None,
        })
    }
}

/// A text that a refusal or a warning must contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it says.
    pub text: String,
    /// The line of the page that demands it.
    pub line: u32,
}

/// A request and what is expected of it.
#[derive(Debug)]
pub struct Case {
    /// The heading above it.
    pub name: String,
    /// The line of the page on which it begins.
    pub line: u32,
    /// What is expected.
    pub expect: Expect,
    /// What must be said.
    pub messages: Vec<Message>,
    /// What is done.
    pub operation: Operation,
    /// The resource whose part is asked for, where the object is of a kind of its own (`Scale`); empty for that of the
    /// object's kind.
    pub resource: String,
    /// The part of the object that is asked for; empty for the whole.
    pub subresource: String,
    /// Who asks; empty for the default.
    pub user: String,
    /// Groups of the user.
    pub groups: Vec<String>,
    /// Whether nothing would be stored.
    pub dry_run: bool,
    /// The object; `None` when it is deleted.
    pub object: Option<Tree>,
    /// The object as it was; `None` when it is new.
    pub old_object: Option<Tree>,
    /// The object that must result.
    pub becomes: Option<Tree>,
}

/// Reads a case; `None` with a problem when its request cannot be made.
pub(super) fn case(expect: Expect, words: &[String], fence: &Fence, faults: &mut Faults<'_>) -> Option<Case> {
    let mut case = Case {
        name: fence.heading.clone(),
        line: fence.line,
        expect,
        messages: messages(fence, faults),
        operation: Operation::Create,
        resource: String::new(),
        subresource: String::new(),
        user: String::new(),
        groups: Vec::new(),
        dry_run: false,
        object: None,
        old_object: None,
        becomes: None,
    };
    for word in words {
        match word.split_once('=') {
            Some(("operation", name)) => match Operation::of(name) {
                Some(operation) => case.operation = operation,
                None => {
                    faults
                        .at(fence.line, format!("`{name}` is no operation: CREATE, UPDATE, DELETE, CONNECT"));
                    return None;
                }
            },
            Some(("resource", name)) => name.clone_into(&mut case.resource),
            Some(("subresource", name)) => name.clone_into(&mut case.subresource),
            Some(("user", name)) => name.clone_into(&mut case.user),
            Some(("groups", names)) => case.groups = names.split(',').map(str::to_owned).collect(),
            None if word == "dry-run" => case.dry_run = true,
            _ => {
                let known = "`operation=`, `resource=`, `subresource=`, `user=`, `groups=`, `dry-run`";
                faults.at(fence.line, format!("`{word}` says nothing about a request: it is {known}"));
                return None;
            }
        }
    }
    let before = faults.problems.len();
    let mut trees = documents(&fence.text, fence.line, faults).into_iter();
    let want = if case.operation == Operation::Update { 2 } else { 1 };
    if trees.len() != want {
        if faults.problems.len() == before {
            let what = if want == 2 { "the old object, `---` and the new one" } else { "one object" };
            faults.at(fence.line, format!("{} needs {what}", case.operation.name()));
        }
        return None;
    }
    if matches!(case.operation, Operation::Update | Operation::Delete) {
        case.old_object = trees.next();
    }
    case.object = trees.next();
    if matches!(expect, Expect::Allow | Expect::Mutate) && !case.messages.is_empty() {
        faults.at(
            fence.line,
            "what is allowed says nothing: a `# message:` belongs to `deny` or `warn`".to_owned(),
        );
    }
    Some(case)
}

/// Gives the last case, which changes its object, the object that results.
pub(super) fn becomes(cases: &mut [Case], fence: &Fence, faults: &mut Faults<'_>) {
    let mut trees = documents(&fence.text, fence.line, faults).into_iter();
    match (cases.last_mut(), trees.next(), trees.next()) {
        (Some(case), Some(tree), None) if case.expect == Expect::Mutate && case.becomes.is_none() => {
            case.becomes = Some(tree);
        }
        _ => faults.at(fence.line, "`becomes` is one object, behind a fence `yaml mutate`".to_owned()),
    }
}

fn messages(fence: &Fence, faults: &mut Faults<'_>) -> Vec<Message> {
    const MARK: &str = "# message:";
    let mut messages = Vec::new();
    for (line, text) in (fence.line + 1..).zip(fence.text.lines()) {
        if let Some((_, wanted)) = text.split_once(MARK) {
            let text = wanted.trim().to_owned();
            if text.is_empty() {
                faults.at(line, format!("`{MARK}` demands nothing"));
            } else {
                messages.push(Message { text, line });
            }
        }
    }
    messages
}
