//! Unified differences of two texts, by lines: Myers' greedy algorithm between the first and the last difference, in
//! stretches.
//!
//! Source: E. Myers, An O(ND) Difference Algorithm and Its Variations (1986).

/// A line of a hunk; numbers count lines of the old and of the new text from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// The line is in both texts.
    Kept(usize, usize),
    /// The line is in the old text only.
    Gone(usize),
    /// The line is in the new text only.
    Come(usize),
}

/// Differences that are near each other, with the lines around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Its lines.
    pub lines: Vec<DiffLine>,
    /// First line (from 1; the one before where there is none) and number of lines in the old text.
    pub before: (usize, usize),
    /// The same in the new text.
    pub after: (usize, usize),
}

/// After so many differing lines the way that has come furthest is taken, and the search begins anew behind it: the script
/// may then be longer than need be, and the work grows with the texts, not with their square.
const MOST: usize = 500;

/// The hunks between two texts, with so many unchanged lines around each.
pub fn unified(before: &str, after: &str, context: usize) -> Vec<Hunk> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    hunks(&script(&old, &new), context)
}

/// Every line of both texts, in order.
fn script(old: &[&str], new: &[&str]) -> Vec<DiffLine> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or(&[]), new.get(head..).unwrap_or(&[]));
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let middle = |lines: &[&str]| lines.len() - tail;
    let (n, m) = (middle(old_rest), middle(new_rest));
    let (old_inner, new_inner) = (old_rest.get(..n).unwrap_or(&[]), new_rest.get(..m).unwrap_or(&[]));
    let mut lines: Vec<DiffLine> = (0..head).map(|at| DiffLine::Kept(at, at)).collect();
    let (mut x, mut y) = (0, 0);
    while x < n || y < m {
        let (old, new) = (old_inner.get(x..).unwrap_or(&[]), new_inner.get(y..).unwrap_or(&[]));
        let (part, along, down) = stretch(old, new).unwrap_or_else(|| {
            let all = (0..old.len()).map(DiffLine::Gone).chain((0..new.len()).map(DiffLine::Come));
            (all.collect(), old.len(), new.len())
        });
        let (a, b) = (head + x, head + y);
        lines.extend(part.into_iter().map(|line| match line {
            DiffLine::Kept(old, new) => DiffLine::Kept(old + a, new + b),
            DiffLine::Gone(old) => DiffLine::Gone(old + a),
            DiffLine::Come(new) => DiffLine::Come(new + b),
        }));
        (x, y) = (x + along, y + down);
    }
    lines.extend((0..tail).map(|at| DiffLine::Kept(head + n + at, head + m + at)));
    lines
}

/// How far each diagonal has come, from `-reach` on.
#[derive(Clone)]
struct Furthest {
    reach: isize,
    x: Vec<isize>,
}

impl Furthest {
    fn at(&self, diagonal: isize) -> isize {
        let index = usize::try_from(diagonal + self.reach);
        index.ok().and_then(|index| self.x.get(index)).copied().unwrap_or(-1)
    }

    fn set(&mut self, diagonal: isize, x: isize) {
        let index = usize::try_from(diagonal + self.reach);
        if let Some(place) = index.ok().and_then(|index| self.x.get_mut(index)) {
            *place = x;
        }
    }

    /// Whether the way to a diagonal comes from the one above it: by a line that comes.
    fn comes(&self, diagonal: isize, steps: isize) -> bool {
        diagonal == -steps || (diagonal != steps && self.at(diagonal - 1) < self.at(diagonal + 1))
    }
}

