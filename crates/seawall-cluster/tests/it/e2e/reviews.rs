//! Rights: random roles and bindings, and thousands of questions to the server and to the model of what was read.

use seawall_cluster::{Options, read_into};
use seawall_rbac::{Rbac, Request, UserInfo};
use seawall_sources::{Progress, SourceLimits, Target, load_with};
use serde_json::{Value, json};

use super::{Cluster, Dice};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
const GROUP: &str = "rbac.authorization.k8s.io";
const QUESTIONS: usize = 3_000;

const VERBS: &[&str] = &["get", "list", "create", "update", "deletecollection", "bind", "impersonate", "*"];
const GROUPS: &[&str] = &["", "apps", GROUP, "example.com", "*"];
const RESOURCES: &[&str] = &[
    "pods",
    "pods/exec",
    "pods/*",
    "*/exec",
    "secrets",
    "deployments",
    "*/scale",
    "namespaces",
    "nodes/proxy",
    "dep*",
    "*",
];
const ASKED: &[&str] =
    &["pods", "pods/exec", "secrets", "deployments", "deployments/scale", "namespaces", "nodes/proxy"];
const NAMES: &[&str] = &["web", "db"];
const PATHS: &[&str] = &["/metrics", "/healthz", "/healthz/*", "/a*", "/a", "*"];
const ASKED_PATHS: &[&str] = &["/metrics", "/healthz", "/healthz/etcd", "/a", "/ab", "/b"];
const USERS: &[&str] = &["alice", "bob"];
const TEAMS: &[&str] = &["devs", "ops"];

struct World<'c> {
    cluster: &'c Cluster,
    dice: Dice,
    namespaces: Vec<String>,
    mark: String,
}

