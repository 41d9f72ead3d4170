//! `kubectl kustomize` or `kustomize build`.
//!
//! A kustomization is built through one of our own in a temporary folder, which asks for the file that each object comes
//! from (`buildMetadata: [originAnnotations]`); nothing is written beside the user's files. The annotation is taken out
//! again before anything is judged. Neither plugins nor Helm nor files outside of a kustomization are ever allowed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use seawall_yaml::{Node, NodeId, Span, Text, Tree, Written, split};

use super::kustomization::Used;
use super::output::{self, Piece, failure, piped};
use super::paths::relative;
use super::scratch::Scratch;
use super::source::{Source, Sources};
use super::tool::{self, Run};
use super::{Failure, Job};
use crate::documents::FileContent;

pub(super) fn render(job: &Job<'_>, used: &Used) -> Result<FileContent, Failure> {
    if let Some((file, remote)) = &used.remote {
        let file = job.root.shown(file);
        return Err(Failure {
            why: format!(
                "`{}` names `{remote}`, which is not on this machine, and nothing is fetched",
                file.display()
            ),
            hint: format!("keep a copy beside it, or {}", piped("kubectl kustomize FOLDER")),
        });
    }
    let rendering = job.rendering;
    let Some(program) = tool::find(&rendering.path, &["kubectl", "kustomize"]) else {
        let why = "neither `kubectl` nor `kustomize` is on the PATH".to_owned();
        return Err(Failure {
            why,
            hint: format!("install one of them, or {}", piped("kustomize build FOLDER")),
        });
    };
    let is_kubectl = program.file_stem().is_some_and(|name| name == "kubectl");
    let (command, word) =
        if is_kubectl { ("kubectl kustomize", "kustomize") } else { ("kustomize build", "build") };
    let no_folder = |error: std::io::Error| Failure {
        why: "no temporary folder could be made".to_owned(),
        hint: error.to_string(),
    };
    let home = Scratch::new(&rendering.temp).map_err(no_folder)?;
    let wrapper = wrapper(home.path(), &used.folder).map_err(no_folder)?;
    let run = Run {
        program: &program,
        args: vec![word.into(), wrapper.clone().into()],
        path: &rendering.path,
        home: home.path(),
        limits: rendering.limits,
    };
    let printed = tool::run(&run).map_err(|failed| failure(job, command, failed, hint))?;
    Ok(read(job, used, &wrapper, printed))
}

fn hint(said: &str) -> String {
    if said.contains("enable-helm") || said.contains("lugin") {
        format!("charts and plugins are not run from a kustomization; {}", piped("kustomize build FOLDER"))
    } else {
        "`kubectl kustomize FOLDER` tells more".to_owned()
    }
}

/// Writes our own kustomization over the user's.
fn wrapper(home: &Path, folder: &Path) -> std::io::Result<PathBuf> {
    let wrapper = home.join("over");
    std::fs::create_dir(&wrapper)?;
    let way = relative(&wrapper, folder);
    let Some(way) = way.to_str() else { return Err(std::io::Error::other("the path is no UTF-8")) };
    // A text in single quotes has no escapes but the quote itself; YAML has no way to write most control characters there.
    if way.chars().any(char::is_control) {
        return Err(std::io::Error::other("the path holds control characters"));
    }
    let text = format!("resources:\n- '{}'\nbuildMetadata: [originAnnotations]\n", way.replace('\'', "''"));
    std::fs::write(wrapper.join("kustomization.yaml"), text)?;
    Ok(wrapper)
}

fn read(job: &Job<'_>, used: &Used, wrapper: &Path, printed: Vec<u8>) -> FileContent {
    let (with_origins, problems) = Text::from_bytes(printed);
    let mut plain = String::new();
    let mut ways = Vec::new();
    for span in split(&with_origins) {
        plain.push_str("---\n");
        ways.push(without_origin(with_origins.slice(span), &mut plain));
    }
    let text = Text::new(plain);
    let mut sources = Sources::new(job.root);
    let file = |way: Option<String>| {
        let file = way.and_then(|way| wrapper.join(way).canonicalize().ok()).filter(|file| file.is_file());
        file.unwrap_or_else(|| used.marker.clone())
    };
    let pieces: Vec<Piece> = split(&text)
        .into_iter()
        .zip(ways)
        .map(|(span, way)| Piece { span, source: sources.get(&file(way)) })
        .collect();
    let moved = |tree: &Tree, piece: &Piece| moved(job, tree, &piece.source);
    let mut content = output::read(job, &text, pieces, moved);
    let marker = crate::load::display_name(&job.root.shown(&used.marker));
    content.problems.extend(problems.into_iter().map(|problem| problem.in_file(&marker)));
    content
}

const ORIGIN: &str = "    config.kubernetes.io/origin:";

