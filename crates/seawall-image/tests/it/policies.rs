//! Policies: what they say of an image, and what is read of `ClusterImagePolicy`.

use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::policy::import::{WrittenPolicy, read_policies, read_written};
use seawall_image::signature::policy::{
    Attestation, Authority, Glob, ImagePolicy, Mode, PolicyHash, Quantifier, Rule, Verdict,
};
use seawall_image::signature::{
    Annotations, Cause, Found, Gap, Identity, Limits, LogEvidence, Matcher, PublicKey, Requirements,
    SignatureSource, Signed, SourceError, TrustedRoot,
};
use seawall_yaml::Text;

use crate::world::certificate::{ISSUER, SUBJECT};
use crate::world::image::{image, payload};
use crate::world::key::Key;
use crate::world::{ARTIFACT, Kind, Signing, World, statement};

struct Store(Result<Found, SourceError>);

impl Store {
    fn of(signed: Vec<Signed>) -> Store {
        Store(Ok(Found { signed, faults: Vec::new() }))
    }
}

impl SignatureSource for Store {
    fn signatures(&self, _: ImageDigest) -> Result<Found, SourceError> {
        self.0.clone()
    }
}

fn authority(name: &str, rule: Rule) -> Authority {
    Authority {
        name: name.to_owned(),
        rule,
        requirements: Requirements::default(),
        attestations: Vec::new(),
        not_understood: Vec::new(),
    }
}

fn somebody(name: &str) -> Authority {
    authority(name, Rule::Keyless(vec![Identity::exact(SUBJECT, ISSUER)]))
}

fn policy(quantifier: Quantifier, authorities: Vec<Authority>) -> ImagePolicy {
    ImagePolicy {
        name: "policy".to_owned(),
        images: vec![Glob::new("**").unwrap()],
        mode: Mode::Enforce,
        quantifier,
        authorities,
        not_understood: Vec::new(),
    }
}

fn judge(world: &World, policy: &ImagePolicy, store: &Store) -> Verdict {
    let limits = Limits::default();
    let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
    policy.judge(image(), store, &root, &limits)
}

fn simple(world: &World, keyed: bool) -> Signed {
    let payload = payload(image());
    Signed::Simple { annotations: world.simple(&payload, keyed), payload }
}

/// The names of who accepted, or the kind of the other verdicts.
fn said(verdict: &Verdict) -> Vec<&str> {
    match verdict {
        Verdict::Verified { accepted } => accepted.iter().map(|one| one.authority.as_str()).collect(),
        Verdict::Refused { .. } => vec!["refused"],
        Verdict::NotEvaluated(_) => vec!["not evaluated"],
    }
}

#[test]
fn any_and_all_of_the_authorities() {
    let world = World::new();
    let key = |key: &Key| Rule::Key(PublicKey::from_der(&key.spki()).unwrap());
    let store = Store::of(vec![simple(&world, false), simple(&world, true)]);
    let right = || authority("key", key(&world.leaf_key));
    let wrong = || authority("other", key(&Key::p256()));
    let pass = || authority("pass", Rule::Pass);
    let fail = || authority("fail", Rule::Fail { message: "no".to_owned() });
    let gap = || Authority { not_understood: vec!["why".to_owned()], ..pass() };
    use Quantifier::{All, Any};
    for (quantifier, authorities, expected) in [
        (Any, vec![somebody("a"), wrong()], vec!["a"]),
        (Any, vec![wrong(), right()], vec!["key"]),
        (All, vec![somebody("a"), right()], vec!["a", "key"]),
        (All, vec![somebody("a"), wrong()], vec!["refused"]),
        (Any, vec![wrong(), fail()], vec!["refused"]),
        (Any, vec![pass()], vec!["pass"]),
        (All, vec![pass()], vec!["pass"]),
        (Any, vec![fail(), pass()], vec!["pass"]),
        (All, vec![right(), pass()], vec!["key", "pass"]),
        (All, vec![fail(), pass()], vec!["refused"]),
        (Any, vec![gap(), somebody("a")], vec!["a"]),
        (Any, vec![gap(), wrong()], vec!["not evaluated"]),
        (All, vec![gap(), right()], vec!["not evaluated"]),
        (All, vec![gap(), wrong()], vec!["refused"]),
        (Any, vec![authority("unknown", Rule::Unknown)], vec!["not evaluated"]),
        (Any, vec![], vec!["not evaluated"]),
        (All, vec![], vec!["not evaluated"]),
    ] {
        let policy = policy(quantifier, authorities);
        assert_eq!(said(&judge(&world, &policy, &store)), expected, "{policy:?}");
    }
}

