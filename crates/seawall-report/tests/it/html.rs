//! The page: as text, and in a browser.

use seawall_core::{Pillar, Severity};
use seawall_report::{Format, Known, RenderOptions, Report, render};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::hostile::hostile;
use crate::support::{Fail, Run, SHOP, accept, check, shop, snapshot};

const PHONE: (u32, u32) = (360, 740);
const DESK: (u32, u32) = (1400, 900);

fn page(run: &Run) -> String {
    run.render(Format::Html, &RenderOptions::default())
}

/// The data in a page, found as a browser finds it: up to the first end tag.
fn data(page: &str) -> Value {
    let (_, after) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

/// The shop judged by real checks, with a namespace more, something waived, gaps and problems.
fn rich() -> Run {
    let more = "apiVersion: v1\nkind: Pod\nmetadata: {name: tool, namespace: infra}\nspec:\n  hostPID: true\n  containers:\n    - {name: tool, image: tool}\n";
    let files = [SHOP, &[("infra/tool.yaml", more)]].concat();
    let checks = [
        "pod-allow-privilege-escalation",
        "pod-capability-net-raw",
        "pod-host-pid",
        "pod-privileged",
        "pod-run-as-non-root",
        "rbac-read-secrets",
    ];
    let mut run = Run::of(&files).judged_by(&checks);
    let pid = run.evaluation.findings.iter().position(|f| f.check.id.as_str() == "pod-host-pid").unwrap();
    accept(&mut run, pid);
    run.with_gaps()
}

#[test]
fn the_page_needs_nothing_else() {
    let page = page(&rich());
    for word in [
        "http:",
        "https:",
        " src=",
        "@import",
        "url(",
        "javascript:",
        "<link",
        "innerHTML",
        "eval(",
        "<iframe",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").unwrap();
    let policy = policy.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!page.contains(" style=") && !page.contains(" onclick="), "the policy would refuse them");
}

#[test]
fn data_is_all_there_is() {
    let mut run = shop();
    accept(&mut run, 1);
    let data = data(&page(&run));
    insta::assert_snapshot!(serde_json::to_string_pretty(&data).unwrap());
    let told: usize =
        data["groups"].as_array().unwrap().iter().map(|g| g["findings"].as_array().unwrap().len()).sum();
    assert_eq!(told, run.evaluation.findings.len());
}

#[test]
fn what_is_left_after_a_baseline_is_new() {
    let run = shop();
    let report = Report { baseline: Some(Known { known: 3, gone: 1 }), ..run.report() };
    let mut out = Vec::new();
    let options = RenderOptions { time: Some(1_735_689_599), ..RenderOptions::default() };
    render(&report, Format::Html, &options, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert_eq!(data(&page)["state"], "new");
    assert!(page.contains("3 known before, 1 gone since"));
    assert!(page.contains("<time datetime=\"2024-12-31T23:59:59Z\">2024-12-31 23:59:59 UTC</time>"));
    assert_eq!(data(&self::page(&run))["state"], "open");
}

/// Elements are ours alone, whatever things are called.
#[test]
fn hostile_words_stay_text() {
    let tags = |page: &str| page.matches('<').count();
    let plain = page(&hostile("a.yaml", "plain"));
    for name in [
        "</script><script>evil()</script><!--",
        "<!--<script>",
        "\u{2028}</title>",
        "'\"><img src=x>",
        "]]>&lt;",
    ] {
        let page = page(&hostile("</style><b>.yaml", name));
        assert_eq!(tags(&page), tags(&plain), "{name}");
        let group = &data(&page)["groups"][0];
        assert_eq!(group["findings"][0]["message"], name.replace('\u{2028}', "\\u{2028}"));
    }
}

/// Text on what is behind it, everywhere on the page: WCAG 2 asks for 4.5 (3 for large text).
const CONTRAST: &str = r#"(() => {
  const rgb = (text) => { const m = text.match(/[\d.]+/g).map(Number); return { c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
  const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const mix = (top, a, below) => top.map((v, i) => v * a + below[i] * (1 - a));
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility({ visibilityProperty: true }) || element.matches("script, noscript *, option, .skip")) continue;
    let back = null, faded = 1; const veils = [];
    for (let up = element; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      faded *= Number(style.opacity);
      const layer = rgb(style.backgroundColor);
      if (layer.a === 1) { back = layer.c; break; }
      if (layer.a > 0) veils.push(layer);
    }
    for (const veil of veils.reverse()) back = mix(veil.c, veil.a, back);
    const style = getComputedStyle(element);
    const ink = rgb(style.color);
    const [a, b] = [light(mix(ink.c, ink.a * faded, back)), light(back)].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + .05) / (b + .05);
    if (ratio < (large ? 3 : 4.5)) poor.push(element.tagName + "." + element.className + " " + ratio.toFixed(2) + " " + element.textContent.slice(0, 30));
  }
  return poor;
})()"#;

