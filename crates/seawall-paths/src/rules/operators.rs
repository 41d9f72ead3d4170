//! Controllers that carry out custom resources with their own rights (A52).
//!
//! Only kinds with which the writer chooses what is applied or run: a certificate makes its controller write one secret,
//! which is no power over the controller. A row counts when the controller's account is in the cluster.
//!
//! Sources: the documentation of each project on who applies what with whose rights.

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::build::Step;
use crate::rights::permission::{Ask, Naming};
use crate::rules::Assembly;
use crate::vertex::Vertex;

/// A kind that a controller carries out.
pub(crate) struct Operator {
    pub(crate) group: &'static [&'static str],
    pub(crate) resource: &'static [&'static str],
    /// The kind has no namespace.
    cluster: bool,
    /// Names of the controller's account as its installations call it.
    pub(crate) accounts: &'static [&'static str],
    /// What may keep the writer from the controller's rights.
    pub(crate) unless: &'static str,
}

pub(crate) const CATALOGUE: &[Operator] = &[
    Operator {
        group: &["kustomize.toolkit.fluxcd.io"],
        resource: &["kustomizations"],
        cluster: false,
        accounts: &["kustomize-controller"],
        unless: "holds unless the controller is told to act as an account of the tenant",
    },
    Operator {
        group: &["helm.toolkit.fluxcd.io"],
        resource: &["helmreleases"],
        cluster: false,
        accounts: &["helm-controller"],
        unless: "holds unless the controller is told to act as an account of the tenant",
    },
    Operator {
        group: &["argoproj.io"],
        resource: &["applications"],
        cluster: false,
        accounts: &["argocd-application-controller"],
        unless: "holds for projects that allow any destination and kind",
    },
    Operator {
        group: &["argoproj.io"],
        resource: &["applicationsets"],
        cluster: false,
        accounts: &["argocd-application-controller"],
        unless: "holds for projects that allow any destination and kind",
    },
    Operator {
        group: &["argoproj.io"],
        resource: &["appprojects"],
        cluster: false,
        accounts: &["argocd-application-controller"],
        unless: "needs an application in the project",
    },
    Operator {
        group: &["velero.io"],
        resource: &["restores"],
        cluster: false,
        accounts: &["velero", "velero-server"],
        unless: "needs a backup with the objects wanted",
    },
    Operator {
        group: &["pkg.crossplane.io"],
        resource: &["providers"],
        cluster: true,
        accounts: &["crossplane"],
        unless: "holds where packages are not verified",
    },
    Operator {
        group: &["kyverno.io"],
        resource: &["clusterpolicies"],
        cluster: true,
        accounts: &["kyverno-background-controller", "kyverno"],
        unless: "by rules that generate or mutate existing objects",
    },
];

impl Operator {
    pub(crate) fn ask(&self) -> Ask {
        const VERBS: &[&str] = &["create", "update", "patch"];
        Ask {
            groups: self.group,
            resources: self.resource,
            verbs: VERBS,
            cluster: self.cluster,
            names: Naming::Restricts,
        }
    }
}

/// The controllers' accounts that are here.
pub(crate) fn accounts(assembly: &Assembly<'_>, row: u8) -> Vec<Vertex> {
    let Some(operator) = CATALOGUE.get(row as usize) else { return Vec::new() };
    let accounts = assembly.facts.accounts.keys();
    let named = accounts.filter(|(_, name)| operator.accounts.contains(&assembly.names.text(*name)));
    named.map(|(namespace, name)| Vertex::Account { namespace: *namespace, name: *name }).collect()
}

pub(crate) fn step(assembly: &mut Assembly<'_>, row: u8) -> Step {
    let unless = CATALOGUE.get(row as usize).map_or("", |operator| operator.unless);
    let gates = assembly.names.intern(unless);
    Step::new(Primitive::A52).sure(Confidence::Medium).gated(Some(gates))
}
