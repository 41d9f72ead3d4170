//! Asks the attack graph for every step it has.

use seawall_paths::Model;

use super::super::paths_input::inventory;

/// One step.
pub(super) struct Said {
    pub(super) primitive: &'static str,
    pub(super) from: String,
    /// The role and the binding, for rights.
    pub(super) by: Option<(String, String)>,
    pub(super) namespace: Option<String>,
    /// What is gained, sets opened.
    pub(super) to: Vec<String>,
    /// What is gained as it is printed.
    pub(super) set: String,
}

/// The steps that nothing known holds back.
pub(super) fn edges(texts: &[String]) -> Result<Vec<Said>, String> {
    let (model, problems) = Model::build(&inventory(texts)?);
    if let Some(problem) = problems.first() {
        return Err(format!("the model has a problem: {}", problem.message));
    }
    let attacks = model.attacks().into_iter().filter(|attack| !attack.attenuated);
    let said = attacks.map(|attack| Said {
        primitive: attack.primitive.id(),
        from: attack.from,
        by: attack.by,
        namespace: attack.namespace,
        to: attack.members,
        set: attack.to,
    });
    Ok(said.collect())
}
