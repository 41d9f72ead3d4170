//! Resources of a pod as a whole: what it limits and does not request is requested, as its containers request it or as it
//! is limited (`defaultHugePagePodLimits` and `defaultPodRequests` in `pkg/apis/core/v1/defaults.go`).

use super::{fill_entries, is_blank};
use crate::quantity::{nanos, sum};
use crate::value::{Map, Value};

pub(super) fn fill(spec: &mut Value<'_>) {
    let Some(resources) = spec.get("resources").filter(|resources| resources.as_map().is_some()) else {
        return;
    };
    let (limited, requested) = (!is_blank(resources, "limits"), !is_blank(resources, "requests"));
    if !limited && !requested {
        return;
    }
    let (limits, requests) = (aggregate(spec, "limits"), aggregate(spec, "requests"));
    let Some(resources) = spec.get_mut("resources") else { return };
    let huge: Map<'_> = limits
        .into_iter()
        .filter(|(key, _)| is_huge_page(key) && resources.path(&["requests", key]).is_none())
        .collect();
    if !huge.is_empty() {
        fill_entries(resources, "limits", &Value::Map(huge));
    }
    let Some(limits) = resources.get("limits").filter(|limits| !limits.is_empty()).cloned() else { return };
    // Huge pages cannot be overcommitted: their requests are their limits.
    let own: Map<'_> =
        requests.into_iter().filter(|(key, _)| matches!(key.as_ref(), "cpu" | "memory")).collect();
    let limits: Map<'_> = match limits {
        Value::Map(map) => map.into_iter().filter(|(key, _)| is_supported(key)).collect(),
        _ => Map::new(),
    };
    if own.is_empty() && limits.is_empty() {
        return;
    }
    fill_entries(resources, "requests", &Value::Map(own));
    fill_entries(resources, "requests", &Value::Map(limits));
}

fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

fn is_supported(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || is_huge_page(name)
}

/// What all containers need together: those that run at once add up, each step of initialisation is a minimum
/// (`component-helpers/resource`).
fn aggregate<'t>(spec: &Value<'t>, list: &str) -> Map<'t> {
    let containers = |name: &str| spec.get(name).map(Value::items).unwrap_or_default().to_vec();
    let resources = |container: &Value<'t>| match container.path(&["resources", list]) {
        Some(Value::Map(map)) => map.clone(),
        _ => Map::new(),
    };
    let mut total = Map::new();
    for container in containers("containers") {
        add(&mut total, resources(&container));
    }
    let (mut sidecars, mut steps) = (Map::new(), Map::new());
    for container in containers("initContainers") {
        let mut needed = resources(&container);
        if container.get("restartPolicy").and_then(Value::as_str) == Some("Always") {
            add(&mut total, needed.clone());
            add(&mut sidecars, needed);
            needed = sidecars.clone();
        } else {
            add(&mut needed, sidecars.clone());
        }
        raise(&mut steps, needed);
    }
    raise(&mut total, steps);
    total
}

fn text<'v>(value: &'v Value<'_>) -> &'v str {
    value.as_str().unwrap_or("0")
}

fn add<'t>(total: &mut Map<'t>, more: Map<'t>) {
    for (key, value) in more {
        match total.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => {
                if let Some(sum) = sum(text(old), text(&value)) {
                    *old = Value::Str(sum.into());
                }
            }
            None => total.push((key, value)),
        }
    }
}

fn raise<'t>(total: &mut Map<'t>, least: Map<'t>) {
    for (key, value) in least {
        match total.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) if nanos(text(old)) < nanos(text(&value)) => *old = value,
            Some(_) => {}
            None => total.push((key, value)),
        }
    }
}
