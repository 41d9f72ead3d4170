//! Pods that look as if they were in the mesh, and ports that look as if they were guarded.

use std::collections::BTreeMap;

use seawall_inventory::Lint;

use super::rules::{LEFT_OUT, PORTS_EXCLUDED};
use super::{MeshWorkload, Scene};

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    let mut left_out: BTreeMap<(&str, &str), Vec<&MeshWorkload>> = BTreeMap::new();
    for workload in &scene.workloads {
        let membership = workload.membership;
        if membership.asked && !membership.member.is_in() {
            left_out.entry((&workload.namespace, membership.because)).or_default().push(workload);
        }
        if !workload.excluded.is_empty()
            && let Some(place) = scene.place_of(workload)
        {
            let message =
                format!("the proxy of {} does not take {}", scene.names([workload]), workload.excluded);
            out.push(Lint::new(&PORTS_EXCLUDED, place, message));
        }
    }
    for ((namespace, because), workloads) in left_out {
        let endpoints: Vec<_> = workloads.iter().flat_map(|one| one.endpoints.iter().copied()).collect();
        let Some(place) = scene.world.place_in(namespace, &endpoints) else { continue };
        let message = format!("{} of `{namespace}`: {because}", scene.names(workloads));
        out.push(Lint::new(&LEFT_OUT, place, message));
    }
}
