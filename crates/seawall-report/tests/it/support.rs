//! Small runs to render: files read for real, findings by the engine or by hand.

use std::borrow::Cow;
use std::sync::Arc;

use seawall_checks::{Coverage, Evaluation, Settings, evaluate};
use seawall_core::{
    CheckId, CheckInfo, Confidence, Finding, Location, LocationRole, NotEvaluated, Origin, OriginKind,
    Pillar, Position, Problem, ProblemSeverity, ResourceId, Route, Severity, fingerprint,
};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_report::{Format, Inputs, RenderOptions, Report, Timings, render};
use seawall_yaml::{Limits, NodeId, Text, read};

pub(crate) struct Run {
    pub(crate) inputs: Inputs,
    pub(crate) inventory: Inventory,
    pub(crate) evaluation: Evaluation,
    pub(crate) problems: Vec<Problem>,
    pub(crate) timings: Option<Timings>,
}

impl Run {
    /// Reads files, judges nothing.
    pub(crate) fn of(files: &[(&str, &str)]) -> Run {
        let mut builder = InventoryBuilder::new();
        let mut inputs = Inputs { files: files.len(), ..Inputs::default() };
        let mut problems = Vec::new();
        for (name, text) in files {
            let file: Arc<str> = (*name).into();
            let text = Text::new(*text);
            let (documents, found) = read(&text, &Limits::default());
            problems.extend(found.into_iter().map(|problem| problem.in_file(&file)));
            for document in documents {
                inputs.documents += 1;
                let origin = Origin {
                    file: Arc::clone(&file),
                    document: document.index,
                    line: text.position(document.span.start).line,
                    kind: OriginKind::File,
                };
                match Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None) {
                    Ok(resource) => builder.push(resource),
                    Err(_) => *inputs.skipped.entry(Cow::Borrowed("no Kubernetes object")).or_default() += 1,
                }
            }
        }
        Run::with(builder.build(), inputs, problems)
    }

    pub(crate) fn with(inventory: Inventory, mut inputs: Inputs, problems: Vec<Problem>) -> Run {
        inputs.resources = inventory.resources().len();
        Run { inputs, inventory, evaluation: Evaluation::default(), problems, timings: None }
    }

    /// The same judged by one real check.
    pub(crate) fn judged(self, check: &str) -> Run {
        self.judged_by(&[check])
    }

    /// The same judged by several real checks.
    pub(crate) fn judged_by(mut self, checks: &[&str]) -> Run {
        let checks: Vec<_> = checks.iter().map(|check| seawall_checks::find(check).unwrap().check).collect();
        self.evaluation = evaluate(&self.inventory, &checks, &Settings::default());
        self
    }

    /// Adds a finding made by hand and counts it.
    pub(crate) fn fail(&mut self, fail: Fail<'_>) {
        let resource = &self.inventory.resources()[fail.at.0];
        let subject = resource.subject().clone();
        let mut locations = vec![self.location(fail.at, LocationRole::Primary, fail.withheld)];
        for (at, note) in &fail.related {
            let mut location = self.location(*at, LocationRole::Related, false);
            location.note = Some((*note).to_owned());
            locations.push(location);
        }
        let tally = self.evaluation.tallies.entry(fail.check.pillar).or_default();
        tally.evaluated += 2 * fail.check.severity.weight();
        tally.failed += fail.check.severity.weight();
        self.evaluation.coverage.checks += 1;
        self.evaluation.coverage.evaluated += 2;
        self.evaluation.findings.push(Finding {
            severity: fail.check.severity,
            confidence: fail.confidence,
            resource: resource.id(),
            locations,
            message: fail.message.to_owned(),
            linked: fail.linked.iter().map(|i| self.inventory.resources()[*i].subject().clone()).collect(),
            fix: fail.fix,
            fingerprint: fingerprint(&fail.check.id, &subject, fail.at.1, ""),
            check: fail.check,
            subject,
            waiver: None,
        });
    }

    fn location(&self, (resource, route): (usize, &str), role: LocationRole, withheld: bool) -> Location {
        let route: Route = route.parse().unwrap();
        let (node, existing) = self.inventory.resources()[resource].root().nearest(&route);
        let whole = existing == route.steps().len();
        let value = node.scalar_text().filter(|_| whole && !withheld).map(Cow::into_owned);
        let resource = ResourceId(u32::try_from(resource).unwrap());
        Location { resource, route, existing, role, value, withheld, note: None }
    }

    /// What the report shows of everything that is no finding: a gap, a problem, something skipped.
    pub(crate) fn with_gaps(mut self) -> Run {
        let file: Arc<str> = "broken.yaml".into();
        self.problems.push(
            Problem::new(ProblemSeverity::Error, "the document could not be read")
                .in_file(&file)
                .at(Position { line: 3, column: 1 })
                .caused_by("did not find `:`"),
        );
        self.problems.push(Problem::new(ProblemSeverity::Note, "nothing else to say"));
        let gap = |subject| NotEvaluated {
            check: CheckId::from_static("rbac-secrets-read"),
            pillar: Pillar::ControlPlane,
            subject,
            reason: "`Role.rbac.authorization.k8s.io` could not be read: forbidden".to_owned(),
        };
        let subject = self.inventory.resources().first().map(|resource| resource.subject().clone());
        self.evaluation.not_evaluated = vec![gap(None), gap(subject)];
        self.evaluation.coverage = Coverage { not_evaluated: 2, ..self.evaluation.coverage };
        self
    }

    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            inputs: &self.inputs,
            inventory: &self.inventory,
            evaluation: &self.evaluation,
            problems: &self.problems,
            baseline: None,
            timings: self.timings.as_ref(),
        }
    }

    pub(crate) fn render(&self, format: Format, options: &RenderOptions) -> String {
        let mut out = Vec::new();
        render(&self.report(), format, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    pub(crate) fn table(&self) -> String {
        self.render(Format::Table, &RenderOptions::default())
    }

    /// The findings part of the table.
    pub(crate) fn findings(&self) -> String {
        let table = self.table();
        let end = table.find("\nby check\n").or(table.find("\nscores\n")).unwrap();
        table[..end].to_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.render(Format::Json, &RenderOptions::default())).unwrap()
    }
}

