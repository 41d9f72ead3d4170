//! A cluster that is followed, from a stand-in API server.

mod api;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use seawall_cluster::{Access, Options};
use seawall_inventory::Inventory;
use seawall_policy::vap::PolicySet;
use seawall_server::{Failure, Follow, Judge, Judging, Mode, Modes, PodSecurity, Policies, Rules};
use serde_json::{Value, json};

use crate::stand::{Setup, Stand, review, run};
use api::Api;

/// A server that follows a stand-in, and what was told.
struct Scene {
    api: Api,
    stand: Stand,
    ready: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy, Default)]
struct Wants {
    pods: bool,
    policies: bool,
    list_bytes: Option<usize>,
}

impl Scene {
    /// Judges by Pod Security and by the policies of the cluster, and refuses what it cannot judge.
    async fn start(api: Api, wants: Wants) -> Self {
        let modes = Modes { rules: Vec::new(), default: Mode::Enforce };
        let rules = Rules { modes, failure: Failure::Refuse, ..Rules::default() };
        let stand = Stand::start(Setup { rules, ..Setup::default() }).await;
        let mut options = Options::default();
        options.list_bytes = wants.list_bytes.unwrap_or(options.list_bytes);
        let judges = |cluster: &Inventory| {
            let (set, problems) = PolicySet::read(cluster);
            assert!(problems.is_empty(), "{problems:?}");
            let (needs, texts) = (set.needs(), cluster.joined_with([]));
            let judges: Vec<Arc<dyn Judge>> =
                vec![Arc::new(Policies::new(set, texts, Vec::new())), Arc::new(PodSecurity::default())];
            Judging { install: Box::new(move |desk| desk.set_judges(judges)), needs }
        };
        let follow = Follow {
            access: Access::Url(api.url.clone()),
            options,
            base: Inventory::default(),
            pods: wants.pods,
            policies: wants.policies,
            judges: Box::new(judges),
        };
        let (ready, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        tokio::spawn({
            let (desk, ready, told) = (stand.desk.clone(), ready.clone(), told.clone());
            async move {
                let tell = move |line: &str| told.lock().unwrap().push(line.to_owned());
                let why = follow.run(desk, &tell, || ready.store(true, Ordering::SeqCst)).await;
                panic!("following ended: {why}");
            }
        });
        Scene { api, stand, ready, told }
    }

    /// Started, and ready.
    async fn ready(api: Api, wants: Wants) -> Self {
        let scene = Self::start(api, wants).await;
        scene.until("it is ready", async || scene.ready.load(Ordering::SeqCst)).await;
        scene
    }

    /// Lets time pass until something holds. The clock is that of the test: nobody waits for it.
    async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        for _ in 0..10_000 {
            if holds().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("never: {what}; told: {:?}", self.told.lock().unwrap());
    }

    /// What a review of a pod is answered.
    async fn ask(&self, namespace: &str) -> Value {
        let mut review = review(namespace, "web");
        review["request"]["userInfo"]["username"] = "alice".into();
        let mut client = self.stand.client().await;
        client.post("/validate", review.to_string().as_bytes()).await.unwrap().json()["response"].clone()
    }

    async fn allows(&self, namespace: &str) -> bool {
        self.ask(namespace).await["allowed"] == true
    }

    async fn metrics(&self) -> String {
        self.stand.client().await.get("/metrics").await.unwrap().body
    }

    fn told(&self, part: &str) -> bool {
        self.told.lock().unwrap().iter().any(|line| line.contains(part))
    }
}

fn namespace(name: &str, enforce: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": enforce}}})
}

/// A policy and its binding; `params` is the name of a ConfigMap in the namespace of the request.
fn policy(name: &str, expression: &str, params: Option<&str>) -> [Value; 2] {
    let mut spec = json!({
        "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
        "validations": [{"expression": expression, "message": format!("{name} says no")}],
    });
    let mut binding = json!({"policyName": name, "validationActions": ["Deny"]});
    if let Some(params) = params {
        spec["paramKind"] = json!({"apiVersion": "v1", "kind": "ConfigMap"});
        binding["paramRef"] = json!({"name": params, "parameterNotFoundAction": "Deny"});
    }
    let of = |kind: &str, spec: Value| json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec});
    [of("ValidatingAdmissionPolicy", spec), of("ValidatingAdmissionPolicyBinding", binding)]
}

