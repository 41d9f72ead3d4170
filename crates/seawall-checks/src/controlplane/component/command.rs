//! The command line of a container, as far as it starts a component.

use std::borrow::Cow;

use seawall_core::Route;
use seawall_inventory::ContainerView;
use seawall_yaml::Node;

use super::flags::{Flag, Slot, Value, Word, parse};
use super::{Component, Elsewhere, Form, Part, shell};

/// Programs that start another one: what they start is searched behind them.
const WRAPPERS: &[&str] = &[
    "chrt",
    "dumb-init",
    "env",
    "exec",
    "flock",
    "go-runner",
    "hyperkube",
    "ionice",
    "nice",
    "nohup",
    "nsenter",
    "stdbuf",
    "sudo",
    "taskset",
    "timeout",
    "tini",
    "watch-termination",
];

/// Shells that run the text behind `-c`.
const SHELLS: &[&str] = &["ash", "bash", "busybox", "dash", "sh"];

/// The component that a container runs.
pub(super) fn component<'r>(container: &ContainerView<'r>) -> Option<Component<'r>> {
    let list = |key| container.node().get(key).into_iter().flat_map(Node::items).filter_map(Node::as_str);
    let mut texts = list("command").chain(list("args"));
    let first = base(texts.next()?);
    if SHELLS.contains(&first) {
        let names_one = |text: &str| text.contains("kube") || text.contains("etcd");
        return texts.any(names_one).then(|| of_script(container)).flatten();
    }
    let (part, skipped) = program(first, texts)?;
    let words = words(container).skip(skipped + 1).collect();
    let key =
        if container.node().get("args").is_some_and(|args| !args.is_empty()) { "args" } else { "command" };
    let form = Form::Command { list: container.place(&[key]).route, script: false };
    Some(finish(container, part, form, parse(part, words), None))
}

/// Which program runs, and how many words stand before it.
fn program<'t>(first: &'t str, rest: impl Iterator<Item = &'t str>) -> Option<(Part, usize)> {
    if let Some(part) = Part::of_program(first) {
        return Some((part, 0));
    }
    if !WRAPPERS.contains(&first) {
        return None;
    }
    let mut before = first;
    for (i, text) in rest.enumerate() {
        let name = base(text);
        let short = if before == "hyperkube" { short_name(name) } else { None };
        if let Some(part) = Part::of_program(name).or(short) {
            return Some((part, i + 1));
        }
        before = name;
    }
    None
}

/// What hyperkube called its parts.
fn short_name(name: &str) -> Option<Part> {
    Some(match name {
        "apiserver" => Part::ApiServer,
        "controller-manager" => Part::ControllerManager,
        "scheduler" => Part::Scheduler,
        "proxy" => Part::KubeProxy,
        _ => return None,
    })
}

/// The name of the program that a word is the path of; a flag or an assignment is none, whatever its value ends with.
fn base(word: &str) -> &str {
    if word.starts_with('-') || word.contains('=') {
        return "";
    }
    word.rsplit('/').next().unwrap_or(word)
}

/// The words of `command` and `args`, with `$(VARIABLE)` replaced where the container says its value.
fn words<'r>(container: &ContainerView<'r>) -> impl Iterator<Item = Word<'r>> {
    let container = *container;
    ["command", "args"].into_iter().flat_map(move |key| {
        let items = container.node().get(key).into_iter().flat_map(Node::items).enumerate();
        items.filter_map(move |(i, item)| {
            let (text, unknown) = expand(item.as_str()?, &container);
            let route = container.place(&[key]).route.index(i);
            Some(Word { text, route, whole: true, unknown })
        })
    })
}

