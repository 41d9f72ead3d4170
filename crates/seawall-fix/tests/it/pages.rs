//! Every fix that a check offers for the examples of its own page cures them, keeps every line that it is not about, and
//! has nothing to do in a second run.

use seawall_checks::{Settings, all, evaluate};
use seawall_core::FixRisk;
use seawall_fix::fix;
use seawall_inventory::Inventory;

use super::inventory;

/// Checks whose pages show a fix when this was last counted; more is better.
const FEWEST_WITH_A_FIX: usize = 100;

fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "```yaml" {
            let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            blocks.push(body.join("\n") + "\n");
        }
    }
    blocks
}

#[test]
fn fixes_of_all_checks_hold_on_their_pages() {
    let mut wrong = Vec::new();
    let mut with_a_fix = Vec::new();
    for entry in all() {
        let settings = Settings::default();
        let judge = |inventory: &Inventory| evaluate(inventory, &[entry.check], &settings);
        let mut offers = false;
        for block in blocks(entry.page) {
            let world = inventory(&[("a.yaml", &block)]);
            let outcome = fix(&world, &judge, &super::all, FixRisk::High);
            offers |= outcome.before.findings.iter().any(|finding| finding.fix.is_some());
            for left in outcome.left.iter().filter(|left| left.reason.is_refusal()) {
                let known = matches!(left.reason.word(), "shared" | "made-by-owner");
                if !known {
                    wrong.push(format!("{}: {}: {}\n{block}", entry.id, left.finding.message, left.reason));
                }
            }
            let Some(file) = outcome.files.first() else { continue };
            let after = file.after.as_str();
            let again = inventory(&[("a.yaml", after)]);
            let second = fix(&again, &judge, &super::all, FixRisk::High);
            if !second.is_empty() {
                wrong.push(format!("{}: a second run changes more\n{after}", entry.id));
            }
            // Comments of the page are about findings; one goes only with the line that it stands on.
            let mut rest = after.lines();
            let lost = block
                .lines()
                .find(|line| line.trim_start().starts_with('#') && !rest.any(|other| other == *line));
            if let Some(line) = lost {
                wrong.push(format!("{}: lost {line:?}\n{after}", entry.id));
            }
        }
        if offers {
            with_a_fix.push(entry.id);
        }
    }
    println!(
        "{} of {} checks offer a fix on their page: {}",
        with_a_fix.len(),
        all().len(),
        with_a_fix.join(" ")
    );
    assert!(wrong.is_empty(), "{}\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(with_a_fix.len() >= FEWEST_WITH_A_FIX, "only {} checks offer a fix", with_a_fix.len());
}
