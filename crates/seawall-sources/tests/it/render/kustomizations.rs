//! Kustomizations, rendered by the real kubectl where it is.

use std::path::Path;

use seawall_core::OriginKind;

use super::{Place, has_kubectl, line, resource};

const BASE: &str = "# The shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      hostPID: true
      containers:
        - name: proxy
          image: registry.example/proxy:1
        - name: web
          image: registry.example/web:1
          securityContext:
            privileged: true
---
apiVersion: v1
kind: Service
metadata:
  name: web
";

const FILES: [(&str, &str); 8] = [
    ("base/kustomization.yaml", "resources: [web.yaml]\n"),
    ("base/web.yaml", BASE),
    (
        "overlays/prod/kustomization.yaml",
        "resources: [../../base, extra.yml]\nnamespace: prod\nnamePrefix: prod-\npatches: [{path: patch.yaml}]\nconfigMapGenerator: [{name: settings, files: [settings.yaml]}]\ncomponents: [../../mixin]\n",
    ),
    ("overlays/prod/extra.yml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n"),
    (
        "overlays/prod/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n  template:\n    spec:\n      hostNetwork: true\n",
    ),
    // It would read as an object.
    ("overlays/prod/settings.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: data}\n"),
    (
        "mixin/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {tier: x}}]\n",
    ),
    ("plain.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: plain}\n"),
];

#[test]
fn a_root_is_judged_as_rendered_and_its_files_are_not_judged_again() {
    if !has_kubectl() {
        return;
    }
    let place = Place::new(&FILES).real();
    let loaded = place.load();
    assert_eq!(place.problems(&loaded), [""; 0]);
    let generated = loaded.inventory.resources().iter().find(|r| r.kind() == "ConfigMap").unwrap();
    assert_eq!(
        place.read(&loaded),
        [
            "plain.yaml Pod/plain".to_owned(),
            "base/web.yaml Service/prod-web".to_owned(),
            "base/web.yaml Deployment/prod-web".to_owned(),
            "overlays/prod/extra.yml ServiceAccount/prod-web".to_owned(),
            format!("overlays/prod/kustomization.yaml ConfigMap/{}", generated.name()),
        ]
    );
    let web = resource(&loaded, "Deployment", "prod-web");
    assert_eq!(web.origin().kind, OriginKind::Rendered);
    assert_eq!(web.namespace(), Some("prod"));
    // Nothing of ours is left in the object.
    assert!(
        loaded.inventory.resources().iter().all(|r| r.annotation("config.kubernetes.io/origin").is_none())
    );
    let pod = ["spec", "template", "spec"];
    let in_pod = |keys: &[&str]| line(web, &[&pod[..], keys].concat());
    assert_eq!(in_pod(&["hostPID"]), Some(10));
    assert_eq!(in_pod(&["containers", "1", "securityContext", "privileged"]), Some(17));
    // The patch put it in, or changed it.
    assert_eq!(in_pod(&["hostNetwork"]), None);
    assert_eq!(line(web, &["spec", "replicas"]), None);
    assert_eq!(web.root().get("spec").unwrap().int("replicas"), Some(3));
    assert_eq!(line(resource(&loaded, "Service", "prod-web"), &["kind"]), Some(20));
}

#[test]
fn a_root_may_use_what_lies_beside_the_target() {
    if !has_kubectl() {
        return;
    }
    let place = Place::new(&FILES).real();
    let loaded = place.load_from(&place.target().join("overlays/prod"));
    assert_eq!(place.problems(&loaded), [""; 0]);
    assert_eq!(place.file(resource(&loaded, "Deployment", "prod-web")), "base/web.yaml");
}

#[test]
fn what_two_targets_hold_is_rendered_once() {
    if !has_kubectl() {
        return;
    }
    let place = Place::new(&FILES).real();
    let whole = place.target();
    let loaded = place.load_all(&[whole.clone(), whole.join("overlays/prod"), whole.clone()]);
    assert_eq!(place.read(&loaded), place.read(&place.load()));
}

#[test]
fn without_a_program_files_are_judged_as_they_stand() {
    let place = Place::new(&FILES);
    let loaded = place.load();
    assert_eq!(
        place.problems(&loaded),
        [
            "overlays/prod/kustomization.yaml: the kustomization was not rendered: neither `kubectl` nor `kustomize` is on the PATH; its files are judged as they stand, without it (install one of them, or render it elsewhere and give the output: `kustomize build FOLDER … | seawall scan -`)"
        ]
    );
    assert!(place.read(&loaded).contains(&"base/web.yaml Deployment/web".to_owned()));
    assert_eq!(loaded.counts.templates, 0);
}

#[test]
fn kustomize_stands_in_for_kubectl() {
    let mut place = Place::new(&[("kustomization.yaml", "configMapGenerator: [{name: x}]\n")]);
    place.program(
        "kustomize",
        "test \"$1\" = build || exit 1\nwhile read -r line; do last=$line; done < \"$2/kustomization.yaml\"\ntest \"$last\" = 'buildMetadata: [originAnnotations]' || exit 1\nprintf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: x-1\\n'\n",
    );
    // A kubectl would go first.
    place.rendering.path = place.folder.path().join("bin").into();
    let loaded = place.load();
    assert_eq!(place.problems(&loaded), [""; 0]);
    assert_eq!(place.read(&loaded), ["kustomization.yaml ConfigMap/x-1"]);
}

#[test]
fn objects_of_flux_are_no_kustomizations() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n";
    let place = Place::new(&[("kustomization.yaml", flux)]);
    let loaded = place.load();
    assert_eq!(place.problems(&loaded), [""; 0]);
    assert_eq!(place.read(&loaded), ["kustomization.yaml Kustomization/apps"]);
}

#[test]
fn real_kustomizations_are_rendered_whole() {
    // What `kubectl kustomize` prints for all roots, run by hand, and the roots for which it fails: two of Argo CD use
    // definitions that the copy leaves out.
    for (folder, objects, failed) in [("argo-cd-kustomize", 10, 2), ("bank-of-anthos", 105, 0)] {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(folder);
        if !corpus.is_dir() {
            eprintln!("skipped: {folder} is not here");
            continue;
        }
        if !has_kubectl() {
            return;
        }
        let place = Place::new(&[]).real();
        let loaded = place.load_from(&corpus);
        let resources = loaded.inventory.resources();
        let rendered = resources.iter().filter(|r| r.origin().kind == OriginKind::Rendered).count();
        let problems = place.problems(&loaded);
        let unrendered = problems.iter().filter(|problem| problem.contains("was not rendered")).count();
        assert_eq!(rendered, objects, "{folder}: {problems:#?}");
        assert_eq!(unrendered, failed, "{folder}: {problems:#?}");
    }
}
