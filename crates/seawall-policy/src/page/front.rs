//! The front matter of a page: which files hold policies.

use seawall_yaml::{Limits, Text, read};

use super::Faults;

/// The files that are named, the text below, and how many lines were above it.
pub(super) fn front_matter<'t>(text: &'t str, faults: &mut Faults<'_>) -> (Vec<String>, &'t str, u32) {
    let Some(rest) = text.strip_prefix("---\n") else { return (Vec::new(), text, 0) };
    let Some((head, body)) = rest.split_once("\n---\n") else {
        faults.at(1, "the front matter is not closed by `---`".to_owned());
        return (Vec::new(), text, 0);
    };
    let above = u32::try_from(head.lines().count()).unwrap_or(u32::MAX).saturating_add(2);
    let mut files = Vec::new();
    let (documents, problems) = read(&Text::new(head), &Limits::default());
    if problems.iter().any(|problem| problem.severity == seawall_core::ProblemSeverity::Error) {
        faults.at(1, "the front matter is not YAML".to_owned());
    }
    for (key, value) in documents.iter().flat_map(|document| document.tree.root().entries()) {
        let names: Vec<Option<&str>> = value.items().map(|name| name.as_str()).collect();
        if key != "policies" {
            faults.at(1, format!("the front matter has no `{key}`: it is `policies`"));
        } else if !value.is_seq() || names.iter().any(Option::is_none) {
            faults.at(1, "`policies` is a list of file names".to_owned());
        } else {
            files.extend(names.into_iter().flatten().map(str::to_owned));
        }
    }
    (files, body, above)
}
