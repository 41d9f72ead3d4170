//! Every generated policy says of an object what its check says, on many random ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use seawall_checks::{Check, SettingValue, Settings, all, pss};
use seawall_policy::generate::{Generated, Level, Options, Parameter, Parameters, What, find, generate};
use seawall_yaml::Tree;

use super::decode::{admitted, defaulted};
use super::judge::{Runner, Verdicts, documents};
use super::native::{self, inventory};
use super::objects;
use super::value::{Chance, Value};

/// Objects in an ordinary run; `SEAWALL_GENERATE_OBJECTS` sets another number.
const OBJECTS: usize = 2_000;

fn wanted() -> usize {
    #[allow(clippy::disallowed_methods)] // A longer run is asked for from outside.
    let number = std::env::var("SEAWALL_GENERATE_OBJECTS");
    number.ok().and_then(|number| number.parse().ok()).unwrap_or(OBJECTS)
}

/// The checks that have a policy.
fn checks() -> Vec<&'static Check> {
    all().iter().filter(|entry| find(entry.id).is_some()).map(|entry| entry.check).collect()
}

fn every_check(options: &Options) -> Generated {
    let ids = checks().iter().map(|check| check.id.to_owned()).collect();
    generate(&What::Checks { name: "all".to_owned(), ids }, options).unwrap()
}

fn tree(object: &Value) -> Arc<Tree> {
    Arc::new(documents(&object.json()).remove(0))
}

/// What the two said of a check.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    differ: Vec<String>,
}

/// Kinds that a runner judges, by its text.
struct Judges {
    runner: Runner,
    kinds: BTreeSet<String>,
}

fn judges(text: &str) -> Vec<Judges> {
    let trees = documents(text);
    let policies = trees.iter().filter(|tree| tree.root().str("kind") == Some("ValidatingAdmissionPolicy"));
    let kinds = policies.map(|tree| {
        let checks =
            tree.root().path(&["metadata", "annotations"]).unwrap().str("seawall.dev/checks").unwrap();
        let kinds = checks.split(", ").flat_map(|id| find(id).unwrap().kinds());
        kinds.map(str::to_owned).collect::<BTreeSet<String>>()
    });
    let runners = Runner::all(text);
    runners.into_iter().zip(kinds).map(|(runner, kinds)| Judges { runner, kinds }).collect()
}

fn said(judges: &[Judges], tree: &Tree) -> Verdicts {
    let kind = tree.root().str("kind").unwrap();
    let fitting = judges.iter().filter(|judge| judge.kinds.contains(kind));
    fitting.flat_map(|judge| judge.runner.judge(tree.root())).collect()
}

/// Policies of which only the verdict is compared. No expression can leave repeats out or put texts together by a key,
/// and what names no namespace is in one when a policy sees it.
const COARSE: [&str; 3] =
    ["secret-env-reference", "workload-default-namespace", "workload-duplicate-env-var"];

/// Policies that judge fewer kinds than their checks.
const NARROW: [&str; 1] = ["admission-bypass-annotation"];

/// The parts of a message, whichever of the two joined them.
fn parts(check: &str, messages: &[String]) -> BTreeMap<String, usize> {
    let mut parts = BTreeMap::new();
    if COARSE.contains(&check) {
        return parts;
    }
    for part in messages.join("; ").split("; ") {
        *parts.entry(part.to_owned()).or_default() += 1;
    }
    parts
}

/// Settings other than the defaults, of every type.
fn configured() -> (Settings, Parameters) {
    let strings =
        |texts: &[&str]| SettingValue::Strings(texts.iter().map(|text| (*text).to_owned()).collect());
    let written = [
        ("image-latest-tag", "floatingImageTags", strings(&["dev", "1.25"])),
        ("image-not-pinned-by-digest", "imageDigestExemptRepositories", strings(&["ghcr.io/org/", "nginx"])),
        (
            "image-registry-blocked",
            "publicRegistries",
            strings(&["*.io", "docker.io/bitnami", "quay.io:443"]),
        ),
        ("image-registry-blocked", "publicRegistriesAllowlist", strings(&["GHCR.io", " "])),
        (
            "image-registry-not-allowed",
            "imageRepositoryAllowList",
            strings(&["docker.io", "*.k8s.io", "org"]),
        ),
        ("pod-capability-dangerous-added", "insecureCapabilities", strings(&["cap_chown", "bpf"])),
        ("pod-host-path-cloud-credentials", "cloudProvider", strings(&["aks"])),
        (
            "pod-host-path-runtime-socket",
            "sockets",
            strings(&["app.sock", "/var/run//k3s/", "\\\\.\\PIPE\\other"]),
        ),
        ("pod-host-path-sensitive", "sensitivePaths", strings(&["/data/", "C:\\Windows", "/var/run/x"])),
        ("pod-host-path-sensitive", "harmlessPaths", strings(&["/usr", "c:/windows/System32"])),
        ("pod-run-as-low-uid", "minUserId", SettingValue::Int(1000)),
        ("workload-cronjob-present", "allowedCronJobs", strings(&["shop/*", "default/report"])),
        ("workload-dns-config-options", "option", strings(&["edns0", "ndots:5"])),
        ("workload-probe-tuning", "periodSecondsMax", SettingValue::Int(9)),
        ("workload-restart-policy", "allowed", strings(&[])),
        ("network-service-type", "forbiddenTypes", strings(&["ClusterIP"])),
    ];
    let mut settings = Settings::default();
    let mut parameters = Parameters::new();
    for (check, name, value) in written {
        let parameter = match &value {
            SettingValue::Strings(texts) => Parameter::Strings(texts.clone()),
            SettingValue::Int(number) => Parameter::Int(*number),
            SettingValue::Bool(flag) => Parameter::Bool(*flag),
        };
        parameters.entry(check.to_owned()).or_default().insert(name.to_owned(), parameter);
        settings.set(check, name, value).unwrap();
    }
    (settings, parameters)
}

