//! Classes of pods that are planted to be found: each leaves by what makes it bad, with the fix that names it.

use seawall_paths::Model;
use seawall_yaml::{Limits, json};

use crate::model;
use crate::snapshots::{data, loaded, plain};

/// For each class its primitives, each with a word of its fix.
const CLASSES: &[(&str, &[(&str, &str)])] = &[
    (
        "everything-allowed",
        &[("B01", "privileged: false"), ("B02", "hostPID: false"), ("B12", "socket"), ("B13", "read-only")],
    ),
    ("hostipc", &[("B10", "hostIPC: false")]),
    ("hostnetwork", &[("B11", "hostNetwork: false")]),
    ("hostpath", &[("B12", "socket"), ("B13", "read-only")]),
    ("hostpid", &[("B09", "hostPID: false")]),
    ("priv", &[("B01", "privileged: false")]),
    ("priv-and-hostpid", &[("B01", "privileged: false"), ("B02", "hostPID: false")]),
    ("nothing-allowed", &[]),
];

fn judge(class: &str, model: &Model, place: &str) {
    let (_, primitives) =
        CLASSES.iter().find(|(name, _)| *name == class).unwrap_or_else(|| panic!("{class}"));
    let attacks = model.attacks();
    for (primitive, fix) in *primitives {
        let found = attacks.iter().find(|attack| attack.primitive.id() == *primitive);
        assert!(
            found.is_some_and(|attack| attack.primitive.fix().contains(fix)),
            "{place}: {class} {primitive}"
        );
    }
    if primitives.is_empty() {
        assert!(plain(model).is_empty(), "{place}: a path of {class}");
    }
}

#[test]
fn labelled_bad_pods_leave_by_what_makes_them_bad() {
    let Some(folder) = data("corpus/badpods") else { return };
    let labels = std::fs::read(folder.join("labels.json")).unwrap();
    let (tree, _) = json::read_json_bytes(&labels, &Limits::default());
    let tree = tree.unwrap();
    let mut count = 0;
    for (file, label) in tree.root().entries() {
        judge(label.str("class").unwrap(), &loaded(&folder.join(file)), file);
        count += 1;
    }
    assert!(count > 100, "{count} labels");
}

#[test]
fn each_class_by_itself() {
    let root = "volumes: [{name: v, hostPath: {path: /}}],";
    let mount = "volumeMounts: [{name: v, mountPath: /m}]";
    for (class, spec, container) in [
        (
            "everything-allowed",
            format!("hostPID: true, hostIPC: true, hostNetwork: true, {root}"),
            format!("securityContext: {{privileged: true}}, {mount}"),
        ),
        ("hostipc", "hostIPC: true,".to_owned(), "tty: true".to_owned()),
        ("hostnetwork", "hostNetwork: true,".to_owned(), "tty: true".to_owned()),
        ("hostpath", root.to_owned(), mount.to_owned()),
        ("hostpid", "hostPID: true,".to_owned(), "tty: true".to_owned()),
        ("priv", String::new(), "securityContext: {privileged: true}".to_owned()),
        ("priv-and-hostpid", "hostPID: true,".to_owned(), "securityContext: {privileged: true}".to_owned()),
        ("nothing-allowed", String::new(), "tty: true".to_owned()),
    ] {
        let yaml = format!(
            "kind: Pod\napiVersion: v1\nmetadata: {{name: p, namespace: a}}\nspec: {{{spec} containers: [{{name: c, image: i, {container}}}]}}\n\
             ---\nkind: Node\napiVersion: v1\nmetadata: {{name: n}}\nspec: {{providerID: kind://n}}\n"
        );
        judge(class, &model(&yaml), "text");
    }
}
