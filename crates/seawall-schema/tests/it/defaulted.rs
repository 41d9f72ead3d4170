//! What is filled in.

use crate::expect;

fn object(api: &str, kind: &str, rest: &str) -> String {
    format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: a}}\n{rest}\n")
}

#[test]
fn pods() {
    let spec = "spec: {hostNetwork: true, serviceAccount: robot, containers: [{name: c, image: nginx, ports: [{containerPort: 80}], \
                resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}}, livenessProbe: {httpGet: {port: http}}, \
                env: [{name: E, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]}], \
                initContainers: [{name: i, image: 'i:1', restartPolicy: Always}], ephemeralContainers: [{name: e, image: 'e:latest'}], \
                volumes: [{name: a}, {name: b, hostPath: {path: /}}, {name: c, secret: {secretName: s}}, {name: d, configMap: {name: m}}, \
                {name: e, projected: {sources: [{serviceAccountToken: {path: t}}]}}, {name: f, image: {reference: r}}, \
                {name: g, iscsi: {targetPortal: p, iqn: q, lun: 0}}, {name: h, azureDisk: {diskName: d, diskURI: u}}]}";
    expect(
        &object("v1", "Pod", spec),
        &[
            ("spec.restartPolicy", "\"Always\""),
            ("spec.dnsPolicy", "\"ClusterFirst\""),
            ("spec.terminationGracePeriodSeconds", "30"),
            ("spec.schedulerName", "\"default-scheduler\""),
            ("spec.enableServiceLinks", "true"),
            ("spec.serviceAccountName", "\"robot\""),
            ("spec.serviceAccount", "\"robot\""),
            ("spec.containers[0].imagePullPolicy", "\"Always\""),
            ("spec.containers[0].terminationMessagePath", "\"/dev/termination-log\""),
            ("spec.containers[0].terminationMessagePolicy", "\"File\""),
            ("spec.containers[0].ports[0]", "{\"containerPort\":80,\"hostPort\":80,\"protocol\":\"TCP\"}"),
            ("spec.containers[0].resources.requests", "{\"cpu\":\"500m\",\"memory\":\"1Gi\"}"),
            (
                "spec.containers[0].livenessProbe.httpGet",
                "{\"port\":\"http\",\"path\":\"/\",\"scheme\":\"HTTP\"}",
            ),
            ("spec.containers[0].livenessProbe.periodSeconds", "10"),
            ("spec.containers[0].livenessProbe.timeoutSeconds", "1"),
            ("spec.containers[0].livenessProbe.successThreshold", "1"),
            ("spec.containers[0].livenessProbe.failureThreshold", "3"),
            ("spec.containers[0].livenessProbe.initialDelaySeconds", "-"),
            ("spec.containers[0].env[0].valueFrom.fieldRef.apiVersion", "\"v1\""),
            ("spec.initContainers[0].imagePullPolicy", "\"IfNotPresent\""),
            ("spec.ephemeralContainers[0].imagePullPolicy", "\"Always\""),
            ("spec.volumes[0].emptyDir", "{}"),
            ("spec.volumes[1].hostPath", "{\"path\":\"/\",\"type\":\"\"}"),
            ("spec.volumes[2].secret.defaultMode", "420"),
            ("spec.volumes[3].configMap.defaultMode", "420"),
            ("spec.volumes[4].projected.defaultMode", "420"),
            ("spec.volumes[4].projected.sources[0].serviceAccountToken.expirationSeconds", "3600"),
            ("spec.volumes[5].image.pullPolicy", "\"Always\""),
            ("spec.volumes[6].iscsi.iscsiInterface", "\"default\""),
            ("spec.volumes[7].azureDisk.readOnly", "false"),
            ("spec.volumes[7].azureDisk.cachingMode", "\"ReadWrite\""),
        ],
    );
}

