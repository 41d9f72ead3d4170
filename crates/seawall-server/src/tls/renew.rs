//! When certificates are made anew.
//!
//! A leaf is renewed at two thirds of its life. An authority gets a successor at two thirds of its own: first the bundle
//! holds both, and only after a while, when everybody trusts both, does the successor sign. The old one stays in the bundle
//! until it expires, so that a replica that is behind is trusted as well.

use std::time::Duration;

use crate::tls::issue::{Authority, Pair};
use crate::tls::served::TlsError;
use crate::tls::state::{State, Successor};
use crate::tls::x509::Facts;

/// How long things hold.
#[derive(Clone, Debug)]
pub struct Lifetimes {
    /// Of an authority.
    pub authority: Duration,
    /// Of a certificate that is served.
    pub leaf: Duration,
    /// How long a new authority is in the bundle before it signs.
    pub overlap: Duration,
    /// How often the store is looked at.
    pub every: Duration,
}

/// A day.
const DAY: Duration = Duration::from_secs(86_400);

impl Default for Lifetimes {
    fn default() -> Self {
        Lifetimes { authority: 365 * DAY, leaf: 30 * DAY, overlap: DAY, every: Duration::from_secs(60) }
    }
}

/// 2026-11-01: a clock that says less is wrong, and by such a clock nothing is thrown away.
const EARLIEST: u64 = 1_793_491_200;

/// What the state should be now; `None` when it is as it should be.
pub(super) fn renew(
    state: Option<&State>,
    names: &[String],
    now: u64,
    lifetimes: &Lifetimes,
) -> Result<Option<State>, TlsError> {
    let fresh = |former| {
        let current = Authority::new(now, lifetimes.authority)?;
        let leaf = current.issue(names, now, lifetimes.leaf)?;
        Ok::<_, TlsError>(State { current, next: None, former, leaf })
    };
    let Some(state) = state else { return fresh(Vec::new()).map(Some) };
    if now < EARLIEST {
        return Ok(None);
    }
    let mut new = state.clone();
    let current = facts(&state.current.0)?;
    if let Some(next) = &state.next
        && (now >= next.since.saturating_add(lifetimes.overlap.as_secs()) || !current.holds(now))
        && facts(&next.authority.0)?.holds(now)
    {
        new.former.push(std::mem::replace(&mut new.current, next.authority.clone()).0.certificate);
        new.next = None;
        new.leaf = new.current.issue(names, now, lifetimes.leaf)?;
    } else if !current.holds(now) {
        // Nobody can trust it any more, or yet: there is nothing to overlap with.
        let mut former = state.former.clone();
        former.push(state.current.0.certificate.clone());
        new = fresh(former)?;
    } else if state.next.is_none() && now >= two_thirds(&current) {
        let authority = Authority::new(now, lifetimes.authority)?;
        new.next = Some(Successor { authority, since: now });
    }
    let leaf = facts(&new.leaf)?;
    if !leaf.holds(now) || now >= two_thirds(&leaf) || !leaf.is_for(names) {
        new.leaf = new.current.issue(names, now, lifetimes.leaf)?;
    }
    new.former.retain(|certificate| Facts::read(certificate).is_some_and(|facts| facts.not_after >= now));
    Ok((new != *state).then_some(new))
}

fn facts(pair: &Pair) -> Result<Facts, TlsError> {
    Facts::read(&pair.certificate).ok_or(TlsError::NoCertificate)
}

fn two_thirds(facts: &Facts) -> u64 {
    facts.not_before + facts.not_after.saturating_sub(facts.not_before) / 3 * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_910_400;

    fn names() -> Vec<String> {
        vec!["seawall.seawall.svc".to_owned()]
    }

    fn at(state: Option<&State>, days: u64) -> Option<State> {
        renew(state, &names(), NOW + days * 86_400, &Lifetimes::default()).unwrap()
    }

    #[test]
    fn a_year_and_a_half_of_days_leaves_no_gap_in_trust() {
        let mut state = at(None, 0).unwrap();
        let mut bundles = vec![state.bundle()];
        let (mut leaves, mut authorities) = (0, 0);
        for day in 1..=550 {
            let now = NOW + day * 86_400;
            if let Some(new) = at(Some(&state), day) {
                leaves += u32::from(new.leaf != state.leaf);
                authorities += u32::from(new.current != state.current);
                state = new;
            }
            bundles.push(state.bundle());
            let leaf = facts(&state.leaf).unwrap();
            let current = facts(&state.current.0).unwrap();
            assert!(leaf.holds(now) && current.holds(now) && leaf.not_after <= current.not_after);
            // Who took the bundle yesterday trusts what is served today, and who is a day behind is trusted, too.
            let issuer = crate::tls::pem::certificate(&state.current.0.certificate);
            let yesterday = &bundles[bundles.len() - 2];
            assert!(yesterday.contains(&issuer), "day {day}");
            assert!(state.bundle().matches("BEGIN").count() <= 3);
        }
        assert_eq!(authorities, 2);
        assert!((25..32).contains(&leaves), "{leaves}");
    }

    #[test]
    fn nothing_changes_before_it_must() {
        let state = at(None, 0).unwrap();
        assert_eq!(at(Some(&state), 19), None);
        let renewed = at(Some(&state), 20).unwrap();
        assert_eq!(renewed.current, state.current);
        let other =
            renew(Some(&state), &["other.svc".to_owned()], NOW, &Lifetimes::default()).unwrap().unwrap();
        assert_eq!(facts(&other.leaf).unwrap().names, ["other.svc"]);
    }

    #[test]
    fn a_clock_that_jumps_costs_no_more_than_it_must() {
        let state = at(None, 0).unwrap();
        let early = renew(Some(&state), &names(), 1_000, &Lifetimes::default()).unwrap();
        assert_eq!(early, None, "a machine without a clock destroys nothing");
        // Years ahead, and back: the authority of the future does not hold yet, so there is another one; all are trusted.
        let ahead = at(Some(&state), 2_000).unwrap();
        assert_ne!(ahead.current, state.current);
        assert!(ahead.former.is_empty(), "what has expired is trusted by nobody");
        let back = at(Some(&ahead), 1).unwrap();
        assert!(facts(&back.leaf).unwrap().holds(NOW + 86_400));
        assert!(back.bundle().contains(&crate::tls::pem::certificate(&ahead.current.0.certificate)));
    }

    #[test]
    fn a_state_survives_its_store() {
        let mut state = at(None, 0).unwrap();
        for day in [0, 244, 250] {
            state = at(Some(&state), day).unwrap_or(state);
            assert_eq!(State::from_entries(&state.to_entries()).unwrap(), state, "day {day}");
        }
        assert!(!state.former.is_empty());
        for name in ["tls.key", "ca-current.crt", "tls.crt", "ca-current.key"] {
            let mut entries = state.to_entries();
            entries.insert(name.to_owned(), "garbage".to_owned());
            assert!(State::from_entries(&entries).is_err());
            entries.remove(name);
            assert!(State::from_entries(&entries).is_err());
        }
    }
}
