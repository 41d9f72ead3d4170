//! `seawall network mesh`, and what the mesh adds to `can`, `explain`, `list`, `diff` and `exposure`.

use crate::{Run, seawall, seawall_in, workspace};

const SHOP: &str = include_str!("../data/network-mesh.yaml");

fn network(args: &[&str]) -> Run {
    let args = [&["network"], args, &["-f", "-"]].concat();
    seawall_in(&workspace(), &args, SHOP.as_bytes())
}

#[test]
fn answers_name_what_they_depend_on() {
    let run = network(&["can", "shop/web", "shop/api", "8080"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(
        run.out,
        "shop/web[Deployment] -> shop/api[Deployment]: yes, for some requests\n  \
         mesh TCP 8080: depends on request.method, request.path; mTLS: yes (by a rule of an ALLOW policy); ALLOW \
         AuthorizationPolicy/shop/api spec.rules[0]  <stdin>:64:7\n"
    );
    let run = network(&["can", "legacy/report", "shop/api", "8080"]);
    assert_eq!(run.code, 1, "{}", run.out);
    let json = network(&["can", "internet", "shop/api", "8080", "-o", "json"]).json();
    assert_eq!(
        (&json["allowed"], &json["connections"][0]["mesh"][0]["answer"]),
        (&false.into(), &"denied".into())
    );
    let udp = network(&["can", "legacy/report", "shop/api", "53/udp"]);
    assert_eq!((udp.code, udp.out.lines().count()), (0, 1), "{}", udp.out);
}

#[test]
fn explains_the_mesh_with_file_and_line() {
    let run = network(&["explain", "shop/web", "shop/api", "8080"]);
    assert_eq!(
        run.out,
        "shop/web[Deployment] -> shop/api[Deployment] TCP 8080: allowed for some requests\n  \
         egress: allowed, no policy decides, and the default allows\n  \
         ingress: allowed, no policy decides, and the default allows\n  \
         mesh: depends on `request.method`, `request.path`, by a rule of an ALLOW policy\n    \
         ALLOW AuthorizationPolicy/shop/api spec.rules[0]  <stdin>:64:7\n  \
         mTLS: yes, by PeerAuthentication/shop/default spec.mtls.mode  <stdin>:55:11\n"
    );
    let json = network(&["explain", "legacy/report", "shop/api", "8080", "-o", "json"]).json();
    let one = &json["connections"][0];
    assert_eq!((&one["allowed"], &one["mesh"]["mtls_by"]["line"]), (&false.into(), &55.into()));
}

#[test]
fn what_the_mesh_denies_is_not_listed() {
    let rows = network(&["list", "--workload", "shop/api", "--port", "8080"]).out;
    let note = "[mesh: depends on request.method, request.path; mTLS: yes]";
    let into: Vec<&str> = rows.lines().filter(|line| line.contains("=> shop/api")).collect();
    assert_eq!(into, [format!("shop/web[Deployment] => shop/api[Deployment] : TCP 8080 {note}")], "{rows}");
    let json =
        network(&["list", "--port", "8080", "--workload", "shop/api", "--peer", "shop/web", "-o", "json"])
            .json();
    let mesh = &json["connections"][1]["mesh"];
    assert_eq!((&mesh["answer"], &mesh["by"][0]["line"]), (&"depends".into(), &64.into()), "{json}");
    let csv = network(&["list", "-o", "csv"]).out;
    assert!(csv.starts_with("src,dst,conn,mesh\n"), "{csv}");
    let md = network(&["list", "-o", "md"]).out;
    assert!(md.starts_with("| src | dst | conn | mesh |\n|-----|-----|------|------|\n"), "{md}");
    assert!(network(&["list", "-o", "dot"]).out.contains("(mesh: depends on"));
}

#[test]
fn a_policy_of_the_mesh_is_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.yaml"), folder.path().join("new.yaml"));
    std::fs::write(&old, SHOP.replace("mode: STRICT", "mode: PERMISSIVE")).unwrap();
    std::fs::write(&new, SHOP).unwrap();
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let run = seawall_in(folder.path(), &["network", "diff", old, new, "-o", "csv"], b"");
    let from = |src: &str| {
        run.out.lines().any(|line| line.starts_with(&format!("changed,{src},shop/web[Deployment]")))
    };
    assert!(from("legacy/report[Deployment]") && !from("shop/api[Deployment]"), "{}", run.out);
}

#[test]
fn ways_in_that_the_mesh_closes() {
    let open = SHOP.replace("  selector: { app: api }\n", "  type: LoadBalancer\n  selector: { app: api }\n");
    let run = seawall_in(&workspace(), &["network", "exposure", "-f", "-"], open.as_bytes());
    assert!(
        run.out.contains("denied: the mesh denies it: the destination takes mutual TLS only"),
        "{}",
        run.out
    );
    assert!(run.out.contains("0 workloads can be reached from the internet"), "{}", run.out);
    let plain = open
        .replace("mode: STRICT", "mode: PERMISSIVE")
        .replace("source: { principals", "source: { notPrincipals");
    let run =
        seawall_in(&workspace(), &["network", "exposure", "-f", "-", "-o", "json"], plain.as_bytes()).json();
    let backend = &run["entry_points"][0]["backends"][0];
    assert_eq!(
        (&backend["policy"]["passage"], &backend["mesh"]["answer"]),
        (&"permitted".into(), &"depends".into())
    );
}

#[test]
fn the_report_follows_its_schema() {
    let schema = std::fs::read_to_string(workspace().join("schemas/network-mesh-v1.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let json = network(&["mesh", "-o", "json"]).json();
    let errors: Vec<String> =
        validator.iter_errors(&json).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(json["workloads"].as_array().unwrap().len(), 4);
    assert_eq!(json["egress_gateways"][0]["hosts"][0], "payments.example.com");
    assert!(!validator.is_valid(&serde_json::json!({"schema": "seawall.dev/network-mesh/v1"})));
}

#[test]
fn the_report_decides_the_exit_code() {
    let run = network(&["mesh"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    for line in [
        "3 workloads in the mesh, 1 outside",
        "  Deployment/report: outside (no label asks for it)",
        "  payments.example.com through istio-system/egress  <stdin>:104:26",
        "mesh: 3 medium, 1 low",
    ] {
        assert!(run.out.lines().any(|own| own == line), "{line}\n{}", run.out);
    }
    assert_eq!(network(&["mesh", "--fail-on", "medium"]).code, 1);
    assert_eq!(network(&["mesh", "--fail-on", "none"]).code, 0);
    let broken = SHOP.replace("action: ALLOW", "action: Allow");
    let run = seawall_in(&workspace(), &["network", "mesh", "-f", "-"], broken.as_bytes());
    assert!(
        run.err.contains("<stdin>:62:3: error: AuthorizationPolicy `shop/api` at `spec.action`"),
        "{}",
        run.err
    );
}

#[test]
fn a_cluster_without_a_mesh_says_so() {
    let run = seawall(&["network", "mesh", "-f", "examples/shop", "-q"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.ends_with("nothing to judge: no workload here is in a mesh\n"), "{}", run.out);
    let busy = workspace().join("../shared/corpus/cluster/busy.jsonl.zst");
    if !busy.exists() {
        eprintln!("skipped: the snapshot of a busy cluster is not here");
        return;
    }
    // Addons of Istio, and no proxy anywhere.
    let run = seawall(&["network", "mesh", "-f", busy.to_str().unwrap(), "-q"]);
    assert!(run.out.contains("0 workloads in the mesh, 57 outside"), "{}", run.out);
}