#[test]
fn what_depends_on_no_signature_is_known_without_one() {
    let pass = || authority("pass", Rule::Pass);
    let fail = || authority("fail", Rule::Fail { message: "no".to_owned() });
    let gap = || Authority { not_understood: vec!["why".to_owned()], ..pass() };
    use Quantifier::{All, Any};
    for (quantifier, authorities, expected) in [
        (Any, vec![somebody("a"), pass()], Some("pass")),
        (Any, vec![fail()], Some("refused")),
        (All, vec![somebody("a"), fail()], Some("refused")),
        (All, vec![pass(), pass()], Some("pass")),
        (Any, vec![somebody("a"), fail()], None),
        (All, vec![somebody("a"), pass()], None),
        (Any, vec![gap()], None),
        (Any, vec![], None),
    ] {
        let policy = policy(quantifier, authorities);
        let verdict = policy.fixed_verdict();
        assert_eq!(verdict.as_ref().map(|verdict| said(verdict)[0]), expected, "{policy:?}");
    }
}

#[test]
fn a_store_that_does_not_answer_is_no_refusal_and_no_pass() {
    let world = World::new();
    let gone = Store(Err(SourceError::Unreachable(Gap::new(Cause::Registry, "time out"))));
    let asks = policy(Quantifier::Any, vec![somebody("a")]);
    assert_eq!(
        judge(&world, &asks, &gone),
        Verdict::NotEvaluated(Gap::new(Cause::Registry, "the store of signatures cannot be read: time out"))
    );
    // Whoever does not ask does not wait.
    let fixed = policy(Quantifier::Any, vec![authority("pass", Rule::Pass)]);
    assert!(judge(&world, &fixed, &gone).is_verified());
    let nothing = judge(&world, &asks, &Store::of(Vec::new()));
    assert_eq!(
        nothing,
        Verdict::Refused {
            reasons: vec![
                "a: no signature that is accepted".to_owned(),
                "a: the image has no signature and no attestation".to_owned(),
            ]
        }
    );
    let mut unclear = asks.clone();
    unclear.not_understood.push("why".to_owned());
    assert_eq!(said(&judge(&world, &unclear, &Store::of(vec![simple(&world, false)]))), ["not evaluated"]);
}

