//! Asks the product: requests go in as audit events, roles come out as text and are judged by the authorizer.

use std::collections::{BTreeMap, BTreeSet};

use seawall_events::read_events;
use seawall_rbac::minimize::{Minimized, Options, Recorder, RuleScope, manifest, minimize};
use seawall_rbac::{AUTHENTICATED, Rbac, Request, Subject, UserInfo};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::engine_input::resource;

/// The options of a case.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CaseOptions {
    expand_names: bool,
    expand_namespaces: bool,
    verb_expansions: BTreeMap<String, Vec<String>>,
}

/// A request; the user is given apart in the log's questions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    user: String,
    verb: String,
    group: String,
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
    path: String,
}

/// One rule that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// `None` in the whole cluster.
    pub(super) namespace: Option<String>,
    pub(super) verbs: Vec<String>,
    pub(super) group: Option<String>,
    pub(super) resources: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) paths: Vec<String>,
}

/// What became of the questions about a log.
pub(super) struct Covered {
    /// Requests asked about.
    pub(super) asked: usize,
    /// Those that the roles do not allow, in words.
    pub(super) refused: Vec<String>,
    /// Combinations that the roles allow and that were not requested.
    pub(super) excess: u64,
}

/// What every case has at the start: a role for `system:masters`, and discovery.
fn existing() -> Result<Rbac, String> {
    let rules = json!([{"verbs": ["get"], "nonResourceURLs": ["/healthz", "/version", "/swaggerapi*", "/api*", "/apis*"]}]);
    let all = json!([
        {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
        {"verbs": ["*"], "nonResourceURLs": ["*"]}
    ]);
    let mut rbac = Rbac::default();
    for (number, (name, group, rules)) in
        (0..).zip([("cluster-admin", "system:masters", all), ("system:discovery", AUTHENTICATED, rules)])
    {
        let api = "rbac.authorization.k8s.io";
        let role = json!({"apiVersion": format!("{api}/v1"), "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules});
        let binding = json!({
            "apiVersion": format!("{api}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": name},
            "subjects": [{"apiGroup": api, "kind": "Group", "name": group}],
        });
        rbac.apply(&resource(&role, number * 2)?);
        rbac.apply(&resource(&binding, number * 2 + 1)?);
    }
    Ok(rbac)
}

impl Asked {
    fn request(&self) -> Request {
        match self.path.as_str() {
            "" => Request::Resource(seawall_rbac::ResourceRequest {
                verb: self.verb.clone(),
                group: self.group.clone(),
                resource: self.resource.clone(),
                subresource: self.subresource.clone(),
                namespace: self.namespace.clone(),
                name: self.name.clone(),
            }),
            path => Request::path(&self.verb, path),
        }
    }

    fn event(&self, number: usize) -> Value {
        let mut event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete",
            "auditID": number.to_string(), "verb": self.verb, "requestURI": self.path,
            "user": {"username": self.user, "groups": [AUTHENTICATED]}, "responseStatus": {"code": 200},
        });
        if self.path.is_empty()
            && let Some(event) = event.as_object_mut()
        {
            let object = json!({
                "resource": self.resource, "subresource": self.subresource, "apiGroup": self.group,
                "namespace": self.namespace, "name": self.name,
            });
            event.insert("objectRef".into(), object);
        }
        event
    }
}

fn make(log: &str, user: &str, options: &Options, existing: &Rbac) -> Minimized {
    let (events, _) = read_events(log, 1);
    let mut recorder = Recorder::new(Subject::user(user));
    events.iter().for_each(|event| recorder.add(event));
    let info = UserInfo::user(user);
    minimize(&recorder.finish(), options, None, &|request| existing.allows(&info, request).is_allowed())
}

/// The rules for the requests of a case.
pub(super) fn rules(options: &CaseOptions, requests: &[Asked]) -> Result<Vec<Said>, String> {
    let log: String =
        requests.iter().enumerate().map(|(number, asked)| format!("{}\n", asked.event(number))).collect();
    let most = |expand: bool| if expand { 1 } else { usize::MAX };
    let options = Options {
        max_names: most(options.expand_names),
        max_namespaces: most(options.expand_namespaces),
        verb_expansions: options.verb_expansions.clone(),
        ..Options::like_audit2rbac()
    };
    let user = requests.first().map_or("", |asked| asked.user.as_str());
    let mut said = Vec::new();
    for (scope, rules) in make(&log, user, &options, &existing()?).scopes {
        let namespace = match scope {
            RuleScope::Cluster => None,
            RuleScope::Namespace(namespace) => Some(namespace),
        };
        said.extend(rules.into_iter().map(|rule| Said {
            namespace: namespace.clone(),
            verbs: rule.verbs,
            group: rule.group,
            resources: rule.resources,
            names: rule.names,
            paths: rule.paths,
        }));
    }
    Ok(said)
}

/// Makes the roles of each user from the log, with no widening, and asks the authorizer.
pub(super) fn coverage(log: &str, questions: &BTreeMap<String, Vec<Asked>>) -> Result<Covered, String> {
    let mut covered = Covered { asked: 0, refused: Vec::new(), excess: 0 };
    let options = Options { include_denied: true, ..Options::default() };
    for (user, asked) in questions {
        let mut rbac = existing()?;
        let made = make(log, user, &options, &rbac);
        let text = seawall_yaml::Text::new(manifest(&made, "minimal"));
        let (documents, problems) = seawall_yaml::read(&text, &seawall_yaml::Limits::default());
        if let Some(problem) = problems.first() {
            return Err(format!("the roles cannot be read: {}", problem.message));
        }
        let mut roles = Rbac::default();
        for (number, document) in (0..).zip(documents).filter(|(_, document)| document.tree.root().is_map()) {
            let mut json = String::new();
            document.tree.root().write_json(&mut json);
            let value: Value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
            let object = resource(&value, number)?;
            rbac.apply(&object);
            roles.apply(&object);
        }
        let info = UserInfo::user(user);
        for asked in asked {
            covered.asked += 1;
            let request = asked.request();
            if !rbac.allows(&info, &request).is_allowed() {
                covered.refused.push(format!("{user}: {request}"));
            }
        }
        let (events, _) = read_events(log, 1);
        let mut recorder = Recorder::new(Subject::user(user));
        events.iter().for_each(|event| recorder.add(event));
        let again = minimize(&recorder.finish(), &options, Some((&roles, &BTreeSet::new())), &|_| false);
        covered.excess += again.excess.map_or(0, |excess| excess.after);
    }
    Ok(covered)
}
