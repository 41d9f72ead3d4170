//! Several objects of one name: base and overlays, rendered variants of one installation, old and new.
//!
//! At most one of them is applied to a cluster together with the objects beside it, so a reference means the variant that
//! stands nearest: in the same file, else in the folder that shares the longest path. A live cluster has no variants.

use seawall_core::Origin;

use crate::Resource;

/// How near two origins are: the more, the nearer.
fn nearness(a: &Origin, b: &Origin) -> usize {
    if a.file == b.file {
        return usize::MAX;
    }
    a.file.split('/').zip(b.file.split('/')).take_while(|(a, b)| a == b).count()
}

/// The candidate that stands nearest to `from`; the first of equally near ones.
pub(crate) fn nearest<'i>(
    from: &Resource,
    candidates: impl Iterator<Item = &'i Resource>,
) -> Option<&'i Resource> {
    let mut best: Option<(usize, &Resource)> = None;
    for candidate in candidates {
        let near = nearness(from.origin(), candidate.origin());
        if best.is_none_or(|(most, _)| near > most) {
            best = Some((near, candidate));
            // Nothing is nearer than the same file.
            if near == usize::MAX {
                break;
            }
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether no variant of `from` stands nearer to `other` than `from` itself.
pub(crate) fn speaks_for<'i>(
    from: &Resource,
    mut variants: impl Iterator<Item = &'i Resource>,
    other: &Resource,
) -> bool {
    let own = nearness(from.origin(), other.origin());
    !variants.any(|variant| nearness(variant.origin(), other.origin()) > own)
}
