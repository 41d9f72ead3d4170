//! What can be wrong with a mesh.

use seawall_core::Severity;
use seawall_inventory::LintRule;

pub(super) const LEFT_OUT: LintRule = LintRule {
    id: "mesh-left-out",
    severity: Severity::Medium,
    title: "pods are labelled for the mesh and run without it",
    why: "no policy of the mesh holds for them, though everything around them says so; what requires mutual TLS refuses them",
    help: "restart them so that the injector sees them, or say that they stay out: `sidecar.istio.io/inject: \"false\"`",
};

pub(super) const PORTS_EXCLUDED: LintRule = LintRule {
    id: "mesh-ports-excluded",
    severity: Severity::Medium,
    title: "ports are taken away from the proxy",
    why: "whoever reaches such a port is neither authenticated nor judged by any policy of the mesh",
    help: "remove the annotation, or guard the port with a NetworkPolicy",
};

pub(super) const PLAINTEXT_ACCEPTED: LintRule = LintRule {
    id: "mesh-plaintext-accepted",
    severity: Severity::Medium,
    title: "workloads of the mesh take plaintext",
    why: "any pod outside the mesh may talk to them without showing who it is, and what it says can be read on the way",
    help: "set `mtls.mode: STRICT` in a PeerAuthentication of the namespace or of the root namespace, once all clients are in the mesh",
};

pub(super) const PEER_OUTDONE: LintRule = LintRule {
    id: "mesh-peer-authentication-outdone",
    severity: Severity::Low,
    title: "two PeerAuthentications say something of the same workloads",
    why: "only the oldest of one scope counts: the other one does nothing, and looks as if it did",
    help: "keep one of them for each namespace and each selector",
};

pub(super) const CLIENT_WITHOUT_TLS: LintRule = LintRule {
    id: "mesh-client-without-mtls",
    severity: Severity::Medium,
    title: "a DestinationRule takes mutual TLS away from clients",
    why: "clients that follow it show no identity: policies about identities do not meet them, and what takes mutual TLS only refuses them",
    help: "remove `tls`, which leaves the choice to the mesh, or set `mode: ISTIO_MUTUAL`",
};

pub(super) const NO_AUTHORIZATION: LintRule = LintRule {
    id: "mesh-no-authorization",
    severity: Severity::Medium,
    title: "no authorization policy holds for workloads of the mesh",
    why: "everybody who can connect is let in, whatever identity they show",
    help: "add an AuthorizationPolicy without rules to the namespace, which allows nothing, and one with the callers of each workload",
};

pub(super) const SELECTS_NOTHING: LintRule = LintRule {
    id: "mesh-policy-selects-nothing",
    severity: Severity::Low,
    title: "a policy of the mesh holds for nothing",
    why: "whoever wrote it believes that something is guarded",
    help: "correct its selector or target, bring the pods into the mesh, or remove it",
};

pub(super) const DENY_EVADED: LintRule = LintRule {
    id: "mesh-deny-evaded",
    severity: Severity::High,
    title: "a DENY policy by identity holds for workloads that take plaintext",
    why: "without mutual TLS there is no identity to deny: whoever is denied leaves it out, and is let in",
    help: "set `mtls.mode: STRICT`, or list who is allowed instead of who is not",
};

pub(super) const DENY_WITHOUT_EFFECT: LintRule = LintRule {
    id: "mesh-deny-without-effect",
    severity: Severity::High,
    title: "a DENY rule never matches where it is carried out",
    why: "a ztunnel knows no requests: of this rule nothing is left that could match, so that nothing is denied",
    help: "put a waypoint before the workloads and bind the policy to it with `targetRefs`",
};

pub(super) const ALLOW_MATCHES_NOTHING: LintRule = LintRule {
    id: "mesh-allow-matches-nothing",
    severity: Severity::Medium,
    title: "an ALLOW rule never matches where it is carried out",
    why: "a ztunnel knows no requests: what the rule means to allow is refused, and people then widen the wrong rule",
    help: "put a waypoint before the workloads and bind the policy to it with `targetRefs`",
};

pub(super) const WAYPOINT_PASSED_BY: LintRule = LintRule {
    id: "mesh-waypoint-passed-by",
    severity: Severity::Medium,
    title: "policies of a waypoint do not hold for the pods' own addresses",
    why: "a waypoint of a Service guards the way through the Service: whoever connects to a pod by its address, or is outside the mesh, passes it by",
    help: "allow only the waypoint's service account to the pods, with an AuthorizationPolicy that selects them",
};

pub(super) const TOKEN_NOT_REQUIRED: LintRule = LintRule {
    id: "mesh-token-not-required",
    severity: Severity::Medium,
    title: "a RequestAuthentication checks tokens that nobody has to bring",
    why: "a wrong token is refused, and no token at all is let in",
    help: "add an AuthorizationPolicy with `requestPrincipals: [\"*\"]`",
};

pub(super) const EGRESS_OPEN: LintRule = LintRule {
    id: "mesh-egress-open",
    severity: Severity::Low,
    title: "sidecars let connections to unknown hosts through",
    why: "nothing in the mesh sees or judges where data goes; `REGISTRY_ONLY` shows mistakes, though it stops no attacker, who can get around the sidecar of a pod",
    help: "set `outboundTrafficPolicy.mode: REGISTRY_ONLY`, and hold egress with network policies",
};

pub(super) const EGRESS_PASSED_BY: LintRule = LintRule {
    id: "mesh-egress-passed-by",
    severity: Severity::Medium,
    title: "pods may leave without the egress gateway that stands for the host",
    why: "the gateway only sees what sidecars send to it: a process that gets around its sidecar, or a pod outside the mesh, leaves unseen. No setting of the mesh prevents that, `REGISTRY_ONLY` is no boundary against an attacker",
    help: "let network policies allow egress to the gateway and DNS only, and to the outside from the gateway alone",
};

/// Every rule, by id.
pub const RULES: [&LintRule; 14] = [
    &ALLOW_MATCHES_NOTHING,
    &CLIENT_WITHOUT_TLS,
    &DENY_EVADED,
    &DENY_WITHOUT_EFFECT,
    &EGRESS_OPEN,
    &EGRESS_PASSED_BY,
    &LEFT_OUT,
    &NO_AUTHORIZATION,
    &PEER_OUTDONE,
    &PLAINTEXT_ACCEPTED,
    &SELECTS_NOTHING,
    &PORTS_EXCLUDED,
    &TOKEN_NOT_REQUIRED,
    &WAYPOINT_PASSED_BY,
];
