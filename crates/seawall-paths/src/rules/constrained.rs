//! Impersonation within limits (A23): who may be impersonated, and what may be done as them, are two rights.
//!
//! Source: KEP-5284. What is gained is what the second right names, as far as the identity impersonated may do it: among
//! users and service accounts of a cluster there nearly always is one, which makes it medium at best.

use std::collections::BTreeSet;

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::build::Step;
use crate::rights::{Holding, Mode, Permission};
use crate::rules::{Assembly, grants::Grant};
use crate::vertex::{Place, Vertex};

/// The alpha and the beta.
const ALPHA: (u32, u32) = (1, 35);
const BETA: (u32, u32) = (1, 36);

/// A right to act as somebody impersonated.
#[derive(Clone, Debug)]
pub(crate) struct Behalf {
    pub(crate) mode: Mode,
    pub(crate) held: Holding,
    pub(crate) place: Place,
    /// The vertex of the rule.
    pub(crate) rule: u32,
}

impl Assembly<'_> {
    pub(crate) fn constrained(&mut self, grants: &[Grant], behalves: &[Behalf]) {
        let Some(step) = self.constrained_step() else { return };
        let mut made: BTreeSet<(u32, u32, Permission, Place)> = BTreeSet::new();
        for behalf in behalves {
            let wanted = match behalf.mode {
                Mode::User => Permission::ConstrainedUser,
                Mode::Account => Permission::ConstrainedAccount,
            };
            for grant in grants.iter().filter(|grant| grant.permission == wanted) {
                // Rights over objects without a namespace are dead in a RoleBinding.
                if behalf.held.cluster && behalf.place != Place::Cluster {
                    continue;
                }
                let permission = behalf.held.permission;
                if !made.insert((grant.rule, behalf.rule, permission, behalf.place)) {
                    continue;
                }
                let all = self.graph.all(vec![grant.rule, behalf.rule]);
                let gained = self.vertex(Vertex::Held { permission, place: behalf.place, name: None });
                self.graph.step(all, gained, step);
                let held = Holding { names: None, ..behalf.held.clone() };
                self.opened_by(&held, behalf.place, gained);
            }
        }
    }

    fn constrained_step(&mut self) -> Option<Step> {
        let (sure, text) = match self.version {
            Some(version) if version < ALPHA => return None,
            Some(version) if version < BETA => {
                (Confidence::Low, "needs the feature gate `ConstrainedImpersonation`, an alpha in 1.35")
            }
            Some(_) => (Confidence::Medium, "as far as somebody whom it may impersonate may do it"),
            None => (Confidence::Low, "needs an API server of 1.36 or newer; its version is not known"),
        };
        Some(Step::new(Primitive::A23).sure(sure).gated(Some(self.names.intern(text))))
    }
}
