//! The word that was probably meant.

/// The known word nearest to one that is not known, when it is near. Case does not count.
pub fn nearest<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    /// Longer words are no slips of the pen, and the distance takes time by the product of the lengths.
    const LONGEST: usize = 80;
    let length = written.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return None;
    }
    let most = (length / 3).clamp(1, 3);
    let near = known.into_iter().map(|word| (distance(written, word), word));
    near.filter(|(far, _)| *far <= most).min().map(|(_, word)| word)
}

/// "; did you mean `x`?", or nothing.
pub fn hint<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(written, known).map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}

/// How many characters must be put in, taken out, changed, or swapped with the next; case does not count.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) =
        (one.to_lowercase().chars().collect(), other.to_lowercase().chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX - 1);
            let mut least =
                (at(&last, j) + usize::from(a != b)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_meant() {
        let known = ["securityContext", "containers", "hostNetwork"];
        assert_eq!(nearest("securityContxt", known), Some("securityContext"));
        assert_eq!(nearest("contianers", known), Some("containers"));
        assert_eq!(nearest("hostnetwork", known), Some("hostNetwork"));
        assert_eq!(nearest("volumes", known), None);
        assert_eq!(nearest(&"containers".repeat(100), known), None);
        assert_eq!(hint("x", known), "");
        assert_eq!(hint("container", known), "; did you mean `containers`?");
    }

    #[test]
    fn counts_slips() {
        for (a, b, slips) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
            ("grün", "grun", 1),
        ] {
            assert_eq!(distance(a, b), slips, "{a} {b}");
            assert_eq!(distance(b, a), slips, "{b} {a}");
        }
    }
}
