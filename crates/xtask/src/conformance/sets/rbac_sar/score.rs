//! Compares answers with those of the API server.

use crate::conformance::verdict::Outcome;

/// A case passes when the answer is the server's.
pub(super) fn score(allowed: bool, said: Result<bool, String>) -> Outcome {
    let words = |allowed| if allowed { "allowed" } else { "not allowed" };
    match said {
        Ok(said) if said == allowed => Outcome::Passed,
        Ok(said) => Outcome::Failed(format!("{}, the server says {}", words(said), words(allowed))),
        Err(reason) => Outcome::NotEvaluated(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_servers_answer_passes() {
        assert_eq!(score(true, Ok(true)), Outcome::Passed);
        assert_eq!(score(false, Ok(false)), Outcome::Passed);
        assert_eq!(score(true, Ok(false)), Outcome::Failed("not allowed, the server says allowed".into()));
        assert_eq!(score(false, Err("why".into())), Outcome::NotEvaluated("why".into()));
    }
}
