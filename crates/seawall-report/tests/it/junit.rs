//! JUnit: well-formed, of the usual shape, and no gap counted as passed.

use seawall_core::{Pillar, Severity};
use seawall_report::{Format, RenderOptions};

use crate::support::{Fail, Run, SHOP, accept, check, shop, snapshot};
use crate::xml::{Element, read};

fn junit(run: &Run, options: &RenderOptions) -> Element {
    let text = run.render(Format::Junit, options);
    read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What the schemas in use agree upon: names of elements and attributes, their order, and counts that are true.
fn is_junit(root: &Element) {
    shape(root, "testsuites", &["name", "tests", "failures", "errors"], &["testsuite"]);
    let mut sums = [0; 3];
    for suite in &root.children {
        let attributes = ["name", "timestamp", "tests", "failures", "errors", "skipped"];
        shape(suite, "testsuite", &attributes, &["properties", "testcase"]);
        assert!(suite.all("properties").count() <= 1);
        for property in suite.all("properties").flat_map(|properties| &properties.children) {
            shape(property, "property", &["name", "value"], &[]);
        }
        let cases: Vec<&Element> = suite.all("testcase").collect();
        let mut counts = [0; 3];
        for case in &cases {
            let ends = ["failure", "error", "skipped"];
            let parts = [&ends[..], &["system-out"]].concat();
            shape(case, "testcase", &["classname", "name", "file", "line"], &parts);
            assert!(case.get("name").is_some() && case.get("classname").is_some());
            assert!(case.get("line").is_none_or(|line| line.parse::<u32>().unwrap() > 0));
            let ended: Vec<usize> = ends.map(|end| case.all(end).count()).to_vec();
            assert!(ended.iter().sum::<usize>() <= 1, "{case:?}");
            counts.iter_mut().zip(ended).for_each(|(sum, ended)| *sum += ended);
            for end in case.children.iter().filter(|child| child.name != "system-out") {
                shape(end, &end.name, &["message", "type"], &[]);
                assert!(end.get("message").is_some_and(|message| !message.is_empty()));
            }
        }
        assert_eq!(suite.count("tests"), cases.len());
        let said = ["failures", "errors", "skipped"].map(|count| suite.count(count));
        assert_eq!(said, counts);
        sums[0] += cases.len();
        sums[1] += said[0];
        sums[2] += said[1];
    }
    assert_eq!(["tests", "failures", "errors"].map(|count| root.count(count)), sums);
}

fn shape(element: &Element, name: &str, attributes: &[&str], children: &[&str]) {
    assert_eq!(element.name, name);
    for (own, _) in &element.attributes {
        assert!(attributes.contains(&own.as_str()), "`{own}` of {name}");
    }
    let places: Vec<Option<usize>> =
        element.children.iter().map(|child| children.iter().position(|other| *other == child.name)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "children of {name}: {places:?}");
    let is_text = matches!(name, "failure" | "error" | "system-out");
    assert!(is_text || element.text.trim().is_empty(), "text in {name}: {}", element.text);
}

#[test]
fn the_shape_is_the_usual_one() {
    let timed = RenderOptions { time: Some(1_735_689_599), ..RenderOptions::default() };
    for run in
        [Run::of(SHOP).judged("pod-privileged"), shop(), snapshot(), Run::of(&[]), Run::of(&[]).with_gaps()]
    {
        is_junit(&junit(&run, &RenderOptions::default()));
        is_junit(&junit(&run, &timed));
    }
    assert_eq!(junit(&shop(), &timed).children[0].get("timestamp"), Some("2024-12-31T23:59:59"));
}

#[test]
fn a_check_on_an_object_is_a_case() {
    insta::assert_snapshot!(shop().render(Format::Junit, &RenderOptions::default()));
}

/// A failure with what was accepted beside it, what was accepted alone, and a gap.
#[test]
fn only_what_passed_counts_as_passed() {
    let mut run = Run::of(SHOP);
    let check = check("pod-host-pid", Pillar::Nodes, Severity::High);
    for at in [(0, "metadata"), (0, "spec"), (1, "spec"), (1, "metadata")] {
        run.fail(Fail::new(&check, at, &format!("wrong at {}", at.1)));
    }
    for accepted in [1, 2, 3] {
        accept(&mut run, accepted);
    }
    let run = run.with_gaps();
    let root = junit(&run, &RenderOptions::default());
    is_junit(&root);
    let case = |suite: &str, name: &str| {
        let suite = root.all("testsuite").find(|own| own.get("name") == Some(suite)).unwrap();
        suite.all("testcase").find(|case| case.get("name") == Some(name)).unwrap()
    };
    let failed = case("pod-host-pid", "Deployment/shop/web");
    assert_eq!(failed.children[0].get("message"), Some("wrong at metadata"));
    assert_eq!(failed.children[0].get("type"), Some("high"));
    assert!(failed.children[1].text.contains("waived until 2999-01-31, by team: known: wrong at spec"));
    assert_eq!((failed.get("file"), failed.get("line")), (Some("shop/web.yaml"), Some("4")));
    let waived = case("pod-host-pid", "Service/shop/web");
    assert_eq!(waived.children[0].name, "skipped");
    assert_eq!(case("rbac-secrets-read", "everything").children[0].name, "skipped");
    assert_eq!(case("seawall", "everything was read").children[0].name, "error");
    assert_eq!(case("seawall", "everything was evaluated").children[0].name, "skipped");
    let clean = junit(&Run::of(SHOP).judged("pod-host-ipc"), &RenderOptions::default());
    let broken = clean.children[0].all("testcase").filter(|case| !case.children.is_empty()).count();
    // The third document of the shop is no object, which is no error.
    assert_eq!((clean.count("tests"), broken), (2, 0));
}
