//! Charts, rendered by a program that prints what `helm template` prints for the chart beside it: Helm itself is not
//! needed to run these tests.

use std::path::Path;

use seawall_core::OriginKind;

use super::{Place, line, resource};

const FILES: [(&str, &str); 9] = [
    ("shop/Chart.yaml", include_str!("../../data/shop/Chart.yaml")),
    ("shop/values.yaml", include_str!("../../data/shop/values.yaml")),
    ("shop/templates/_helpers.tpl", include_str!("../../data/shop/templates/_helpers.tpl")),
    ("shop/templates/deployment.yaml", include_str!("../../data/shop/templates/deployment.yaml")),
    ("shop/templates/secret.yaml", include_str!("../../data/shop/templates/secret.yaml")),
    ("shop/templates/list.json", include_str!("../../data/shop/templates/list.json")),
    ("shop/crds/widget.yaml", include_str!("../../data/shop/crds/widget.yaml")),
    ("shop/charts/db/Chart.yaml", include_str!("../../data/shop/charts/db/Chart.yaml")),
    (
        "shop/charts/db/templates/statefulset.yaml",
        include_str!("../../data/shop/charts/db/templates/statefulset.yaml"),
    ),
];

/// The chart, and a Helm that prints its rendering and writes down how it was called.
fn shop() -> Place {
    let mut place = Place::new(&FILES);
    place.write("../rendered.yaml", include_str!("../../data/shop.rendered.yaml"));
    place.program(
        "helm",
        "here=${0%/*}/..\nprintf '%s\\n' \"$@\" > \"$here/args\"\nenv > \"$here/env\"\ncat \"$here/rendered.yaml\"\n",
    );
    place
}

#[test]
fn a_chart_is_judged_as_rendered_and_told_by_its_templates() {
    let place = shop();
    place.write("other/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: beside}\n");
    let loaded = place.load();
    assert_eq!(
        place.read(&loaded),
        [
            "other/pod.yaml Pod/beside",
            "shop/charts/db/templates/statefulset.yaml StatefulSet/shop-db",
            "shop/crds/widget.yaml CustomResourceDefinition/widgets.shop.example",
            "shop/templates/deployment.yaml Deployment/shop",
            "shop/templates/secret.yaml ServiceAccount/shop",
            "shop/templates/secret.yaml Secret/shop",
        ]
    );
    assert_eq!(place.problems(&loaded), [""; 0]);
    assert_eq!(loaded.counts.templates, 0);
    let deployment = resource(&loaded, "Deployment", "shop");
    assert_eq!(deployment.origin().kind, OriginKind::Rendered);
    let pod = ["spec", "template", "spec"];
    let in_pod = |keys: &[&str]| line(deployment, &[&pod[..], keys].concat());
    assert_eq!(in_pod(&["hostPID"]), Some(16));
    // The value is from `values.yaml`, the line from the template.
    assert_eq!(in_pod(&["containers", "0", "image"]), Some(19));
    assert_eq!(in_pod(&["containers", "0", "securityContext"]), Some(20));
    // What `toYaml` put in stands on no line of the template.
    assert_eq!(in_pod(&["containers", "0", "securityContext", "runAsUser"]), None);
    assert_eq!(line(deployment, &["metadata", "labels", "app"]), None);
    assert_eq!(deployment.root().path(&["metadata", "labels"]).unwrap().str("app"), Some("shop"));
    let database = resource(&loaded, "StatefulSet", "shop-db");
    let privileged = ["spec", "template", "spec", "containers", "0", "securityContext", "privileged"];
    assert_eq!(line(database, &privileged), Some(13));
    // The second document of a file.
    assert_eq!(line(resource(&loaded, "ServiceAccount", "shop"), &["kind"]), Some(9));
    let secret = resource(&loaded, "Secret", "shop");
    let password = secret.root().path(&["stringData", "password"]).unwrap();
    assert_eq!(
        (password.as_str(), password.source()),
        (Some("changeme"), Some("{{ .Values.password | quote }}"))
    );
}

