//! Images at admission, as a process with a registry on loopback.
#![cfg(all(feature = "admit", feature = "registry"))]

use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value, json};

use crate::image_shelf::Shelf;
use crate::image_verify::POLICY;
use crate::{Run, seawall_in};

/// The answer to a review of a pod with an image.
fn ask(folder: &std::path::Path, args: &[&str], image: &str) -> (Run, Value) {
    ask_all(folder, args, &[image])
}

/// The answer to a review of a pod with images.
fn ask_all(folder: &std::path::Path, args: &[&str], images: &[&str]) -> (Run, Value) {
    let containers: Vec<Value> = images.iter().map(|image| json!({"name": "web", "image": image})).collect();
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u1", "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"}, "name": "web", "namespace": "shop",
        "operation": "CREATE", "userInfo": {"username": "alice"},
        "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"containers": containers}},
    }});
    let run = seawall_in(folder, &[&["admit", "review", "-"], args].concat(), review.to_string().as_bytes());
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    let response = answer["response"].clone();
    (run, response)
}

fn config(host: &str, pin: &str) -> String {
    format!(
        "admission:
  mode: enforce
  select: [pod-privileged]
  podSecurity: {{enabled: false}}
  images:
    policies:
      - name: shop
        images: ['{host}/shop/**']
        require: all
        authorities:
          - {{name: release, key: {{file: cosign.pub}}}}
          - name: pipeline
            keyless:
              identities: [{{issuer: 'https://tokens.ci.test', subject: 'https://ci.test/org/app/release.yml@refs/heads/main'}}]
    trustedRoot: trusted_root.json
    registries: [{{host: '{host}', plainHttp: true}}]
    pin: {{images: ['{pin}']}}
"
    )
}

fn laid(shelf: &Shelf, host: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    shelf.lay(folder.path());
    std::fs::write(folder.path().join("seawall.yaml"), config(host, &format!("{host}/**"))).unwrap();
    folder
}

#[test]
fn what_was_verified_is_what_runs() {
    let shelf = Shelf::new();
    let host = shelf.serve("");
    let folder = laid(&shelf, &host);
    let (run, response) = ask(folder.path(), &[], &format!("{host}/shop/app:1"));
    assert_eq!(run.code, 0, "{response}");
    assert!(response["warnings"][0].as_str().unwrap().contains(&shelf.digest), "{response}");
    let (run, response) = ask(folder.path(), &[], &format!("{host}/shop/app:2"));
    assert_eq!(run.code, 1, "{response}");
    let message = response["status"]["message"].as_str().unwrap();
    let start = format!(
        "image-signature/shop: the image `{host}/shop/app:2` (`spec.containers[0].image`) is not vouched for: release: "
    );
    assert!(message.starts_with(&start), "{message}");
    let (_, response) = ask(folder.path(), &["--hook", "mutate"], &format!("{host}/shop/app:1"));
    let patch = seawall_yaml::decode_base64(response["patch"].as_str().unwrap()).unwrap();
    let pinned = format!("{host}/shop/app:1@{}", shelf.digest);
    assert_eq!(
        serde_json::from_slice::<Value>(&patch).unwrap(),
        json!([{"op": "replace", "path": "/spec/containers/0/image", "value": pinned}])
    );
    let (run, response) = ask(folder.path(), &[], &pinned);
    assert_eq!((run.code, &response["warnings"]), (0, &Value::Null), "{response}");
}

#[test]
fn a_registry_that_is_not_asked_or_does_not_answer_is_a_gap() {
    let shelf = Shelf::new();
    let host = shelf.serve("/manifests/1");
    let folder = laid(&shelf, &host);
    let image = format!("{host}/shop/app:1");
    for (args, reason) in
        [(&["--offline"][..], "registries are not asked (`--offline`)"), (&[], "answers 500")]
    {
        for hook in ["validate", "mutate"] {
            let (run, response) = ask(folder.path(), &[args, &["--hook", hook]].concat(), &image);
            assert_eq!(run.code, 1, "{response}");
            let message = response["status"]["message"].as_str().unwrap();
            assert!(message.contains("could not be judged") && message.contains(reason), "{message}");
        }
    }
}

#[test]
fn registries_on_this_machine_are_asked_only_when_they_are_named() {
    let shelf = Shelf::new();
    let host = shelf.serve("");
    let folder = laid(&shelf, &host);
    let unnamed = config(&host, "none.example/x").replace("registries:", "#");
    // A host that somebody chose is no outage.
    let unnamed = unnamed.replace("mode: enforce", "mode: enforce\n  failure: allow");
    std::fs::write(folder.path().join("seawall.yaml"), unnamed).unwrap();
    let (run, response) = ask(folder.path(), &[], &format!("{host}/shop/app:1"));
    assert_eq!(run.code, 1, "{response}");
    let message = response["status"]["message"].as_str().unwrap();
    assert!(
        message.contains("is not vouched for: ") && message.contains("leads to this machine"),
        "{message}"
    );
}

