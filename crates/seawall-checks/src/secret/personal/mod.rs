//! Numbers of persons: payment cards, bank accounts, and what names say is one.

use std::sync::LazyLock;

use regex::Regex;

/// What a text holds of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Personal {
    /// The number of a payment card.
    Card,
    /// The number of a bank account (IBAN).
    Account,
}

impl Personal {
    /// How messages name it.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Personal::Card => "the number of a payment card",
            Personal::Account => "the number of a bank account",
        }
    }
}

/// Numbers that the documentation of payment providers publishes for tests.
const TEST_CARDS: [&str; 6] = [
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "5555555555554444",
    "5105105105105100",
    "378282246310005",
];

/// The first number in a text that has the form and the check digits of one. A card must be written in groups, for any
/// long number is one of a card by chance once in ten times.
pub(crate) fn find(text: &str) -> Option<Personal> {
    static CARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u:\b)[3-6][0-9]{3}([ -])[0-9]{4,6}[ -][0-9]{4,5}(?:[ -][0-9]{4})?(?-u:\b)").ok()
    });
    static ACCOUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u:\b)[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?-u:\b)").ok()
    });
    let cards = CARD.iter().flat_map(|pattern| pattern.find_iter(text));
    let accounts = ACCOUNT.iter().flat_map(|pattern| pattern.find_iter(text));
    let card = cards.map(|found| digits(found.as_str())).any(|number| is_card(&number));
    let account = accounts.map(|found| found.as_str().replace(' ', "")).any(|number| is_account(&number));
    card.then_some(Personal::Card).or_else(|| account.then_some(Personal::Account))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether digits are the number of a card: its length, and the check digit of ISO/IEC 7812-1 (Luhn).
pub(crate) fn is_card(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            match place % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    matches!(digits.len(), 15 | 16)
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && sum.is_multiple_of(10)
        && !TEST_CARDS.contains(&digits)
}

/// Lengths of account numbers by country, from the registry of ISO 13616.
const ACCOUNTS: [(&str, usize); 36] = [
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("TR", 26),
];

/// Whether a text without blanks is an account number: country, length, and the check digits of ISO 7064 (mod 97).
pub(crate) fn is_account(number: &str) -> bool {
    let known =
        ACCOUNTS.iter().any(|(country, length)| number.starts_with(country) && number.len() == *length);
    let (Some(head), Some(tail)) = (number.get(..4), number.get(4..)) else { return false };
    let rest = tail.chars().chain(head.chars()).try_fold(0_u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some(if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 })
    });
    known && rest == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_decide() {
        for (text, wanted) in [
            ("card 4539 1488 0343 6467 of", Some(Personal::Card)),
            ("4539-1488-0343-6467", Some(Personal::Card)),
            ("4539 1488 0343 6468", None),
            ("4539148803436467", None),
            ("4111 1111 1111 1111", None),
            ("IBAN DE89 3704 0044 0532 0130 00.", Some(Personal::Account)),
            ("GB29NWBK60161331926819", Some(Personal::Account)),
            ("DE88 3704 0044 0532 0130 00", None),
            ("XX89370400440532013000", None),
            ("version 1.2.3 at 1700000000000", None),
            ("", None),
        ] {
            assert_eq!(find(text), wanted, "{text}");
        }
        assert!(is_card("4539148803436467"));
        assert!(!is_card("45391488034364"));
    }
}
