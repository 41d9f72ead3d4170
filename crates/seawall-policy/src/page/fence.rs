//! Fenced blocks of a page.

use super::Faults;

/// A fence that is about policies.
#[derive(Debug)]
pub(super) struct Fence {
    /// The last heading above it, without its signs.
    pub(super) heading: String,
    /// The words behind `yaml`.
    pub(super) words: Vec<String>,
    /// What it holds.
    pub(super) text: String,
    /// The line of the page on which it opens.
    pub(super) line: u32,
}

/// All fences that say `yaml` (or `yml`) and more; `above` lines come before the body.
pub(super) fn fences(body: &str, above: u32, faults: &mut Faults<'_>) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut heading = String::new();
    // What is open, and the signs that close it.
    let mut open: Option<(Option<Fence>, &str)> = None;
    for (line, text) in (above + 1..).zip(body.lines()) {
        if let Some((fence, signs)) = &mut open {
            if bare(text)
                .trim_end()
                .strip_prefix(*signs)
                .is_some_and(|rest| rest.chars().all(|c| signs.starts_with(c)))
            {
                fences.extend(open.take().and_then(|(fence, _)| fence));
            } else if let Some(fence) = fence {
                fence.text.push_str(text);
                fence.text.push('\n');
            }
            continue;
        }
        let (signs, info) = opening(text);
        if !signs.is_empty() {
            let mut words = info.split_whitespace().map(str::to_owned);
            let ours = words.next().is_some_and(|word| matches!(&*word.to_lowercase(), "yaml" | "yml"));
            let words: Vec<String> = words.collect();
            let fence = (ours && !words.is_empty()).then(|| Fence {
                heading: heading.clone(),
                words,
                text: String::new(),
                line,
            });
            open = Some((fence, signs));
        } else if let Some(title) = text.strip_prefix('#') {
            title.trim_start_matches('#').trim().clone_into(&mut heading);
        }
    }
    if let Some((Some(fence), _)) = open {
        faults.at(fence.line, "the fence is not closed".to_owned());
    }
    fences
}

/// The signs that a line opens a fence with, and what stands behind them; no signs: it opens none.
fn opening(text: &str) -> (&str, &str) {
    let text = bare(text);
    for sign in ['`', '~'] {
        let info = text.trim_start_matches(sign);
        let signs = text.get(..text.len() - info.len()).unwrap_or_default();
        if signs.len() >= 3 && !(sign == '`' && info.contains('`')) {
            return (signs, info);
        }
    }
    ("", text)
}

/// A line without the few spaces that may stand before a fence.
fn bare(text: &str) -> &str {
    let bare = text.trim_start_matches(' ');
    if text.len() - bare.len() > 3 { text } else { bare }
}