#[test]
fn pods_that_limit_themselves_request_what_their_containers_do() {
    let container = |name: &str, rest: &str, cpu: &str| {
        format!(
            "{{name: {name}, image: 'i:1', {rest} resources: {{requests: {{cpu: {cpu}, x/z: 1}}, limits: {{hugepages-2Mi: 2Mi}}}}}}"
        )
    };
    let spec = format!(
        "spec: {{resources: {{limits: {{cpu: 4, memory: 1Gi}}}}, containers: [{}, {}], initContainers: [{}, {}]}}",
        container("a", "", "100m"),
        container("b", "", "1"),
        container("s", "restartPolicy: Always,", "200m"),
        container("i", "", "1.5"),
    );
    expect(
        &object("v1", "Pod", &spec),
        &[
            ("spec.resources.limits", "{\"cpu\":\"4\",\"memory\":\"1Gi\",\"hugepages-2Mi\":\"6Mi\"}"),
            ("spec.resources.requests", "{\"cpu\":\"1700m\",\"memory\":\"1Gi\",\"hugepages-2Mi\":\"6Mi\"}"),
        ],
    );
    expect(&object("v1", "Pod", "spec: {resources: {}, containers: []}"), &[("spec.resources", "{}")]);
}

#[test]
fn only_pods_request_what_they_limit() {
    let template =
        "spec: {template: {spec: {containers: [{name: c, image: 'i:1', resources: {limits: {cpu: 1}}}]}}}";
    expect(
        &object("apps/v1", "Deployment", template),
        &[
            ("spec.template.spec.containers[0].resources", "{\"limits\":{\"cpu\":\"1\"}}"),
            ("spec.template.spec.enableServiceLinks", "-"),
            ("spec.template.spec.securityContext", "{}"),
        ],
    );
}

#[test]
fn workloads() {
    expect(
        &object("apps/v1", "Deployment", ""),
        &[
            ("spec.replicas", "1"),
            ("spec.revisionHistoryLimit", "10"),
            ("spec.progressDeadlineSeconds", "600"),
            (
                "spec.strategy",
                "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":\"25%\",\"maxSurge\":\"25%\"}}",
            ),
        ],
    );
    expect(
        &object("apps/v1", "Deployment", "spec: {replicas: 0, strategy: {type: Recreate}}"),
        &[("spec.replicas", "0"), ("spec.strategy", "{\"type\":\"Recreate\"}")],
    );
    expect(
        &object("apps/v1", "DaemonSet", "spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 2}}}"),
        &[
            ("spec.updateStrategy.rollingUpdate", "{\"maxUnavailable\":2,\"maxSurge\":0}"),
            ("metadata.annotations", "{\"deprecated.daemonset.template.generation\":\"0\"}"),
        ],
    );
    expect(
        &object("apps/v1", "StatefulSet", "spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {}}]}"),
        &[
            ("spec.updateStrategy", "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":0}}"),
            ("spec.podManagementPolicy", "\"OrderedReady\""),
            (
                "spec.persistentVolumeClaimRetentionPolicy",
                "{\"whenDeleted\":\"Retain\",\"whenScaled\":\"Retain\"}",
            ),
            ("spec.volumeClaimTemplates[0].kind", "\"PersistentVolumeClaim\""),
            ("spec.volumeClaimTemplates[0].spec.volumeMode", "\"Filesystem\""),
            ("spec.volumeClaimTemplates[0].status.phase", "\"Pending\""),
            ("spec.serviceName", "\"\""),
        ],
    );
    expect(
        &object("apps/v1", "StatefulSet", "spec: {updateStrategy: {type: RollingUpdate}}"),
        &[("spec.updateStrategy", "{\"type\":\"RollingUpdate\"}")],
    );
    expect(
        &object("batch/v1", "Job", "spec: {template: {metadata: {labels: {x: z}}}}"),
        &[
            ("metadata.labels", "{\"x\":\"z\"}"),
            ("spec.completions", "1"),
            ("spec.parallelism", "1"),
            ("spec.backoffLimit", "6"),
            ("spec.completionMode", "\"NonIndexed\""),
            ("spec.suspend", "false"),
            ("spec.podReplacementPolicy", "\"TerminatingOrFailed\""),
            ("spec.manualSelector", "false"),
        ],
    );
    expect(
        &object(
            "batch/v1",
            "Job",
            "spec: {parallelism: 3, backoffLimitPerIndex: 1, podFailurePolicy: {rules: []}}",
        ),
        &[
            ("spec.completions", "-"),
            ("spec.backoffLimit", "2147483647"),
            ("spec.podReplacementPolicy", "\"Failed\""),
        ],
    );
    expect(
        &object("batch/v1", "CronJob", "spec: {schedule: '* * * * *'}"),
        &[
            ("spec.concurrencyPolicy", "\"Allow\""),
            ("spec.suspend", "false"),
            ("spec.successfulJobsHistoryLimit", "3"),
            ("spec.failedJobsHistoryLimit", "1"),
            ("spec.jobTemplate.spec.backoffLimit", "-"),
            ("spec.jobTemplate.spec.template.spec.restartPolicy", "\"Always\""),
        ],
    );
    expect(
        &object("v1", "ReplicationController", "spec: {template: {metadata: {labels: {x: z}}}}"),
        &[("spec.selector", "{\"x\":\"z\"}"), ("metadata.labels", "{\"x\":\"z\"}"), ("spec.replicas", "1")],
    );
}

