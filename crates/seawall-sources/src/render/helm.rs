//! `helm template`.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use seawall_yaml::{Text, Tree, split};

use super::chart::Chart;
use super::lines::Alignment;
use super::output::{self, Piece, failure, piped};
use super::scratch::Scratch;
use super::source::{Source, Sources};
use super::tool::{self, Run};
use super::{Failure, Job};
use crate::documents::FileContent;

/// What Helm puts before each document: `# Source: CHART/templates/FILE`.
const SOURCE: &str = "# Source: ";

pub(super) fn render(job: &Job<'_>, chart: &Chart) -> Result<FileContent, Failure> {
    if chart.is_library {
        return Ok(FileContent::default());
    }
    if let Some(link) = leading_out(job, &chart.folder) {
        let link = job.root.shown(&link);
        return Err(Failure {
            why: format!("the link `{}` leads out of the target, and Helm would follow it", link.display()),
            hint: "put the file itself there, or name a folder that holds both".to_owned(),
        });
    }
    let rendering = job.rendering;
    let Some(program) = tool::find(&rendering.path, &["helm"]) else {
        let why = "`helm` is not on the PATH".to_owned();
        return Err(Failure { why, hint: format!("install Helm, or {}", piped("helm template CHART")) });
    };
    let args = arguments(job, chart).map_err(|why| Failure { why, hint: "correct the option".to_owned() })?;
    let scratch = Scratch::new(&rendering.temp).map_err(|error| Failure {
        why: "no temporary folder could be made".to_owned(),
        hint: error.to_string(),
    })?;
    let run = Run {
        program: &program,
        args,
        path: &rendering.path,
        home: scratch.path(),
        limits: rendering.limits,
    };
    let printed = tool::run(&run).map_err(|failed| failure(job, "helm template", failed, hint))?;
    Ok(read(job, chart, printed))
}

fn hint(said: &str) -> String {
    if said.contains("dependenc") || said.contains("missing in charts") {
        "run `helm dependency build` in the folder of the chart; nothing is fetched here".to_owned()
    } else {
        "give what the chart asks for with `--values` and `--set`; `helm lint` tells more".to_owned()
    }
}

/// Arguments: whatever comes from outside is an absolute path or stands behind `=`, so that none reads as an option.
fn arguments(job: &Job<'_>, chart: &Chart) -> Result<Vec<OsString>, String> {
    let rendering = job.rendering;
    let name = release(&chart.name);
    let mut args: Vec<OsString> = vec!["template".into(), name.into(), chart.folder.clone().into()];
    // The namespace is a guess like the name; `default` would be judged as if somebody had meant it.
    args.push(format!("--namespace={name}").into());
    args.extend(["--include-crds", "--skip-tests"].map(Into::into));
    for file in &rendering.values {
        let path =
            file.canonicalize().map_err(|error| format!("the values `{}`: {error}", file.display()))?;
        let mut arg = OsString::from("--values=");
        arg.push(path);
        args.push(arg);
    }
    args.extend(rendering.sets.iter().map(|set| format!("--set={set}").into()));
    args.extend(rendering.kube_version.iter().map(|version| format!("--kube-version={version}").into()));
    args.extend(rendering.api_versions.iter().map(|version| format!("--api-versions={version}").into()));
    Ok(args)
}

/// The name of the release: that of the chart where Helm takes it as one.
fn release(chart: &str) -> &str {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = !chart.is_empty()
        && chart.len() <= 53
        && chart.bytes().all(fits)
        && !chart.starts_with('-')
        && !chart.ends_with('-');
    if is_name { chart } else { "release-name" }
}

/// Entries of a chart that are looked at for links.
const MAX_ENTRIES: usize = 100_000;

/// A link that leads out of the target: Helm follows links, and what they lead to was not given to us.
fn leading_out(job: &Job<'_>, chart: &Path) -> Option<PathBuf> {
    let mut folders = vec![chart.to_owned()];
    let mut left = MAX_ENTRIES;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            left = left.checked_sub(1)?;
            let Ok(kind) = entry.file_type() else { continue };
            let inside = || entry.path().canonicalize().is_ok_and(|to| job.root.holds(&to));
            if kind.is_symlink() && !inside() {
                return Some(entry.path());
            }
            if kind.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    None
}

fn read(job: &Job<'_>, chart: &Chart, printed: Vec<u8>) -> FileContent {
    let (text, problems) = Text::from_bytes(printed);
    let mut sources = Sources::new(job.root);
    let mut source = sources.get(&chart.marker);
    let mut pieces = Vec::new();
    for span in split(&text) {
        // A file of several documents is named before the first of them.
        if let Some(named) = named(text.slice(span)) {
            source = template(chart, named, &mut sources);
        }
        pieces.push(Piece { span, source: Rc::clone(&source) });
    }
    let moved = |tree: &Tree, piece: &Piece| match &piece.source.text {
        Some(template) => {
            let lines = Alignment::new(&text, piece.span, template, piece.source.lines(template));
            tree.moved(Some(template.clone()), |node| lines.place(node))
        }
        None => tree.moved(None, |_| None),
    };
    let mut content = output::read(job, &text, pieces, moved);
    let marker = crate::load::display_name(&job.root.shown(&chart.marker));
    content.problems.extend(problems.into_iter().map(|problem| problem.in_file(&marker)));
    content
}

/// The file that a document says it comes from.
fn named(document: &str) -> Option<&str> {
    let first = document.lines().find(|line| !line.trim().is_empty() && !line.starts_with("---"))?;
    first.strip_prefix(SOURCE).map(str::trim)
}

/// The template of that name; the chart itself where there is no such file, as in packed subcharts.
fn template(chart: &Chart, named: &str, sources: &mut Sources<'_>) -> Rc<Source> {
    let below: PathBuf = Path::new(named).components().skip(1).collect();
    let plain = below.components().all(|part| matches!(part, Component::Normal(_)));
    let file = chart.folder.join(below);
    let file =
        file.canonicalize().ok().filter(|file| plain && file.is_file() && file.starts_with(&chart.folder));
    sources.get(&file.unwrap_or_else(|| chart.marker.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_named_after_charts_where_that_is_a_name() {
        for (chart, name) in [
            ("web", "web"),
            ("--post-renderer", "release-name"),
            ("a b", "release-name"),
            ("Web", "release-name"),
            ("", "release-name"),
        ] {
            assert_eq!(release(chart), name);
        }
        assert_eq!(release(&"a".repeat(54)), "release-name");
    }

    #[test]
    fn documents_name_their_file_first() {
        assert_eq!(named("# Source: web/templates/a.yaml\nkind: Pod\n"), Some("web/templates/a.yaml"));
        assert_eq!(named("---\n\n# Source: a/b\n"), Some("a/b"));
        assert_eq!(named("kind: Pod\n# Source: a/b\n"), None);
    }
}