#[test]
fn policies_say_what_their_checks_say() {
    let checks = checks();
    let (settings, parameters) = configured();
    let configured = Options { parameters, ..Options::default() };
    let ways = [
        (Settings::default(), judges(&every_check(&Options::default()).text)),
        (settings, judges(&every_check(&configured).text)),
    ];
    let mut counts: BTreeMap<&str, Count> = checks.iter().map(|check| (check.id, Count::default())).collect();
    for seed in 0..wanted() {
        let (settings, judges) = &ways[usize::from(seed % 3 == 2)];
        let object = objects::object(&mut Chance::new(seed as u64));
        // As written, and as the API server hands it on.
        let (raw, seen) = (tree(&object), tree(&admitted(&object)));
        let full = tree(&defaulted(&object));
        for (native, policy) in [(&raw, &seen), (&full, &full)] {
            let native = native::say(&inventory(native), &checks, settings);
            let verdicts = said(judges, policy);
            for check in &checks {
                let count = counts.get_mut(check.id).unwrap();
                let narrow = NARROW.contains(&check.id) && !verdicts.contains_key(check.id);
                if native.silent.contains(check.id) || narrow {
                    continue;
                }
                let theirs = native.failed.get(check.id).map(|messages| parts(check.id, messages));
                let ours =
                    verdicts.get(check.id).cloned().flatten().map(|message| parts(check.id, &[message]));
                match (&theirs, &ours) {
                    (None, None) => count.passed += 1,
                    (Some(theirs), Some(ours)) if theirs == ours => count.failed += 1,
                    _ if count.differ.len() < 3 => count.differ.push(format!(
                        "seed {seed}\n  check:  {theirs:?}\n  policy: {ours:?}\n  object: {}",
                        object.json()
                    )),
                    _ => {}
                }
            }
        }
    }
    report(&counts);
}

fn report(counts: &BTreeMap<&str, Count>) {
    let mut table = String::new();
    for (check, count) in counts {
        writeln!(
            table,
            "{check}: {} passed, {} failed, {} differ",
            count.passed,
            count.failed,
            count.differ.len()
        )
        .unwrap();
    }
    eprintln!("{table}");
    let differ: Vec<String> = counts
        .iter()
        .flat_map(|(check, count)| count.differ.iter().map(move |text| format!("{check}: {text}")))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    let idle: Vec<&str> = counts
        .iter()
        .filter(|(_, count)| count.failed == 0 || count.passed == 0)
        .map(|(check, _)| *check)
        .collect();
    assert!(idle.is_empty(), "the objects try only one verdict of {idle:?}");
}

#[test]
fn levels_say_what_the_standards_say() {
    for (level, own) in [(Level::Baseline, pss::Level::Baseline), (Level::Restricted, pss::Level::Restricted)]
    {
        let judges = judges(&generate(&What::PodSecurity(level), &Options::default()).unwrap().text);
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        for seed in 0..wanted() {
            let object = objects::object(&mut Chance::new(seed as u64));
            let (raw, seen) = (tree(&object), tree(&admitted(&object)));
            let full = tree(&defaulted(&object));
            for (native, policy) in [(&raw, &seen), (&full, &full)] {
                let Some(violated) = native::violated(&inventory(native), own) else { continue };
                for (control, message) in said(&judges, policy) {
                    let count = counts.entry(control.clone()).or_default();
                    match (violated.contains(control.as_str()), message) {
                        (false, None) => count.passed += 1,
                        (true, Some(_)) => count.failed += 1,
                        (theirs, message) => count.differ.push(format!(
                            "seed {seed}\n  standard: {theirs}\n  policy: {message:?}\n  object: {}",
                            object.json()
                        )),
                    }
                }
            }
        }
        report(&counts.iter().map(|(control, count)| (control.as_str(), count_of(count))).collect());
    }
}

fn count_of(count: &Count) -> Count {
    Count { passed: count.passed, failed: count.failed, differ: count.differ.clone() }
}