#[test]
fn private_addresses_can_be_left_to_registries_that_are_named() {
    let shelf = Shelf::new();
    let folder = laid(&shelf, "10.255.255.1:5000");
    let text =
        config("10.255.255.1:5000", "none.example/x").replace("registries:", "privateAddresses: false #");
    std::fs::write(folder.path().join("seawall.yaml"), text).unwrap();
    let (run, response) = ask(folder.path(), &[], "10.255.255.1:5000/shop/app:1");
    assert_eq!(run.code, 1);
    let message = response["status"]["message"].as_str().unwrap();
    assert!(message.contains("leads to a private address"), "{message}");
}

/// A registry that answers nobody before another one was asked; how many wait for it at once.
#[derive(Default)]
struct Slow {
    state: Mutex<(bool, usize, usize)>,
    changed: Condvar,
}

impl Slow {
    fn release(&self) {
        self.state.lock().unwrap().0 = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 += 1;
        state.2 = state.2.max(state.1);
        let mut state = self.changed.wait_while(state, |state| !state.0).unwrap();
        state.1 -= 1;
    }
}

#[test]
fn a_slow_registry_keeps_nobody_from_another_one() {
    let (shelf, slow) = (Shelf::new(), Arc::new(Slow::default()));
    let waits = Arc::clone(&slow);
    let slow_host = shelf.serve_telling("", move || waits.wait());
    let releases = Arc::clone(&slow);
    let host = shelf.serve_telling("", move || releases.release());
    let folder = tempfile::tempdir().unwrap();
    shelf.lay(folder.path());
    let text = format!(
        "admission:
  mode: enforce
  select: [pod-privileged]
  podSecurity: {{enabled: false}}
  images:
    policies: [{{name: shop, images: ['**'], authorities: [{{name: release, key: {{file: cosign.pub}}}}]}}]
    trustedRoot: trusted_root.json
    registries: [{{host: '{host}', plainHttp: true}}, {{host: '{slow_host}', plainHttp: true}}]
    limits: {{atOnce: 2, perRegistry: 1}}
"
    );
    std::fs::write(folder.path().join("seawall.yaml"), text).unwrap();
    let mut images: Vec<String> = (0..4).map(|n| format!("{slow_host}/shop/app:slow-{n}")).collect();
    images.push(format!("{host}/shop/app:1"));
    let images: Vec<&str> = images.iter().map(String::as_str).collect();
    let (run, response) = ask_all(folder.path(), &[], &images);
    assert_eq!(run.code, 1, "{response}");
    let message = response["status"]["message"].as_str().unwrap();
    assert!(message.contains("manifests/slow-3") && !message.contains(&host), "{message}");
    assert!(response["warnings"][0].as_str().unwrap().contains(&shelf.digest), "{response}");
    assert_eq!(slow.state.lock().unwrap().2, 1, "one at once");
}

#[test]
fn files_of_policies_and_faults_in_them() {
    let shelf = Shelf::new();
    let host = shelf.serve("");
    let folder = laid(&shelf, &host);
    let policy = POLICY.replace("registry.example/shop/**", &format!("{host}/**"));
    std::fs::write(folder.path().join("policy.yaml"), policy).unwrap();
    let (run, response) = ask(
        folder.path(),
        &["--image-policies", "policy.yaml"],
        &format!("{host}/shop/app@{}", shelf.digest),
    );
    assert_eq!(run.code, 0, "{response}");
    let text = config(&host, "none.example/x");
    for (from, to, said) in [
        ("    trustedRoot: trusted_root.json\n", "", "there is no trusted root"),
        ("cosign.pub", "gone.pub", "image policy `shop`: `gone.pub`"),
        ("require: all", "require: most", "`images.policies[0]`: `require` must be `any` or `all`"),
        ("name: pipeline", "nmae: pipeline", "the field `nmae` is not known"),
        ("plainHttp: true", "insecure: true", "`images.registries[0].insecure`: unknown key"),
        ("name: shop\n", "name: 'shop *'\n", "`name` must be a text of letters"),
    ] {
        assert!(text.contains(from), "{from}");
        std::fs::write(folder.path().join("seawall.yaml"), text.replace(from, to)).unwrap();
        let run = seawall_in(folder.path(), &["admit", "review", "-"], b"{}");
        assert_eq!(run.code, 2, "{}", run.err);
        let run =
            seawall_in(folder.path(), &["admit", "review", "-"], crate::admit::review_of("shop").as_bytes());
        assert!(run.code == 2 && run.err.contains(said), "{said}\n{}", run.err);
    }
}

#[test]
fn whoever_pins_is_asked_before_objects_are_stored() {
    let shelf = Shelf::new();
    let folder = laid(&shelf, "r.test");
    let run = seawall_in(folder.path(), &["admit", "manifests"], b"");
    assert!(run.out.contains("kind: MutatingWebhookConfiguration"), "{}{}", run.out, run.err);
    std::fs::write(folder.path().join("seawall.yaml"), "admission: {}\n").unwrap();
    let run = seawall_in(folder.path(), &["admit", "manifests"], b"");
    assert!(!run.out.contains("MutatingWebhookConfiguration"), "{}", run.out);
}
