//! Markdown: what it looks like, that it fits, and that nothing of others in it means anything.

use seawall_core::{Pillar, Severity};
use seawall_report::{Format, RenderOptions};

use crate::hostile::hostile;
use crate::support::{Fail, Run, SHOP, accept, check, shop};

fn markdown(run: &Run) -> String {
    run.render(Format::Markdown, &RenderOptions::default())
}

#[test]
fn a_comment_in_full() {
    let mut run = shop();
    accept(&mut run, 1);
    insta::assert_snapshot!(markdown(&run));
}

#[test]
fn nothing_found_is_short() {
    insta::assert_snapshot!(markdown(&Run::of(SHOP).judged("pod-host-ipc")));
}

fn many(objects: usize) -> Run {
    let items: Vec<String> = (0..objects)
        .map(|i| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}, namespace: shop}}\n"))
        .collect();
    let mut run = Run::of(&[("many.yaml", &items.join("---\n"))]);
    let check = check("pod-name", Pillar::Nodes, Severity::Low);
    for i in 0..objects {
        run.fail(Fail::new(&check, (i, "metadata.name"), "named"));
    }
    run
}

/// GitHub refuses a comment of more than 65,536 characters; what does not fit is counted.
#[test]
fn it_fits_and_says_what_is_left_out() {
    let text = markdown(&many(3_000));
    assert!(text.len() <= 60_000, "{}", text.len());
    let rows = text.lines().filter(|line| line.starts_with("| low |")).count();
    assert_eq!(rows, 50);
    assert!(text.contains("**2,950 more** with 2,950 findings are not in this table"), "{text:.6000}");
    let details = text.matches("<details><summary><b>low</b>").count();
    assert!((50..3_000).contains(&details));
    let number = 3_000 - details;
    assert!(text.contains(&format!("**{},{:03} more** with", number / 1000, number % 1000)), "{details}");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    let whole = markdown(&many(20));
    assert!(!whole.contains(" more** with"));
}

/// What stands outside of code: CommonMark's code spans and fences, and `<code>` of ours, taken out.
fn outside_of_code(text: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        if let Some(open) = fence {
            if line.trim_end() == open {
                fence = None;
            }
            continue;
        }
        if ticks.len() >= 3 && !line[ticks.len()..].contains('`') {
            fence = Some(ticks);
            continue;
        }
        out.push_str(&without_spans(line));
        out.push('\n');
    }
    assert!(fence.is_none(), "a fence has no end");
    out
}

fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['`', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (open, close) = if rest.starts_with("<code>") {
            (6, rest.find("</code>").map(|end| (end, end + 7)))
        } else if rest.starts_with('<') {
            (1, None)
        } else {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            (ticks, closing(rest, ticks))
        };
        match close {
            Some((_, end)) => rest = &rest[end..],
            None => {
                out.push_str(&rest[..open]);
                rest = &rest[open..];
            }
        }
    }
    out + rest
}

/// The first run of as many backticks.
fn closing(rest: &str, ticks: usize) -> Option<(usize, usize)> {
    let mut at = ticks;
    while let Some(next) = rest[at..].find('`').map(|next| at + next) {
        let run = rest[next..].len() - rest[next..].trim_start_matches('`').len();
        if run == ticks {
            return Some((next, next + run));
        }
        at = next + run;
    }
    None
}

#[test]
fn words_of_others_stay_in_code() {
    for name in [
        "evil <img src=x onerror=evil()>",
        "[evil](http://evil)",
        "x` @evil/team <evil> `x",
        "evil | evil\n| evil | evil |",
        "``` evil\n```\n<script>evil()</script>",
        "</code></summary></details><evil>",
        "#1 evil *evil* _evil_ ~~evil~~ www.evil.example evil@evil.example",
        "evil\u{202e}live \u{1b}[31m",
        "=evil()+1",
        "`evil",
    ] {
        let text = markdown(&hostile("evil.yaml", name));
        let plain = outside_of_code(&text);
        assert!(!plain.contains("evil"), "{name}\n{plain}\n{text}");
        assert!(!plain.replace("<details>", "").contains("<s") || plain.contains("<summary>"));
        assert!(text.contains("evil"), "{text}");
        // A bar in a cell would make a column of somebody else's.
        for row in text.lines().filter(|line| line.starts_with("| low |")) {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        }
    }
}