#[test]
fn what_changes_in_the_cluster_changes_verdicts() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        let scene = Scene::ready(api, Wants::default()).await;
        assert!(scene.allows("shop").await);
        let unknown = scene.ask("new").await;
        assert_eq!(unknown["allowed"], false, "of a namespace that is not known nothing can be said");
        assert!(unknown["status"]["message"].as_str().unwrap().contains("failed to lookup namespace"));
        scene.api.put(&namespace("shop", "restricted"));
        scene.api.put(&namespace("new", "privileged"));
        scene.until("the label counts", async || !scene.allows("shop").await).await;
        scene.until("the new one is known", async || scene.allows("new").await).await;
        scene.api.delete(&namespace("new", ""));
        scene.until("it is gone", async || !scene.allows("new").await).await;
        let metrics = scene.metrics().await;
        for line in [
            "seawall_admission_inventory_objects{kind=\"Namespace\"} 1\n",
            "seawall_admission_inventory_complete{kind=\"ServiceAccount\"} 1\n",
            "seawall_admission_inventory_age_seconds{kind=\"Namespace\"} ",
        ] {
            assert!(metrics.contains(line), "{line}{metrics}");
        }
        let seen = scene.api.seen();
        assert!(
            !seen.iter().any(|path| path.contains("pods") || path.contains("rbac")),
            "nobody reads these: {seen:?}"
        );
    });
}

#[test]
fn policies_and_their_parameters_come_and_go() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        let limit = |most: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "limit", "namespace": "shop"}, "data": {"most": most}});
        let [one, binding] =
            policy("few", "size(object.spec.containers) <= int(params.data.most)", Some("limit"));
        api.put(&limit("0"));
        api.put(&one);
        api.put(&binding);
        let scene = Scene::ready(api, Wants { policies: true, ..Wants::default() }).await;
        assert!(scene.api.seen().contains(&"/api/v1/configmaps".to_owned()));
        let refused = scene.ask("shop").await;
        assert!(refused["status"]["message"].as_str().unwrap().contains("few says no"), "{refused}");
        scene.api.put(&limit("1"));
        scene.until("the parameter counts", async || scene.allows("shop").await).await;
        scene.api.delete(&limit("1"));
        scene.until("there is none", async || !scene.allows("shop").await).await;
        let refused = scene.ask("shop").await;
        assert!(refused["status"]["message"].as_str().unwrap().contains("no params found"), "{refused}");
        scene.api.delete(&binding);
        scene.until("the policy is not in force", async || scene.allows("shop").await).await;
        // A policy that asks for rights makes them be followed before it is in force.
        let [asks, binding] = policy(
            "asks",
            "authorizer.group('').resource('pods').namespace('shop').check('delete').allowed()",
            None,
        );
        assert!(!scene.api.seen().iter().any(|path| path.contains("rbac")));
        scene.api.put(&asks);
        scene.api.put(&binding);
        scene.until("it is in force", async || !scene.allows("shop").await).await;
        let refused = scene.ask("shop").await;
        assert!(
            refused["status"]["message"].as_str().unwrap().contains("asks says no"),
            "it is certain: {refused}"
        );
        scene.api.put(&json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r", "namespace": "shop"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]}]}));
        scene.api.put(&json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "b", "namespace": "shop"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}]}));
        scene.until("alice may", async || scene.allows("shop").await).await;
    });
}

