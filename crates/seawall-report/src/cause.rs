//! Which findings have one cause: the same place is wrong, or the same part of an object is missing.
//!
//! A container without a `securityContext` fails half a dozen checks, and one block of lines cures them all. People read
//! and count such findings together; programs get them one by one, with the cause that they share.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use seawall_checks::Normaliser;
use seawall_core::{
    CheckId, Edit, Finding, Fingerprint, Fix, LocationRole, ResourceId, Route, Step, fingerprint,
};

use crate::Report;

/// What is wrong or missing, however many checks say so.
pub(crate) type Cause = (ResourceId, Route);

/// The block whose missing parts have one cause, wherever in it they belong.
const BLOCK: &str = "securityContext";

/// The cause of a finding; `None` for one with several places, which has no single cause.
pub(crate) fn cause(finding: &Finding) -> Option<Cause> {
    let mut places = finding.locations.iter().filter(|location| location.role == LocationRole::Primary);
    let location = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let steps = location.route.steps();
    if location.existing >= steps.len() {
        return Some((location.resource, location.route.clone()));
    }
    // The first step that is missing, or the block if that is there already.
    let block = steps.iter().position(|step| matches!(step, Step::Key(key) if **key == *BLOCK));
    let length = block.filter(|at| *at <= location.existing).unwrap_or(location.existing) + 1;
    Some((location.resource, location.route.prefix(length)))
}

/// Findings with their cause together, in the order of the first of each cause. A check that fails twice for one cause
/// has more to say than the place: it begins another group.
pub(crate) fn by_cause<'a, T>(
    findings: impl IntoIterator<Item = T>,
    finding_of: impl Fn(&T) -> &'a Finding,
) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut open: HashMap<Cause, (usize, BTreeSet<&'a str>)> = HashMap::new();
    for item in findings {
        let finding = finding_of(&item);
        let check = finding.check.id.as_str();
        let cause = cause(finding);
        let known = cause.as_ref().and_then(|cause| open.get_mut(cause));
        if let Some((group, checks)) = known
            && checks.insert(check)
            && let Some(group) = groups.get_mut(*group)
        {
            group.push(item);
            continue;
        }
        if let Some(cause) = cause {
            open.insert(cause, (groups.len(), BTreeSet::from([check])));
        }
        groups.push(vec![item]);
    }
    groups
}

/// The edits of several fixes, without those that an earlier fix has too. Of two that set one place the first counts.
pub(crate) fn edits<'a>(fixes: &[&'a Fix]) -> Vec<&'a Edit> {
    let mut edits: Vec<&Edit> = Vec::new();
    for fix in fixes {
        let before = edits.len();
        for edit in &fix.edits {
            let is_set = |edit: &Edit| matches!(edit, Edit::Set { .. });
            let same = |known: &&Edit| {
                *known == edit || (is_set(known) && is_set(edit) && known.route() == edit.route())
            };
            if !edits.iter().take(before).any(same) {
                edits.push(edit);
            }
        }
    }
    edits
}

/// The causes of a report by name.
pub(crate) struct Causes<'a> {
    /// The cause of each finding, in the order of the evaluation.
    of: Vec<Fingerprint>,
    /// Causes of several findings.
    shared: Vec<(Fingerprint, Vec<&'a Finding>)>,
}

impl<'a> Causes<'a> {
    /// Names each cause by object and normalised route, as findings are. Where two objects have one name, the second is
    /// told apart by its number.
    pub(crate) fn of(report: &Report<'a>) -> Self {
        let findings = &report.evaluation.findings;
        let mut causes = Causes { of: Vec::new(), shared: Vec::new() };
        let mut of: Vec<Option<Fingerprint>> = vec![None; findings.len()];
        // How many causes have the same name so far.
        let mut named: HashMap<Fingerprint, usize> = HashMap::new();
        let groups = by_cause(findings.iter().enumerate(), |(_, finding)| finding);
        let first = |group: &Vec<(usize, &'a Finding)>| group.first().map(|(_, lead)| name(report, lead, 0));
        let names: Vec<Option<Fingerprint>> = groups.par_iter().map(first).collect();
        for (group, name_of_first) in groups.into_iter().zip(names) {
            let (Some((_, lead)), Some(id)) = (group.first(), name_of_first) else { continue };
            let before = named.entry(id).or_default();
            let id = if *before == 0 { id } else { name(report, lead, *before) };
            *before += 1;
            for (number, _) in &group {
                if let Some(of) = of.get_mut(*number) {
                    *of = Some(id);
                }
            }
            if group.len() > 1 {
                causes.shared.push((id, group.into_iter().map(|(_, finding)| finding).collect()));
            }
        }
        causes.of = of.into_iter().flatten().collect();
        causes
    }

    /// The cause of a finding by its number.
    pub(crate) fn get(&self, number: usize) -> Option<Fingerprint> {
        self.of.get(number).copied()
    }

    /// Causes of several findings, in the order of the first finding of each.
    pub(crate) fn shared(&self) -> &[(Fingerprint, Vec<&'a Finding>)] {
        &self.shared
    }
}

fn name(report: &Report<'_>, lead: &Finding, nth: usize) -> Fingerprint {
    const CAUSE: CheckId = CheckId::from_static("cause");
    let nth = if nth == 0 { String::new() } else { nth.to_string() };
    let place = cause(lead).and_then(|(resource, route)| Some((report.inventory.get(resource)?, route)));
    match place {
        Some((resource, route)) => {
            let route = Normaliser::new(resource).route(&route, true).text;
            fingerprint(&CAUSE, resource.subject(), &route, &nth)
        }
        None => fingerprint(&CAUSE, &lead.subject, &lead.fingerprint.to_string(), &nth),
    }
}
