//! Words of the language that are no names.
//!
//! Source: `RESERVED` and the keywords of the language definition's grammar.

/// Words that are no names of variables or functions; after a dot they name fields and methods.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Words that name nothing, not even a field.
const KEYWORDS: [&str; 4] = ["in", "true", "false", "null"];

/// Whether a word is kept for later versions of the language.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether a word has a meaning of its own.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Whether a word is no name of a variable or function.
pub(crate) fn is_word(word: &str) -> bool {
    is_reserved(word) || is_keyword(word)
}