#[test]
fn helm_gets_what_was_asked_for_and_nothing_of_the_environment() {
    let mut place = shop();
    place.write("../prod.yaml", "tag: '2'\n");
    let values = place.target().join("../prod.yaml");
    place.rendering.values = vec![values.clone()];
    place.rendering.sets = vec!["a=b".into(), "--post-renderer=/bin/false".into()];
    place.rendering.kube_version = Some("1.31".into());
    place.rendering.api_versions = vec!["monitoring.coreos.com/v1".into()];
    place.load();
    let written = |name: &str| std::fs::read_to_string(place.folder.path().join(name)).unwrap();
    let chart = place.target().join("shop").canonicalize().unwrap();
    assert_eq!(
        written("args").lines().collect::<Vec<_>>(),
        [
            "template",
            "shop",
            chart.to_str().unwrap(),
            "--namespace=shop",
            "--include-crds",
            "--skip-tests",
            &format!("--values={}", values.canonicalize().unwrap().display()),
            "--set=a=b",
            "--set=--post-renderer=/bin/false",
            "--kube-version=1.31",
            "--api-versions=monitoring.coreos.com/v1",
        ]
    );
    let environment = written("env");
    let variable = |name: &str| {
        let line = environment.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("{name} is not set")).to_owned()
    };
    let temp = place.rendering.temp.canonicalize().unwrap();
    for name in ["HOME", "HELM_CONFIG_HOME", "HELM_PLUGINS", "HELM_REPOSITORY_CACHE", "KUBECONFIG"] {
        assert!(Path::new(&variable(name)).starts_with(&temp), "{name}");
    }
    assert_eq!(variable("HTTPS_PROXY"), "http://127.0.0.1:9");
    // Cargo gives every test this one.
    assert!(!environment.contains("CARGO_MANIFEST_DIR"));
}

#[test]
fn without_helm_a_chart_is_one_problem_and_its_templates_are_never_read() {
    let place = Place::new(&FILES);
    // It would read as YAML.
    place.write("shop/templates/plain.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: plain}\n");
    let loaded = place.load();
    assert_eq!(
        place.problems(&loaded),
        [
            "shop/Chart.yaml: the chart `shop` was not rendered: `helm` is not on the PATH; its 5 templates are not evaluated (install Helm, or render it elsewhere and give the output: `helm template CHART … | seawall scan -`)"
        ]
    );
    assert_eq!(loaded.counts.templates, 5);
    // Definitions are no templates.
    assert_eq!(place.read(&loaded), ["shop/crds/widget.yaml CustomResourceDefinition/widgets.shop.example"]);
}

#[test]
fn a_chart_that_fails_says_why_and_what_to_do() {
    let mut place = Place::new(&FILES);
    place.rendering.sets = vec!["password=hunter22".into()];
    place.program(
        "helm",
        "echo 'walk.go:74: found symbolic link' >&2\necho 'Error: An error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ directory: db; hunter22' >&2\nexit 1\n",
    );
    let loaded = place.load();
    assert_eq!(
        place.problems(&loaded),
        [
            "shop/Chart.yaml: the chart `shop` was not rendered: `helm template` says: walk.go:74: found symbolic link An error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ directory: db; ***; its 4 templates are not evaluated (run `helm dependency build` in the folder of the chart; nothing is fetched here)"
        ]
    );
}

#[test]
fn missing_values_are_a_problem_of_the_chart() {
    let mut place = shop();
    place.rendering.values = vec![place.target().join("none.yaml")];
    let problems = place.problems(&place.load());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("none.yaml`: No such file"), "{problems:?}");
    assert!(!place.folder.path().join("args").exists(), "Helm was run");
}

#[test]
fn library_charts_are_rendered_by_nobody() {
    let mut place = Place::new(&[
        ("lib/Chart.yaml", "apiVersion: v2\nname: lib\ntype: library\nversion: 1.0.0\n"),
        ("lib/templates/_x.tpl", "{{ x }}"),
        ("lib/templates/x.yaml", "{{ x }}: [\n"),
        ("Chart.yaml", "title: of a song\n"),
    ]);
    place.program("helm", "exit 1");
    let loaded = place.load();
    assert_eq!(place.problems(&loaded), [""; 0]);
    assert_eq!(loaded.counts.templates, 0);
}
