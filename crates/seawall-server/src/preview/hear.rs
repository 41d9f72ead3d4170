//! Everybody is asked: those who change objects first, then those who judge what came of it.

use std::sync::Arc;

use seawall_policy::admission::Request;
use seawall_yaml::Tree;

use super::{Heard, Preview};
use crate::judge::Around;

impl Preview<'_> {
    /// Whether anybody changes objects, so that what is judged depends on modes.
    pub(super) fn changes_objects(&self) -> bool {
        !self.desk.changers().is_empty()
    }

    /// What all say; a change counts for those behind it when its policy, of its family, `changes`.
    pub(super) fn hear(
        &self,
        request: &Request<'_>,
        tree: &Arc<Tree>,
        changes: &dyn Fn(&str, &str) -> bool,
    ) -> Vec<Heard> {
        let (known, judges, changers) = (self.desk.known(), self.desk.judges(), self.desk.changers());
        let (budget, today) = (&self.budget, self.desk.today());
        let mut changed: Option<Arc<Tree>> = None;
        let mut heard = Vec::with_capacity(judges.len() + changers.len());
        let seen = |changed: &Option<Arc<Tree>>| {
            let object = changed.as_ref().map(|tree| tree.root()).or(request.object);
            Request { object, ..request.clone() }
        };
        for changer in changers.iter() {
            let family = changer.family();
            let made = {
                let (request, tree) = (seen(&changed), changed.as_ref().unwrap_or(tree));
                let around = Around { tree, known: &known, budget, today };
                let counts = |id: &str| changes(id, family);
                let mut decision =
                    self.desk.ask(family, budget, || changer.change(&request, &around, &counts));
                let made = decision.object.take().filter(|_| decision.denials.is_empty());
                heard.push((family.to_owned(), decision));
                made
            };
            changed = made.map(Arc::new).or(changed);
        }
        let (request, tree) = (seen(&changed), changed.as_ref().unwrap_or(tree));
        let around = Around { tree, known: &known, budget, today };
        for judge in judges.iter() {
            let decision = self.desk.ask(judge.name(), budget, || judge.judge(&request, &around));
            heard.push((judge.name().to_owned(), decision));
        }
        heard
    }
}
