//! How bad a finding is and how sure we are.

use crate::names::named_enum;

named_enum! {
    /// How bad a finding is; ordered, `Critical` is the greatest.
    "severity" Severity {
        /// Worth knowing, nothing to repair.
        Info = "info",
        /// Hygiene.
        Low = "low",
        /// Removes a layer of defence.
        Medium = "medium",
        /// Direct privilege or data loss for an attacker with a foothold.
        High = "high",
        /// One step to cluster or node takeover by anyone who reaches it.
        Critical = "critical",
    }
}

impl Severity {
    /// The weight of a failed check in a pillar's score; `Info` does not count.
    pub const fn weight(self) -> u64 {
        match self {
            Severity::Info => 0,
            Severity::Low => 1,
            Severity::Medium => 3,
            Severity::High => 8,
            Severity::Critical => 16,
        }
    }
}

named_enum! {
    /// How likely it is that a finding is right; ordered, `High` is the greatest.
    "confidence" Confidence {
        /// A heuristic matched.
        Low = "low",
        /// Right unless something that cannot be seen here prevents it.
        Medium = "medium",
        /// The fields read decide it.
        High = "high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_order_follows_meaning() {
        for severity in Severity::ALL {
            assert_eq!(severity.as_str().parse::<Severity>().unwrap(), *severity);
        }
        assert!(Severity::Critical > Severity::High && Severity::High > Severity::Info);
        let error = "urgent".parse::<Severity>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown severity `urgent`, expected one of: info, low, medium, high, critical"
        );
    }
}
