//! An attacker writes the objects: every command of rbac, network, paths and plan reads them, and nothing that they are
//! called becomes markup, a command, a control character or the end of the program.

use std::path::Path;

use serde_json::{Value, json};

use crate::{Run, seawall_in};

/// A name with the ends of everything that a name is written into.
const EVIL: &str = "</script><img src=x>\"'`|\\ ](x) $(id);\u{1b}[31m\u{9b}\u{7f}\u{202e}\n";
/// The value of a token: it is never shown.
const TOKEN: &str = "c2VjcmV0dmFsdWU=";

/// Commands that read a target, without the output format.
const COMMANDS: &[&str] = &[
    "rbac who-can get pods",
    "rbac can-i get pods --as sa/d/d",
    "rbac show sa/d/d",
    "rbac risks --expected --severity info",
    "rbac tenants d e",
    "rbac diff FILE shop.jsonl",
    "network list --exposure",
    "network can d/d internet",
    "network explain d/d internet",
    "network exposure",
    "network lint",
    "network map",
    "network mesh",
    "network generate",
    "network diff FILE shop.jsonl",
    "paths",
    "paths --all-shortest",
    "paths cut",
    "paths what-if patch.yaml",
    "plan",
];

/// The formats of a command beside its default.
fn formats(command: &str) -> &'static [&'static str] {
    match command {
        "network list --exposure" => &["csv", "json", "netpol-json", "md", "dot"],
        "network diff FILE shop.jsonl" => &["csv", "json", "md", "dot"],
        "network map" => &["html", "dot"],
        "network generate" => &["yaml", "json"],
        "paths" => &["json", "dot", "mermaid", "html"],
        "paths --all-shortest" => &["json", "dot", "mermaid"],
        "plan" => &["json", "md"],
        _ => &["json"],
    }
}

/// Objects of every kind that these commands look at, all called by one name.
fn world(name: &str, namespace: &str) -> Vec<Value> {
    let rbac = "rbac.authorization.k8s.io";
    let labels = json!({"app": name});
    let meta = json!({"name": name, "namespace": namespace, "labels": labels, "annotations": {name: name}});
    let own = json!({"apiVersion": "v1", "kind": "Pod", "name": name, "uid": "1", "controller": true});
    let pod = json!({
        "serviceAccountName": name, "nodeName": name, "hostPID": true,
        "volumes": [{"name": name, "hostPath": {"path": "/"}}],
        "containers": [{
            "name": name, "image": name, "securityContext": {"privileged": true},
            "volumeMounts": [{"name": name, "mountPath": name}],
            "ports": [{"containerPort": 8080, "name": name, "hostPort": 80}],
        }],
    });
    let object = |api: &str, kind: &str, rest: Value| {
        let mut object = json!({"apiVersion": api, "kind": kind, "metadata": meta});
        object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        object
    };
    let role = json!({
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": labels}]},
        "rules": [{"apiGroups": ["*", name], "resources": ["*", name], "verbs": ["*", name]}],
    });
    let port = json!({"name": name, "port": 80, "targetPort": 8080});
    let mut mirror = object("v1", "Pod", json!({"spec": pod, "status": {"phase": name, "podIP": name}}));
    // It owns itself.
    mirror["metadata"]["ownerReferences"] = json!([own]);
    vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {name: name}}}),
        object("v1", "ServiceAccount", json!({})),
        object("v1", "Node", json!({})),
        object(
            "apps/v1",
            "Deployment",
            json!({"spec": {"template": {"metadata": {"labels": labels}, "spec": pod}}}),
        ),
        mirror,
        object(
            "v1",
            "Secret",
            json!({
                "type": "kubernetes.io/service-account-token", "data": {"token": TOKEN},
            }),
        ),
        object(
            "v1",
            "Service",
            json!({"spec": {
                "type": "LoadBalancer", "selector": labels, "ports": [port], "externalIPs": [name],
                "loadBalancerSourceRanges": [name],
            }}),
        ),
        object(
            "networking.k8s.io/v1",
            "Ingress",
            json!({"spec": {
                "ingressClassName": name, "tls": [{"hosts": [name]}],
                "rules": [{"host": name, "http": {"paths": [{"path": name, "backend": {
                    "service": {"name": name, "port": {"number": 80}},
                }}]}}],
            }}),
        ),
        object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({"spec": {
                "podSelector": {"matchLabels": labels}, "ingress": [{}], "egress": [{"ports": [{"port": name}]}],
            }}),
        ),
        object(
            "cilium.io/v2",
            "CiliumNetworkPolicy",
            json!({"spec": {
                "endpointSelector": {}, "egress": [{"toFQDNs": [{"matchName": name}]}],
                "ingress": [{"toPorts": [{"ports": [{"port": "80"}], "rules": {"http": [{"path": name}]}}]}],
            }}),
        ),
        object(
            "projectcalico.org/v3",
            "NetworkPolicy",
            json!({"spec": {"selector": name, "ingress": [{"action": name}]}}),
        ),
        object(
            "security.istio.io/v1",
            "AuthorizationPolicy",
            json!({"spec": {"action": name, "rules": [{
                "from": [{"source": {"principals": [name]}}],
            }]}}),
        ),
        object(&format!("{rbac}/v1"), "ClusterRole", role),
        object(
            &format!("{rbac}/v1"),
            "ClusterRoleBinding",
            json!({
                "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": name},
                "subjects": [
                    {"kind": "ServiceAccount", "name": name, "namespace": namespace},
                    {"kind": "User", "name": name, "apiGroup": rbac},
                    {"kind": "Group", "name": name, "apiGroup": rbac},
                ],
            }),
        ),
        object(
            &format!("{rbac}/v1"),
            "RoleBinding",
            json!({
                "roleRef": {"apiGroup": rbac, "kind": "Role", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
            }),
        ),
    ]
}

