//! `seawall network list`, `can`, `explain` and `diff`.

use crate::{Run, seawall_in, workspace};

const SHOP: &str = include_str!("../data/network-shop.yaml");

fn network(args: &[&str]) -> Run {
    let args = [&["network"], args, &["-f", "-"]].concat();
    seawall_in(&workspace(), &args, SHOP.as_bytes())
}

#[test]
fn lists_connections_in_every_format() {
    let run = network(&["list"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(
        run.out,
        "shop/web[Deployment] => shop/db[StatefulSet] : TCP 5432\n\
         shop/web[Deployment] => 0.0.0.0-169.254.169.253[External] : All Connections\n\
         shop/web[Deployment] => 169.254.169.255-255.255.255.255[External] : All Connections\n\
         0.0.0.0-255.255.255.255[External] => shop/web[Deployment] : All Connections\n"
    );
    let csv = network(&["list", "-o", "csv", "--workload", "db"]).out;
    assert_eq!(csv, "src,dst,conn\nshop/web[Deployment],shop/db[StatefulSet],TCP 5432\n");
    let json = network(&["list", "-o", "json", "--port", "5432", "--workload", "shop/db"]).json();
    assert_eq!(json["connections"].as_array().unwrap().len(), 1);
    assert_eq!(json["connections"][0]["conn"], "TCP 5432");
    let netpol = network(&["list", "-o", "netpol-json", "--port", "5432", "--workload", "shop/db"]).json();
    assert_eq!(netpol, json["connections"], "netpol-analyzer has the bare list");
    let md = network(&["list", "-o", "md", "--workload", "db", "--direction", "ingress"]).out;
    assert!(md.starts_with("| src | dst | conn |\n|-----|-----|------|\n| shop/web[Deployment] |"), "{md}");
    let dot = network(&["list", "-o", "dot"]).out;
    assert!(
        dot.contains("\"shop/web[Deployment]\" -> \"shop/db[StatefulSet]\" [label=\"TCP 5432\"]"),
        "{dot}"
    );
    let v6 = network(&["list", "--ipv6"]).out;
    assert!(v6.contains("=> ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External]"), "{v6}");
}

#[test]
fn lists_what_workloads_are_open_to() {
    let run = network(&["list", "--exposure"]);
    for line in [
        "shop/db[StatefulSet] \t<= \t[namespace with {team=metrics}]/[all pods] : TCP 9187",
        "shop/web[Deployment] \t=> \tentire-cluster : All Connections",
        "shop/web[Deployment] is not protected on Ingress",
    ] {
        assert!(run.out.lines().any(|own| own == line), "{line}\n{}", run.out);
    }
}

#[test]
fn answers_questions() {
    for (src, dst, port, code) in [
        ("shop/web", "shop/db", "5432", 0),
        ("Deployment/shop/web", "shop/db[StatefulSet]", "5433", 1),
        ("shop/db", "internet", "443", 1),
        ("shop/web", "internet", "443", 0),
        ("shop/web", "169.254.169.254", "80", 1),
        ("8.8.8.8", "shop/web", "53/udp", 0),
        ("10.0.0.0/8", "shop/db", "5432", 1),
    ] {
        let run = network(&["can", src, dst, port]);
        assert_eq!(run.code, code, "{src} {dst} {port}: {} {}", run.out, run.err);
    }
    let json = network(&["can", "shop/web", "shop/db", "-o", "json"]).json();
    assert_eq!((&json["schema"], &json["allowed"]), (&"seawall.dev/network-can/v1".into(), &true.into()));
    assert_eq!(json["connections"][0]["ports"], "TCP 5432");
    for (src, error) in
        [("shop/none", "no pod or workload is named `shop/none`"), ("nothing", "`nothing` is no target")]
    {
        let run = network(&["can", src, "shop/db"]);
        assert_eq!(run.code, 2);
        assert!(run.err.contains(error), "{}", run.err);
    }
}

#[test]
fn explains_with_file_and_line() {
    let run = network(&["explain", "shop/web", "shop/db", "5432"]);
    assert_eq!(
        run.out,
        "shop/web[Deployment] -> shop/db[StatefulSet] TCP 5432: allowed\n  \
         egress: allowed, no policy decides, and the default allows\n  \
         ingress: allowed, by NetworkPolicies\n    \
         rule NetworkPolicy/shop/db spec.ingress[0]  <stdin>:30:5\n"
    );
    let json = network(&["explain", "shop/web", "169.254.169.254", "80", "-o", "json"]).json();
    let egress = &json["connections"][0]["egress"];
    assert_eq!(egress["rules"][0]["object"]["name"], "no-metadata");
    assert_eq!(egress["rules"][0]["line"], 47);
}

#[test]
fn shows_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.yaml"), folder.path().join("new.yaml"));
    std::fs::write(&old, SHOP).unwrap();
    let more = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: job, namespace: shop, labels: {app: db}}\nspec: {containers: [{name: c, image: i}]}\n";
    std::fs::write(&new, SHOP.replace("port: 5432", "port: 5433") + more).unwrap();
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let run = seawall_in(folder.path(), &["network", "diff", old, new, "--exit-code", "-o", "csv"], b"");
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(
        run.out,
        "diff-type,source,destination,old,new,workloads-diff-info\n\
         added,shop/web[Deployment],shop/job[Pod],No Connections,TCP 5433,workload shop/job[Pod] added\n\
         changed,shop/web[Deployment],shop/db[StatefulSet],TCP 5432,TCP 5433,\n"
    );
    for format in ["txt", "json", "md", "dot"] {
        let run = seawall_in(folder.path(), &["network", "diff", old, new, "-o", format], b"");
        assert!(run.out.contains("5433") && run.code == 0, "{}", run.out);
    }
    let same = seawall_in(folder.path(), &["network", "diff", old, old, "--exit-code"], b"");
    assert_eq!((same.code, same.out.as_str()), (0, "No connections diff\n"));
}

#[test]
fn refused_policies_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("np.yaml");
    std::fs::write(&file, SHOP.replace("- podSelector: {matchLabels: {app: web}}", "- {}")).unwrap();
    let run = seawall_in(folder.path(), &["network", "list", "-f", file.to_str().unwrap()], b"");
    assert!(
        run.err.contains("NetworkPolicy `shop/db` at `spec.ingress[0].from[0]`: a peer must say whom"),
        "{}",
        run.err
    );
    // What is not in force isolates nobody.
    assert!(
        run.out.contains("shop/web[Deployment] => shop/db[StatefulSet] : All Connections"),
        "{}",
        run.out
    );
}