#[test]
fn attestations_are_chosen_by_type() {
    let world = World::new();
    let demand = |kind: &str| Attestation { name: "demand".to_owned(), predicate_type: kind.to_owned() };
    let demanding = |kinds: &[&str]| {
        let attestations = kinds.iter().map(|kind| demand(kind)).collect();
        policy(Quantifier::Any, vec![Authority { attestations, ..somebody("a") }])
    };
    let (envelope, annotations) = world.attestation(&statement(ARTIFACT));
    let store = Store::of(vec![simple(&world, false), Signed::Attestation { envelope, annotations }]);
    let slsa = "https://slsa.dev/provenance/v1";
    let Verdict::Verified { accepted } = judge(&world, &demanding(&[slsa]), &store) else { panic!() };
    let (name, statement) = &accepted[0].statements[0];
    assert_eq!((name.as_str(), statement.predicate_type.as_str()), ("demand", slsa));
    assert_eq!(statement.predicate, r#"{"buildDefinition":{"buildType":"https://ci.test/build"}}"#);
    assert_eq!(said(&judge(&world, &demanding(&[slsa, "https://spdx.dev/Document"]), &store)), ["refused"]);
    assert_eq!(said(&judge(&world, &demanding(&["https://slsa.dev/provenance/v0.2"]), &store)), ["refused"]);
}

#[test]
fn a_statement_is_no_signature_unless_it_says_so() {
    let world = World::new();
    let asks = policy(Quantifier::Any, vec![somebody("a")]);
    let bundle = |kind: &str| {
        let mut statement = statement(ARTIFACT);
        statement["predicateType"] = kind.into();
        let signing = Signing { statement: Some(statement), ..Signing::new(Kind::Dsse1) };
        Store::of(vec![Signed::Bundle(world.sign(&signing).to_string())])
    };
    assert_eq!(said(&judge(&world, &asks, &bundle("https://sigstore.dev/cosign/sign/v1"))), ["a"]);
    assert_eq!(said(&judge(&world, &asks, &bundle("https://slsa.dev/provenance/v1"))), ["refused"]);
}

#[test]
fn reasons_are_bounded() {
    let world = World::new();
    let bad = Signed::Simple { payload: Vec::new(), annotations: Annotations::new() };
    let Verdict::Refused { reasons } =
        judge(&world, &policy(Quantifier::Any, vec![somebody("a")]), &Store::of(vec![bad; 60]))
    else {
        panic!()
    };
    assert_eq!(reasons.len(), 20);
}

#[test]
fn a_hash_is_of_policy_and_root() {
    let world = World::new();
    let limits = Limits::default();
    let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
    let other_root = TrustedRoot::read(&World::new().trusted().to_string(), &limits).unwrap();
    let one = policy(Quantifier::Any, vec![somebody("a")]);
    let two = policy(Quantifier::All, vec![somebody("a")]);
    assert_eq!(PolicyHash::of(&one, &root), PolicyHash::of(&one.clone(), &root));
    assert_ne!(PolicyHash::of(&one, &root), PolicyHash::of(&two, &root));
    assert_ne!(PolicyHash::of(&one, &root), PolicyHash::of(&one, &other_root));
    let hash = PolicyHash::of(&one, &root);
    assert_ne!(hash.within("r.test/a"), hash.within("r.test/b"));
    assert_eq!(hash.within("r.test/a"), hash.within("r.test/a"));
}

/// What is read of a text: policies, and problems as `line: message`.
fn read(text: &str) -> (Vec<ImagePolicy>, Vec<String>) {
    let (policies, problems) = read_policies(&Text::new(text), &seawall_yaml::Limits::default());
    let told = problems.iter().map(|problem| {
        let line = problem.position.map_or(0, |position| position.line);
        format!("{line}: {}", problem.message)
    });
    (policies, told.collect())
}

#[test]
fn cluster_image_policies() {
    let key = Key::p256().pem().replace('\n', "\n          ");
    let text = format!(
        r"apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: ours
spec:
  mode: warn
  images:
    - glob: ghcr.io/org/**
    - glob: '*'
  authorities:
    - keyless:
        url: https://fulcio.sigstore.dev
        identities:
          - issuer: https://tokens.ci.test
            subjectRegExp: ^https://ci\.test/org/.*$
      ctlog:
        url: https://rekor.sigstore.dev
      attestations:
        - name: built
          predicateType: slsaprovenance1
    - name: by-key
      key:
        data: |
          {key}
      ctlog: {{}}
    - static:
        action: fail
        message: never
---
apiVersion: v1
kind: ConfigMap
"
    );
    let (policies, problems) = read(&text);
    assert_eq!(problems, Vec::<String>::new());
    let [ours] = policies.as_slice() else { panic!("{policies:?}") };
    assert_eq!((ours.name.as_str(), ours.mode, ours.quantifier), ("ours", Mode::Warn, Quantifier::Any));
    let covers = |image: &str| ours.covers(&ImageReference::parse(image).unwrap());
    assert_eq!(
        ["ghcr.io/org/a/b", "nginx", "ghcr.io/other/a", "sha256:0a"].map(covers),
        [true, true, false, true]
    );
    let [first, second, third] = ours.authorities.as_slice() else { panic!() };
    assert_eq!([first, second, third].map(|one| one.name.as_str()), ["authority-0", "by-key", "authority-2"]);
    let Rule::Keyless(identities) = &first.rule else { panic!() };
    let [identity] = identities.as_slice() else { panic!() };
    assert!(
        identity.subject.matches("https://ci.test/org/x")
            && !identity.subject.matches("https://ci.test/orgs")
    );
    assert_eq!(identity.issuer, Matcher::Exact("https://tokens.ci.test".to_owned()));
    assert_eq!(first.attestations[0].predicate_type, "https://slsa.dev/provenance/v1");
    assert_eq!(first.requirements, Requirements::default());
    assert!(matches!(second.rule, Rule::Key(_)));
    assert_eq!(second.requirements.log, LogEvidence::NotNeeded);
    assert_eq!(third.rule, Rule::Fail { message: "never".to_owned() });
    assert!(
        ours.authorities.iter().all(|one| one.not_understood.is_empty()) && ours.not_understood.is_empty()
    );
}

#[test]
fn what_is_not_understood_is_told_at_its_line() {
    let (policies, problems) = read(
        r"apiVersion: policy.sigstore.dev/v1alpha1
kind: ClusterImagePolicy
metadata:
  name: hard
spec:
  images:
    - glob: ghcr.io/org/**
  policy:
    type: cue
    data: x
  authorities:
    - key:
        kms: awskms:///alias/x
    - keyless:
        identities:
          - subjectRegExp: ci.test
        trustRootRef: ours
        colour: red
      attestations:
        - name: a
          predicateType: vuln
          policy:
            type: rego
    - keyless:
        identities: []
    - static:
        action: maybe
    - key:
        data: nothing
---
apiVersion: policy.sigstore.dev/v1alpha1
kind: TrustRoot
",
    );
    assert_eq!(
        problems,
        [
            "8: `policy`: policies over several authorities (CUE, Rego) are not run",
            "13: `kms`: keys in key management services are not asked; write the public key into `data`",
            "18: the field `colour` is not known",
            "17: `trustRootRef`: one trusted root is used for all authorities",
            "16: `subjectRegExp` is found anywhere in a name; begin it with `^` and end it with `$`",
            "16: neither `issuer` nor `issuerRegExp` is set, so every one is accepted",
            "22: `policy`: policies over predicates (CUE, Rego) are not run",
            "24: `identities` is empty, so anybody could sign",
            "26: the action must be `pass` or `fail`",
            "29: the text holds no PEM block `PUBLIC KEY`; give the public key that belongs to the signing key",
            "31: `TrustRoot` is not read; give the trusted root as a file",
        ]
    );
    let [hard] = policies.as_slice() else { panic!() };
    assert_eq!(hard.not_understood.len(), 1);
    assert!(hard.authorities.iter().all(|one| !one.not_understood.is_empty()), "{:?}", hard.authorities);
    let world = World::new();
    assert_eq!(said(&judge(&world, hard, &Store::of(vec![simple(&world, false)]))), ["not evaluated"]);
}

#[test]
fn policies_that_say_nothing_pass_nothing() {
    let world = World::new();
    for spec in [
        "",
        "spec: {}",
        "spec: []",
        "spec: {images: [{glob: '**'}]}",
        "spec: {images: [{glob: a b}], authorities: [1]}",
    ] {
        let (policies, problems) = read(&format!(
            "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {{name: x}}\n{spec}\n"
        ));
        assert!(!problems.is_empty(), "{spec}");
        let verdict = judge(&world, &policies[0], &Store::of(vec![simple(&world, false)]));
        assert_eq!(said(&verdict), ["not evaluated"], "{spec}");
    }
    assert!(read("kind: x").0.is_empty());
}

/// A policy of a configuration, and what is wrong with it.
fn written(text: &str) -> (WrittenPolicy, Vec<String>) {
    let (documents, problems) = seawall_yaml::read(&Text::new(text), &seawall_yaml::Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let (policy, problems) = read_written(documents[0].tree.root());
    (policy, problems.into_iter().map(|problem| problem.message).collect())
}

#[test]
fn policies_of_a_configuration_name_files_of_keys() {
    let key = Key::p256().pem();
    let text = "{name: a, images: ['r.test/**', b], mode: warn, require: all, authorities: [{name: k, key: {file: k.pub}}, \
        {static: {action: pass}}]}";
    let (policy, problems) = written(text);
    assert_eq!(problems, Vec::<String>::new());
    // Until the key is there nobody can vouch.
    let read = |file: &str| if file == "k.pub" { Ok(key.clone()) } else { Err("gone".to_owned()) };
    let policy = policy.with_keys(read).unwrap();
    assert_eq!((policy.mode, policy.quantifier), (Mode::Warn, Quantifier::All));
    let expected = [Rule::Key(PublicKey::from_pem(&key).unwrap()), Rule::Pass];
    let rules: Vec<Rule> = policy.authorities.iter().map(|authority| authority.rule.clone()).collect();
    assert_eq!(rules, expected);
    let error = |read: &dyn Fn(&str) -> Result<String, String>| {
        written(text).0.with_keys(read).unwrap_err().to_string()
    };
    assert_eq!(error(&|_| Err("gone".to_owned())), "`k.pub`: gone");
    assert!(error(&|_| Ok("no key".to_owned())).starts_with("`k.pub`: the text holds no PEM block"));
}

#[test]
fn what_is_wrong_with_a_policy_of_a_configuration() {
    let good = "{name: a, images: ['**'], authorities: [{static: {action: pass}}]}";
    assert_eq!(written(good).1, Vec::<String>::new());
    for (from, to, said) in [
        ("name: a", "name: 'a b'", "`name` must be a text of letters"),
        ("name: a, ", "", "`name` must be a text of letters"),
        ("images: ['**']", "images: []", "`images` is empty"),
        ("images: ['**']", "images: [{glob: x}]", "`images` must be a list of texts"),
        ("images: ['**']", "images: ['a b']", "is no pattern of images"),
        ("name: a", "name: a, mode: block", "`mode` must be"),
        ("name: a", "name: a, require: two", "`require` must be"),
        ("name: a", "name: a, match: []", "the field `match` is not known"),
        ("[{static: {action: pass}}]", "[]", "`authorities` is empty"),
        ("static: {action: pass}", "key: {file: a, data: b}", "the field `data` is not known"),
    ] {
        let (policy, problems) = written(&good.replace(from, to));
        assert!(problems.iter().any(|problem| problem.contains(said)), "{said}: {problems:?}");
        let verdict = judge(
            &World::new(),
            &policy.with_keys(|_| Ok(Key::p256().pem())).unwrap(),
            &Store::of(Vec::new()),
        );
        assert!(!verdict.is_verified(), "{said}: {verdict:?}");
    }
    // A ClusterImagePolicy names no files of the machine that reads it.
    let text = "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: x}\nspec: {images: [{glob: '**'}], \
        authorities: [{key: {file: a}}]}\n";
    let (policies, problems) = read_policies(&Text::new(text), &seawall_yaml::Limits::default());
    assert!(
        problems.iter().any(|problem| problem.message.contains("the field `file` is not known")),
        "{problems:?}"
    );
    assert!(!judge(&World::new(), &policies[0], &Store::of(Vec::new())).is_verified());
}

#[test]
fn who_needs_a_trusted_root() {
    let key = || authority("k", Rule::Key(PublicKey::from_pem(&Key::p256().pem()).unwrap()));
    let no_log = Requirements { log: LogEvidence::NotNeeded, ..Requirements::default() };
    for (authority, needs) in [
        (somebody("a"), true),
        (key(), true),
        (Authority { requirements: no_log, ..key() }, false),
        (authority("p", Rule::Pass), false),
    ] {
        assert_eq!(policy(Quantifier::Any, vec![authority]).needs_root(), needs);
    }
}
