//! Verdicts: who is asked, about what, with which consequence.

use seawall_gatekeeper::{Gatekeeper, Point};
use seawall_inventory::Inventory;
use seawall_policy::admission::Operation;

use crate::support::{create, inventory, places, read, request, told, trees};

const POLICIES: &str = include_str!("data/owner.yaml");
const POD: &str = include_str!("data/pod.yaml");

#[test]
fn a_denial_and_a_warning_in_gatekeepers_words() {
    let (set, _) = read(POLICIES);
    insta::assert_snapshot!(told(&create(&set, POD, &Inventory::default())));
    let owned = POD.replace("nobody", "bank");
    assert_eq!(
        told(&create(&set, &owned, &Inventory::default())),
        "deny 403 gatekeeper/OwnedBy/shop-only: [shop-only] bank is no team",
        "a default holds only where nothing is given"
    );
    assert_eq!(told(&create(&set, &POD.replace("nobody", "shop"), &Inventory::default())), "");
    let unlabelled = POD.replace("labels: {owner: nobody}", "labels: {}");
    assert!(
        told(&create(&set, &unlabelled, &Inventory::default())).contains("label owner says who owns Pod")
    );
}

/// One template that refuses all that it is asked about, and a constraint with this `match`.
fn refusing(matching: &str) -> Gatekeeper {
    let (set, problems) = read(&format!(
        "apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {{name: nope}}
spec:
  crd: {{spec: {{names: {{kind: Nope}}}}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package nope
        violation[{{\"msg\": msg}}] {{ msg := sprintf(\"%v %v\", [input.review.operation, object.get(input.review.object.metadata, \"name\", \"?\")]) }}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Nope
metadata: {{name: all}}
spec: {{match: {matching}}}
"
    ));
    assert_eq!(places(&problems), "");
    set
}

const NAMESPACES: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {tier: one}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
";

#[test]
fn what_a_constraint_speaks_about() {
    let known = inventory(&[("namespaces.yaml", NAMESPACES)], false);
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {app: web}}}";
    let made = "{apiVersion: v1, kind: Pod, metadata: {generateName: web-, namespace: shop}}";
    let far = "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: far}}";
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {tier: one}}}";
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web-1}}";
    for (matching, object, expected) in [
        ("{}", pod, "yes"),
        ("{kinds: [{apiGroups: [''], kinds: [Pod]}]}", pod, "yes"),
        ("{kinds: [{apiGroups: [apps], kinds: [Pod]}]}", pod, "no"),
        ("{kinds: [{apiGroups: ['*'], kinds: ['*']}]}", role, "yes"),
        ("{kinds: [{kinds: [ClusterRole]}]}", role, "yes"),
        ("{scope: Namespaced}", pod, "yes"),
        ("{scope: Namespaced}", namespace, "no"),
        ("{scope: Cluster}", namespace, "yes"),
        ("{scope: Cluster}", pod, "no"),
        ("{namespaces: [sh*]}", pod, "yes"),
        ("{namespaces: [sh*]}", far, "no"),
        ("{namespaces: [shop]}", namespace, "yes"),
        ("{namespaces: [shop]}", role, "yes"),
        ("{excludedNamespaces: ['*op']}", pod, "no"),
        ("{excludedNamespaces: ['*op']}", namespace, "no"),
        ("{excludedNamespaces: ['*op']}", role, "yes"),
        ("{labelSelector: {matchLabels: {app: web}}}", pod, "yes"),
        ("{labelSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}", pod, "no"),
        ("{labelSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}", role, "yes"),
        ("{namespaceSelector: {matchLabels: {tier: one}}}", pod, "yes"),
        ("{namespaceSelector: {matchLabels: {tier: one}}}", namespace, "yes"),
        ("{namespaceSelector: {matchLabels: {tier: one}}}", role, "yes"),
        ("{namespaceSelector: {matchLabels: {tier: two}}}", pod, "no"),
        ("{namespaceSelector: {matchLabels: {tier: one}}}", far, "unknown"),
        ("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: far}}}", far, "yes"),
        ("{namespaceSelector: {matchLabels: {tier: one}}, name: db}", far, "no"),
        ("{name: web-*}", pod, "yes"),
        ("{name: web-*}", made, "yes"),
        ("{name: db-*}", made, "no"),
        ("{source: Original}", pod, "yes"),
        ("{source: Generated}", pod, "no"),
    ] {
        let said = told(&create(&refusing(matching), object, &known));
        let got = match said.as_str() {
            "" => "no",
            _ if said.starts_with("not judged") => "unknown",
            _ => "yes",
        };
        assert_eq!(got, expected, "{matching} {object}: {said}");
    }
}

#[test]
fn what_goes_is_judged_as_what_comes() {
    let set = refusing("{}");
    let tree = trees(POD).remove(0);
    let gone = set.judge(&request(tree.root(), Operation::Delete), &Inventory::default(), Point::Webhook);
    assert_eq!(told(&gone), "deny 403 gatekeeper/Nope/all: [all] DELETE web");
}

