//! Which components there are.

/// A component of a cluster, or a document that configures one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `kube-apiserver`
    ApiServer,
    /// `kube-controller-manager`
    ControllerManager,
    /// `kube-scheduler`, and KubeSchedulerConfiguration
    Scheduler,
    /// `etcd`
    Etcd,
    /// `kubelet`, and KubeletConfiguration
    Kubelet,
    /// `kube-proxy`, and KubeProxyConfiguration
    KubeProxy,
    /// AdmissionConfiguration, a file of the API server
    Admission,
    /// AuthenticationConfiguration, a file of the API server
    Authentication,
    /// AuthorizationConfiguration, a file of the API server
    Authorization,
}

impl Part {
    /// The name of the program, or of the document.
    pub fn name(self) -> &'static str {
        match self {
            Part::ApiServer => "kube-apiserver",
            Part::ControllerManager => "kube-controller-manager",
            Part::Scheduler => "kube-scheduler",
            Part::Etcd => "etcd",
            Part::Kubelet => "kubelet",
            Part::KubeProxy => "kube-proxy",
            Part::Admission => "AdmissionConfiguration",
            Part::Authentication => "AuthenticationConfiguration",
            Part::Authorization => "AuthorizationConfiguration",
        }
    }

    /// The component that a program of this name is; hyperkube's short names are told apart by the caller.
    pub(super) fn of_program(name: &str) -> Option<Self> {
        Some(match name {
            "kube-apiserver" => Part::ApiServer,
            "kube-controller-manager" => Part::ControllerManager,
            "kube-scheduler" => Part::Scheduler,
            "etcd" => Part::Etcd,
            "kubelet" => Part::Kubelet,
            "kube-proxy" => Part::KubeProxy,
            _ => return None,
        })
    }

    /// What a configuration document configures.
    pub(super) fn of_document(group: &str, kind: &str) -> Option<Self> {
        Some(match (group, kind) {
            ("kubelet.config.k8s.io", "KubeletConfiguration") => Part::Kubelet,
            ("kubeproxy.config.k8s.io", "KubeProxyConfiguration") => Part::KubeProxy,
            ("kubescheduler.config.k8s.io", "KubeSchedulerConfiguration") => Part::Scheduler,
            ("apiserver.config.k8s.io" | "apiserver.k8s.io", "AdmissionConfiguration") => Part::Admission,
            ("apiserver.config.k8s.io", "AuthenticationConfiguration") => Part::Authentication,
            ("apiserver.config.k8s.io", "AuthorizationConfiguration") => Part::Authorization,
            _ => return None,
        })
    }

    /// The flag that names the file with the component's other parameters, and the kind of document in that file.
    pub(super) fn config_flag(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Part::Scheduler => ("config", "KubeSchedulerConfiguration"),
            Part::Kubelet => ("config", "KubeletConfiguration"),
            Part::KubeProxy => ("config", "KubeProxyConfiguration"),
            Part::Etcd => ("config-file", "etcd's own format"),
            _ => return None,
        })
    }

    /// Whether the file, where there is one, replaces all flags: the kubelet's do win over it.
    pub(super) fn file_replaces_flags(self) -> bool {
        matches!(self, Part::Scheduler | Part::KubeProxy | Part::Etcd)
    }
}
