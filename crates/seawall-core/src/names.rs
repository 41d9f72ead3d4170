//! One way to give an enum its stable lower-case names and to read them back.

/// A word that is none of the accepted ones; lists what would have been accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What kind of word was expected, for example `severity`.
    pub what: &'static str,
    /// The word that was given.
    pub given: String,
    /// The words that are accepted.
    pub accepted: &'static [&'static str],
}

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "unknown {} `{}`, expected one of: {}",
            self.what,
            self.given.escape_debug(),
            self.accepted.join(", ")
        )
    }
}

impl std::error::Error for UnknownName {}

/// Declares an enum with stable names: `ALL`, `as_str`, `Display` and `FromStr` in one place.
macro_rules! named_enum {
    ($(#[$meta:meta])* $what:literal $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            const NAMES: &'static [&'static str] = &[$($text),+];

            /// The stable name used in output, options and files.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok($name::$variant),)+
                    _ => Err($crate::UnknownName { what: $what, given: text.to_owned(), accepted: Self::NAMES }),
                }
            }
        }
    };
}
pub(crate) use named_enum;