/// What sticks out of the window at the right.
const WIDE: &str = r#"document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre")).map((e) => e.tagName + "." + e.className)"#;

const ROWS: &str = "[...document.querySelectorAll('#list .what')].map((e) => e.textContent)";

#[test]
fn a_person_finds_what_matters() {
    let Some(mut browser) = Browser::start("person") else { return };
    let run = rich();
    browser.open(&page(&run), DESK, "light");
    let all = browser.eval(ROWS);
    let all = all.as_array().unwrap().len();
    assert!(all > 4, "{all}");
    assert!(
        browser
            .eval("document.getElementById('count').textContent")
            .as_str()
            .unwrap()
            .starts_with(&format!("{all} causes, "))
    );

    // The keyboard alone: to the filter, a word, to the first row, open it.
    browser.key("/");
    assert_eq!(browser.eval("document.activeElement.id"), "text");
    for letter in "privileged".chars() {
        browser.key(&letter.to_string());
    }
    assert_eq!(browser.eval(ROWS), json!(["container `web` runs privileged".replace('`', "")]));
    browser.key("ArrowDown");
    assert_eq!(browser.eval("document.activeElement.tagName"), "SUMMARY");
    assert_eq!(browser.eval("document.querySelectorAll('.body').length"), 0, "filled when it is opened");
    browser.key("Enter");
    browser.settle();
    let body = browser.eval("document.querySelector('.row[open] .body').innerText");
    let body = body.as_str().unwrap();
    for part in [
        "shop/web.yaml:14:13",
        "^^^^^^^^^^^^^^^^",
        "why",
        "help",
        "privileged: false",
        "fingerprint",
        "PSS:baseline",
    ] {
        assert!(body.contains(part), "no {part} in\n{body}");
    }
    browser.key("ArrowUp");
    assert_eq!(browser.eval("document.activeElement.id"), "text");
    browser.key("Escape");
    assert_eq!(browser.eval(ROWS).as_array().unwrap().len(), all);

    // Every filter narrows to what it says.
    let select = |id: &str, value: &str| {
        format!(
            "(() => {{ const s = document.getElementById('{id}'); s.value = '{value}'; s.dispatchEvent(new Event('change')); }})()"
        )
    };
    let places = "[...document.querySelectorAll('#list .where')].map((e) => e.textContent)";
    browser.eval(&select("namespace", "infra"));
    let infra = browser.eval(places);
    assert!(!infra.as_array().unwrap().is_empty());
    assert!(
        infra.as_array().unwrap().iter().all(|place| place.as_str().unwrap().starts_with("Pod/infra/tool")),
        "{infra}"
    );
    browser.eval(&select("state", "waived"));
    assert_eq!(browser.eval(ROWS), json!(["pod shares the process namespace of the node"]));
    browser.eval("document.getElementById('reset').click()");
    browser.eval("document.querySelector('[data-severity=medium]').click()");
    let badges = browser.eval(
        "[...new Set([...document.querySelectorAll('#list summary .badge')].map((e) => e.textContent))]",
    );
    assert_eq!(badges, json!(["medium"]));
    browser.eval("document.querySelector('[data-severity=medium]').click()");
    browser.eval("document.querySelector('[data-pillar=nodes]').click()");
    let nodes = browser.eval(places);
    assert!(
        nodes.as_array().unwrap().iter().all(|place| place.as_str().unwrap().contains("nodes")),
        "{nodes}"
    );
    browser.eval("document.getElementById('reset').click()");
    browser.eval(&select("area", "pod"));
    assert!((1..=all).contains(&browser.eval(ROWS).as_array().unwrap().len()));
    browser.eval("document.getElementById('text').value = 'nothing is called so'; document.getElementById('text').dispatchEvent(new Event('input'))");
    assert_eq!(browser.eval("document.querySelector('#list').textContent"), "Nothing fits this filter.");

    // Gaps and problems are on the page, and a link leads to a row whatever is filtered.
    let text = browser
        .eval("document.querySelector('#gaps').innerText + document.querySelector('#problems').innerText");
    for part in [
        "Not evaluated: 2",
        "forbidden",
        "Problems: 2",
        "broken.yaml:3:1: error: the document could not be read",
    ] {
        assert!(text.as_str().unwrap().contains(part), "{text}");
    }
    let print = &run.evaluation.findings[0].fingerprint;
    let waited = browser.eval(&format!(
        "new Promise((done) => {{ addEventListener('hashchange', () => setTimeout(() => done(document.querySelectorAll('.row[open] .body').length))); location.hash = '#f-{print}'; }})"
    ));
    assert_eq!(waited, 1);
    assert_eq!(browser.complaints(), Vec::<String>::new());
    assert_eq!(browser.requests().len(), 1, "the page itself, and nothing else: {:?}", browser.requests());
}