#[test]
fn what_is_refused_is_a_gap_and_keeps_nothing_else_back() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        api.deny("/apis/rbac.authorization.k8s.io/v1/roles", Some(403));
        let [asks, binding] = policy(
            "asks",
            "authorizer.group('').resource('pods').namespace('shop').check('delete').allowed()",
            None,
        );
        api.put(&asks);
        api.put(&binding);
        let scene = Scene::ready(api, Wants { policies: true, ..Wants::default() }).await;
        let refused = scene.ask("shop").await;
        let message = refused["status"]["message"].as_str().unwrap();
        assert!(message.contains("could not be judged") && message.contains("not all roles"), "{message}");
        assert!(scene.told("cluster: `Role.rbac.authorization.k8s.io` is refused: status 403: not for you"));
        assert!(
            scene.metrics().await.contains("inventory_complete{kind=\"Role.rbac.authorization.k8s.io\"} 0\n")
        );
        scene.api.deny("/apis/rbac.authorization.k8s.io/v1/roles", None);
        scene
            .until("it is certain", async || {
                scene.ask("shop").await["status"]["message"].as_str().unwrap().contains("asks says no")
            })
            .await;
        assert!(scene.told("`Role.rbac.authorization.k8s.io` is read again"));
    });
}

#[test]
fn nobody_is_ready_before_everything_was_listed() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        api.set_down(true);
        let scene = Scene::start(api, Wants::default()).await;
        tokio::time::sleep(Duration::from_secs(1_000)).await;
        assert!(!scene.ready.load(Ordering::SeqCst) && scene.told("cluster: cannot be read: "));
        scene.api.deny("/api/v1/namespaces", Some(503));
        scene.api.deny("/api/v1/serviceaccounts", Some(503));
        scene.api.set_down(false);
        tokio::time::sleep(Duration::from_secs(1_000)).await;
        assert!(!scene.ready.load(Ordering::SeqCst), "whoever fails has not answered");
        assert!(scene.told("`Namespace` cannot be read: status 503"));
        scene.api.deny("/api/v1/namespaces", None);
        // One kind that cannot be had keeps the others back for a while only.
        scene.until("it is ready", async || scene.ready.load(Ordering::SeqCst)).await;
        assert!(scene.allows("shop").await);
        assert!(scene.metrics().await.contains("inventory_complete{kind=\"ServiceAccount\"} 0\n"));
    });
}

#[test]
fn policies_that_may_not_be_seen_are_not_taken_for_none() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        let kind = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
        api.deny(kind, Some(403));
        let scene = Scene::start(api, Wants { policies: true, ..Wants::default() }).await;
        tokio::time::sleep(Duration::from_secs(1_000)).await;
        assert!(!scene.ready.load(Ordering::SeqCst));
        assert!(scene.told("is refused: status 403: not for you"));
        scene.api.deny(kind, None);
        scene.until("it is ready", async || scene.ready.load(Ordering::SeqCst)).await;
    });
}

#[test]
fn when_the_cluster_falls_silent_absence_proves_nothing() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        let [one, binding] = policy("ours", "namespaceObject.metadata.name != 'other'", None);
        api.put(&one);
        api.put(&binding);
        let scene = Scene::ready(api, Wants { policies: true, ..Wants::default() }).await;
        let missing = scene.ask("other").await;
        assert!(
            missing["status"]["message"].as_str().unwrap().contains("namespaces \\\"other\\\" not found")
                || missing["status"]["message"].as_str().unwrap().contains("namespaces \"other\" not found"),
            "{missing}"
        );
        scene.api.set_down(true);
        scene.until("it is told", async || scene.told("`Namespace` cannot be read: ")).await;
        assert!(
            scene.metrics().await.contains("inventory_complete{kind=\"Namespace\"} 1\n"),
            "a short absence is none"
        );
        scene
            .until("it is stale", async || {
                scene.metrics().await.contains("inventory_complete{kind=\"Namespace\"} 0\n")
            })
            .await;
        assert!(scene.allows("shop").await, "what was there is judged by");
        let unknown = scene.ask("other").await["status"]["message"].to_string();
        assert!(unknown.contains("ours: could not be judged: it reads namespace `other`"), "{unknown}");
        scene.api.set_down(false);
        scene.api.put(&namespace("other", "privileged"));
        scene
            .until("it is read again", async || {
                scene.ask("other").await["status"]["message"].to_string().contains("ours says no")
            })
            .await;
        assert!(scene.told("`Namespace` is read again"));
    });
}

