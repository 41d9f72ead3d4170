//! What the page of a check adds to what its findings say.

/// How an attacker uses it, in one text; empty for what has no page.
pub(super) fn attack(id: &str) -> String {
    let lines = section(id, "## How an attacker uses it");
    // Lists and blocks of code have a form of their own: the first paragraph says the most.
    let paragraph = lines.iter().skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    paragraph.copied().collect::<Vec<_>>().join(" ")
}

/// The references of the page.
pub(super) fn references(id: &str) -> Vec<&'static str> {
    section(id, "## References").into_iter().filter_map(|line| line.strip_prefix("- ")).collect()
}

fn section(id: &str, heading: &str) -> Vec<&'static str> {
    let page = seawall_checks::find(id).map_or("", |entry| entry.page);
    let lines = page.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| !line.starts_with("## ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the pages look like next year.
    #[test]
    fn every_page_has_an_attack_and_references() {
        for entry in seawall_checks::all() {
            assert!(attack(entry.id).len() > 20, "{}: {}", entry.id, attack(entry.id));
            assert!(!references(entry.id).is_empty(), "{}", entry.id);
        }
        assert_eq!((attack("no-such-check"), references("no-such-check").len()), (String::new(), 0));
    }
}
