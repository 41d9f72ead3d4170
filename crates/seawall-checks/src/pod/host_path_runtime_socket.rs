//! `pod-host-path-runtime-socket`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::check::Prepared;
use crate::pod::host_path::{RuntimeSockets, SOCKETS};
use crate::settings::{CheckSettings, Setting, SettingDefault};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-path-runtime-socket",
    title: "pod mounts the socket of the container runtime",
    why: "who can speak to the container runtime can start a privileged container: the socket is root on the node, and \
          mounting it read-only changes nothing",
    help: "build images with a daemonless builder, read container facts from the kubelet or the API, and drop the mount",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[],
    settings: &[Setting {
        name: "sockets",
        doc: "sockets of container runtimes: file names, and paths of sockets or of the directories that hold them",
        default: SettingDefault::Strings(&SOCKETS),
    }],
    prepare: Some(prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    Box::new(RuntimeSockets::new(settings.strings("sockets")))
}

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(sockets) = out.prepared::<RuntimeSockets>() else { return };
    for volume in pod.volumes() {
        let Some(written) = volume.host_path() else { continue };
        if sockets.contains(written) {
            let message =
                format!("volume `{}` mounts the container runtime's socket `{written}`", volume.name());
            out.fail(volume.place(&["hostPath", "path"]), message);
        }
    }
}