/// The script with the fewest changes, as far as [`MOST`] of them reach, and how many lines of both texts it covers; never
/// none. `None` is for texts that no number counts.
fn stretch(old: &[&str], new: &[&str]) -> Option<(Vec<DiffLine>, usize, usize)> {
    let (n, m) = (isize::try_from(old.len()).ok()?, isize::try_from(new.len()).ok()?);
    let same = |x: isize, y: isize| {
        let at = |lines: &[&'_ str], place: isize| usize::try_from(place).ok().filter(|at| *at < lines.len());
        match (at(old, x), at(new, y)) {
            (Some(x), Some(y)) => old.get(x) == new.get(y),
            _ => false,
        }
    };
    let mut trace: Vec<Furthest> = Vec::new();
    let mut current = Furthest { reach: 1, x: vec![-1, -1, 0] };
    for steps in 0..=isize::try_from(MOST).ok()? {
        let mut next = Furthest { reach: steps + 1, x: vec![-1; usize::try_from(2 * steps + 3).ok()?] };
        for diagonal in (-steps..=steps).step_by(2) {
            let mut x = if current.comes(diagonal, steps) {
                current.at(diagonal + 1)
            } else {
                current.at(diagonal - 1) + 1
            };
            while same(x, x - diagonal) {
                x += 1;
            }
            next.set(diagonal, x);
            if x >= n && x - diagonal >= m {
                trace.push(current);
                return Some((back(&trace, n, m)?, old.len(), new.len()));
            }
        }
        // Odd and even diagonals take turns: those of the step before are not needed again.
        trace.push(std::mem::replace(&mut current, next));
    }
    let ends = (-current.reach..=current.reach)
        .map(|diagonal| (current.at(diagonal), current.at(diagonal) - diagonal));
    let inside = ends.filter(|(x, y)| (0..=n).contains(x) && (0..=m).contains(y));
    let (x, y) = inside.max_by_key(|(x, y)| x + y).filter(|(x, y)| x + y > 0)?;
    Some((back(&trace, x, y)?, usize::try_from(x).ok()?, usize::try_from(y).ok()?))
}

/// Follows the trace from the end.
fn back(trace: &[Furthest], n: isize, m: isize) -> Option<Vec<DiffLine>> {
    let place = |at: isize| usize::try_from(at).ok();
    let (mut x, mut y) = (n, m);
    let mut lines = Vec::new();
    for (steps, furthest) in trace.iter().enumerate().rev() {
        let steps = isize::try_from(steps).ok()?;
        let diagonal = x - y;
        let comes = furthest.comes(diagonal, steps);
        let from = if comes { diagonal + 1 } else { diagonal - 1 };
        let (from_x, from_y) = match steps {
            0 => (0, 0),
            _ => (furthest.at(from), furthest.at(from) - from),
        };
        let (start_x, start_y) = match (steps, comes) {
            (0, _) => (0, 0),
            (_, true) => (from_x, from_y + 1),
            (_, false) => (from_x + 1, from_y),
        };
        while x > start_x && y > start_y {
            (x, y) = (x - 1, y - 1);
            lines.push(DiffLine::Kept(place(x)?, place(y)?));
        }
        if steps > 0 {
            lines.push(if comes { DiffLine::Come(place(y - 1)?) } else { DiffLine::Gone(place(x - 1)?) });
        }
        (x, y) = (from_x, from_y);
    }
    lines.reverse();
    Some(lines)
}

fn hunks(script: &[DiffLine], context: usize) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let changed = |line: &DiffLine| !matches!(line, DiffLine::Kept(..));
    let mut at = 0;
    // Lines of the old and of the new text before the place that was counted last.
    let (mut counted, mut olds, mut news) = (0, 0, 0);
    while let Some(first) = script.get(at..).and_then(|rest| rest.iter().position(changed)) {
        let first = at + first;
        let mut last = first;
        // What is nearer than both contexts belongs together.
        for (place, line) in script.iter().enumerate().skip(first) {
            if place > last + 2 * context + 1 {
                break;
            }
            if changed(line) {
                last = place;
            }
        }
        let (start, end) = (first.saturating_sub(context).max(at), (last + context + 1).min(script.len()));
        let lines = script.get(start..end).unwrap_or(&[]).to_vec();
        let in_old = |line: &&DiffLine| !matches!(line, DiffLine::Come(_));
        let in_new = |line: &&DiffLine| !matches!(line, DiffLine::Gone(_));
        let passed = script.get(counted..start).unwrap_or(&[]);
        olds += passed.iter().filter(in_old).count();
        news += passed.iter().filter(in_new).count();
        counted = start;
        let range = |before: usize, count: usize| (if count == 0 { before } else { before + 1 }, count);
        hunks.push(Hunk {
            before: range(olds, lines.iter().filter(in_old).count()),
            after: range(news, lines.iter().filter(in_new).count()),
            lines,
        });
        at = end;
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(before: &str, after: &str, context: usize) -> String {
        let (old, new): (Vec<&str>, Vec<&str>) =
            (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
        let mut out = String::new();
        for hunk in unified(before, after, context) {
            out.push_str(&format!("@{:?}{:?} ", hunk.before, hunk.after));
            for line in hunk.lines {
                out.push_str(&match line {
                    DiffLine::Kept(a, _) => format!(" {}", old[a].trim_end()),
                    DiffLine::Gone(a) => format!("-{}", old[a].trim_end()),
                    DiffLine::Come(b) => format!("+{}", new[b].trim_end()),
                });
            }
        }
        out
    }

    #[test]
    fn changes_with_their_surroundings() {
        assert_eq!(show("a\nb\n", "a\nb\n", 3), "");
        assert_eq!(show("", "a\n", 3), "@(0, 0)(1, 1) +a");
        assert_eq!(show("a\n", "", 3), "@(1, 1)(0, 0) -a");
        assert_eq!(show("a\nb\nc\nd\n", "a\nx\nc\nd\n", 1), "@(1, 3)(1, 3)  a-b+x c");
        assert_eq!(
            show("1\n2\n3\n4\n5\n6\n7\n", "1\nx\n2\n3\n4\n5\n6\ny\n7\n", 1),
            "@(1, 2)(1, 3)  1+x 2@(6, 2)(7, 3)  6+y 7"
        );
        assert_eq!(show("1\n2\n3\n4\n", "x\n1\n2\n3\n4\ny\n", 2), "@(1, 4)(1, 6) +x 1 2 3 4+y");
        assert_eq!(show("a", "a\n", 0), "@(1, 1)(1, 1) -a+a");
    }

    /// Many changes were shown as one of everything, with every line of a large file in the diff.
    #[test]
    fn issue_fix_large_diff_repro() {
        let old: String = (0..3_000).map(|number| format!("name: web{number}\n- a\n- b\n- c\n")).collect();
        let new = old.replace("- b\n", "- b\n- new\n");
        let hunks = unified(&old, &new, 0);
        assert_eq!(hunks.len(), 3_000);
        assert!(hunks.iter().all(|hunk| matches!(hunk.lines.as_slice(), [DiffLine::Come(_)])));
        assert_eq!((hunks[2_999].before, hunks[2_999].after), ((11_999, 0), (14_999, 1)));
        // Nothing in common, and more of it than one stretch.
        let (old, new) = ("a\n".repeat(2_000), "b\n".repeat(1_500));
        let lines = &unified(&old, &new, 3)[0].lines;
        assert_eq!(lines.len(), 3_500);
    }

    proptest::proptest! {
        #[test]
        fn a_script_rebuilds_both_texts(a in "[ab\n]{0,60}", b in "[ab\n]{0,60}") {
            let (old, new): (Vec<&str>, Vec<&str>) =
                (a.split_inclusive('\n').collect(), b.split_inclusive('\n').collect());
            let script = script(&old, &new);
            let mut was = String::new();
            let mut is = String::new();
            for line in &script {
                match line {
                    DiffLine::Kept(x, y) => {
                        proptest::prop_assert_eq!(old[*x], new[*y]);
                        was.push_str(old[*x]);
                        is.push_str(new[*y]);
                    }
                    DiffLine::Gone(x) => was.push_str(old[*x]),
                    DiffLine::Come(y) => is.push_str(new[*y]),
                }
            }
            proptest::prop_assert_eq!((was, is), (a, b));
        }
    }
}
