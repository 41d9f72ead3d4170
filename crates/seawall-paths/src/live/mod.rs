//! Following single changes, so that a graph need not be made anew for each.
//!
//! The part that a change touches is drawn by the rules of the graph before and after it, and what differs is put into the
//! graph. Only changes whose part is known are followed: pods and their workloads, secrets, objects that say the same as
//! before, and kinds that nothing is made of. Everything else, and every pod of which a rule looks up more than its part,
//! makes the graph anew.
//!
//! Invariants, above all what is absent: a change that is followed leaves the graph that a fresh build has, but for numbers;
//! where that is in doubt it is not followed.

mod follow;
mod index;
mod openings;
mod same;

use seawall_inventory::{GroupKind, Resource};

pub(crate) use index::Live;

/// One object changes.
#[derive(Clone, Copy)]
pub(crate) enum Change<'c> {
    /// It is added or replaced.
    Put(&'c Resource),
    /// It is taken away: kind, namespace, name.
    Take(GroupKind<'c>, Option<&'c str>, &'c str),
}

impl<'c> Change<'c> {
    fn kind(self) -> GroupKind<'c> {
        match self {
            Change::Put(resource) => resource.group_kind(),
            Change::Take(kind, ..) => kind,
        }
    }

    fn namespace(self) -> Option<&'c str> {
        match self {
            Change::Put(resource) => resource.namespace(),
            Change::Take(_, namespace, _) => namespace,
        }
    }

    fn name(self) -> &'c str {
        match self {
            Change::Put(resource) => resource.name(),
            Change::Take(.., name) => name,
        }
    }

    /// What is there afterwards.
    fn put(self) -> Option<&'c Resource> {
        match self {
            Change::Put(resource) => Some(resource),
            Change::Take(..) => None,
        }
    }
}

/// The group of a kind whose objects make pods and are followed.
fn group_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Pod" | "ReplicationController" => "",
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => "apps",
        "Job" | "CronJob" => "batch",
        _ => return None,
    })
}
