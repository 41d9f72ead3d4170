//! Real clusters and vulnerable ones, when their data is there.

use std::path::{Path, PathBuf};

use seawall_paths::{Filter, Group, Model};

pub(crate) fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: `{}` is not here", path.display());
    None
}

pub(crate) fn loaded(path: &Path) -> Model {
    let target = seawall_sources::Target::parse(path.to_str().unwrap()).unwrap();
    let loaded = seawall_sources::load(&[target], &seawall_sources::SourceLimits::default());
    Model::build(&loaded.inventory).0
}

pub(crate) fn plain(model: &Model) -> Vec<Group> {
    let groups = model.paths(&Filter::default()).unwrap();
    groups.into_iter().filter(|group| !group.path.expected && !group.path.attenuated).collect()
}

#[test]
fn a_vanilla_cluster_has_no_path_beside_its_defaults() {
    let Some(path) = data("corpus/cluster/vanilla.jsonl.zst") else { return };
    let model = loaded(&path);
    let ways: Vec<String> =
        plain(&model).iter().map(|group| format!("{} → {}", group.path.from, group.path.sink)).collect();
    assert!(ways.is_empty(), "{ways:#?}");
    assert!(model.paths(&Filter::default()).unwrap().iter().any(|group| group.path.expected));
}

/// The plan of a real cluster begins where an expert would: what every foothold on a node ends at, what runs privileged,
/// what nobody uses.
#[test]
fn the_plan_of_a_busy_cluster_begins_with_what_matters() {
    let Some(path) = data("corpus/cluster/busy.jsonl.zst") else { return };
    let target = seawall_sources::Target::parse(path.to_str().unwrap()).unwrap();
    let loaded = seawall_sources::load(&[target], &seawall_sources::SourceLimits::default());
    let (plan, _) = seawall_paths::plan::plan(&loaded.inventory, None, 5);
    let objects: Vec<&str> =
        plan.steps.iter().flat_map(|step| step.cost.objects.iter().map(String::as_str)).collect();
    for object in [
        "ClusterRoleBinding/argocd-application-controller",
        "ClusterRoleBinding/superadmin",
        "Pod/team-b/escape",
    ] {
        assert!(objects.contains(&object), "{objects:?}");
    }
    assert_eq!(objects.first(), Some(&"ClusterRoleBinding/argocd-application-controller"));
}
