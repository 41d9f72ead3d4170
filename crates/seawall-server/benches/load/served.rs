//! The server as a process of its own: how it starts, and what it costs.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use seawall_checks::{Profile, Settings, pick};
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::vap::PolicySet;
use seawall_server::{
    Budget, CertificateSource, Checks, Desk, Events, Hook, Judges, Loaded, Metrics, PodSecurity, Policies,
    Review, ReviewLimits, Rules, Run, ServerLimits, SystemClock,
};
use seawall_yaml::{Limits, Text, read};

use crate::client::Address;

/// A running server.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: Address,
    /// How long it took to be ready.
    pub(crate) ready: Duration,
    _folder: tempfile::TempDir,
}

impl Process {
    pub(crate) fn start(policies: usize, others: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let started = std::time::Instant::now();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--policies", &policies.to_string(), "--others", &others.to_string(), "--serve"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let socket = lines.next().unwrap().unwrap().strip_prefix("listening on ").unwrap().parse().unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let ready = started.elapsed();
        let bundle = std::fs::read(folder.path().join("ca.crt")).unwrap();
        let roots = CertificateDer::pem_slice_iter(&bundle).map(|der| der.unwrap().to_vec()).collect();
        let now = seawall_server::Clock::now(&SystemClock);
        let address = Address { socket, name: "localhost".into(), roots, now };
        Process { child, address, ready, _folder: folder }
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }

    /// Resident memory in kB; 0 where the system does not say.
    pub(crate) fn memory(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }

    /// Processor time so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        // User and system time, a hundred ticks a second on every Linux.
        Duration::from_millis(10 * (ticks(11) + ticks(12)))
    }

    pub(crate) fn stop(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Who decides, before it knows anything.
fn desk() -> (Desk, Arc<Metrics>) {
    let (events, _writer) = Events::to(Box::new(std::io::sink())).unwrap();
    let metrics = Arc::new(Metrics::default());
    (Desk::new(Rules::default(), Arc::new(SystemClock), Arc::clone(&metrics), events), metrics)
}

fn load(desk: &Desk, policies: usize, others: usize, metrics: &Metrics) {
    desk.set_judges(judges(policies, others, metrics));
    desk.set_inventory(inventory("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/warn: restricted}}\n"));
}

/// Reads, judges and answers so many reviews on this thread.
pub(crate) fn judge(bodies: &[Vec<u8>], policies: usize, others: usize, count: usize) {
    let (desk, metrics) = desk();
    load(&desk, policies, others, &metrics);
    let started = std::time::Instant::now();
    for body in bodies.iter().cycle().take(count) {
        let review = Review::read(body, &ReviewLimits::default()).unwrap();
        std::hint::black_box(desk.decide(&review, Hook::Validate, &Budget::default()).to_json());
    }
    println!("{:.1} µs/review", started.elapsed().as_secs_f64() * 1e6 / count as f64);
}

/// This process is the server, until it is killed.
pub(crate) fn serve(folder: &Path, policies: usize, others: usize) {
    let (desk, metrics) = desk();
    let desk = Arc::new(desk);
    let run = Run {
        desk,
        listen: "127.0.0.1:0".parse().unwrap(),
        certificates: CertificateSource::Directory {
            path: folder.to_owned(),
            names: vec!["localhost".into()],
        },
        limits: ServerLimits::default(),
    };
    let load = move |desk: &Desk| {
        load(desk, policies, others, &metrics);
        Ok(Loaded::Whole)
    };
    let say = |what: &str| {
        println!("{what}");
        std::io::stdout().flush().unwrap();
    };
    run.run(load, say).unwrap();
}

fn judges(policies: usize, others: usize, metrics: &Metrics) -> Judges {
    let mut text = String::new();
    for number in 0..policies + others {
        let (groups, resources) =
            if number < policies { ("'', apps", "pods, deployments") } else { ("shop.example", "widgets") };
        let expression = EXPRESSIONS[number % EXPRESSIONS.len()];
        write!(
            text,
            "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: policy-{number}}}\nspec:\n  \
             matchConstraints:\n    resourceRules: [{{apiGroups: [{groups}], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [{resources}]}}]\n  \
             variables: [{{name: containers, expression: 'has(object.spec.template) ? object.spec.template.spec.containers : object.spec.containers'}}]\n  \
             validations: [{{expression: \"{expression}\", message: 'policy {number}'}}]\n---\napiVersion: admissionregistration.k8s.io/v1\n\
             kind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: policy-{number}}}\nspec: {{policyName: policy-{number}, validationActions: [Deny]}}\n"
        )
        .unwrap();
    }
    let texts = inventory(&text);
    let (set, problems) = PolicySet::read(&texts);
    assert!(problems.is_empty() && set.len() == policies + others, "{problems:?}");
    let checks = Checks::new(&pick(Profile::Default, &[], &[]), Settings::default(), Vec::new());
    vec![
        Arc::new(Policies::new(set, texts, Vec::new()).timed(metrics)),
        Arc::new(PodSecurity::default()),
        Arc::new(checks),
    ]
}

/// What people write.
const EXPRESSIONS: [&str; 5] = [
    "variables.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)",
    "variables.containers.all(c, c.image.startsWith('registry.example/'))",
    "variables.containers.all(c, has(c.resources) && has(c.resources.limits) && 'memory' in c.resources.limits)",
    "has(object.metadata.labels) && 'team' in object.metadata.labels",
    "variables.containers.all(c, !c.image.endsWith(':latest') && c.image.matches('^[a-z.]+/[a-z]+:[0-9.]+$'))",
];

fn inventory(text: &str) -> Inventory {
    let mut builder = InventoryBuilder::new();
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    for document in documents {
        let tree = Arc::new(document.tree);
        let origin =
            Origin { file: "load".into(), document: document.index, line: 1, kind: OriginKind::File };
        let root = tree.root().id();
        builder.push(Resource::new(tree, root, origin, None).unwrap());
    }
    builder.build()
}