/// Replaces `$(NAME)` by the literal value of the variable; says whether some value is not here.
fn expand<'r>(text: &'r str, container: &ContainerView<'r>) -> (Cow<'r, str>, bool) {
    if !text.contains("$(") {
        return (Cow::Borrowed(text), false);
    }
    let mut out = String::new();
    let mut unknown = false;
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("$(") {
        out.push_str(before);
        let Some((name, after)) = behind.split_once(')') else {
            out.push_str("$(");
            rest = behind;
            break;
        };
        let variable = container.env().find(|variable| variable.name == name);
        match variable.and_then(|variable| variable.value) {
            Some(value) => out.push_str(value),
            None => {
                unknown = true;
                out.push_str("$(");
                out.push_str(name);
                out.push(')');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    (Cow::Owned(out), unknown)
}

/// A component that a script starts: all its flags stand in one text.
fn of_script<'r>(container: &ContainerView<'r>) -> Option<Component<'r>> {
    for script in words(container).skip(1) {
        for command in shell::commands(&script.text) {
            let mut texts = command.words.iter().map(String::as_str);
            let Some((part, skipped)) = texts.next().and_then(|first| program(base(first), texts)) else {
                continue;
            };
            let word = |text: &String| Word {
                unknown: text.contains('$') || text.contains('`'),
                text: Cow::Owned(text.clone()),
                route: script.route.clone(),
                whole: false,
            };
            let words = command.words.iter().skip(skipped + 1).map(word).collect();
            let form = Form::Command { list: script.route.clone(), script: true };
            // A bare variable may hold any flag.
            let bare = command.words.iter().any(|text| text.starts_with(['$', '`']));
            let unseen = (command.has_expansions && bare)
                .then_some("the script that starts it takes flags from variables of the shell");
            return Some(finish(container, part, form, parse(part, words), unseen));
        }
    }
    None
}

fn finish<'r>(
    container: &ContainerView<'r>,
    part: Part,
    form: Form,
    mut flags: Vec<Flag<'r>>,
    unseen: Option<&'static str>,
) -> Component<'r> {
    if part == Part::Etcd {
        flags.splice(0..0, of_environment(container));
    }
    let file = part.config_flag().and_then(|(flag, kind)| {
        let given = flags.iter().rev().find(|given| given.name == flag)?;
        let path = match &given.value {
            Value::Known(path) if path.is_empty() => return None,
            Value::Known(path) => path.to_string(),
            Value::Unknown | Value::Missing => "a file".to_owned(),
        };
        Some(Elsewhere::File(kind, path))
    });
    let elsewhere = match (file, unseen) {
        (Some(file), _) => file,
        (None, Some(why)) => Elsewhere::Unseen(why.into()),
        (None, None) => Elsewhere::Nowhere,
    };
    let version = container.image().and_then(version_of_image).filter(|_| part != Part::Etcd);
    Component { part, resource: container.pod().resource(), form, flags, version, elsewhere }
}

/// etcd also takes its flags from variables; those on the command line win.
fn of_environment<'r>(container: &ContainerView<'r>) -> Vec<Flag<'r>> {
    let flag = |variable: seawall_inventory::EnvVar<'r>| {
        let name = variable.name.strip_prefix("ETCD_")?.to_ascii_lowercase().replace('_', "-");
        let place = container.place_of(variable.node).keys(&["value"]);
        let value = variable.value.map_or(Value::Unknown, |value| Value::Known(value.into()));
        Some(Flag {
            name: name.into(),
            value,
            route: Some(place.route.clone()),
            slot: Slot::Alone(place.route),
        })
    };
    container.env().filter_map(flag).collect()
}

/// The version that the tag of an image tells: `v1.32.4-rke2r1` is 1.32.
pub(super) fn version_of_image(image: &str) -> Option<(u32, u32)> {
    let tagged = image.split_once('@').map_or(image, |(name, _)| name);
    let (_, tag) = tagged.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    version(tag)
}

/// `v1.32.4`, `1.32`
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

impl Component<'_> {
    /// The list that a route is to lead to, for a place of something that is not given.
    pub(super) fn home(&self) -> Route {
        match &self.form {
            Form::Command { list, .. } => list.clone(),
            Form::ExtraArgs { args, .. } => args.clone(),
            Form::Document { at, .. } => at.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_tell_versions() {
        for (image, wanted) in [
            ("registry.k8s.io/kube-apiserver:v1.32.4", Some((1, 32))),
            ("rancher/hardened-kubernetes:v1.32.11-rke2r1@sha256:ab", Some((1, 32))),
            ("registry:5000/kube-apiserver", None),
            ("kube-apiserver:latest", None),
            ("", None),
        ] {
            assert_eq!(version_of_image(image), wanted, "{image}");
        }
    }

    #[test]
    fn programs_are_found_behind_wrappers_only() {
        let find = |words: &[&'static str]| program(base(words[0]), words[1..].iter().copied());
        assert_eq!(find(&["/usr/bin/kubelet"]), Some((Part::Kubelet, 0)));
        assert_eq!(find(&["/go-runner", "--log-file=x", "/bin/etcd"]), Some((Part::Etcd, 2)));
        assert_eq!(find(&["/hyperkube", "apiserver"]), Some((Part::ApiServer, 1)));
        assert_eq!(find(&["kube-bench", "run", "etcd"]), None);
        assert_eq!(find(&["etcdctl"]), None);
        assert_eq!(find(&["--kubelet-service=kube-system/kubelet"]), None);
        assert_eq!(find(&["tini", "--config=/etc/etcd", "X=/bin/etcd", "app"]), None);
    }
}
