//! The libraries of Kubernetes, and functions whose cost it decides.
//!
//! Source: `apiserver/pkg/cel/library/cost.go`.

use super::calls::{Call, NOMINAL};
use super::{Argument, CHARACTER, Cost, Estimator, LIST, OBJECT, PATTERN, Size};
use crate::cel::check::tree::{Kind, Literal};
use crate::cel::check::types::Type;

/// One question to the authorizer: two are what an expression may ask.
const AUTHORIZATION: Cost = Cost::fixed(350_000);
/// The shortest requirement of a selector is `k,`.
const REQUIREMENTS: f64 = 0.5;
/// A requirement is an object with a list.
const REQUIREMENT: f64 = 50.0;
/// The longest name of a format.
const FORMAT_NAME: u64 = 64;
/// The longest pattern of a format.
const FORMAT_PATTERN: f64 = 128.0;
/// The bytes of an address.
const ADDRESS: Size = Size { min: 4, max: 16 };

pub(super) fn estimate(
    estimator: &Estimator<'_>,
    function: &str,
    overload: &str,
    target: Option<&Argument>,
    args: &[Argument],
) -> Option<Call> {
    let size = |of: &Argument| estimator.size_at(of);
    Some(match (function, target, args) {
        ("check", ..) => AUTHORIZATION.into(),
        ("fieldSelector" | "labelSelector", _, [selector]) => {
            let selector = size(selector);
            (LIST + selector.by(CHARACTER) + selector.by(REQUIREMENTS).by(REQUIREMENT)).into()
        }
        ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" | "includes", Some(target), _) => {
            searched(estimator, target).into()
        }
        ("url" | "jsonpatch.escapeKey", _, [text]) => Call::sized(size(text).by(CHARACTER), size(text)),
        ("lowerAscii" | "upperAscii" | "substring" | "trim", Some(text), _) => {
            Call::sized(size(text).by(CHARACTER), size(text))
        }
        ("replace", Some(text), [old, new, ..]) => {
            Call::sized(size(text).by(2.0 * CHARACTER), replaced(size(text), size(old), size(new)))
        }
        ("split", Some(text), args) => {
            let most = args.get(1).and_then(|most| match estimator.checked.tree.kind(most.node) {
                // Go reads a negative number as a very large one.
                Kind::Literal(Literal::Int(most)) => Some(most.cast_unsigned()),
                _ => None,
            });
            let max = most.unwrap_or(size(text).max);
            Call::sized(size(text).by(2.0 * CHARACTER), Size { min: 0, max })
        }
        ("join", Some(list), args) => joined(estimator, list, args),
        ("find" | "findAll", Some(text), [pattern, ..]) => {
            let text = size(text);
            let cost = (text + Size::fixed(1)).by(CHARACTER).times(size(pattern).by(PATTERN));
            Call::sized(cost, Size { min: 0, max: text.max })
        }
        ("ip", ..) if overload == "cidr_ip" => NOMINAL.into(),
        (
            "cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver" | "isSemver",
            _,
            [text, ..],
        ) => size(text).by(CHARACTER).into(),
        ("ip.isCanonical", _, [text, ..]) => size(text).by(2.0 * CHARACTER).into(),
        ("containsIP", _, [other, ..]) => {
            let read = read(estimator, overload == "cidr_contains_ip_string", other);
            ((ADDRESS + ADDRESS).by(CHARACTER) + read).into()
        }
        ("containsCIDR", _, [other, ..]) => {
            let read = read(estimator, overload == "cidr_contains_cidr_string", other);
            ((ADDRESS + ADDRESS).by(CHARACTER) + ADDRESS.by(CHARACTER) + NOMINAL + read).into()
        }
        ("validate", _, [text, ..]) => size(text).by(CHARACTER).by(FORMAT_PATTERN * PATTERN).into(),
        ("_==_", _, [left, right]) => equal(estimator, left, right)?.into(),
        _ if is_nominal(function) => NOMINAL.into(),
        _ => return None,
    })
}

