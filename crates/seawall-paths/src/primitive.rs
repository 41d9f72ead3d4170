//! The attack primitives: one row each, with what it does and what breaks it.
//!
//! The numbers are those of the project's primitive table (`docs/paths.md` lists which are modelled and which are not).

macro_rules! primitives {
    ($($name:ident $does:literal $fix:literal;)+) => {
        /// A way to go from one thing to another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Primitive {
            /// No attack: one thing is a part or a member of the other.
            Structure,
            $(#[doc = $does] $name,)+
        }

        impl Primitive {
            /// All primitives that are modelled, by number.
            pub const ALL: &[Primitive] = &[$(Primitive::$name,)+];

            /// The number in the table: `A04`; `-` for structure.
            pub const fn id(self) -> &'static str {
                match self {
                    Primitive::Structure => "-",
                    $(Primitive::$name => stringify!($name),)+
                }
            }

            /// What it does, in a few words.
            pub const fn does(self) -> &'static str {
                match self {
                    Primitive::Structure => "is part of",
                    $(Primitive::$name => $does,)+
                }
            }

            /// The change that breaks it.
            pub const fn fix(self) -> &'static str {
                match self {
                    Primitive::Structure => "",
                    $(Primitive::$name => $fix,)+
                }
            }
        }
    };
}

