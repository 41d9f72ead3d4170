//! `pod-host-path-cloud-credentials`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Place, PodView};

use crate::pod::host_path::{clean, is_below};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-path-cloud-credentials",
    title: "pod mounts cloud credentials of the node",
    why: "the credentials are those of the node or of its administrators: they open the cloud account to whoever \
          runs code in the pod",
    help: "give the pod an identity of its own (workload identity of the provider) and remove the volume",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["MITRE:Credential Access"],
    settings: &[Setting {
        name: PROVIDERS,
        doc: "providers whose credentials count: `eks`, `aks`, `gke`",
        default: SettingDefault::Strings(&["eks", "aks", "gke"]),
    }],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const PROVIDERS: &str = "cloudProvider";

/// Where the tools of the providers keep credentials, by provider, below the root or a home directory.
const CREDENTIALS: [(&str, &[&str]); 3] = [
    ("eks", &["/.aws/config", "/.aws/credentials"]),
    ("aks", &["/etc/kubernetes/azure.json", "/.azure/credentials"]),
    (
        "gke",
        &[
            "/.config/gcloud/application_default_credentials.json",
            "/gcloud/application_default_credentials.json",
        ],
    ),
];

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let providers = out.settings().strings(PROVIDERS);
    for volume in pod.volumes() {
        let Some(written) = volume.host_path().filter(|path| !path.is_empty()) else { continue };
        let path = clean(written);
        let path = below_home(&path);
        let known = CREDENTIALS.iter().filter(|(provider, _)| providers.contains(provider));
        let holds = |file: &str| file == path || is_below(file, path);
        let Some(file) = known.flat_map(|(_, files)| *files).find(|file| holds(file)) else { continue };
        let message = match **file == *path {
            true => {
                format!("volume `{}` mounts the cloud credentials `{written}` of the node", volume.name())
            }
            false => {
                format!("volume `{}` mounts `{written}` of the node, where `{file}` lies", volume.name())
            }
        };
        let mounts: Vec<Place> = mounts_of(pod, volume.name());
        let draft = out.fail(volume.place(&["hostPath", "path"]), message);
        for mount in mounts {
            draft.related(mount, "mounted here");
        }
    }
}

/// A path without the home directory that it begins with.
fn below_home(path: &str) -> &str {
    let user = |home: &'static str| {
        path.strip_prefix(home).and_then(|rest| rest.find('/').and_then(|end| rest.get(end..)))
    };
    path.strip_prefix("/root").filter(|rest| rest.starts_with('/')).or_else(|| user("/home/")).unwrap_or(path)
}

fn mounts_of(pod: &PodView<'_>, volume: &str) -> Vec<Place> {
    let mounts = pod.containers().flat_map(|container| container.volume_mounts());
    mounts.filter(|mount| mount.volume == volume).map(|mount| pod.place_of(mount.node)).collect()
}