fn lines(objects: &[Value]) -> String {
    objects.iter().map(|object| object.to_string() + "\n").collect()
}

/// A folder with a plain world and a file of another one.
fn folder(other: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let plain: Vec<Value> = world("d", "d").into_iter().chain(world("d", "e")).collect();
    std::fs::write(folder.path().join("shop.jsonl"), lines(&plain)).unwrap();
    std::fs::write(folder.path().join("evil.jsonl"), other).unwrap();
    std::fs::write(folder.path().join("patch.yaml"), lines(&world(EVIL, "d"))).unwrap();
    folder
}

fn run(folder: &Path, command: &str, format: Option<&str>) -> Run {
    let mut args: Vec<&str> =
        command.split(' ').map(|word| if word == "FILE" { "evil.jsonl" } else { word }).collect();
    if !command.contains(" diff ") {
        args.extend(["-f", "shop.jsonl", "-f", "evil.jsonl"]);
    }
    args.extend(format.into_iter().flat_map(|format| ["-o", format]));
    seawall_in(folder, &args, b"")
}

/// All runs of all commands, each with what it was asked.
fn runs(folder: &Path) -> Vec<(String, Run)> {
    let one = |command: &&str| {
        let formats = std::iter::once(None).chain(formats(command).iter().map(|format| Some(*format)));
        let runs = formats
            .map(|format| (format!("{command} {}", format.unwrap_or("")), run(folder, command, format)));
        runs.collect::<Vec<_>>()
    };
    COMMANDS.iter().flat_map(one).collect()
}

fn assert_sane(words: &str, run: &Run) {
    assert!((0..=3).contains(&run.code), "{words} ended with {}: {}", run.code, run.err);
    for text in [&run.out, &run.err] {
        let hidden = text.chars().find(|c| *c != '\n' && *c != '\t' && seawall_report::is_hidden(*c));
        assert_eq!(hidden, None, "{words} lets it through");
        assert!(!text.contains(TOKEN), "{words} shows a token");
        assert!(!text.contains("panicked"), "{words}: {text}");
    }
}