/// Writes a document without the annotation of its origin, and gives the file named there. kustomize prints maps sorted
/// and two blanks deep, so what stands at these depths is what it seems to be, whatever other values hold.
fn without_origin(document: &str, to: &mut String) -> Option<String> {
    let (mut in_metadata, mut in_annotations, mut in_origin) = (false, false, false);
    let mut head: Option<&str> = None;
    let mut way = None;
    for line in document.split_inclusive('\n') {
        if line.trim().is_empty() {
            // It stands within some text, and has no depth.
            to.push_str(line);
            continue;
        }
        let depth = line.len() - line.trim_start_matches(' ').len();
        if depth == 0 {
            in_metadata = line.trim_end() == "metadata:";
        }
        if depth <= 2 {
            in_annotations = in_metadata && line.trim_end() == "  annotations:";
            if in_annotations {
                // Written as soon as there is another one.
                head = Some(line);
                continue;
            }
            head = None;
        }
        if in_annotations && depth == 4 {
            in_origin = line.starts_with(ORIGIN);
        }
        if in_annotations && depth >= 4 && in_origin {
            let (key, value) = line.trim().split_once(": ").unwrap_or_default();
            if matches!(key, "path" | "configuredIn") && depth == 6 {
                way.get_or_insert_with(|| value.to_owned());
            }
            continue;
        }
        to.extend(head.take());
        to.push_str(line);
    }
    way
}

/// The object of a file that was rendered into this one, and its values where they are the same.
fn moved(job: &Job<'_>, tree: &Tree, source: &Source) -> Tree {
    let Some(text) = &source.text else { return tree.moved(None, |_| None) };
    let mut pairs = HashMap::new();
    if let Some(object) = source.original(tree.root(), job.document_limits()) {
        pair(tree.root(), object, &mut pairs);
    }
    tree.moved(Some(text.clone()), |node| pairs.get(&node.id()).copied())
}

/// Finds where each node stands in the file: on the same route, items of lists by their names, scalars when they are equal.
fn pair(rendered: Node<'_>, original: Node<'_>, pairs: &mut HashMap<NodeId, Written>) {
    let mut open = vec![(rendered, original)];
    while let Some((rendered, original)) = open.pop() {
        let same = if rendered.is_map() {
            original.is_map()
        } else if rendered.is_seq() {
            original.is_seq()
        } else {
            rendered.kind() == original.kind() && rendered.scalar_text() == original.scalar_text()
        };
        if !same {
            continue;
        }
        if let Some(span) = original.span() {
            let Span { start, .. } = span;
            let key = original.key_span().map(|key| key.start).filter(|key| *key <= start);
            pairs.insert(rendered.id(), Written { span, key });
        }
        if rendered.is_map() {
            open.extend(rendered.entries().filter_map(|(key, node)| Some((node, original.entry(key)?))));
        } else {
            open.extend(items(rendered, original));
        }
    }
}

fn items<'r, 'o>(rendered: Node<'r>, original: Node<'o>) -> Vec<(Node<'r>, Node<'o>)> {
    let mut named: HashMap<&str, Option<Node<'o>>> = HashMap::new();
    for item in original.items() {
        if let Some(name) = item.str("name") {
            named.entry(name).and_modify(|known| *known = None).or_insert(Some(item));
        }
    }
    if !named.is_empty() {
        return rendered.items().filter_map(|item| Some((item, (*named.get(item.str("name")?)?)?))).collect();
    }
    match rendered.len() == original.len() {
        true => rendered.items().zip(original.items()).collect(),
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_taken_out_and_nothing_else() {
        let document = "apiVersion: v1
data:
  annotations: |
    config.kubernetes.io/origin: |
      path: ../fake
metadata:
  annotations:
    a: |
      b

      c
    config.kubernetes.io/origin: |
      path: ../base/x.yaml
      ref: v1
    z: |
      path: kept
  name: x
";
        let mut plain = String::new();
        assert_eq!(without_origin(document, &mut plain).as_deref(), Some("../base/x.yaml"));
        let without = "    config.kubernetes.io/origin: |\n      path: ../base/x.yaml\n      ref: v1\n";
        assert_eq!(plain, document.replace(without, ""));
    }

    #[test]
    fn annotations_that_were_only_ours_go_away() {
        let document = "kind: ConfigMap
metadata:
  annotations:
    config.kubernetes.io/origin: |
      configuredIn: ../x/kustomization.yaml
      configuredBy:
        kind: ConfigMapGenerator
  name: x
";
        let mut plain = String::new();
        let way = without_origin(document, &mut plain);
        assert_eq!(way.as_deref(), Some("../x/kustomization.yaml"));
        assert_eq!(plain, "kind: ConfigMap\nmetadata:\n  name: x\n");
    }
}
