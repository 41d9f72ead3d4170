//! Templates that nobody rendered: one word for each folder of them, not one for each document.

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_core::{Position, Problem, ProblemSeverity};

/// A document that is a template, and where that shows.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) file: Arc<str>,
    pub(crate) position: Position,
}

/// The folder whose templates are rendered together: the chart, or the folder of the file.
fn home(file: &str) -> &str {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder.rfind("/templates") {
        Some(at) => folder.get(..at).unwrap_or(folder),
        None => folder.strip_suffix("templates").unwrap_or(folder),
    }
}

/// A problem for each folder, at its first template.
pub(crate) fn problems(templates: &[Template]) -> Vec<Problem> {
    let mut homes: BTreeMap<&str, Vec<&Template>> = BTreeMap::new();
    for template in templates {
        homes.entry(home(&template.file)).or_default().push(template);
    }
    let say = |(_, templates): (&str, Vec<&Template>)| {
        let first = templates.first()?;
        let message = match templates.len() {
            1 => "a template was not rendered and not judged".to_owned(),
            n => format!("{n} templates were not rendered and not judged, the first of them here"),
        };
        let cause = "render them first, for example `helm template CHART | seawall scan -`";
        let problem = Problem::new(ProblemSeverity::Error, message).caused_by(cause);
        Some(problem.at(first.position).in_file(&first.file))
    };
    homes.into_iter().filter_map(say).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_one_problem() {
        let at = |file: &str| Template { file: file.into(), position: Position { line: 1, column: 1 } };
        let files = [
            "charts/a/templates/x.yaml",
            "charts/a/templates/sub/y.yaml",
            "charts/b/z.yaml",
            "templates/t.yaml",
        ];
        let problems = problems(&files.map(at));
        let files: Vec<&str> = problems.iter().filter_map(|problem| problem.file.as_deref()).collect();
        assert_eq!(files, ["templates/t.yaml", "charts/a/templates/x.yaml", "charts/b/z.yaml"]);
    }
}
