//! Good practice with Argo Workflows, Argo Rollouts and Argo CD.

use seawall_core::{Fix, FixRisk};
use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

use super::fields::{place, place_of};
use super::labels::label_route;
use crate::Verdicts;

const CONFIG_MAP: GroupKind<'static> = GroupKind::new("", "ConfigMap");

/// ConfigMaps that Argo CD finds by name, and reads only with a label.
const SETTINGS: [&str; 6] = [
    "argocd-cm",
    "argocd-cmd-params-cm",
    "argocd-gpg-keys-cm",
    "argocd-rbac-cm",
    "argocd-ssh-known-hosts-cm",
    "argocd-tls-certs-cm",
];

const PART_OF: &str = "app.kubernetes.io/part-of";

/// Seconds until every node has heard that a pod goes, and the default of Rollouts.
const SCALE_DOWN_DELAY: i64 = 30;

/// Workflows and what they are made from.
pub(crate) fn judge_workflow(workflow: &Resource, out: &mut Verdicts<'_>) {
    let keys: &[&str] = if workflow.kind() == "CronWorkflow" { &["spec", "workflowSpec"] } else { &["spec"] };
    let Some(spec) = workflow.root().path(keys) else { return };
    // A workflow made from a template takes its account from there.
    let is_made = spec.get("workflowTemplateRef").is_some();
    if !is_made && spec.str("serviceAccountName").is_none_or(str::is_empty) {
        let place = place_of(workflow, spec).keys(&["serviceAccountName"]);
        out.fail(place, "runs as the default service account");
    }
    for template in spec.list("templates") {
        if let Some(retry) = template.get("retryStrategy").filter(|retry| retry.is_map()) {
            judge_retry(workflow, retry, out);
        }
        if let Some(fail_fast) =
            template.path(&["dag", "failFast"]).filter(|node| node.as_bool() == Some(false))
        {
            let place = place_of(workflow, fail_fast);
            let fix = Fix::remove(FixRisk::Medium, place.route.clone());
            out.fail(place, "goes on with a DAG that has failed").fix(fix);
        }
    }
}

fn judge_retry(workflow: &Resource, retry: Node<'_>, out: &mut Verdicts<'_>) {
    if retry.is_empty() {
        out.fail(place_of(workflow, retry), "retries without bound");
    }
    let always = retry.get("retryPolicy").filter(|policy| policy.as_str() == Some("Always"));
    if let Some(policy) = always.filter(|_| retry.str("expression").is_none_or(str::is_empty)) {
        out.fail(place_of(workflow, policy), "retries whatever the error");
    }
}

/// Rollouts.
pub(crate) fn judge_rollout(rollout: &Resource, out: &mut Verdicts<'_>) {
    let Some(spec) = rollout.root().get("spec") else { return };
    if spec.int("revisionHistoryLimit") == Some(0) {
        let place = place(rollout, &["spec", "revisionHistoryLimit"]);
        let fix = Fix::remove(FixRisk::Low, place.route.clone());
        out.fail(place, "keeps no revision to roll back to").fix(fix);
    }
    if spec.get("progressDeadlineSeconds").is_some() && spec.bool("progressDeadlineAbort") != Some(true) {
        let fix = place(rollout, &["spec", "progressDeadlineAbort"]).route;
        out.fail(
            place(rollout, &["spec", "progressDeadlineSeconds"]),
            "does not abort a rollout that makes no progress",
        )
        .fix(Fix::set(FixRisk::Medium, fix, true));
    }
    let steps = spec.path(&["strategy", "canary"]).map(|canary| canary.list("steps"));
    for pause in steps.into_iter().flatten().filter_map(|step| step.get("pause")) {
        if pause.get("duration").is_none() {
            out.fail(place_of(rollout, pause), "pauses without a duration");
        }
    }
    let keys = ["strategy", "blueGreen", "scaleDownDelaySeconds"];
    if let Some((node, delay)) = spec.path(&keys).and_then(|node| Some((node, node.as_i64()?)))
        && delay < SCALE_DOWN_DELAY
    {
        let place = place_of(rollout, node);
        let fix = Fix::set(FixRisk::Low, place.route.clone(), SCALE_DOWN_DELAY);
        let message = format!("stops old pods after {delay} s, before every node knows that they go");
        out.fail(place, message).fix(fix);
    }
}

/// ConfigMaps of Argo CD.
pub(crate) fn judge_settings(config: &Resource, out: &mut Verdicts<'_>) {
    if !SETTINGS.contains(&config.name()) {
        return out.not_applicable();
    }
    if config.labels().get(PART_OF) != Some("argocd") {
        let route = label_route(PART_OF);
        let fix = Fix::set(FixRisk::Low, route, "argocd");
        out.fail(
            place(config, &["metadata", "labels", PART_OF]),
            "is not read by Argo CD without the label `app.kubernetes.io/part-of: argocd`",
        )
        .fix(fix);
    }
}

/// Applications and AppProjects: Argo CD looks for them in its own namespace, and elsewhere only when told.
pub(crate) fn judge_home(resource: &Resource, out: &mut Verdicts<'_>) {
    let inventory = out.inventory();
    let mut homes = inventory.of_kind(CONFIG_MAP).filter(|config| config.name() == "argocd-cm");
    let (Some(home), None) = (homes.next(), homes.next()) else { return out.not_applicable() };
    let is_told = resource.kind() == "Application"
        && inventory
            .find(CONFIG_MAP, home.namespace(), "argocd-cmd-params-cm")
            .and_then(|config| config.root().path(&["data", "application.namespaces"])?.as_str())
            .is_some_and(|namespaces| !namespaces.trim().is_empty());
    // Where either is not placed yet, nobody knows.
    let (Some(there), Some(here)) = (home.namespace(), resource.namespace()) else { return };
    if here != there && !is_told {
        let message = format!("lives outside of the namespace `{there}`, where Argo CD looks");
        out.fail(place(resource, &["metadata", "namespace"]), message);
    }
}