#[test]
fn no_name_is_obeyed_by_anything_that_reads_an_output() {
    let mut objects = world(EVIL, "d");
    objects.extend(world("x", EVIL));
    let folder = folder(lines(&objects).as_bytes());
    let runs = runs(folder.path());
    assert!(runs.len() > 50);
    for (words, run) in &runs {
        assert_sane(words, run);
        // Policies for labels that the API refuses cannot be proven.
        let unproven = words.starts_with("network generate") && run.err.contains("would not be allowed");
        assert!(run.code < 2 || unproven, "{words}: {}", run.err);
        match words.rsplit(' ').next().unwrap() {
            "json" | "netpol-json" => drop(run.json()),
            "html" | "svg" => {
                assert!(!run.out.contains("<img"), "{words}");
                assert_eq!(
                    run.out.matches("</script").count(),
                    run.out.matches("<script").count(),
                    "{words}"
                );
            }
            "mermaid" => assert!(!run.out.contains("<img"), "{words}: {}", run.out),
            "md" => {
                // In code blocks nothing is markup.
                let fences = run.out.lines().scan(false, |inside, line| {
                    let fence = line.starts_with("```");
                    *inside ^= fence;
                    Some((*inside || fence, line))
                });
                for (_, line) in fences.filter(|(inside, _)| !inside) {
                    let markup = line.replace(r"\\", "").replace(r"\<", "").replace(r"\]", "");
                    assert!(!markup.contains('<') && !markup.contains("](x"), "{words}: {line}");
                }
            }
            _ => {}
        }
    }
}

/// Every value of every object becomes one of another type, in an object of its own.
#[test]
fn wrong_types_everywhere_are_survived() {
    let wrong = [
        json!(null),
        json!(-1),
        json!(1e308),
        json!(true),
        json!("-1"),
        json!([]),
        json!({}),
        json!([null]),
        json!({"a": null}),
        json!(u64::MAX),
        json!("\u{0}"),
    ];
    let mut objects = Vec::new();
    for object in world("d", "d") {
        let mut pointers = Vec::new();
        all_pointers(&object, String::new(), &mut pointers);
        for (number, pointer) in
            pointers.iter().enumerate().filter(|(_, at)| !matches!(at.as_str(), "/kind" | "/apiVersion"))
        {
            let mut broken = object.clone();
            broken["metadata"]["name"] = format!("d{number}").into();
            *broken.pointer_mut(pointer).unwrap() = wrong[(number + objects.len()) % wrong.len()].clone();
            objects.push(broken);
        }
    }
    assert!(objects.len() > 200, "{}", objects.len());
    let folder = folder(lines(&objects).as_bytes());
    for (words, run) in runs(folder.path()) {
        assert_sane(&words, &run);
    }
}

fn all_pointers(value: &Value, at: String, out: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, field)| {
            let at = format!("{at}/{}", escaped(key));
            out.push(at.clone());
            all_pointers(field, at, out);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(number, item)| {
            let at = format!("{at}/{number}");
            out.push(at.clone());
            all_pointers(item, at, out);
        }),
        _ => {}
    }
}

/// JSON of these commands let characters through that reorder text on a terminal; lists wrote names in it twice escaped.
#[test]
fn issue_json_with_hidden_characters_repro() {
    let folder = folder(lines(&world("h", "a\u{202e}\u{9b}b")).as_bytes());
    for command in ["network list", "network exposure", "rbac risks", "paths"] {
        let run = run(folder.path(), command, Some("json"));
        assert!(run.out.contains(r"a\u202e\u009bb"), "{command}: {}", run.out);
        assert!(run.json().to_string().contains("a\u{202e}\u{9b}b"), "{command} keeps the name");
    }
}

