//! What holds for every pod.

use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_checks::pss::Level;
use seawall_checks::{Check, Settings, all};
use seawall_inventory::Inventory;
use seawall_policy::defaults::{Chosen, DEFAULTS, TokenOfAccount, fill};
use seawall_schema::{Admission, Value, admitted};
use seawall_yaml::Tree;

use super::{chosen, value};
use crate::generate::count::objects;
use crate::generate::forms::{Forms, SCHEMAS};
use crate::generate::judge::inventory;
use crate::generate::native;

/// An object with defaults in its pods, and whether any had something to do.
fn object(tree: &Tree, chosen: &Chosen) -> (Value<'static>, bool) {
    let mut object = Value::of(tree.root()).unwrap().into_owned();
    let mut done = false;
    let template: &[&str] = match object.get("kind").and_then(Value::as_str) {
        Some("Pod") => &["spec"],
        Some("PodTemplate") => &["template", "spec"],
        Some("CronJob") => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => &["spec", "template", "spec"],
    };
    if let Some(spec) = object.path_mut(template) {
        done = !fill(spec, chosen, TokenOfAccount::Unsaid).is_empty();
    }
    (object, done)
}

/// What the API server refuses of a pod beyond types (`ValidateSecurityContext`, `validateWindows`), as far as defaults could
/// have to do with it.
fn faults(inventory: &Inventory) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    for pod in inventory.resources()[0].pods() {
        let windows = pod.is_windows();
        if windows && pod.security_context().is_some_and(|context| context.get("seccompProfile").is_some()) {
            faults.insert("windows: seccompProfile".to_owned());
        }
        for container in pod.containers() {
            let Some(context) = container.security_context() else { continue };
            let linux =
                ["capabilities", "readOnlyRootFilesystem", "allowPrivilegeEscalation", "seccompProfile"];
            for field in linux.into_iter().filter(|field| windows && context.get(field).is_some()) {
                faults.insert(format!("windows: {}.{field}", container.name()));
            }
            let admin = container.capabilities("add").any(|(_, name)| name == "CAP_SYS_ADMIN");
            let strong = admin || context.bool("privileged") == Some(true);
            if strong && context.bool("allowPrivilegeEscalation") == Some(false) {
                faults.insert(format!("{}: allowPrivilegeEscalation", container.name()));
            }
        }
    }
    faults
}

/// Whether everything that is in one value is in the other; what the plugin mounted may be gone.
fn holds(after: &Value<'_>, before: &Value<'_>) -> bool {
    let token = |value: &Value<'_>| {
        value.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("kube-api-access-"))
    };
    match (after, before) {
        (Value::Map(_), Value::Map(old)) => old.iter().all(|(key, old)| match after.get(key) {
            Some(new) => holds(new, old),
            None => !old.items().is_empty() && old.items().iter().all(token),
        }),
        (Value::List(new), Value::List(old)) if new.len() == old.len() => {
            new.iter().zip(old).all(|(new, old)| holds(new, old))
        }
        (Value::List(new), Value::List(old)) => {
            old.is_empty() || new.iter().eq(old.iter().filter(|item| !token(item)))
        }
        (_, Value::Null) => true,
        _ => after.means(before),
    }
}

/// All sets that are tried: each default by itself, the named ones, and all at once.
fn sets() -> Vec<(String, Chosen)> {
    let words = DEFAULTS.iter().map(|one| one.name).chain([
        "recommended",
        "restricted",
        "recommended.restricted.read-only-root",
    ]);
    words.map(|words| (words.to_owned(), chosen(words))).collect()
}

#[test]
fn filled_twice_is_filled_once_nothing_is_lost_and_no_verdict_is_worse() {
    let checks: Vec<&'static Check> =
        all().iter().filter(|entry| entry.id.starts_with("pod-")).map(|entry| entry.check).collect();
    let mut done = vec![0; sets().len()];
    for seed in 0..objects() / 6 {
        let Some(forms) = Forms::of(seed) else { continue };
        let [(raw, _), (full, _)] = forms.pairs();
        // As it is written, and as a webhook gets it.
        for tree in [[raw, full][usize::from(seed % 2 == 0)]] {
            let before = inventory([Arc::clone(tree)]);
            if before.resources()[0].pods().next().is_none() {
                continue;
            }
            let said = native::say(&before, &checks, &Settings::default());
            let violated = native::violated(&before, Level::Restricted);
            for ((words, chosen), done) in sets().iter().zip(&mut done) {
                let about = || format!("seed {seed}, {words}: {}", forms.written());
                let (once, changed) = object(tree, chosen);
                let made = once.to_tree();
                let (twice, again) = object(&made, chosen);
                assert!(!again && twice.means(&once), "{}", about());
                let old = Value::of(tree.root()).unwrap();
                assert!(holds(&once, &old), "{}", about());
                assert_eq!(!once.means(&old), changed, "{}", about());
                *done += usize::from(changed);

                let schema = SCHEMAS.of_object(made.root()).unwrap();
                let decoded = admitted(&made, schema, Admission::default());
                assert!(!decoded.is_refused(), "{}: {:?}", about(), decoded.problems);

                let after = inventory([Arc::new(made)]);
                assert!(faults(&after).is_subset(&faults(&before)), "{}", about());
                let now = native::violated(&after, Level::Restricted);
                if let (Some(now), Some(violated)) = (now, &violated) {
                    assert!(now.is_subset(violated), "{}: {now:?}, not {violated:?}", about());
                }
                let now = native::say(&after, &checks, &Settings::default());
                for check in now.failed.keys().chain(&now.silent) {
                    let known = said.failed.contains_key(check) || said.silent.contains(check);
                    assert!(known, "{check}: {}", about());
                }
            }
        }
    }
    assert!(done.iter().all(|done| *done > 10), "{done:?}");
}

/// Pods that say nothing: what each set promises.
#[test]
fn a_plain_pod_is_as_the_set_promises() {
    let pod = value(
        "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, \
          spec: {initContainers: [{name: i, image: 'r/i:1'}], containers: [{name: web, image: 'r/web:1'}, {name: side, image: 'r/s:1'}]}}",
    )
    .to_tree();
    let checks: Vec<&'static Check> = all().iter().map(|entry| entry.check).collect();
    let failed = |tree: Tree| {
        let inventory = inventory([Arc::new(tree)]);
        let said = native::say(&inventory, &checks, &Settings::default());
        (native::violated(&inventory, Level::Restricted).unwrap(), said.failed)
    };
    let (violated, plain) = failed(pod.clone());
    assert_eq!(violated.len(), 4, "{violated:?}");
    for (words, cured) in [
        ("seccomp", &["pod-seccomp-missing"][..]),
        ("no-privilege-escalation", &["pod-allow-privilege-escalation"]),
        ("run-as-non-root", &["pod-run-as-non-root"]),
        ("drop-capabilities", &["pod-capability-drop-all-missing", "pod-capability-net-raw"]),
        ("run-as-non-root.drop-unused-capabilities", &["pod-capability-drop-all-missing"]),
        ("read-only-root", &["pod-writable-root-filesystem"]),
        ("no-token", &["pod-service-account-token-automount"]),
        (
            "recommended",
            &["pod-seccomp-missing", "pod-allow-privilege-escalation", "pod-service-account-token-automount"],
        ),
    ] {
        let (_, now) = failed(object(&pod, &chosen(words)).0.to_tree());
        for check in cured {
            assert!(plain.contains_key(*check) && !now.contains_key(*check), "{words}: {check}");
        }
    }
    assert_eq!(failed(object(&pod, &chosen("restricted")).0.to_tree()).0, BTreeSet::new());
}