/// Functions that only take or give a part.
fn is_nominal(function: &str) -> bool {
    let authorizer = [
        "serviceAccount",
        "path",
        "group",
        "resource",
        "subresource",
        "namespace",
        "name",
        "allowed",
        "reason",
        "error",
        "errored",
    ];
    let network = [
        "masked",
        "prefixLength",
        "family",
        "isUnspecified",
        "isLoopback",
        "isLinkLocalMulticast",
        "isLinkLocalUnicast",
        "isGlobalUnicast",
    ];
    let numbers = [
        "format.named",
        "sign",
        "asInteger",
        "isInteger",
        "asApproximateFloat",
        "isGreaterThan",
        "isLessThan",
        "compareTo",
        "add",
        "sub",
        "major",
        "minor",
        "patch",
    ];
    let urls = ["getScheme", "getHostname", "getHost", "getPort", "getEscapedPath", "getQuery"];
    authorizer.into_iter().chain(network).chain(numbers).chain(urls).any(|name| name == function)
}

/// What reading an address costs that is given as a text.
fn read(estimator: &Estimator<'_>, is_text: bool, text: &Argument) -> Cost {
    if is_text { estimator.size_at(text).by(CHARACTER) } else { Cost::default() }
}

/// Every item is met once; texts are read.
fn searched(estimator: &Estimator<'_>, list: &Argument) -> Cost {
    let size = estimator.size_at(list);
    let Some((item, items)) = estimator.items_at(list) else { return size.by(CHARACTER) };
    let read = match item {
        Type::String | Type::Bytes => items.by(CHARACTER),
        _ => Cost::default(),
    };
    size.times(Cost::fixed(1) + read)
}

/// How long a text is after everything was replaced that can be.
fn replaced(text: Size, old: Size, new: Size) -> Size {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float that is too large becomes the largest number"
    )]
    let times = |text: u64, old: u64| (as_float(text) / as_float(old)).ceil() as u64;
    let (most, kept_most) = if old.min == 0 {
        // An empty text is replaced around every character.
        (text.max.saturating_add(1), text.max)
    } else if new.max <= old.min {
        (0, text.max)
    } else {
        (times(text.max, old.min), 0)
    };
    let (least, kept_least) = if old.max == 0 {
        (text.min.saturating_add(1), text.min)
    } else if old.max <= new.min {
        (0, text.min)
    } else {
        (times(text.min, old.max), 0)
    };
    Size { min: least, max: most }.product(new) + Size { min: kept_least, max: kept_most }
}

#[allow(clippy::cast_precision_loss, reason = "the API server counts in floats here, too")]
fn as_float(number: u64) -> f64 {
    number as f64
}

fn joined(estimator: &Estimator<'_>, list: &Argument, args: &[Argument]) -> Call {
    let count = estimator.size_at(list);
    let mut size = match estimator.items_at(list) {
        Some((_, items)) => count.product(items),
        None => Size::fixed(0),
    };
    if let Some(separator) = args.first() {
        let between = Size { min: count.min.saturating_sub(1), max: count.max.saturating_sub(1) };
        size = size + estimator.size_at(separator).product(between);
    }
    Call::sized(size.by(CHARACTER), size)
}

/// Values of types that the API server made compare at once.
fn equal(estimator: &Estimator<'_>, left: &Argument, right: &Argument) -> Option<Cost> {
    let (one, other) = (estimator.type_of(left.node), estimator.type_of(right.node));
    if one.name() != other.name() {
        return None;
    }
    match one {
        Type::Opaque(name, _) => matches!(&**name, "net.IP" | "net.CIDR").then_some(NOMINAL),
        Type::Object(name) => match &**name {
            "kubernetes.NamedFormat" => Some(Cost { min: 1, max: FORMAT_NAME }.by(CHARACTER)),
            "kubernetes.URL" => {
                let max = right.size.map_or(1, |size| size.max);
                Some(Cost { min: 1, max }.by(CHARACTER))
            }
            "kubernetes.Quantity" | "kubernetes.Semver" => Some(NOMINAL),
            _ if name.starts_with("kubernetes.authorization.") => Some(NOMINAL),
            _ => None,
        },
        _ => None,
    }
}

/// A requirement is what a list and an object cost.
const _: () = assert!(LIST.max + OBJECT.max == 50);
