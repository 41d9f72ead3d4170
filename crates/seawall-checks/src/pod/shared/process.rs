//! The words with which a container starts its program.

use seawall_inventory::ContainerView;
use seawall_yaml::Node;

/// The items of `command` and `args`, in the order in which the program gets them.
pub(crate) fn arguments<'r>(
    container: &ContainerView<'r>,
) -> impl Iterator<Item = (Node<'r>, &'r str)> + use<'r> {
    let node = container.node();
    let items = node.list("command").chain(node.list("args"));
    items.filter_map(|item| Some((item, item.as_str()?)))
}

/// The commands that kubelet runs in a running container: probes and lifecycle hooks.
pub(crate) fn hooks<'r>(
    container: &ContainerView<'r>,
) -> impl Iterator<Item = (Node<'r>, &'r str)> + use<'r> {
    const HOOKS: [&[&str]; 5] = [
        &["lifecycle", "postStart", "exec"],
        &["lifecycle", "preStop", "exec"],
        &["livenessProbe", "exec"],
        &["readinessProbe", "exec"],
        &["startupProbe", "exec"],
    ];
    let node = container.node();
    let items =
        HOOKS.into_iter().filter_map(move |path| node.path(path)).flat_map(|exec| exec.list("command"));
    items.filter_map(|item| Some((item, item.as_str()?)))
}

/// The names of programs in a text, which may be a whole script: its words without the folders before them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_of_scripts() {
        for (text, wanted) in [
            ("sudo printenv", vec!["sudo", "printenv"]),
            ("/usr/bin/sudo", vec!["usr", "bin", "sudo"]),
            ("a&&sudo -u b;c", vec!["a", "sudo", "-u", "b", "c"]),
            ("cat /etc/sudoers.d", vec!["cat", "etc", "sudoers.d"]),
            ("", vec![]),
        ] {
            assert_eq!(words(text).collect::<Vec<_>>(), wanted, "{text}");
        }
    }
}
