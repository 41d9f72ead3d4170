//! A whole number or a percentage, as budgets and rollouts write amounts of pods (`intstr.IntOrString`).

use seawall_yaml::Node;

/// An amount of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    /// So many.
    Pods(i64),
    /// So many of a hundred.
    Percent(i64),
}

impl Amount {
    /// Reads `3` or `"30%"`; `None` for what the API server refuses.
    pub(crate) fn of(node: Node<'_>) -> Option<Amount> {
        if let Some(pods) = node.as_i64() {
            return (pods >= 0).then_some(Amount::Pods(pods));
        }
        let digits = node.as_str()?.strip_suffix('%')?;
        if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Amount::Percent)
    }

    /// How many of `pods` that is, rounded up, as the disruption controller rounds.
    pub(crate) fn rounded_up_of(self, pods: i64) -> i64 {
        match self {
            Amount::Pods(wanted) => wanted,
            Amount::Percent(percent) => {
                let all = i128::from(pods) * i128::from(percent);
                i64::try_from((all + 99) / 100).unwrap_or(i64::MAX)
            }
        }
    }

    /// Whether it is none, of however many.
    pub(crate) fn is_none(self) -> bool {
        matches!(self, Amount::Pods(0) | Amount::Percent(0))
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Amount::Pods(pods) => write!(f, "{pods}"),
            Amount::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Amount;

    #[test]
    fn percentages_round_up() {
        for (percent, pods, wanted) in
            [(0, 7, 0), (1, 1, 1), (50, 3, 2), (50, 4, 2), (100, 5, 5), (101, 5, 6), (33, 0, 0)]
        {
            assert_eq!(Amount::Percent(percent).rounded_up_of(pods), wanted, "{percent}% of {pods}");
        }
        assert_eq!(Amount::Pods(3).rounded_up_of(2), 3);
        assert_eq!(Amount::Percent(i64::MAX).rounded_up_of(i64::MAX), i64::MAX);
    }
}