#[test]
fn services() {
    expect(
        &object("v1", "Service", "spec: {ports: [{port: 80}, {port: 81, targetPort: web, protocol: UDP}]}"),
        &[
            ("spec.type", "\"ClusterIP\""),
            ("spec.sessionAffinity", "\"None\""),
            ("spec.internalTrafficPolicy", "\"Cluster\""),
            ("spec.externalTrafficPolicy", "-"),
            ("spec.ports[0]", "{\"port\":80,\"targetPort\":80,\"protocol\":\"TCP\"}"),
            ("spec.ports[1].targetPort", "\"web\""),
            ("status", "{\"loadBalancer\":{}}"),
        ],
    );
    expect(
        &object(
            "v1",
            "Service",
            "spec: {type: LoadBalancer, sessionAffinity: ClientIP}\nstatus: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}",
        ),
        &[
            ("spec.externalTrafficPolicy", "\"Cluster\""),
            ("spec.allocateLoadBalancerNodePorts", "true"),
            ("spec.sessionAffinityConfig", "{\"clientIP\":{\"timeoutSeconds\":10800}}"),
            ("status.loadBalancer.ingress[0].ipMode", "\"VIP\""),
        ],
    );
    expect(
        &object("v1", "Service", "spec: {externalIPs: [1.2.3.4], sessionAffinityConfig: {clientIP: {}}}"),
        &[("spec.externalTrafficPolicy", "\"Cluster\""), ("spec.sessionAffinityConfig", "-")],
    );
    expect(
        &object("v1", "Service", "spec: {type: ExternalName, externalName: x.z}"),
        &[("spec.internalTrafficPolicy", "-"), ("spec.ports", "-")],
    );
}

#[test]
fn volumes_and_storage() {
    expect(
        &object("v1", "PersistentVolume", "spec: {capacity: {storage: 1024Mi}}"),
        &[
            ("spec.persistentVolumeReclaimPolicy", "\"Retain\""),
            ("spec.volumeMode", "\"Filesystem\""),
            ("spec.capacity.storage", "\"1Gi\""),
            ("status.phase", "\"Pending\""),
        ],
    );
    expect(
        &object("storage.k8s.io/v1", "StorageClass", "provisioner: p"),
        &[("reclaimPolicy", "\"Delete\""), ("volumeBindingMode", "\"Immediate\"")],
    );
    expect(
        &object("storage.k8s.io/v1", "VolumeAttachment", "spec: {source: {inlineVolumeSpec: {}}}"),
        &[("spec.source.inlineVolumeSpec", "{}")],
    );
    expect(
        &object("storage.k8s.io/v1", "CSIDriver", ""),
        &[
            ("spec.attachRequired", "true"),
            ("spec.volumeLifecycleModes", "[\"Persistent\"]"),
            ("spec.seLinuxMount", "false"),
        ],
    );
    expect(
        &object(
            "v1",
            "LimitRange",
            "spec: {limits: [{type: Container, max: {cpu: 2}, min: {memory: 1Mi}}, {type: Pod, max: {cpu: 1}}]}",
        ),
        &[
            ("spec.limits[0].default", "{\"cpu\":\"2\"}"),
            ("spec.limits[0].defaultRequest", "{\"cpu\":\"2\",\"memory\":\"1Mi\"}"),
            ("spec.limits[1].default", "-"),
        ],
    );
    expect(
        &object("v1", "Node", "status: {capacity: {cpu: 2}}"),
        &[
            ("status.allocatable.cpu", "\"2\""),
            ("status.daemonEndpoints", "{\"kubeletEndpoint\":{\"Port\":0}}"),
        ],
    );
}