#[test]
fn a_burst_of_changes_makes_few_states() {
    run(async {
        let api = Api::start().await;
        for number in 0..2_000 {
            api.put(&namespace(&format!("n-{number}"), "privileged"));
        }
        let scene = Scene::ready(api, Wants::default()).await;
        let states = async || -> u64 {
            let metrics = scene.metrics().await;
            let line = metrics
                .lines()
                .find_map(|line| line.strip_prefix("seawall_admission_inventory_states_total "));
            line.unwrap().parse().unwrap()
        };
        let before = states().await;
        for round in 0..20 {
            for number in 0..100 {
                scene.api.put(&namespace(
                    &format!("n-{number}"),
                    if round % 2 == 0 { "baseline" } else { "restricted" },
                ));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        scene.until("all of it counts", async || !scene.allows("n-99").await).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(!scene.allows("n-0").await);
        let made = states().await - before;
        assert!((1..=4).contains(&made), "{made} states of 2,000 changes within 200 ms");
        assert!(scene.metrics().await.contains("inventory_objects{kind=\"Namespace\"} 2000\n"));
    });
}

#[test]
fn what_takes_too_much_memory_is_not_held_and_said_to_be_missing() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        let wants = Wants { list_bytes: Some(20_000), ..Wants::default() };
        let scene = Scene::ready(api, wants).await;
        assert!(scene.allows("shop").await);
        for number in 0..200 {
            scene.api.put(&namespace(&format!("n-{number}"), "privileged"));
        }
        scene.until("it is too much", async || scene.told("`Namespace` is not held any more")).await;
        scene.until("it is missing", async || !scene.allows("shop").await).await;
        let metrics = scene.metrics().await;
        assert!(metrics.contains("inventory_complete{kind=\"Namespace\"} 0\n"), "{metrics}");
        assert!(metrics.contains("inventory_objects{kind=\"Namespace\"} 0\n"), "{metrics}");
    });
}

#[test]
fn pods_are_followed_for_those_who_want_to_know_what_a_stricter_level_means() {
    run(async {
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        api.put(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "old", "namespace": "shop"}, "spec": {"hostPID": true, "containers": [{"name": "web", "image": "a"}]}}));
        let scene = Scene::ready(api, Wants { pods: true, ..Wants::default() }).await;
        let labels = |level: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": level}}});
        let update = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "u", "kind": {"group": "", "version": "v1", "kind": "Namespace"},
            "resource": {"group": "", "version": "v1", "resource": "namespaces"}, "name": "shop", "namespace": "shop", "operation": "UPDATE",
            "userInfo": {"username": "alice"}, "object": labels("baseline"), "oldObject": labels("privileged")}});
        let mut client = scene.stand.client().await;
        let answer = client.post("/validate", update.to_string().as_bytes()).await.unwrap().json();
        let warnings = answer["response"]["warnings"].to_string();
        assert!(warnings.contains("old: host namespaces"), "{warnings}");
        assert!(!warnings.contains("only checked against"), "all pods are known: {warnings}");
    });
}

#[test]
fn what_the_cluster_says_of_its_types_is_asked_for_when_a_policy_needs_it() {
    run(async {
        const INDEX: &str = "/openapi/v3";
        const GAUGES: &str = "/openapi/v3/apis/gauges.example/v1";
        let api = Api::start().await;
        api.put(&namespace("shop", "privileged"));
        api.deny(INDEX, Some(403));
        api.fix(
            INDEX,
            json!({"paths": {"apis/gauges.example/v1": {"serverRelativeURL": format!("{GAUGES}?hash=1")}}}),
        );
        let scene = Scene::ready(api, Wants { policies: true, ..Wants::default() }).await;
        assert!(scene.allows("shop").await);
        assert!(scene.api.seen().iter().all(|path| path != INDEX), "no policy needs types");
        let [mut policy, binding] = policy("gauges", "object.spec.mode != 'off'", None);
        policy["spec"]["matchConstraints"]["resourceRules"][0]["apiGroups"] = json!(["gauges.example"]);
        scene.api.put(&policy);
        scene.api.put(&binding);
        scene.until("it is told", async || scene.told("`/openapi/v3` could not be read: status 403")).await;
        assert!(scene.allows("shop").await, "all else goes on");
        scene.api.deny(INDEX, None);
        scene.until("it is asked again", async || scene.api.seen().iter().any(|path| path == GAUGES)).await;
    });
}
