{{/* Made by `cargo xtask generate` from the exemptions of the server; edits are lost. */}}

{{- define "seawall.notExempt" -}}
!(request.resource.group in ["admissionregistration.k8s.io"] || request.resource.group + '/' + request.resource.resource in ["coordination.k8s.io/leases", "coordination.k8s.io/leasecandidates", "/events", "events.k8s.io/events", "authentication.k8s.io/tokenreviews", "authentication.k8s.io/selfsubjectreviews", "authorization.k8s.io/subjectaccessreviews", "authorization.k8s.io/selfsubjectaccessreviews", "authorization.k8s.io/localsubjectaccessreviews", "authorization.k8s.io/selfsubjectrulesreviews", "/nodes", "storage.k8s.io/csinodes", "storage.k8s.io/csistoragecapacities", "storage.k8s.io/volumeattachments", "/bindings", "/endpoints", "discovery.k8s.io/endpointslices", "certificates.k8s.io/certificatesigningrequests", "apiregistration.k8s.io/apiservices", "flowcontrol.apiserver.k8s.io/flowschemas", "flowcontrol.apiserver.k8s.io/prioritylevelconfigurations"] || has(request.subResource) && (request.resource.group + '/' + request.resource.resource + '/' + request.subResource in ["/serviceaccounts/token", "/pods/binding", "/pods/eviction"] || request.subResource in ["status"]))
{{- end -}}

{{- define "seawall.builtInNamespaces" -}}
namespace-kube-system: kube-system
namespace-kube-node-lease: kube-node-lease
namespace-kube-public: kube-public
cni-calico: calico-system
cni-calico-apiserver: calico-apiserver
cni-tigera: tigera-operator
cni-flannel: kube-flannel
cni-cilium: cilium
cni-openshift-multus: openshift-multus
cni-openshift-ovn: openshift-ovn-kubernetes
cni-openshift-network: openshift-network-operator
{{- end -}}