#[test]
fn policies_and_rights() {
    expect(
        &object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "spec: {podSelector: {}, egress: [{ports: [{port: 53}]}]}",
        ),
        &[("spec.policyTypes", "[\"Ingress\",\"Egress\"]"), ("spec.egress[0].ports[0].protocol", "\"TCP\"")],
    );
    expect(
        &object("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}, egress: []}"),
        &[("spec.policyTypes", "[\"Ingress\"]"), ("spec.egress", "-")],
    );
    let subjects = "subjects: [{kind: User, name: u}, {kind: ServiceAccount, name: s}, {kind: Group, name: g}]\nroleRef: {kind: ClusterRole, name: r}";
    expect(
        &object("rbac.authorization.k8s.io/v1", "RoleBinding", subjects),
        &[
            ("subjects[0].apiGroup", "\"rbac.authorization.k8s.io\""),
            ("subjects[1].apiGroup", "-"),
            ("subjects[2].apiGroup", "\"rbac.authorization.k8s.io\""),
            ("roleRef.apiGroup", "\"rbac.authorization.k8s.io\""),
        ],
    );
    expect(
        &object("v1", "Namespace", ""),
        &[
            ("metadata.labels", "{\"kubernetes.io/metadata.name\":\"a\"}"),
            ("status.phase", "\"Active\""),
            ("spec", "{}"),
        ],
    );
    let api = "admissionregistration.k8s.io/v1";
    expect(
        &object(
            api,
            "MutatingWebhookConfiguration",
            "webhooks: [{name: w, clientConfig: {service: {name: s, namespace: m}}, rules: [{resources: [pods]}]}]",
        ),
        &[
            ("webhooks[0].failurePolicy", "\"Fail\""),
            ("webhooks[0].matchPolicy", "\"Equivalent\""),
            ("webhooks[0].reinvocationPolicy", "\"Never\""),
            ("webhooks[0].timeoutSeconds", "10"),
            ("webhooks[0].namespaceSelector", "{}"),
            ("webhooks[0].rules[0].scope", "\"*\""),
            ("webhooks[0].clientConfig.service.port", "443"),
            ("webhooks[0].sideEffects", "null"),
            ("webhooks[0].admissionReviewVersions", "null"),
        ],
    );
    expect(
        &object(
            api,
            "ValidatingAdmissionPolicy",
            "spec: {matchConstraints: {resourceRules: [{resources: [pods]}]}, validations: [{expression: 'true'}]}",
        ),
        &[
            ("spec.failurePolicy", "\"Fail\""),
            ("spec.matchConstraints.matchPolicy", "\"Equivalent\""),
            ("spec.matchConstraints.objectSelector", "{}"),
            ("spec.matchConstraints.resourceRules[0].scope", "\"*\""),
        ],
    );
    expect(
        &object("networking.k8s.io/v1", "IngressClass", "spec: {parameters: {kind: k, name: m}}"),
        &[("spec.parameters.scope", "\"Cluster\"")],
    );
    expect(
        &object("scheduling.k8s.io/v1", "PriorityClass", "value: 1"),
        &[("preemptionPolicy", "\"PreemptLowerPriority\"")],
    );
}

#[test]
fn autoscalers() {
    expect(
        &object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: d}, behavior: {scaleUp: {selectPolicy: Min}}}",
        ),
        &[
            ("spec.minReplicas", "1"),
            (
                "spec.metrics[0].resource",
                "{\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":80}}",
            ),
            ("spec.behavior.scaleUp.selectPolicy", "\"Min\""),
            ("spec.behavior.scaleUp.stabilizationWindowSeconds", "0"),
            ("spec.behavior.scaleDown.stabilizationWindowSeconds", "-"),
            (
                "spec.behavior.scaleDown.policies",
                "[{\"type\":\"Percent\",\"value\":100,\"periodSeconds\":15}]",
            ),
            ("status", "{\"currentMetrics\":null,\"desiredReplicas\":0}"),
        ],
    );
    expect(
        &object("autoscaling/v1", "HorizontalPodAutoscaler", "spec: {maxReplicas: 3}"),
        &[("spec.targetCPUUtilizationPercentage", "80"), ("spec.minReplicas", "1")],
    );
}

#[test]
fn a_scale_of_zero_has_no_number() {
    expect(
        &object("autoscaling/v1", "Scale", "spec: {replicas: 0}"),
        &[("spec", "{}"), ("status", "{\"replicas\":0}")],
    );
}