primitives! {
    A01 "holds every right in the cluster" "bind a role that names the verbs and resources needed";
    A02 "holds every right in the namespace" "bind a role that names the verbs and resources needed";
    A03 "is in the group that no rule restricts" "issue credentials without `system:masters`; rights from bindings can be taken back";
    A04 "creates a pod that runs as any service account of the namespace and mounts its secrets" "take `create` on `pods` away, or keep stronger service accounts and secrets in another namespace";
    A05 "creates a pod that owns the node it runs on" "enforce `pod-security.kubernetes.io/enforce: baseline` in the namespace, or take the right to create pods away";
    A06 "writes a workload whose pods run as any service account of the namespace" "take the right to write workloads away, or keep stronger service accounts and secrets in another namespace";
    A07 "changes the image of a running pod" "take `update` and `patch` on `pods` away";
    A08 "runs commands in pods" "take `pods/exec` away, or restrict it by `resourceNames`";
    A09 "attaches to containers of pods" "take `pods/attach` away";
    A10 "forwards ports to pods past every network policy" "take `pods/portforward` away";
    A11 "adds a debug container to running pods" "take `pods/ephemeralcontainers` away, and enforce a Pod Security level";
    A12 "talks to pods or services through the API server" "take `pods/proxy` and `services/proxy` away";
    A13 "reads any file of the node through a link in `/var/log`" "take `pods/log` away, or mount no `/var/log` of the node";
    A14 "binds pods that wait to a node that it controls" "take `create` on `pods/binding`, or the right to delete or evict pods, away";
    A15 "moves pods to a node that it controls" "take the right to delete or evict pods, or to change nodes, away";
    A16 "reads secrets whose names it knows" "restrict `get` on `secrets` by `resourceNames`";
    A17 "lists secrets with their contents" "take `list` and `watch` on `secrets` away";
    A18 "makes a token secret for any service account and reads it" "take `create` on `secrets` away";
    A20 "requests tokens of service accounts" "restrict `create` on `serviceaccounts/token` by `resourceNames`";
    A21 "gives an account of its own the cloud role of another" "take the right to write service accounts away, and name namespace and account in the trust policy of the role";
    A22 "impersonates other identities" "restrict `impersonate` on users, groups and service accounts by `resourceNames`";
    A23 "acts as somebody else within limits" "take `impersonate:…` or the `impersonate-on:…` verbs away";
    A24 "writes rights into a role that it did not hold" "take `escalate` away, or the right to change roles";
    A25 "binds itself to a role whose rights it did not hold" "take `bind` away or restrict it by `resourceNames`, or take the right to write bindings away";
    A28 "has a client certificate signed for any identity" "take `approve` for signer `kubernetes.io/kube-apiserver-client` away";
    A29 "has a certificate signed for any kubelet" "take `approve` for signer `kubernetes.io/kube-apiserver-client-kubelet` away";
    A31 "changes or reads what passes admission" "take the right to write webhook configurations and admission policies away";
    A32 "takes away the policies that refuse pods which own their node" "take the right to change or delete admission policies away, or enforce a Pod Security level as well";
    A33 "answers for an API group in place of its server" "take the right to write `apiservices` away";
    A34 "changes what controllers read of custom resources" "take the right to change `customresourcedefinitions` away";
    A35 "takes the Pod Security level off the namespace" "take `update` and `patch` on `namespaces` away";
    A37 "runs commands in pods through the kubelet" "replace `nodes/proxy` by the fine-grained `nodes/metrics`, `nodes/stats`, `nodes/log`";
    A39 "makes a volume of the node's own file system" "take `create` on `persistentvolumes` away";
    A41 "maps a cloud identity to `system:masters`" "take the right to change `aws-auth` away, or use access entries";
    A43 "changes the settings that nodes are given" "take the right to change ConfigMaps of `kube-system` away, or restrict it by `resourceNames`";
    A44 "directs the traffic of a Service to ports of other namespaces" "take the right to write endpoints and endpoint slices away";
    A47 "writes an Ingress that runs code in its controller" "update ingress-nginx, and set `allow-snippet-annotations: \"false\"`";
    A51 "asks the API server without credentials" "bind nothing to `system:unauthenticated` and `system:anonymous`";
    A52 "writes a custom resource that a stronger controller carries out" "let the controller act as an account of the tenant, or take the right to write the resource away";
    A53 "writes a custom resource from which its controller runs pods or reads secrets" "take the right to write the resource away, or keep stronger accounts and secrets in another namespace";
    B01 "runs privileged" "set `privileged: false`";
    B02 "runs privileged among the processes of the node" "set `privileged: false` and `hostPID: false`";
    B03 "may load kernel modules" "drop `SYS_MODULE`";
    B04 "may mount and use cgroups of the node" "drop `SYS_ADMIN`";
    B05 "may trace processes of the node" "drop `SYS_PTRACE`, or set `hostPID: false`";
    B06 "opens files of the node by handle" "drop `DAC_READ_SEARCH`";
    B07 "reaches devices or memory of the kernel" "drop the capability";
    B08 "listens to the traffic of the node" "drop `NET_ADMIN` and `NET_RAW`, or set `hostNetwork: false`";
    B09 "sees the processes of the node" "set `hostPID: false`";
    B10 "shares the memory segments of the node" "set `hostIPC: false`";
    B11 "shares the network of the node" "set `hostNetwork: false`";
    B12 "talks to the container runtime" "do not mount the socket of the runtime or a folder above it";
    B13 "writes files that the node runs or trusts" "do not mount the path, or mount it read-only";
    B14 "reads credentials of the node" "do not mount the path";
    B15 "reads the tokens of all pods on the node" "do not mount `/var/lib/kubelet` or a folder above it";
    B16 "has the kernel start a program" "do not mount `/proc` or `/sys` of the node writable";
    B18 "writes to the disks of the node" "mount no devices of the node";
    B19 "talks to the service manager of the node" "do not mount `/run/systemd` or `/run/dbus` or a folder above them";
    B20 "reaches the node's file system through a volume claim" "bind the claim to storage that is no path of a node";
    B22 "shares processes with the other containers of the pod" "set `shareProcessNamespace: false`";
    B23 "runs as a process of the Windows host" "set `hostProcess: false`";
    B24 "uses a known flaw of the runtime or the kernel of the node" "update the runtime or the kernel of the node";
    B25 "uses a known flaw of what runs in the container" "update the package";
    C01 "owns every pod on the node" "keep pods with strong service accounts on nodes of their own";
    C02 "acts as the kubelet of the node" "keep pods with strong service accounts on nodes of their own";
    C03 "creates pods as a kubelet that nothing restricts" "add `NodeRestriction` to `--enable-admission-plugins`";
    C04 "holds the keys of the control plane" "run no workloads on control-plane nodes";
    C05 "runs commands in pods through a kubelet that allows everything" "set `authorization.mode: Webhook` and `authentication.anonymous.enabled: false`";
    C06 "reads and writes etcd without a certificate" "set `--client-cert-auth=true`, and let etcd listen where only the API server is";
    C07 "asks an API server that allows everything" "set `--authorization-mode=Node,RBAC` and `--insecure-port=0`";
    C08 "uses a kubeconfig that a secret holds" "keep kubeconfigs out of the cluster, or narrow who reads the secret";
    C09 "holds the token of its service account" "set `automountServiceAccountToken: false` where the API is not used, or use an account without these rights";
    C10 "joins a node with a bootstrap token" "delete bootstrap tokens after use";
    D01 "takes the cloud role of its service account" "narrow the role and its trust policy";
    D02 "takes the cloud identity of its service account" "narrow the roles of the cloud identity";
    D03 "takes the cloud application of its service account" "narrow the roles of the application";
    D04 "asks the cloud's metadata service for the node's role" "deny egress to the metadata address, and require IMDSv2 with a hop limit of 1";
    D05 "is mapped from a cloud identity" "map cloud identities to groups with the rights needed";
    D06 "uses keys of a cloud that a secret holds" "use identities of workloads instead of keys, and narrow who reads the secret";
    E01 "is exposed outside the cluster" "expose it no longer, or put an authenticating proxy before it";
    E02 "connects to what listens" "restrict ingress by a network policy";
    E03 "connects to the control plane or a node" "restrict egress by a network policy";
    E05 "uses a service that asks for no login" "give it a password or certificates, or restrict ingress by a network policy";
    E06 "reaches ports through the API server" "take the right to forward or proxy away";
}

impl std::fmt::Display for Primitive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.id())
    }
}