/// What is to be deleted was written into a command as it is called: `--all`, or a command of its own.
#[test]
fn issue_generated_commands_with_names_of_policies_repro() {
    let mut objects = world("d", "d");
    objects.retain(|object| object["kind"] != "NetworkPolicy");
    for name in ["--all", "x; id #"] {
        objects.push(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": "d"}, "spec": {"podSelector": {}, "ingress": [{}]},
        }));
    }
    let folder = folder(lines(&objects).as_bytes());
    let out =
        seawall_in(folder.path(), &["network", "generate", "-q", "-f", "evil.jsonl", "-o", "yaml"], b"").out;
    let line = out.lines().find(|line| line.contains("kubectl delete")).unwrap();
    assert_eq!(line, "#   kubectl delete -n d networkpolicy/--all 'networkpolicy/x; id #'");
}

/// Tables of Markdown held HTML, and a backslash before a bar ended a cell.
#[test]
fn issue_markup_in_tables_repro() {
    let folder = folder(lines(&world(r"<img>\|b", "e")).as_bytes());
    for command in ["network list", "network diff FILE shop.jsonl"] {
        let out = run(folder.path(), command, Some("md")).out;
        assert!(out.contains(r"e/\<img\>\\\|b[Deployment] |"), "{command}: {out}");
        let columns = |line: &str| line.replace(r"\\", "").replace(r"\|", "").matches('|').count();
        let mut rows = out.lines().map(columns);
        let first = rows.next().unwrap();
        assert!(rows.all(|count| count == first), "{command}: {out}");
    }
}

/// A spreadsheet took names for formulas.
#[test]
fn issue_formulas_in_csv_repro() {
    let folder = folder(lines(&world("d", "=HYPERLINK(1)")).as_bytes());
    let out = run(folder.path(), "network list", Some("csv")).out;
    assert!(out.contains(r"\u{3d}HYPERLINK(1)/d[Deployment]"), "{out}");
    assert!(!out.lines().any(|line| line.starts_with('=') || line.contains(",=")), "{out}");
}

/// Labels of Mermaid are HTML for whoever draws them.
#[test]
fn issue_html_in_mermaid_labels_repro() {
    let folder = folder(lines(&world("<b>`", "e")).as_bytes());
    let out = run(folder.path(), "paths", Some("mermaid")).out;
    assert!(out.contains("#60;b#62;#96;") && !out.contains("<b>"), "{out}");
}

/// Files that are no objects, and objects that are no files: each ends with a clear word, and in time.
#[test]
fn broken_files_are_told() {
    let deep = "{\"a\":".repeat(50_000);
    let list = "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[".repeat(5_000);
    let files: [(&str, &[u8]); 8] = [
        ("empty", b""),
        ("zeros", &[0; 1000]),
        ("binary", b"\xff\xfe\x00\x01\xc0\xaf\x80"),
        ("open", b"[[[[[[[[[[["),
        ("deep", deep.as_bytes()),
        ("lists", list.as_bytes()),
        (
            "nan",
            b"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"x\":NaN}}",
        ),
        ("half", b"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"\\ud800\"}}"),
    ];
    let folder = folder(b"");
    for (name, bytes) in files {
        std::fs::write(folder.path().join("x.json"), bytes).unwrap();
        for command in [
            "rbac risks -f x.json",
            "network list -f x.json",
            "paths -f x.json",
            "plan -f shop.jsonl --audit x.json",
            "paths cut -f shop.jsonl --audit x.json",
            "paths -f shop.jsonl --vulns x.json",
            "paths what-if x.json -f shop.jsonl",
            "rbac minimize sa/d/d --audit x.json -f shop.jsonl",
            "rbac kubeconfig x.json",
            "network generate -f shop.jsonl --flows x.json",
        ] {
            let args: Vec<&str> = command.split(' ').collect();
            let run = seawall_in(folder.path(), &args, b"");
            assert_sane(&format!("{command} of {name}"), &run);
            assert!(run.code != 2 || run.err.contains("error: "), "{command} of {name}: {}", run.err);
        }
    }
}