/// Every width, both schemes, closed and open: nothing sticks out, everything can be read.
#[test]
fn it_can_be_read_on_a_phone_and_in_the_dark() {
    let Some(mut browser) = Browser::start("phone") else { return };
    let mut backgrounds = Vec::new();
    for scheme in ["light", "dark"] {
        for size in [PHONE, DESK] {
            for run in [rich(), shop(), snapshot(), Run::of(&[])] {
                browser.open(&page(&run), size, scheme);
                browser.eval("document.querySelectorAll('.row').forEach((row) => row.open = true)");
                browser.settle();
                browser.eval(
                    "document.querySelectorAll('.finding details').forEach((more) => more.open = true)",
                );
                assert_eq!(browser.eval(CONTRAST), json!([]), "{scheme} {size:?}");
                assert_eq!(browser.eval(WIDE), json!([]), "{scheme} {size:?}");
                assert_eq!(browser.complaints(), Vec::<String>::new());
            }
        }
        backgrounds.push(browser.eval("getComputedStyle(document.body).backgroundColor"));
    }
    assert_ne!(backgrounds[0], backgrounds[1]);
    // Everything that can be used can be reached with the keyboard, in the order of the page, and shows where it is.
    browser.open(&page(&rich()), PHONE, "light");
    let mut reached = Vec::new();
    while reached.len() < 100 {
        browser.key("Tab");
        // Behind the last stop the browser's own controls would follow.
        if browser.eval("document.activeElement === document.body") == true {
            break;
        }
        let at = browser.eval("[document.activeElement.id || document.activeElement.dataset.pillar || document.activeElement.dataset.severity || document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]");
        assert_eq!(at[1], "solid", "{at}");
        reached.push(at[0].as_str().unwrap().to_owned());
    }
    for stop in [
        "control-plane",
        "audit",
        "critical",
        "info",
        "text",
        "area",
        "namespace",
        "state",
        "order",
        "reset",
        "SUMMARY",
    ] {
        assert!(reached.iter().any(|at| at == stop), "no {stop} in {reached:?}");
    }
}