impl World<'_> {
    fn rule(&mut self, global: bool) -> Value {
        let dice = &mut self.dice;
        if global && dice.often(15) {
            return json!({"nonResourceURLs": dice.some(PATHS), "verbs": dice.some(&["get", "post", "*"])});
        }
        let mut rule = json!({"apiGroups": dice.some(GROUPS), "resources": dice.some(RESOURCES), "verbs": dice.some(VERBS)});
        if dice.often(25) {
            let mut names: Vec<String> = dice.some(NAMES).into_iter().map(str::to_owned).collect();
            names.push(self.namespaces[0].clone());
            rule["resourceNames"] = json!(names);
        }
        rule
    }

    fn rules(&mut self, global: bool) -> Vec<Value> {
        (0..self.dice.below(4)).map(|_| self.rule(global)).collect()
    }

    fn home(&mut self) -> String {
        let at = self.dice.below(self.namespaces.len());
        self.namespaces[at].clone()
    }

    fn subjects(&mut self) -> Vec<Value> {
        let one = |world: &mut Self| {
            let home = world.home();
            match world.dice.below(5) {
                0 => json!({"kind": "User", "apiGroup": GROUP, "name": world.dice.one(USERS)}),
                1 => json!({"kind": "Group", "apiGroup": GROUP, "name": world.dice.one(TEAMS)}),
                2 => {
                    json!({"kind": "User", "apiGroup": GROUP, "name": format!("system:serviceaccount:{home}:robot")})
                }
                3 => {
                    json!({"kind": "Group", "apiGroup": GROUP, "name": format!("system:serviceaccounts:{home}")})
                }
                _ => json!({"kind": "ServiceAccount", "namespace": home, "name": "robot"}),
            }
        };
        (0..self.dice.below(3)).map(|_| one(self)).collect()
    }

    /// Roles of both kinds and bindings to them and to one that is missing.
    fn fill(&mut self) {
        let mark = self.mark.clone();
        for number in 0..20 {
            let rules = self.rules(true);
            let metadata = json!({"name": format!("{mark}-{number}")});
            self.cluster
                .create(&format!("{RBAC}/clusterroles"), json!({"metadata": metadata, "rules": rules}));
        }
        let global: Vec<String> =
            (0..20).map(|number| format!("{mark}-{number}")).chain(["view".to_owned()]).collect();
        for home in self.namespaces.clone() {
            for number in 0..6 {
                let rules = self.rules(false);
                let role = json!({"metadata": {"name": format!("role-{number}")}, "rules": rules});
                self.cluster.create(&format!("{RBAC}/namespaces/{home}/roles"), role);
            }
            for number in 0..12 {
                let role = match self.dice.often(50) {
                    true => {
                        json!({"apiGroup": GROUP, "kind": "ClusterRole", "name": global[self.dice.below(global.len())]})
                    }
                    false => {
                        json!({"apiGroup": GROUP, "kind": "Role", "name": format!("role-{}", self.dice.below(7))})
                    }
                };
                let subjects = self.subjects();
                let binding = json!({"metadata": {"name": format!("b-{number}")}, "roleRef": role, "subjects": subjects});
                self.cluster.create(&format!("{RBAC}/namespaces/{home}/rolebindings"), binding);
            }
        }
        for number in 0..8 {
            let role = json!({"apiGroup": GROUP, "kind": "ClusterRole", "name": global[self.dice.below(global.len())]});
            let subjects = self.subjects();
            let name = json!({"name": format!("{mark}-b-{number}")});
            let binding = json!({"metadata": name, "roleRef": role, "subjects": subjects});
            self.cluster.create(&format!("{RBAC}/clusterrolebindings"), binding);
        }
        self.finish();
    }

    /// The last object of each kind. The authorizer hears of each kind apart and in order: when it knows these, it knows
    /// all of them.
    fn finish(&self) {
        let name = format!("{}-last", self.mark);
        let rules = json!([{"apiGroups": ["example.com"], "resources": ["last"], "verbs": ["get"]}]);
        let subjects = json!([{"kind": "User", "apiGroup": GROUP, "name": name}]);
        for (roles, bindings, kind) in [
            (format!("{RBAC}/clusterroles"), format!("{RBAC}/clusterrolebindings"), "ClusterRole"),
            (
                format!("{RBAC}/namespaces/{}/roles", self.mark),
                format!("{RBAC}/namespaces/{}/rolebindings", self.mark),
                "Role",
            ),
        ] {
            // Everywhere and in the namespace are told apart by the resource.
            let mut rules = rules.clone();
            rules[0]["resources"] = json!([kind.to_ascii_lowercase()]);
            self.cluster.create(&roles, json!({"metadata": {"name": name}, "rules": rules}));
            let role = json!({"apiGroup": GROUP, "kind": kind, "name": name});
            self.cluster.create(
                &bindings,
                json!({"metadata": {"name": name}, "roleRef": role, "subjects": subjects}),
            );
        }
        let last = UserInfo::user(&name);
        for resource in ["clusterrole", "role"] {
            let request = Request::resource("get", "example.com", resource).in_namespace(&self.mark);
            let known = (0..2_000).any(|_| self.server_allows(&last, &request));
            assert!(known, "the last {resource} is not in force");
        }
    }

    fn question(&mut self) -> (UserInfo, Request) {
        let home = self.home();
        let mut user = match self.dice.below(4) {
            0 => UserInfo::anonymous(),
            1 => UserInfo::user(self.dice.one(USERS)),
            _ => UserInfo::service_account(&home, "robot"),
        };
        if self.dice.often(30) {
            user = user.in_group(self.dice.one(TEAMS));
        }
        let dice = &mut self.dice;
        let verb = dice.one(&VERBS[..VERBS.len() - 1]);
        if dice.often(10) {
            return (user, Request::path(dice.one(&["get", "post"]), dice.one(ASKED_PATHS)));
        }
        let mut request = Request::resource(verb, dice.one(&GROUPS[..GROUPS.len() - 1]), dice.one(ASKED));
        if dice.often(40) {
            request = request.named(dice.one(NAMES));
        }
        if self.dice.often(80) {
            request = request.in_namespace(&self.home());
        }
        (user, request)
    }

    fn server_allows(&self, user: &UserInfo, request: &Request) -> bool {
        let mut spec = json!({"user": user.name, "groups": user.groups});
        match request {
            Request::NonResource { verb, path } => {
                spec["nonResourceAttributes"] = json!({"verb": verb, "path": path});
            }
            Request::Resource(asked) => {
                spec["resourceAttributes"] = json!({
                    "verb": asked.verb, "group": asked.group, "resource": asked.resource,
                    "subresource": asked.subresource, "namespace": asked.namespace, "name": asked.name,
                });
            }
        }
        let review =
            json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec});
        let (status, answer) = self.cluster.request("POST", REVIEWS, Some(&review));
        assert!(status < 300, "{status} {answer}");
        answer["status"]["allowed"] == true
    }
}

#[test]
fn thousands_of_questions_are_answered_as_the_server_does() {
    let Some(cluster) = Cluster::from_env() else { return };
    let namespaces: Vec<String> =
        (0..3).map(|number| cluster.namespace(&format!("rights-{number}"))).collect();
    let mark = namespaces[0].clone();
    let mut world = World { cluster: &cluster, dice: Dice(7), namespaces, mark };
    world.fill();
    let access = cluster.access();
    let loaded =
        load_with(&[Target::Cluster(None)], &SourceLimits::default(), &Progress::default(), |_, intake| {
            read_into(&access, &Options::default(), intake, &mut |_| ()).map(|_| ())
        });
    let (rbac, _) = Rbac::build(&loaded.unwrap().inventory);
    let mut allowed = 0;
    for _ in 0..QUESTIONS {
        let (user, request) = world.question();
        let expected = world.server_allows(&user, &request);
        assert_eq!(rbac.allows(&user, &request).is_allowed(), expected, "{user:?} {request}");
        allowed += usize::from(expected);
    }
    // Questions that are all denied would prove nothing.
    assert!(allowed > QUESTIONS / 20, "{allowed} of {QUESTIONS} are allowed");
}
