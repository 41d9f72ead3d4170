//! `pkg/apis/{apps,batch,autoscaling}/*/{defaults,conversion}.go`

use super::{is_blank, is_unset, set_blank, set_unset};
use crate::value::Value;

fn is_rolling(strategy: &Value<'_>) -> bool {
    strategy.get("type").and_then(Value::as_str) == Some("RollingUpdate")
}

pub(super) fn deployment_strategy(strategy: &mut Value<'_>) {
    if is_rolling(strategy) {
        set_unset(strategy, "rollingUpdate", Value::map());
        if let Some(update) = strategy.get_mut("rollingUpdate") {
            set_unset(update, "maxUnavailable", "25%");
            set_unset(update, "maxSurge", "25%");
        }
    }
}

/// The annotation in which a version of the past keeps its counter.
pub(crate) const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// The way through the internal type writes the counter, whether there was one or not.
pub(super) fn daemon_set(object: &mut Value<'_>) {
    let Some(metadata) = object.get_mut("metadata") else { return };
    set_unset(metadata, "annotations", Value::map());
    let Some(annotations) = metadata.get_mut("annotations") else { return };
    let counter =
        annotations.get(TEMPLATE_GENERATION).and_then(Value::as_str).and_then(|n| n.parse::<i64>().ok());
    annotations.set(TEMPLATE_GENERATION, Value::Str(counter.unwrap_or(0).to_string().into()));
}

pub(super) fn daemon_set_strategy(strategy: &mut Value<'_>) {
    if is_rolling(strategy) {
        set_unset(strategy, "rollingUpdate", Value::map());
        if let Some(update) = strategy.get_mut("rollingUpdate") {
            set_unset(update, "maxUnavailable", 1);
            set_unset(update, "maxSurge", 0);
        }
    }
}

pub(super) fn stateful_set(spec: &mut Value<'_>) {
    if let Some(strategy) = spec.get_mut("updateStrategy") {
        if is_blank(strategy, "type") {
            strategy.set("type", Value::str("RollingUpdate"));
            set_unset(strategy, "rollingUpdate", Value::map());
        }
        let rolling = is_rolling(strategy);
        if let Some(update) = strategy.get_mut("rollingUpdate").filter(|_| rolling) {
            set_unset(update, "partition", 0);
        }
    }
    // The way through the internal type names the kind of the templates.
    for template in spec.get_mut("volumeClaimTemplates").map(Value::items_mut).unwrap_or_default() {
        template.set("apiVersion", Value::str("v1"));
        template.set("kind", Value::str("PersistentVolumeClaim"));
    }
}

pub(super) fn job(job: &mut Value<'_>) {
    let labels = job.path(&["spec", "template", "metadata", "labels"]).cloned();
    if let (Some(labels), Some(metadata)) = (labels, job.get_mut("metadata")) {
        set_blank(metadata, "labels", labels);
    }
    let Some(spec) = job.get_mut("spec") else { return };
    if is_unset(spec, "parallelism") {
        set_unset(spec, "completions", 1);
        set_unset(spec, "parallelism", 1);
    }
    let per_index = !is_unset(spec, "backoffLimitPerIndex");
    set_unset(spec, "backoffLimit", if per_index { i64::from(i32::MAX) } else { 6 });
    set_unset(spec, "completionMode", "NonIndexed");
    set_unset(spec, "suspend", false);
    let failed_only = !is_unset(spec, "podFailurePolicy");
    set_unset(spec, "podReplacementPolicy", if failed_only { "Failed" } else { "TerminatingOrFailed" });
    set_unset(spec, "manualSelector", false);
}

/// The older version knows metrics other than the processor only as an annotation; without any, it is that.
pub(super) fn autoscaler_v1(autoscaler: &mut Value<'_>) {
    let annotation = "autoscaling.alpha.kubernetes.io/metrics";
    let other = autoscaler.path(&["metadata", "annotations", annotation]).is_some();
    if let Some(spec) = autoscaler.get_mut("spec").filter(|_| !other) {
        set_unset(spec, "targetCPUUtilizationPercentage", 80);
    }
}

pub(super) fn autoscaler(spec: &mut Value<'_>) {
    if is_blank(spec, "metrics") {
        let mut target = Value::map();
        target.set("type", Value::str("Utilization"));
        target.set("averageUtilization", Value::Int(80));
        let mut resource = Value::map();
        resource.set("name", Value::str("cpu"));
        resource.set("target", target);
        let mut metric = Value::map();
        metric.set("type", Value::str("Resource"));
        metric.set("resource", resource);
        spec.set("metrics", Value::List(vec![metric]));
    }
    if let Some(behavior) = spec.get_mut("behavior").filter(|behavior| **behavior != Value::Null) {
        set_unset(behavior, "scaleUp", Value::map());
        set_unset(behavior, "scaleDown", Value::map());
        if let Some(rules) = behavior.get_mut("scaleUp") {
            set_unset(rules, "stabilizationWindowSeconds", 0);
            scaling_rules(rules, &[("Pods", 4), ("Percent", 100)]);
        }
        if let Some(rules) = behavior.get_mut("scaleDown") {
            scaling_rules(rules, &[("Percent", 100)]);
        }
    }
}

fn scaling_rules(rules: &mut Value<'_>, policies: &[(&'static str, i64)]) {
    set_unset(rules, "selectPolicy", "Max");
    let policy = |(kind, value): &(&'static str, i64)| {
        let mut policy = Value::map();
        policy.set("type", Value::str(kind));
        policy.set("value", Value::Int(*value));
        policy.set("periodSeconds", Value::Int(15));
        policy
    };
    set_unset(rules, "policies", Value::List(policies.iter().map(policy).collect()));
}
