//! `pod-host-path-sensitive`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::check::Prepared;
use crate::pod::host_path::{clean, is_below};
use crate::settings::{CheckSettings, Setting, SettingDefault};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-path-sensitive",
    title: "pod mounts a sensitive path of the node",
    why: "these paths hold the node's credentials, configuration, devices or programs: reading them gives away the \
          node's secrets, writing them gives away the node",
    help: "mount the one harmless file or directory that is needed, or use a volume that belongs to the pod",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[],
    settings: &[
        Setting {
            name: "sensitivePaths",
            doc: "paths of the node that no pod should mount, neither themselves, nor what lies in them, nor what they \
                  lie in",
            default: SettingDefault::Strings(&SENSITIVE),
        },
        Setting {
            name: "harmlessPaths",
            doc: "paths within sensitive ones that may be mounted, with all that lies in them",
            default: SettingDefault::Strings(&HARMLESS),
        },
    ],
    prepare: Some(prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// Union of what Falco, kubeaudit, KubeLinter, StackRox and Trivy list, and the state folders of newer runtimes and
/// distributions. `/run` stands for `/var/run` too. The most telling come first: messages name the first that fits.
const SENSITIVE: [&str; 31] = [
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/rancher",
    "/var/lib/k0s",
    "/var/lib/minikube",
    "/var/snap/microk8s",
    "/var/lib/cloud",
    "/var/spool/cron",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/opt/cni/bin",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "C:\\etc\\kubernetes",
    "C:\\var\\lib\\kubelet",
    "C:\\k",
    "C:\\Windows",
    "C:\\ProgramData",
    "C:\\Users",
];

/// Public facts of a node that ordinary workloads mount: time zone, certificate authorities, kernel modules, lock files.
const HARMLESS: [&str; 15] = [
    "/etc/ca-certificates",
    "/etc/localtime",
    "/etc/os-release",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/ssl/certs",
    "/etc/timezone",
    "/lib/modules",
    "/run/xtables.lock",
    "/usr/lib/modules",
    "/usr/lib/os-release",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/usr/src",
];

/// What of these everybody can read elsewhere: programs and facts about the machine. Only to write there is worth
/// something.
const PUBLIC: [&str; 9] =
    ["/bin", "/boot", "/lib", "/lib64", "/opt/cni/bin", "/sbin", "/sys", "/usr", "C:\\Windows"];

/// The settings, each path as written and clean.
struct Paths {
    sensitive: Vec<(String, String)>,
    harmless: Vec<String>,
}

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    let sensitive = settings.strings("sensitivePaths");
    let harmless = settings.strings("harmlessPaths");
    Box::new(Paths {
        sensitive: sensitive.into_iter().map(|path| (path.to_owned(), clean(path))).collect(),
        harmless: harmless.into_iter().map(clean).collect(),
    })
}

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(paths) = out.prepared::<Paths>() else { return };
    for volume in pod.volumes() {
        let Some(path) = volume.host_path().filter(|path| !path.is_empty()) else { continue };
        if let Some((what, confidence)) = paths.judge(path) {
            let message = format!("volume `{}` mounts {what}", volume.name());
            let draft = out.fail(volume.place(&["hostPath", "path"]), message);
            draft.confidence(confidence);
            if is_public(path) && !is_written(pod, volume.name()) {
                draft.severity(Severity::Medium);
            }
        }
    }
}

fn is_public(written: &str) -> bool {
    let path = clean(written);
    PUBLIC.into_iter().map(clean).any(|dir| path == dir || is_below(&path, &dir))
}

/// Whether some container can write to a volume.
fn is_written(pod: &PodView<'_>, volume: &str) -> bool {
    let mut mounts = pod.containers().flat_map(|container| container.volume_mounts());
    mounts.any(|mount| mount.volume == volume && !mount.read_only)
}

impl Paths {
    /// What is sensitive about a path, and how sure that is; `None` when nothing is.
    fn judge(&self, written: &str) -> Option<(String, Confidence)> {
        let path = clean(written);
        if path == "/" {
            return Some(("the whole file system of the node".to_owned(), Confidence::High));
        }
        if self.harmless.iter().any(|dir| path == *dir || is_below(&path, dir)) {
            return None;
        }
        let find = |fits: &dyn Fn(&str) -> bool| self.sensitive.iter().find(|(_, dir)| fits(dir));
        if find(&|dir| path == *dir).is_some() {
            return Some((format!("the sensitive path `{written}` of the node"), Confidence::High));
        }
        if let Some((inner, _)) = find(&|dir| is_below(dir, &path)) {
            let what = format!("the path `{written}` of the node, which holds the sensitive `{inner}`");
            return Some((what, Confidence::High));
        }
        // One file of a sensitive directory may be harmless, and only a reader can tell.
        let (outer, _) = find(&|dir| is_below(&path, dir))?;
        let what = format!("the path `{written}` of the node, a part of the sensitive `{outer}`");
        Some((what, Confidence::Medium))
    }
}
