//! Objects put and taken one at a time: answers equal those of a fresh build.

use proptest::prelude::*;
use seawall_inventory::{GroupKind, Resource};
use seawall_paths::{Filter, Model};

use crate::{clusterwide, namespaced, resources, steps};

/// Objects of several kinds, some of them twice in another form.
fn pool() -> Vec<Resource> {
    let exec = "{apiGroups: [''], resources: [pods/exec], verbs: [create]}";
    let all = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";
    let more = "---\nkind: Pod\napiVersion: v1\nmetadata: {name: web, namespace: ci}\n\
                spec: {nodeName: n1, serviceAccountName: other, containers: [{name: web, image: web, securityContext: {privileged: true}}]}\n\
                ---\nkind: Namespace\napiVersion: v1\nmetadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}\n\
                ---\nkind: PersistentVolume\napiVersion: v1\nmetadata: {name: pv}\nspec: {hostPath: {path: /}}\n\
                ---\nkind: Service\napiVersion: v1\nmetadata: {name: web, namespace: ci}\nspec: {type: NodePort, selector: {a: b}, ports: [{port: 80}]}\n\
                ---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: aws-auth, namespace: kube-system}\ndata: {}\n";
    let control = "---\nkind: Pod\napiVersion: v1\nmetadata: {name: etcd, namespace: kube-system}\n\
                spec: {nodeName: n1, hostNetwork: true, containers: [{name: e, image: e, command: [etcd, '--listen-client-urls=http://10.0.0.1:2379']}]}\nstatus: {hostIP: 10.0.0.1}\n\
                ---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: kubelet-config, namespace: kube-system}\ndata: {kubelet: '{authorization: {mode: AlwaysAllow}}'}\n\
                ---\nkind: Node\napiVersion: v1\nmetadata: {name: n1}\nspec: {providerID: kind://n1}\nstatus: {addresses: [{address: 10.0.0.1}], nodeInfo: {containerRuntimeVersion: 'cri-o://1.22.0'}}\n\
                ---\nkind: Pod\napiVersion: v1\nmetadata: {name: cache, namespace: other}\nspec: {containers: [{name: r, image: redis, ports: [{containerPort: 6379}]}]}\n\
                ---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: none, namespace: ci}\nspec: {podSelector: {}, policyTypes: [Egress]}\n";
    let admission = "---\nkind: ClusterPolicy\napiVersion: kyverno.io/v1\nmetadata: {name: base}\n\
                spec: {validationFailureAction: Enforce, rules: [{match: {any: [{resources: {kinds: [Pod]}}]}, validate: {podSecurity: {level: baseline}}}]}\n\
                ---\nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {name: runs.x.io}\n\
                spec: {group: x.io, names: {plural: runs}, versions: [{schema: {openAPIV3Schema: {properties: {spec: {properties: {serviceAccountName: {}}}}}}}]}\n";
    let open = "---\nkind: Service\napiVersion: v1\nmetadata: {name: cache, namespace: other}\nspec: {selector: {app: cache}, ports: [{port: 6379}]}\n\
                ---\nkind: Pod\napiVersion: v1\nmetadata: {name: cache, namespace: other, labels: {app: cache}}\nspec: {containers: [{name: r, image: redis, securityContext: {privileged: true}}]}\n\
                ---\nkind: Gateway\napiVersion: gateway.networking.k8s.io/v1\nmetadata: {name: edge, namespace: other}\nspec: {gatewayClassName: c, listeners: [{name: l, port: 6379, protocol: TCP}]}\n\
                ---\nkind: TCPRoute\napiVersion: gateway.networking.k8s.io/v1alpha2\nmetadata: {name: r, namespace: other}\nspec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: cache, port: 6379}]}]}\n\
                ---\nkind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata: {name: i, namespace: other}\nspec: {defaultBackend: {service: {name: cache, port: {number: 6379}}}}\n\
                ---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: shut, namespace: other}\nspec: {podSelector: {}}\n";
    let custom = "{apiGroups: [x.io], resources: [runs, runs/status], verbs: [create, update]}, {apiGroups: [''], resources: [pods], verbs: [create]}";
    [namespaced(exec), clusterwide(all), namespaced(all), clusterwide(exec), more.to_owned()]
        .iter()
        .chain(&[control.to_owned(), open.to_owned(), admission.to_owned(), namespaced(custom)])
        .flat_map(|yaml| resources(yaml))
        .collect()
}

/// All steps, and all pairs with the length of their path: of equally short paths any may be shown.
fn answers(model: &Model) -> (Vec<String>, Vec<String>) {
    let groups = model.paths(&Filter::default()).unwrap();
    let mut pairs: Vec<String> = groups
        .iter()
        .flat_map(|group| {
            let path = &group.path;
            let length = path.steps.iter().filter(|step| step.primitive != "-").count();
            let told = format!("{} {length} {} {}", path.sink, path.expected, path.attenuated);
            group.starts.iter().map(move |start| format!("{start} {told}"))
        })
        .collect();
    pairs.sort();
    (steps(model), pairs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_of_changes_equals_a_fresh_build(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..40)) {
        let pool = pool();
        let mut model = Model::default();
        let mut standing: Vec<Resource> = Vec::new();
        let same = |a: &Resource, b: &Resource| {
            a.group_kind() == b.group_kind() && a.namespace() == b.namespace() && a.name() == b.name()
        };
        for (index, put) in changes {
            let resource = index.get(&pool);
            standing.retain(|other| !same(other, resource));
            if put {
                standing.push(resource.clone());
                model.apply(resource);
            } else {
                model.delete(GroupKind::new(resource.group(), resource.kind()), resource.namespace(), resource.name());
            }
            // The graph is made now and then, so that a stale one would be seen.
            if standing.len().is_multiple_of(3) {
                let _ = model.size();
            }
        }
        let mut builder = seawall_inventory::InventoryBuilder::new();
        standing.into_iter().for_each(|resource| builder.push(resource));
        let (fresh, _) = Model::build(&builder.build());
        prop_assert_eq!(answers(&model), answers(&fresh));
    }
}
