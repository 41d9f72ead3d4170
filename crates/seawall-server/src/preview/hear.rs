//! Everybody is asked: those who change objects first, then those who judge what came of it.

use std::sync::Arc;

use seawall_policy::admission::Request;
use seawall_yaml::Tree;

use super::{Heard, Preview};
use crate::judge::{Around, Hook};

impl Preview<'_> {
    /// Whether anybody changes objects, so that what is judged depends on modes.
    pub(super) fn changes_objects(&self) -> bool {
        self.desk.judges().iter().any(|judge| judge.hook() == Hook::Mutate)
    }

    /// What all say; a change counts for those behind it when its policy, of its family, `changes`.
    pub(super) fn hear(
        &self,
        request: &Request<'_>,
        tree: &Arc<Tree>,
        changes: &dyn Fn(&str, &str) -> bool,
    ) -> Vec<Heard> {
        let (known, judges, today) = (self.desk.known(), self.desk.judges(), self.desk.today());
        let mut changed: Option<Arc<Tree>> = None;
        let mut heard = Vec::with_capacity(judges.len());
        for hook in [Hook::Mutate, Hook::Validate] {
            for judge in judges.iter().filter(|judge| judge.hook() == hook) {
                let mut request = request.clone();
                if let Some(tree) = &changed {
                    request.object = Some(tree.root());
                }
                let tree = changed.as_ref().unwrap_or(tree);
                let around = Around { tree, known: &known, budget: &self.budget, today };
                let mut decision = self.desk.ask(&**judge, &request, &around);
                if let Some(object) = decision.object.take().filter(|_| changes(judge.name(), judge.name())) {
                    changed = Some(Arc::new(object));
                }
                heard.push((judge.name().to_owned(), decision));
            }
        }
        heard
    }
}
