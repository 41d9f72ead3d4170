//! Checks that no policy can stand for.

use std::sync::OnceLock;

/// `check  reason` a line.
const TEXT: &str = include_str!("../../policies/not-expressible.txt");

/// All checks without a policy, with the reason.
pub(super) fn reasons() -> &'static [(&'static str, &'static str)] {
    static REASONS: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    REASONS.get_or_init(|| {
        let lines = TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(' ')).map(|(id, reason)| (id, reason.trim())).collect()
    })
}

/// Why no policy can stand for a check; `None` for a check that has one, and for what is no check.
pub fn not_expressible(check: &str) -> Option<&'static str> {
    reasons().iter().find(|(id, _)| *id == check).map(|(_, reason)| *reason)
}
