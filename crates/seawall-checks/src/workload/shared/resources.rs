//! Requests and limits of containers.

use seawall_core::{Fix, FixRisk};
use seawall_inventory::{ContainerKind, ContainerView, GroupKind, Inventory};
use seawall_yaml::Node;

use super::quantity::Quantity;
use crate::{Setting, SettingDefault, Verdicts};

/// What a container is promised, and what it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// `requests`
    Requests,
    /// `limits`
    Limits,
}

impl Side {
    fn key(self) -> &'static str {
        match self {
            Side::Requests => "requests",
            Side::Limits => "limits",
        }
    }

    /// The word for messages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Side::Requests => "request",
            Side::Limits => "limit",
        }
    }
}

/// A resource: its key and its name in messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The key in `requests` and `limits`.
    pub(crate) key: &'static str,
    /// The name in messages.
    pub(crate) word: &'static str,
}

/// What a fix writes where there is no amount.
pub(crate) const AMOUNT: Setting = Setting {
    name: "amount",
    doc: "The amount that a fix writes, as a list of one; without it there is no fix, since nobody else knows what a \
          container needs",
    default: SettingDefault::Strings(&[]),
};

/// Processor time.
pub(crate) const CPU: Kind = Kind { key: "cpu", word: "CPU" };

/// Memory.
pub(crate) const MEMORY: Kind = Kind { key: "memory", word: "memory" };

/// Space on the disk of the node: logs, the writable layer, `emptyDir` volumes.
pub(crate) const EPHEMERAL_STORAGE: Kind = Kind { key: "ephemeral-storage", word: "ephemeral storage" };

const LIMIT_RANGE: GroupKind<'static> = GroupKind::new("", "LimitRange");

/// Whether a container may have requests and limits at all: ephemeral ones may not.
pub(crate) fn is_accountable(container: &ContainerView<'_>) -> bool {
    container.kind() != ContainerKind::Ephemeral
}

/// The keys from a container to an amount.
pub(crate) fn keys(side: Side, kind: Kind) -> [&'static str; 3] {
    ["resources", side.key(), kind.key]
}

/// An amount as written on the container.
pub(crate) fn written<'r>(container: &ContainerView<'r>, side: Side, kind: Kind) -> Option<Node<'r>> {
    container.node().path(&keys(side, kind)).filter(|node| !node.is_null())
}

/// An amount as the API server will have it: a request that is not written becomes the limit.
pub(crate) fn effective<'r>(container: &ContainerView<'r>, side: Side, kind: Kind) -> Option<Node<'r>> {
    let own = written(container, side, kind);
    match side {
        Side::Requests => own.or_else(|| written(container, Side::Limits, kind)),
        Side::Limits => own,
    }
}

/// Whether the amount is given, by the container, by its pod as a whole, or by a LimitRange of the namespace. Nought is as
/// good as nothing; what cannot be read is given.
pub(crate) fn is_given(container: &ContainerView<'_>, side: Side, kind: Kind, inventory: &Inventory) -> bool {
    let counts = |node: Option<Node<'_>>| node.is_some_and(|node| !is_nought(node));
    counts(written(container, side, kind))
        || counts(container.pod().spec().path(&keys(side, kind)).filter(|node| !node.is_null()))
        || is_given_by_namespace(container, side, kind, inventory)
}

fn is_nought(node: Node<'_>) -> bool {
    Quantity::of(node).is_some_and(|quantity| quantity.is_zero())
}

/// Whether a LimitRange fills the amount in. Without a default for requests, that for limits serves both.
fn is_given_by_namespace(
    container: &ContainerView<'_>,
    side: Side,
    kind: Kind,
    inventory: &Inventory,
) -> bool {
    let defaults: &[&str] = match side {
        Side::Requests => &["defaultRequest", "default"],
        Side::Limits => &["default"],
    };
    let namespace = container.pod().resource().namespace();
    inventory.of_kind_in(LIMIT_RANGE, namespace).any(|range| {
        let limits = range.root().get("spec").map(|spec| spec.list("limits"));
        limits.into_iter().flatten().any(|limit| {
            limit.str("type") == Some("Container")
                && defaults
                    .iter()
                    .any(|key| limit.path(&[key, kind.key]).is_some_and(|node| !is_nought(node)))
        })
    })
}

/// Fails a container to which no such amount is given.
pub(crate) fn judge_missing(container: &ContainerView<'_>, side: Side, kind: Kind, out: &mut Verdicts<'_>) {
    if !is_accountable(container) || is_given(container, side, kind, out.inventory()) {
        return;
    }
    let (label, word) = (container.label(), side.word());
    let place = container.place(&keys(side, kind));
    let route = place.route.clone();
    if written(container, side, kind).is_some() {
        out.fail(place, format!("{label} has a {} {word} of 0, which is none", kind.word));
        return;
    }
    let limit = written(container, Side::Limits, kind).filter(|limit| !is_nought(*limit));
    match limit.and_then(Node::scalar_text) {
        Some(limit) if side == Side::Requests => {
            let message =
                format!("{label} has no {} request, so it becomes the limit of `{limit}`", kind.word);
            out.fail(place, message).fix(Fix::set(FixRisk::Low, route, &*limit));
        }
        _ => {
            let amount = amount(container, side, kind, out);
            let draft = out.fail(place, format!("{label} has no {} {word}", kind.word));
            if let Some(amount) = amount {
                draft.fix(Fix::set(FixRisk::Medium, route, amount));
            }
        }
    }
}

/// The configured amount, where the API server takes it: a limit is not below its request.
fn amount<'a>(container: &ContainerView<'_>, side: Side, kind: Kind, out: &Verdicts<'a>) -> Option<&'a str> {
    let text = out.settings().strings(AMOUNT.name).first().copied()?;
    let amount = Quantity::parse(text).filter(|amount| !amount.is_zero())?;
    let request = written(container, Side::Requests, kind).and_then(Quantity::of);
    (side == Side::Requests || request.is_none_or(|request| request <= amount)).then_some(text)
}

/// What a container promises itself and what it may take at most, where they differ: request and limit as the API server
/// will have them, with `nothing` for a missing limit. `None` where neither is given or one cannot be read.
pub(crate) fn difference<'r>(
    container: &ContainerView<'r>,
    kind: Kind,
) -> Option<(Node<'r>, Option<Node<'r>>)> {
    let request = effective(container, Side::Requests, kind)?;
    let limit = written(container, Side::Limits, kind);
    let equal = match limit {
        Some(limit) => Quantity::of(request)? == Quantity::of(limit)?,
        None => false,
    };
    (!equal).then_some((request, limit))
}

/// Fails a container whose request and limit of a resource differ.
pub(crate) fn judge_unequal(
    container: &ContainerView<'_>,
    kind: Kind,
    risk: FixRisk,
    out: &mut Verdicts<'_>,
) {
    if !is_accountable(container) {
        return;
    }
    let Some((request, limit)) = difference(container, kind) else { return };
    let (label, word) = (container.label(), kind.word);
    let text = |node: Node<'_>| node.scalar_text().unwrap_or_default().into_owned();
    let request_text = text(request);
    match limit {
        Some(limit) => {
            let limit_text = text(limit);
            let place = container.place(&keys(Side::Requests, kind));
            let fix = Fix::set(risk, place.route.clone(), limit_text.as_str());
            let message =
                format!("{label} requests {word} `{request_text}` and is limited to `{limit_text}`");
            out.fail(place, message).fix(fix);
        }
        None => {
            let place = container.place(&keys(Side::Limits, kind));
            out.fail(place, format!("{label} requests {word} `{request_text}` and has no limit"));
        }
    }
}
