//! What a container may miss: its user, a writable file system, escalation, its devices.

use seawall_inventory::{ContainerView, VolumeMount};
use seawall_yaml::Node;

use super::Dangers;

/// Where programs usually write. `/var/run` is a link to `/run` in most images.
const WRITTEN: [&str; 6] = ["/tmp", "/var/tmp", "/run", "/var/cache", "/var/log", "/var/lib"];

/// Kinds of volumes that are never writable.
const READ_ONLY: [&str; 4] = ["configMap", "secret", "projected", "downwardAPI"];

pub(super) fn compare(was: &ContainerView<'_>, is: &ContainerView<'_>, dangers: &mut Dangers<'_>) {
    let turned = |key: &str, to: bool| {
        let value = |one: &ContainerView<'_>| one.effective(&[key]).and_then(Node::as_bool);
        value(is) == Some(to) && value(was) != Some(to)
    };
    if turned("runAsNonRoot", true) {
        user(is, dangers);
    }
    if turned("readOnlyRootFilesystem", true) {
        root_file_system(is, dangers);
    }
    if turned("allowPrivilegeEscalation", false) {
        escalation(is, dangers);
    }
    let privileged = |one: &ContainerView<'_>| {
        one.security_context().and_then(|context| context.bool("privileged")) == Some(true)
    };
    if privileged(was) && !privileged(is) {
        let message = format!(
            "{} loses the devices of the node and all capabilities: a program that mounts, loads modules or sets up \
             networks fails",
            is.label()
        );
        dangers.say(is.place(&["securityContext", "privileged"]), message);
    }
}

/// Source: `verifyRunAsNonRoot` of the kubelet (`pkg/kubelet/kuberuntime/security_context.go`): it starts no container
/// whose user is 0 or, unless a number is set, a name.
fn user(is: &ContainerView<'_>, dangers: &mut Dangers<'_>) {
    let image = is.image().map_or_else(|| "its image".to_owned(), |image| format!("image `{image}`"));
    let message = match is.effective(&["runAsUser"]).and_then(Node::as_i64) {
        Some(0) => format!("{} runs as user 0, so the kubelet will not start it", is.label()),
        Some(_) => return,
        None => format!(
            "{} runs as the user of {image}, which is not known here: if that is root, or a name instead of a number, \
             the kubelet will not start it",
            is.label()
        ),
    };
    dangers.say(is.place(&["securityContext", "runAsNonRoot"]), message);
}

fn root_file_system(is: &ContainerView<'_>, dangers: &mut Dangers<'_>) {
    let writable: Vec<&str> = is
        .volume_mounts()
        .filter(|mount| is_writable(is, mount))
        .filter_map(|mount| mount.node.str("mountPath"))
        .map(canonical)
        .collect();
    let covered = |path: &str| writable.iter().any(|mount| lies_in(path, mount));
    let bare: Vec<String> =
        WRITTEN.iter().filter(|path| !covered(path)).map(|path| format!("`{path}`")).collect();
    let mut named: Vec<String> = paths(is)
        .into_iter()
        .filter(|path| WRITTEN.iter().any(|usual| lies_in(path, usual)) && !covered(path))
        .map(|path| format!("`{path}`"))
        .collect();
    named.sort();
    named.dedup();
    let message = match (named.as_slice(), bare.as_slice()) {
        ([], []) => return,
        ([], bare) => format!(
            "{} has no writable volume at {}: a program that writes there fails; mount an `emptyDir` where it does",
            is.label(),
            bare.join(", ")
        ),
        (named, _) => format!(
            "{} is told to use {}, where no writable volume is mounted: mount an `emptyDir` there",
            is.label(),
            named.join(", ")
        ),
    };
    dangers.say(is.place(&["securityContext", "readOnlyRootFilesystem"]), message);
}

fn is_writable(container: &ContainerView<'_>, mount: &VolumeMount<'_>) -> bool {
    let volume = container.pod().volumes().find(|volume| volume.name() == mount.volume);
    let read_only = volume.is_some_and(|volume| volume.sources().any(|(kind, _)| READ_ONLY.contains(&kind)));
    !mount.read_only && !read_only
}

fn canonical(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    // The one link that nearly every image has.
    path.strip_prefix("/var").filter(|rest| lies_in(rest, "/run")).unwrap_or(path)
}

fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Absolute paths in the command line of a container.
fn paths(container: &ContainerView<'_>) -> Vec<String> {
    let lists = [container.node().list("command"), container.node().list("args")];
    let texts = lists.into_iter().flatten().filter_map(Node::as_str);
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    texts
        .flat_map(|text| text.split(move |c| !is_path(c)))
        .filter(|word| word.starts_with('/') && word.len() > 1)
        .map(|word| canonical(word).to_owned())
        .collect()
}

fn escalation(is: &ContainerView<'_>, dangers: &mut Dangers<'_>) {
    let lists = [is.node().list("command"), is.node().list("args")];
    let texts: Vec<&str> = lists.into_iter().flatten().filter_map(Node::as_str).collect();
    let calls = |tool: &str| {
        let mut words =
            texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-'));
        words.any(|word| word == tool)
    };
    let place = is.place(&["securityContext", "allowPrivilegeEscalation"]);
    if let Some(tool) = ["sudo", "su", "doas"].into_iter().find(|tool| calls(tool)) {
        let message = format!("{} calls `{tool}`, which needs escalation", is.label());
        return dangers.say(place, message);
    }
    let as_other = is.effective(&["runAsUser"]).and_then(Node::as_i64).is_some_and(|user| user > 0)
        || is.effective(&["runAsNonRoot"]).and_then(Node::as_bool) == Some(true);
    if as_other && is.capabilities("add").next().is_some() {
        let message = format!(
            "{} adds capabilities and does not run as root: it gets them only through file capabilities of its \
             programs, which have no effect without escalation",
            is.label()
        );
        dangers.say(place, message);
    }
}
