//! What the mesh says of a connection.

use std::collections::BTreeSet;

use seawall_inventory::Place;

use super::policy::MeshAction;
use crate::PortSet;

/// Whether the mesh lets a connection through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeshAnswer {
    /// It does not.
    Denied,
    /// That depends on what only the request tells.
    Depends,
    /// It does.
    Allowed,
}

impl MeshAnswer {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            MeshAnswer::Denied => "denied",
            MeshAnswer::Depends => "depends",
            MeshAnswer::Allowed => "allowed",
        }
    }
}

/// Whether peers are authenticated to each other, and what they say is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mtls {
    /// Neither.
    No,
    /// Proxies do it, and the destination takes plaintext as well.
    Optional,
    /// Nothing else gets in.
    Yes,
}

impl Mtls {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mtls::No => "no",
            Mtls::Optional => "optional",
            Mtls::Yes => "yes",
        }
    }
}

/// Why the mesh answers so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeshBecause {
    /// No proxy takes connections to this port.
    NotTaken,
    /// The destination takes mutual TLS only, and this is plaintext.
    Plaintext,
    /// Whether the two proxies can speak mutual TLS to each other is not known.
    Tunnel,
    /// The rule of a policy of this action matches, or may match.
    Rule(MeshAction),
    /// ALLOW policies are there, and none of their rules matches.
    NoRule,
    /// No policy decides.
    NoPolicy,
    /// An authorizer decides that the settings of the mesh do not know, so that nothing passes.
    NoProvider,
    /// Over mutual TLS it is denied, without it is not.
    Evaded,
}

impl MeshBecause {
    /// In words, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            MeshBecause::NotTaken => "no proxy takes connections to this port",
            MeshBecause::Plaintext => "the destination takes mutual TLS only, and this is plaintext",
            MeshBecause::Tunnel => "whether the sidecar speaks the protocol of ztunnels is not known",
            MeshBecause::Rule(MeshAction::Allow) => "by a rule of an ALLOW policy",
            MeshBecause::Rule(MeshAction::Deny) => "by a rule of a DENY policy",
            MeshBecause::Rule(MeshAction::Custom) => "by an external authorizer",
            MeshBecause::Rule(MeshAction::Audit) => "by a rule of an AUDIT policy",
            MeshBecause::NoRule => "ALLOW policies select the destination, and none of their rules matches",
            MeshBecause::NoPolicy => "no authorization policy decides, and the default allows",
            MeshBecause::NoProvider => "the external authorizer is not among the providers of the mesh",
            MeshBecause::Evaded => {
                "denied over mutual TLS, but the destination takes plaintext, which shows no identity to deny"
            }
        }
    }
}

/// What the mesh says of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshVerdict {
    /// Whether it lets it through.
    pub answer: MeshAnswer,
    /// Why.
    pub because: MeshBecause,
    /// The rules or policies that decide, each with its action.
    pub places: Vec<(MeshAction, Place)>,
    /// What it depends on; empty unless it depends.
    pub attributes: BTreeSet<Box<str>>,
    /// Whether it is authenticated and encrypted.
    pub mtls: Mtls,
    /// What says so; `None` for the default.
    pub mtls_by: Option<Place>,
    /// The waypoint that is on the way, `namespace/name`.
    pub waypoint: Option<String>,
    /// Whether the waypoint would not let through what gets past it by the pod's own address.
    pub past_waypoint: bool,
    /// Whether pods of one name or addresses of one range differ, and this is the answer that lets the most through.
    pub mixed: bool,
}

/// Connections of which the mesh says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshPiece {
    /// The ports.
    pub ports: PortSet,
    /// What holds for each of them.
    pub verdict: MeshVerdict,
}

impl MeshVerdict {
    pub(super) fn new(answer: MeshAnswer, because: MeshBecause) -> Self {
        MeshVerdict {
            answer,
            because,
            places: Vec::new(),
            attributes: BTreeSet::new(),
            mtls: Mtls::No,
            mtls_by: None,
            waypoint: None,
            past_waypoint: false,
            mixed: false,
        }
    }
}