#[test]
fn hostile_words_do_nothing_in_a_browser() {
    let Some(mut browser) = Browser::start("hostile") else { return };
    for name in [
        "</script><script>window.pwned = 1</script>",
        "<img src=http://127.0.0.1:9/x onerror='window.pwned = 1'>",
        "'\" onfocus=window.pwned=1 autofocus x='",
        "\u{202e}\u{2066}`<b>` ` <svg onload=window.pwned=1>",
        "__proto__",
    ] {
        browser.open(&page(&hostile("<b>x</b>.yaml", name)), DESK, "light");
        browser.eval("document.querySelectorAll('.row').forEach((row) => row.open = true)");
        let seen = browser.eval(
            "new Promise((done) => setTimeout(() => done([typeof window.pwned, document.querySelectorAll('img, iframe, #list svg, #list script').length, document.querySelectorAll('script').length, document.querySelector('#list .what').textContent])))",
        );
        let shown = name.replace('\u{202e}', "\\u{202e}").replace('\u{2066}', "\\u{2066}");
        let shown = if name.matches('`').count() % 2 == 0 { shown.replace('`', "") } else { shown };
        assert_eq!(seen, json!(["undefined", 0, 2, shown]));
        assert_eq!(browser.requests().len(), 1, "{:?}", browser.requests());
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
    // The policy refuses what a hole would be used for …
    let refused = browser.eval(
        "new Promise((done) => { const seen = []; addEventListener('securitypolicyviolation', (event) => { seen.push(event.effectiveDirective); if (seen.length === 3) done(seen.sort()); });
         const image = new Image(); image.src = 'http://127.0.0.1:9/'; fetch('http://127.0.0.1:9/').catch(() => 0);
         const script = document.createElement('script'); script.textContent = 'window.pwned = 1'; document.body.append(script); })",
    );
    assert_eq!(refused, json!(["connect-src", "img-src", "script-src-elem"]));
    assert_eq!(browser.eval("typeof window.pwned"), "undefined");
    // … and a page that asks for something would have been noticed.
    browser.open("<!DOCTYPE html><img src=\"http://127.0.0.1:9/x\">", DESK, "light");
    assert_eq!(browser.requests().len(), 2);
}

#[test]
fn twenty_thousand_findings_are_no_burden() {
    let Some(mut browser) = Browser::start("many") else { return };
    let items: Vec<String> = (0..20_000)
        .map(|i| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}, namespace: n{}}}\n", i % 50))
        .collect();
    let mut run = Run::of(&[("many.yaml", &items.join("---\n"))]);
    let check = check("pod-name", Pillar::Nodes, Severity::Low);
    for i in 0..items.len() {
        run.fail(Fail::new(&check, (i, "metadata.name"), "named"));
    }
    browser.open(&page(&run), PHONE, "dark");
    let rows = "document.querySelectorAll('#list > li').length";
    assert_eq!(browser.eval(rows), 100, "the rest waits");
    assert_eq!(
        browser.eval("document.getElementById('count').textContent"),
        "20,000 causes, 20,000 findings"
    );
    assert_eq!(browser.eval("document.getElementById('more').textContent"), "Show 100 more of 19,900");
    browser.eval("document.getElementById('more').click()");
    assert_eq!(browser.eval(rows), 200);
    browser.eval("document.getElementById('text').value = 'pod/n7/p19957'; document.getElementById('text').dispatchEvent(new Event('input'))");
    assert_eq!(
        browser.eval("document.querySelector('#list .where').textContent"),
        "Pod/n7/p19957 · many.yaml:79831 · nodes"
    );
    assert_eq!(browser.eval("document.getElementById('count').textContent"), "1 of 20,000 causes, 1 finding");
    // A link to the last row makes the rows before it.
    let last = &run.evaluation.findings[19_999].fingerprint;
    browser.eval(&format!("new Promise((done) => {{ addEventListener('hashchange', () => setTimeout(done)); location.hash = '#f-{last}'; }})"));
    assert_eq!(browser.eval("document.querySelectorAll('.row[open]').length"), 1);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
