//! PEM blocks (RFC 7468).

use seawall_yaml::decode_base64;

/// The bytes of the blocks with a label, in order; a block that is not closed or no base64 ends them.
pub(crate) fn blocks<'t>(text: &'t str, label: &str) -> impl Iterator<Item = Vec<u8>> + use<'t> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(begin.as_str())?;
        let (body, after) = after.split_once(end.as_str())?;
        rest = after;
        decode_base64(body)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_a_label() {
        let text = "x\n-----BEGIN A-----\nZg==\n-----END A-----\n-----BEGIN B-----\nZw==\n-----END B-----\n\
                    -----BEGIN A-----\r\nZm8\r\n-----END A-----\n-----BEGIN A-----\nZ*\n-----END A-----\n";
        assert_eq!(blocks(text, "A").collect::<Vec<_>>(), [b"f".to_vec(), b"fo".to_vec()]);
        assert_eq!(blocks(text, "C").count(), 0);
        assert_eq!(blocks("-----BEGIN A-----\nZg==", "A").count(), 0);
    }
}
