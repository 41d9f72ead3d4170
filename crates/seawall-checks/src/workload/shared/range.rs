//! Amounts of resources within bounds that the settings give.

use std::cmp::Ordering;

use seawall_inventory::ContainerView;
use seawall_yaml::Node;

use super::quantity::Quantity;
use super::resources::{Kind, Side, is_accountable, keys, written};
use crate::{CheckSettings, Prepared, Verdicts};

/// The names of the settings for one side.
pub(crate) struct Names {
    pub(crate) side: Side,
    pub(crate) min: &'static str,
    pub(crate) max: &'static str,
}

/// Bounds of both sides, or what is wrong with the settings.
pub(crate) type Bounds = Result<Vec<Bound>, String>;

/// A bound as written and as read.
type Edge = Option<(String, Quantity)>;

/// The least and the most that one side may say.
pub(crate) struct Bound {
    side: Side,
    min: Edge,
    max: Edge,
}

/// Reads the bounds once.
pub(crate) fn prepare(names: &[Names], settings: &CheckSettings<'_>) -> Prepared {
    let edge = |name: &str| -> Result<Edge, String> {
        // A bound is one text; the first of a longer list counts.
        let Some(text) = settings.strings(name).first().copied() else { return Ok(None) };
        let read =
            Quantity::parse(text).ok_or_else(|| format!("setting `{name}` is no quantity: `{text}`"))?;
        Ok(Some((text.to_owned(), read)))
    };
    let bound = |names: &Names| Ok(Bound { side: names.side, min: edge(names.min)?, max: edge(names.max)? });
    let bounds: Bounds = names.iter().map(bound).collect();
    Box::new(bounds)
}

/// Fails amounts beyond the bounds.
pub(crate) fn judge(container: &ContainerView<'_>, kind: Kind, out: &mut Verdicts<'_>) {
    let bounds = match out.prepared::<Bounds>() {
        Some(Ok(bounds)) => bounds,
        Some(Err(fault)) => return out.not_evaluated(fault.clone()),
        None => return out.not_evaluated("the bounds were not read"),
    };
    if !is_accountable(container) {
        return;
    }
    for bound in bounds {
        if let Some(node) = written(container, bound.side, kind) {
            judge_one(container, kind, bound, node, out);
        }
    }
}

fn judge_one(
    container: &ContainerView<'_>,
    kind: Kind,
    bound: &Bound,
    node: Node<'_>,
    out: &mut Verdicts<'_>,
) {
    let text = node.scalar_text().unwrap_or_default();
    let what = format!("{} {} of {}", kind.word, bound.side.word(), container.label());
    let place = container.place(&keys(bound.side, kind));
    let Some(amount) = Quantity::of(node) else {
        out.fail(place, format!("{what} is no quantity"));
        return;
    };
    let beyond = |edge: &Edge, order| edge.clone().filter(|(_, edge)| amount.cmp(edge) == order);
    if let Some((min, _)) = beyond(&bound.min, Ordering::Less) {
        out.fail(place, format!("{what} is `{text}`, less than `{min}`"));
    } else if let Some((max, _)) = beyond(&bound.max, Ordering::Greater) {
        out.fail(place, format!("{what} is `{text}`, more than `{max}`"));
    }
}
