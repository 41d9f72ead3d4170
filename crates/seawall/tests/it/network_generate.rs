//! `seawall network generate`

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Run, seawall_in, workspace};

const SHOP: &str = include_str!("../data/network-generate.yaml");

pub(crate) const FLOWS: &str = "src,dst,port,proto,verdict,time\n\
    shop/web-5d4f8-x2x9l,shop/db,5432,tcp,forwarded,2026-11-20T10:00:00Z\n\
    find/search,203.0.113.7,443,tcp,forwarded,2026-11-21T10:00:00Z\n\
    shop/web,find/search,9300,tcp,dropped,2026-11-21T11:00:00Z\n";

/// Runs in a folder with `shop.yaml` and `flows.csv`.
fn generate(args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.yaml"), SHOP).unwrap();
    std::fs::write(folder.path().join("flows.csv"), FLOWS).unwrap();
    seawall_in(folder.path(), &[&["network", "generate", "-f", "shop.yaml"], args].concat(), b"")
}

#[test]
fn text_says_what_is_needed_and_why() {
    let run = generate(&["--flows", "flows.csv"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    for part in [
        "5 policies for 3 workloads in find, shop\n",
        "flows in flows.csv (table): 3 records read\n",
        "3 flows from 2026-11-20T10:00:00Z to 2026-11-21T11:00:00Z; unobserved is not unneeded\n",
        "proven: all 3 are allowed with these policies in place of today's\n",
        "  needed: 2 pairs with 2 ports; neither declared nor observed: 0 ports\n",
        "  shop/web[Deployment] -> shop/db[StatefulSet] TCP 5432\n    reference: `DB_HOST` names db:5432  ConfigMap/shop/shop shop.yaml:5:3\n    \
         flow: observed 1 time, 2026-11-20T10:00:00Z\n",
        "  shop/web[Deployment] -> find/search[Deployment] TCP 9200\n    reference: `SEARCH_ADDR` names search.find.svc:80  Deployment/shop/web shop.yaml:22:36\n",
        "  find/search[Deployment] -> 203.0.113.7/32 TCP 443\n",
        "not covered\n  shop/web[Deployment]: api.pay.example:443 (`PAY_URL`): a name outside the cluster: policies know only addresses  \
         ConfigMap/shop/shop shop.yaml:7:3\n",
        "observed and denied: no sign of a need\n  shop/web[Deployment] -> find/search[Deployment] TCP 9300 1 time, 2026-11-21T11:00:00Z\n",
        "  diff-type: removed, source: find/search[Deployment], destination: shop/db[StatefulSet], old: TCP 5432, new: No Connections\n",
        "  kept: 1 row\n",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn yaml_can_be_applied() {
    let run = generate(&["-o", "yaml", "--flows", "flows.csv"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.contains("#   kubectl delete -n shop networkpolicy/everybody-reads\n"), "{}", run.out);
    let scan = seawall_in(&workspace(), &["scan", "-", "-o", "json"], run.out.as_bytes());
    assert_eq!(scan.json()["inputs"]["resources"], 5);
    let mut kubectl = Command::new("kubectl");
    kubectl.args(["annotate", "--local", "-f", "-", "x=y", "-o", "json"]);
    let child = kubectl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: no kubectl on the PATH");
        return;
    };
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), run.out.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = String::from_utf8(output.stdout).unwrap();
    assert_eq!(read.matches("\"kind\": \"NetworkPolicy\"").count(), 5, "{read}");
}

#[test]
fn json_follows_its_schema_and_has_the_same_policies() {
    let run = generate(&["-o", "json", "--flows", "flows.csv"]);
    let record = run.json();
    let schema =
        std::fs::read_to_string(workspace().join("schemas/network-generate-v1.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&record).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(record["proof"]["proven"], true);
    assert_eq!(record["measures"]["over_grant"], 0);
    assert_eq!(record["replaces"][0]["name"], "everybody-reads");
    // The policies as JSON mean what the policies as YAML mean.
    let lines: Vec<String> = record["policies"].as_array().unwrap().iter().map(ToString::to_string).collect();
    let objects =
        SHOP.split("---\n").filter(|text| !text.contains("NetworkPolicy")).collect::<Vec<_>>().join("---\n");
    let yaml = generate(&["-o", "yaml", "--flows", "flows.csv"]).out;
    let list = |policies: &str| {
        let input = format!("{objects}---\n{policies}");
        seawall_in(&workspace(), &["network", "list", "-f", "-"], input.as_bytes()).out
    };
    assert_eq!(list(&lines.join("\n---\n")), list(&yaml));
    assert!(list(&yaml).contains("shop/web[Deployment] => shop/db[StatefulSet] : TCP 5432\n"));
}

#[test]
fn what_is_allowed_now_can_be_the_list() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.yaml"), SHOP).unwrap();
    let list = |file: &str, format: &str| {
        seawall_in(folder.path(), &["network", "list", "-q", "-f", file, "-o", format], b"").out
    };
    for format in ["json", "netpol-json", "csv"] {
        std::fs::write(folder.path().join("now"), list("shop.yaml", format)).unwrap();
        let run = seawall_in(
            folder.path(),
            &["network", "generate", "-f", "shop.yaml", "--flows", "now", "-o", "json"],
            b"",
        );
        let record = run.json();
        assert_eq!((run.code, &record["measures"]["over_grant"]), (0, &0.into()), "{}", run.err);
        let differences = record["difference"].as_array().unwrap();
        // All that goes is the address that is never allowed.
        assert!(differences.iter().all(|row| row.to_string().contains("169.254.169.254")), "{differences:?}");
    }
}

#[test]
fn policies_that_stay_are_part_of_the_proof() {
    let deny = "---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: no-db}\nspec: {tier: Admin, \
                priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: \
                {number: 5432}}}]}]}\n";
    let input = SHOP.to_owned() + deny;
    let run = seawall_in(&workspace(), &["network", "generate", "-f", "-", "-o", "yaml"], input.as_bytes());
    assert_eq!(run.code, 2);
    let error = "1 needed connections would not be allowed: shop/web[Deployment] -> shop/db[StatefulSet] TCP 5432, held back by \
                 ClusterNetworkPolicy/no-db, as today";
    assert!(run.err.contains(error), "{}", run.err);
    let keep = generate(&["--keep"]);
    assert!(keep.out.contains("beside today's") && keep.code == 0, "{}", keep.out);
    let closed = "source: 0.0.0.0-255.255.255.255[External], destination: shop/db[StatefulSet], old: TCP 5432, new: No Connections";
    assert!(generate(&[]).out.contains(closed) && !keep.out.contains(closed), "{}", keep.out);
}

#[test]
fn words_that_mean_nothing_are_answered() {
    for (args, error) in [
        (&["-n", "none"][..], "no workload is in the namespace `none`"),
        (&["--flows", "shop.yaml"], "no flow is in `shop.yaml`"),
        (&["--flows", "missing"], "the flows in `missing` cannot be read"),
    ] {
        let run = generate(args);
        assert!(run.code == 2 && run.err.contains(error), "{} {}", run.code, run.err);
    }
    let only = generate(&["-n", "find", "-o", "json"]).json();
    assert_eq!((&only["namespaces"][0], &only["left_alone"][0]), (&"find".into(), &"shop".into()));
}

#[test]
fn nothing_from_outside_reaches_the_terminal_raw() {
    let evil = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\\u001b[2J\\n---\",\"namespace\":\"a\",\"labels\":{\"app\":\
                \"\\u001b]0;x\\u0007\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"env\":[{\"name\":\"A_URL\\u202e\",\"value\":\
                \"https://a.example\"}]}]}}";
    for format in ["text", "yaml"] {
        let run =
            seawall_in(&workspace(), &["network", "generate", "-f", "-", "-o", format], evil.as_bytes());
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", run.out);
    }
}

/// Sources and destinations with ports of what is declared between workloads.
fn declared(target: &Path) -> BTreeSet<String> {
    let target = target.to_str().unwrap();
    let run = seawall_in(&workspace(), &["network", "generate", "-q", "-f", target, "-o", "json"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    let name = |end: &serde_json::Value| {
        let text = end["workload"].as_str()?;
        text.split_once('/')?.1.split_once('[').map(|(name, _)| name.to_owned())
    };
    let record = run.json();
    let needs = record["needs"].as_array().unwrap().iter();
    needs
        .filter_map(|need| {
            let port = need["ports"].as_str()?.strip_prefix("TCP ")?;
            Some(format!("{} {}:{port}", name(&need["src"])?, name(&need["dst"])?))
        })
        .collect()
}

#[test]
fn declared_connections_of_known_architectures() {
    let corpus = workspace().join("../shared/corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus beside the workspace");
        return;
    }
    let shop = declared(&corpus.join("microservices-demo/release/kubernetes-manifests.yaml"));
    // The picture in the project's own description.
    let expected: BTreeSet<String> = [
        "cartservice redis-cart:6379",
        "checkoutservice cartservice:7070",
        "checkoutservice currencyservice:7000",
        "checkoutservice emailservice:8080",
        "checkoutservice paymentservice:50051",
        "checkoutservice productcatalogservice:3550",
        "checkoutservice shippingservice:50051",
        "frontend adservice:9555",
        "frontend cartservice:7070",
        "frontend checkoutservice:5050",
        "frontend currencyservice:7000",
        "frontend productcatalogservice:3550",
        "frontend recommendationservice:8080",
        "frontend shippingservice:50051",
        "loadgenerator frontend:8080",
        "recommendationservice productcatalogservice:3550",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(shop, expected);
    let bank = declared(&corpus.join("bank-of-anthos/kubernetes-manifests"));
    let real = [
        "balancereader ledger-db:5432",
        "contacts accounts-db:5432",
        "frontend balancereader:8080",
        "frontend contacts:8080",
        "frontend ledgerwriter:8080",
        "frontend transactionhistory:8080",
        "frontend userservice:8080",
        "ledgerwriter balancereader:8080",
        "ledgerwriter ledger-db:5432",
        "loadgenerator frontend:8080",
        "transactionhistory ledger-db:5432",
        "userservice accounts-db:5432",
    ];
    // The ledger writer is given the addresses of all services and uses one: configuration says more than is used.
    let spare = [
        "ledgerwriter contacts:8080",
        "ledgerwriter transactionhistory:8080",
        "ledgerwriter userservice:8080",
    ];
    let expected: BTreeSet<String> = real.iter().chain(&spare).map(|row| (*row).to_owned()).collect();
    assert_eq!(bank, expected);
}