/// Somebody accepts finding number `number`.
pub(crate) fn accept(run: &mut Run, number: usize) {
    run.evaluation.findings[number].waiver = Some(Arc::new(seawall_core::Waiver {
        owner: Some("team".to_owned()),
        reason: "known".to_owned(),
        until: "2999-01-31".parse().unwrap(),
        file: Some("seawall-waivers.yaml".into()),
        position: Some(Position { line: 2, column: 5 }),
    }));
}

/// A finding by hand.
pub(crate) struct Fail<'a> {
    pub(crate) check: Arc<CheckInfo>,
    /// Number of the resource and route.
    pub(crate) at: (usize, &'a str),
    pub(crate) message: &'a str,
    pub(crate) withheld: bool,
    pub(crate) confidence: Confidence,
    pub(crate) related: Vec<((usize, &'a str), &'a str)>,
    pub(crate) linked: Vec<usize>,
    pub(crate) fix: Option<seawall_core::Fix>,
}

impl<'a> Fail<'a> {
    pub(crate) fn new(check: &Arc<CheckInfo>, at: (usize, &'a str), message: &'a str) -> Self {
        Fail {
            check: Arc::clone(check),
            at,
            message,
            withheld: false,
            confidence: Confidence::High,
            related: Vec::new(),
            linked: Vec::new(),
            fix: None,
        }
    }
}

pub(crate) fn check(id: &'static str, pillar: Pillar, severity: Severity) -> Arc<CheckInfo> {
    Arc::new(CheckInfo {
        id: CheckId::from_static(id),
        title: format!("title of {id}").into(),
        why: format!(
            "{id} matters, and this text is long enough that it does not fit on one line of a hundred columns"
        )
        .into(),
        help: format!("do what {id} asks for").into(),
        pillar,
        severity,
        frameworks: vec!["PSS:baseline".into(), "CIS-1.12:5.2.2".into()],
    })
}

/// A multi-document file with a workload, a role with its binding in another file, a Secret and a config map.
pub(crate) const SHOP: &[(&str, &str)] = &[
    (
        "shop/web.yaml",
        "\
# the front
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example/web:1.0
          securityContext:
            privileged: true # for now
        - name: sidecar
          image: registry.example/sidecar
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, ports: [{port: 80}]}
---
not: ours
",
    ),
    (
        "shop/rbac.yaml",
        "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
rules:
  - apiGroups: [\"\"]
    resources: [secrets]
    verbs: [get, list]
",
    ),
    (
        "shop/binding.yaml",
        "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: everyone-reads
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reader
subjects:
  - kind: Group
    name: system:authenticated
",
    ),
];

/// The shop with findings of every shape: missing field, several files, fixes of several kinds.
pub(crate) fn shop() -> Run {
    use seawall_core::{Edit, Fix, FixRisk, FixValue};
    let mut run = Run::of(SHOP);
    let privileged = check("pod-privileged", Pillar::Nodes, Severity::High);
    let route = "spec.template.spec.containers[0].securityContext.privileged";
    run.fail(Fail {
        fix: Some(Fix::set(FixRisk::High, route.parse().unwrap(), false)),
        ..Fail::new(&privileged, (0, route), "container `web` runs privileged")
    });
    let capabilities = check("pod-capabilities", Pillar::Nodes, Severity::Medium);
    for (at, container) in [
        ("spec.template.spec.containers[0].securityContext.capabilities.drop", "web"),
        ("spec.template.spec.containers[1].securityContext.capabilities.drop", "sidecar"),
    ] {
        let all = FixValue::List(vec!["ALL".into()]);
        run.fail(Fail {
            fix: Some(Fix::set(FixRisk::Low, at.parse().unwrap(), all)),
            ..Fail::new(&capabilities, (0, at), &format!("container `{container}` drops no capability"))
        });
    }
    run.fail(Fail {
        confidence: Confidence::Medium,
        ..Fail::new(
            &check("network-load-balancer", Pillar::Network, Severity::Low),
            (1, "spec.type"),
            "exposed",
        )
    });
    let binding = check("rbac-broad-secrets", Pillar::ControlPlane, Severity::Critical);
    run.fail(Fail {
        related: vec![
            ((2, "rules[0].resources[0]"), "these"),
            ((2, "rules[0].verbs"), "and so"),
            ((3, "roleRef.name"), "through this"),
        ],
        linked: vec![2],
        fix: Some(Fix {
            risk: FixRisk::Medium,
            edits: vec![
                Edit::Remove { route: "subjects[0]".parse().unwrap() },
                Edit::Append {
                    route: "subjects".parse().unwrap(),
                    value: FixValue::Map(vec![
                        ("kind".into(), "Group".into()),
                        ("name".into(), "shop:readers".into()),
                    ]),
                },
            ],
        }),
        ..Fail::new(&binding, (3, "subjects[0].name"), "`system:authenticated` may read all secrets")
    });
    run.with_gaps()
}

/// One object without a text, as a snapshot gives it.
pub(crate) fn snapshot() -> Run {
    use seawall_yaml::{Kind, Span, Style, TreeBuilder};
    let none = Span::default();
    let mut tree = TreeBuilder::new(None);
    let plain = |tree: &mut TreeBuilder, key: &str, value: &str| {
        tree.key(key, None);
        tree.str(value, Style::DoubleQuoted, none);
    };
    tree.open(Kind::Map, Style::Flow, 0);
    plain(&mut tree, "apiVersion", "v1");
    plain(&mut tree, "kind", "Secret");
    tree.key("metadata", None);
    tree.open(Kind::Map, Style::Flow, 0);
    plain(&mut tree, "name", "token");
    plain(&mut tree, "namespace", "shop");
    tree.close(0);
    plain(&mut tree, "type", "Opaque");
    tree.key("data", None);
    tree.open(Kind::Map, Style::Flow, 0);
    plain(&mut tree, "password", "aHVudGVyMg==");
    tree.close(0);
    tree.close(0);
    let origin =
        Origin { file: "cluster.jsonl.zst".into(), document: 7, line: 8, kind: OriginKind::Snapshot };
    let mut builder = InventoryBuilder::new();
    builder.push(Resource::new(Arc::new(tree.finish()), NodeId::ROOT, origin, None).unwrap());
    let mut run = Run::with(builder.build(), Inputs { files: 1, documents: 1, ..Inputs::default() }, vec![]);
    let check = check("secret-type", Pillar::Secrets, Severity::Low);
    run.fail(Fail::new(&check, (0, "type"), "the type says nothing"));
    run.fail(Fail::new(&check, (0, "immutable"), "may be changed"));
    // The check forgot to withhold the value; the report must not depend on it.
    run.fail(Fail {
        related: vec![((0, "data.password"), "and here")],
        ..Fail::new(&check, (0, "data.password"), "a weak password")
    });
    run
}
