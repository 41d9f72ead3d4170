//! The last sentence: what is safe to say.

use super::Totals;

/// What the previewed mode would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It would refuse something.
    Refuses,
    /// Nothing that was judged would be refused, and not all was judged.
    NotSafeToSay,
    /// All was judged, and nothing would be refused.
    Safe,
}

impl State {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Refuses => "refuses",
            State::NotSafeToSay => "not-safe-to-say",
            State::Safe => "safe",
        }
    }
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// In a word.
    pub state: State,
    /// In a sentence.
    pub text: String,
}

/// The verdict on a run. `unread` counts what of the input could not be read; `over` says how long the log is, for example
/// `2d`, `None` for objects.
pub fn verdict(totals: &Totals, unread: u64, over: Option<&str>) -> Verdict {
    let Totals { requests, not_judged, then, .. } = totals;
    let what = if over.is_some() { "request" } else { "object" };
    let all = format!("{requests} {}", plural(what, *requests));
    let over = over.map_or(String::new(), |span| format!(", over a log of {span}"));
    let said = |count: u64, what: &str| {
        if count == 0 { String::new() } else { format!("; {count} would be {what}") }
    };
    let warned = said(then.warned, "warned about") + &said(then.noted, "noted");
    let mut missing = Vec::new();
    if *not_judged > 0 {
        missing.push(format!("{not_judged} of {all} could not be judged"));
    }
    if unread > 0 {
        missing.push(format!("{unread} {} of the input could not be read", plural("part", unread)));
    }
    let missing = missing.join(" and ");
    if then.refused > 0 {
        let missing = if missing.is_empty() { missing } else { format!("; {missing}") };
        let text = format!("would refuse {} of {all}{over}{warned}{missing}", then.refused);
        return Verdict { state: State::Refuses, text };
    }
    if !missing.is_empty() {
        let text = format!(
            "nothing of what could be judged would be refused{warned}; {missing}{over}: not safe to say"
        );
        return Verdict { state: State::NotSafeToSay, text };
    }
    if *requests == 0 {
        let text = format!("there was no {what} to judge{over}: not safe to say");
        return Verdict { state: State::NotSafeToSay, text };
    }
    let text = match requests {
        1 => format!("safe: the only {what} was judged and would not be refused{over}{warned}"),
        _ => format!("safe: all {all} were judged and none would be refused{over}{warned}"),
    };
    Verdict { state: State::Safe, text }
}

impl Verdict {
    /// The same where objects of some kinds are never read: whoever hears that all is safe hears that, too.
    #[must_use]
    pub fn but_for(mut self, kinds: &[String]) -> Self {
        if self.state == State::Safe && !kinds.is_empty() {
            self.text
                .push_str(&format!("; objects that are no state are not looked at: {}", kinds.join(", ")));
        }
        self
    }
}

fn plural(word: &str, count: u64) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

#[cfg(test)]
mod tests {
    use super::super::Counts;
    use super::*;

    fn said(
        requests: u64,
        not_judged: u64,
        refused: u64,
        unread: u64,
        over: Option<&str>,
    ) -> (State, String) {
        let then = Counts { refused, warned: 0, noted: 0 };
        let judged = requests - not_judged;
        let totals = Totals { requests, judged, not_judged, then, ..Totals::default() };
        let verdict = verdict(&totals, unread, over);
        (verdict.state, verdict.text)
    }

    #[test]
    fn what_is_only_noted_is_told() {
        let then = Counts { noted: 2, warned: 1, ..Counts::default() };
        let totals = Totals { requests: 5, judged: 5, then, ..Totals::default() };
        let text = "safe: all 5 objects were judged and none would be refused; 1 would be warned about; 2 would be noted";
        assert_eq!(verdict(&totals, 0, None), Verdict { state: State::Safe, text: text.to_owned() });
    }

    #[test]
    fn safe_is_said_only_when_nothing_is_missing() {
        for (numbers, state, text) in [
            ((5, 0, 2, 0, None), State::Refuses, "would refuse 2 of 5 objects"),
            (
                (5, 1, 2, 0, Some("2d")),
                State::Refuses,
                "would refuse 2 of 5 requests, over a log of 2d; 1 of 5 requests could not be judged",
            ),
            (
                (5, 3, 0, 0, Some("2d")),
                State::NotSafeToSay,
                "nothing of what could be judged would be refused; 3 of 5 requests could not be judged, over a log of 2d: not safe to say",
            ),
            (
                (1, 0, 0, 1, None),
                State::NotSafeToSay,
                "nothing of what could be judged would be refused; 1 part of the input could not be read: not safe to say",
            ),
            (
                (0, 0, 0, 0, Some("2d")),
                State::NotSafeToSay,
                "there was no request to judge, over a log of 2d: not safe to say",
            ),
            ((1, 0, 0, 0, None), State::Safe, "safe: the only object was judged and would not be refused"),
            (
                (5, 0, 0, 0, Some("2d")),
                State::Safe,
                "safe: all 5 requests were judged and none would be refused, over a log of 2d",
            ),
        ] {
            let (requests, not_judged, refused, unread, over) = numbers;
            assert_eq!(said(requests, not_judged, refused, unread, over), (state, text.to_owned()));
        }
    }
}
