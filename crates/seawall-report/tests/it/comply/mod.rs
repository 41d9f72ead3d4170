//! Compliance without the binary.

mod assess;
mod facts;
mod oscal;

use seawall_checks::{Evaluation, Settings, Verdict, evaluate_telling};
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_report::comply::{Assessment, CloudCluster, Evidence, Framework, State, assess};
use seawall_yaml::{Limits, Text, read};
use std::sync::Arc;

const EKS: &str = include_str!("../../data/eks.json");
const GKE: &str = include_str!("../../data/gke.json");
const AKS: &str = include_str!("../../data/aks.json");

/// What was read and what checks said of it.
struct Judged {
    inventory: Inventory,
    evaluation: Evaluation,
    verdicts: Vec<Verdict>,
    clouds: Vec<CloudCluster>,
}

/// Reads objects and judges them by all checks of the frameworks; kinds of `refused` could not be read.
fn judged(
    text: &str,
    frameworks: &[&Framework],
    refused: &[(&str, &str)],
    clouds: &[(&str, &str)],
) -> Judged {
    let mut builder = InventoryBuilder::new();
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    for (index, document) in (0..).zip(documents) {
        let origin = Origin { file: "app.yaml".into(), document: index, line: 1, kind: OriginKind::File };
        let tree = Arc::new(document.tree);
        let root = tree.root().id();
        builder.push(Resource::new(tree, root, origin, None).unwrap());
    }
    for (group, kind) in refused {
        builder.refuse(GroupKind::new(group, kind), "forbidden");
    }
    let inventory = builder.build();
    let mut checks = Vec::new();
    for framework in frameworks {
        for check in framework.checks() {
            if !checks.iter().any(|own: &&seawall_checks::Check| own.id == check.id) {
                checks.push(check);
            }
        }
    }
    let mut verdicts = Vec::new();
    let evaluation =
        evaluate_telling(&inventory, &checks, &Settings::default(), &mut |told| verdicts.push(told));
    let clouds = clouds.iter().map(|(name, text)| CloudCluster::read(text, name).unwrap()).collect();
    Judged { inventory, evaluation, verdicts, clouds }
}

impl Judged {
    fn assess<'a>(&'a self, framework: &'a Framework) -> Assessment<'a> {
        let evidence = Evidence {
            inventory: &self.inventory,
            evaluation: &self.evaluation,
            verdicts: &self.verdicts,
            clouds: &self.clouds,
        };
        assess(framework, evidence)
    }
}

fn state(assessment: &Assessment<'_>, id: &str) -> State {
    assessment.controls.iter().find(|result| result.control.id == id).unwrap().state
}

fn own(controls: &str) -> Framework {
    let text = format!(
        "id = \"own\"\ntitle = \"Own\"\nversion = \"1\"\n[[section]]\nid = \"a\"\ntitle = \"A\"\ncontrols = [\n{controls}\n]\n"
    );
    Framework::read(&text, "own.toml").unwrap()
}