#[test]
fn consequences_by_action_and_point() {
    for (spec, webhook, audit) in [
        ("", "deny", "deny"),
        ("enforcementAction: warn, ", "warn", "warn"),
        ("enforcementAction: dryrun, ", "audit", "audit"),
        (
            "enforcementAction: scoped, scopedEnforcementActions: [{action: warn, enforcementPoints: [{name: \
             validation.gatekeeper.sh}]}, {action: deny, enforcementPoints: [{name: gator.gatekeeper.sh}]}], ",
            "warn",
            "",
        ),
        (
            "enforcementAction: scoped, scopedEnforcementActions: [{action: deny, enforcementPoints: [{name: '*'}]}], ",
            "deny",
            "deny",
        ),
    ] {
        let (set, problems) = read(&POLICIES.replace("enforcementAction: warn", "").replacen(
            "spec:\n  match:\n    kinds: [{apiGroups: [\"\"], kinds: [Pod]}]\n    excludedNamespaces: [kube-*]\n  parameters:\n    label: owner\n    teams: [shop]\n",
            &format!("spec: {{{spec}parameters: {{label: owner}}}}\n"),
            1,
        ));
        assert_eq!(places(&problems), "");
        let tree = trees(POD).remove(0);
        for (point, expected) in [(Point::Webhook, webhook), (Point::Audit, audit)] {
            let decision = set.judge(&request(tree.root(), Operation::Create), &Inventory::default(), point);
            let said = told(&decision);
            let own = said.lines().find(|line| line.contains("shop-only")).unwrap_or_default();
            assert_eq!(own.split(' ').next().unwrap_or_default(), expected, "{spec} {point:?}: {said}");
        }
    }
}

#[test]
fn settings_leave_namespaces_alone() {
    let config = "---\napiVersion: config.gatekeeper.sh/v1alpha1\nkind: Config\nmetadata: {name: config}\nspec:\n  match:\n  \
                  - {processes: [webhook], excludedNamespaces: [sh*]}\n";
    let (set, problems) = read(&format!("{POLICIES}{config}"));
    assert_eq!(places(&problems), "");
    let tree = trees(POD).remove(0);
    let ask = |point| set.judge(&request(tree.root(), Operation::Create), &Inventory::default(), point);
    assert_eq!(told(&ask(Point::Webhook)), "");
    assert!(!ask(Point::Audit).is_allowed());
}

const UNIQUE: &str = "apiVersion: templates.gatekeeper.sh/v1beta1
kind: ConstraintTemplate
metadata: {name: uniquehost}
spec:
  crd: {spec: {names: {kind: UniqueHost}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package uniquehost
        same(a, b) { a.metadata.namespace == b.metadata.namespace; a.metadata.name == b.metadata.name }
        violation[{\"msg\": msg}] {
          host := input.review.object.spec.rules[_].host
          other := data.inventory.namespace[ns][_][\"Ingress\"][name]
          other.spec.rules[_].host == host
          not same(other, input.review.object)
          msg := sprintf(\"%v/%v has host %v\", [ns, name, host])
        }
---
{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: UniqueHost, metadata: {name: one}}
";

#[test]
fn other_objects_count_where_all_are_known() {
    let ingress = |name: &str, host: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: {name}, namespace: shop}}, spec: {{rules: \
             [{{host: {host}}}]}}}}"
        )
    };
    let (set, problems) = read(UNIQUE);
    assert_eq!(places(&problems), "");
    let others = ingress("a", "x.example");
    let all = inventory(&[("others.yaml", &others)], true);
    let some = inventory(&[("others.yaml", &others)], false);
    assert_eq!(
        told(&create(&set, &ingress("b", "x.example"), &all)),
        "deny 403 gatekeeper/UniqueHost/one: [one] shop/a has host x.example"
    );
    assert_eq!(told(&create(&set, &ingress("a", "x.example"), &all)), "");
    assert_eq!(told(&create(&set, &ingress("b", "y.example"), &all)), "");
    assert_eq!(
        told(&create(&set, &ingress("b", "x.example"), &some)),
        "not judged gatekeeper/UniqueHost/one: it reads other objects of kind `Ingress`, and not all of them are known here"
    );
}

#[test]
fn the_namespace_of_an_object_is_known_or_there_is_no_verdict() {
    let text = POLICIES.replace(
        "labels := input.review.object.metadata.labels\n",
        "labels := input.review.namespaceObject.metadata.labels\n",
    );
    let (set, problems) = read(&text);
    assert_eq!(places(&problems), "");
    let said = told(&create(&set, POD, &Inventory::default()));
    assert!(said.starts_with("not judged gatekeeper/OwnedBy/any-team: it reads namespace `shop`"), "{said}");
    let known = inventory(
        &[("n.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {owner: us}}}")],
        false,
    );
    assert!(told(&create(&set, POD, &known)).contains("[shop-only] us is no team"));
}

#[test]
fn what_nobody_has_seen_is_not_taken_for_absent() {
    let (set, problems) = read(POLICIES_OF_CHANGES);
    assert_eq!(places(&problems), "");
    let tree = trees(POD).remove(0);
    let mut change = request(tree.root(), Operation::Update);
    change.old_object = None;
    assert_eq!(told(&set.judge(&change, &Inventory::default(), Point::Webhook)), "");
    change.unseen.old_object = true;
    let decision = set.judge(&change, &Inventory::default(), Point::Webhook);
    assert_eq!(decision.not_judged.len(), 1);
    assert!(decision.not_judged[0].reason.contains("not known") && decision.denials.is_empty());
    // Whoever does not look at it is judged.
    let all = refusing("{}").judge(&change, &Inventory::default(), Point::Webhook);
    assert!(all.not_judged.is_empty() && all.denials.len() == 1);
}

const POLICIES_OF_CHANGES: &str = "apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: kept}
spec:
  crd: {spec: {names: {kind: Kept}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package kept
        violation[{\"msg\": \"renamed\"}] { input.review.oldObject.metadata.name != input.review.object.metadata.name }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Kept
metadata: {name: all}
spec: {}
";
