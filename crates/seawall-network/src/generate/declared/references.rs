//! Addresses in the configuration of workloads.

use std::collections::BTreeSet;

use seawall_inventory::{GroupKind, PodView, Resource};

use super::World;
use super::names::{Meaning, Names};
use super::texts::{Reader, Said, Texts};
use crate::generate::need::{End, Needs, NotCovered, Source, Why};
use crate::generate::services::Led;
use crate::generate::units::{Unit, UnitId};

/// Connections that configurations name.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    let mut reader = Reader::new(world.inventory);
    let units = world.units;
    for (id, unit) in units.iter() {
        for pod in templates(world, unit) {
            let texts = reader.read(&pod);
            one(world, id, pod.resource(), &texts, needs);
        }
    }
}

/// What the pods of a workload are: the template of the topmost object, and one live pod of each kind that policies can
/// tell apart, since an admission webhook may have added to it.
fn templates<'i>(world: &World<'_, 'i>, unit: &Unit) -> Vec<PodView<'i>> {
    let inventory = world.inventory;
    let mut objects: Vec<&'i Resource> = unit.object.and_then(|id| inventory.get(id)).into_iter().collect();
    let mut classes = BTreeSet::new();
    for endpoint in &unit.endpoints {
        let Some(view) = world.network.endpoint(*endpoint) else { continue };
        if !classes.insert(view.class()) {
            continue;
        }
        let kind = GroupKind::new(view.group(), view.kind());
        objects.extend(inventory.find(kind, Some(view.namespace()), view.name()));
    }
    let mut seen = BTreeSet::new();
    objects.retain(|object| seen.insert(object.id()));
    objects.into_iter().flat_map(Resource::pods).collect()
}

/// Whether a workload has one pod: as many as are here, or as it asks for.
fn is_alone(world: &World<'_, '_>, unit: &Unit) -> bool {
    let object = unit.object.and_then(|id| world.inventory.get(id));
    let spec = object.and_then(|object| object.root().get("spec"));
    let asked = spec.and_then(|spec| spec.int("replicas").or(spec.int("parallelism"))).unwrap_or(1);
    unit.endpoints.len() < 2 && asked < 2 && unit.kind != "DaemonSet"
}

fn one<'i>(world: &mut World<'_, 'i>, id: UnitId, pod: &'i Resource, texts: &Texts, needs: &mut Needs) {
    let alone = world.units.get(id).is_some_and(|unit| is_alone(world, unit));
    let mut names = Names { network: world.network, units: world.units, services: &mut world.services };
    for Said { candidate, meant, key, place } in &texts.said {
        let not_covered = |what: &str, reason: String| NotCovered {
            unit: Some(id),
            what: format!("{what} (`{key}`)"),
            reason,
            place: Some(place.clone()),
            seen: None,
        };
        match names.meaning(pod, candidate, *meant) {
            Meaning::Nothing => {}
            Meaning::Refused(written, reason) => needs.not_covered(not_covered(&written, reason)),
            Meaning::Led(Led::To(ends), written) => {
                // The only pod of a workload reaches itself whatever policies say.
                let others = ends.iter().filter(|(end, _)| !alone || *end != End::Unit(id));
                for (end, ports) in others {
                    let why =
                        Why::declared(Source::Reference, place.clone(), format!("`{key}` names {written}"));
                    needs.add(End::Unit(id), end.clone(), ports.clone(), why);
                }
            }
            Meaning::Led(Led::Outside(name), _) => {
                let reason = "a name outside the cluster: policies know only addresses".to_owned();
                needs.not_covered(not_covered(&name, reason));
            }
            Meaning::Led(Led::Nowhere(reason), written) => needs.not_covered(not_covered(&written, reason)),
        }
    }
    for unread in &texts.unread {
        needs.not_covered(NotCovered {
            unit: Some(id),
            what: unread.what.clone(),
            reason: unread.reason.to_owned(),
            place: Some(unread.place.clone()),
            seen: None,
        });
    }
}
