//! Quantities of resources: `500m`, `1.5Gi`, `2e3`.

/// The number of units (cores, bytes) that a quantity stands for; `None` for what the API server would refuse. Source:
/// the grammar in `k8s.io/apimachinery/pkg/api/resource`.
pub(crate) fn quantity(text: &str) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1_024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let suffix = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (number, factor) = suffix.unwrap_or((text, 1.0));
    // Rust also reads `inf` and `nan`.
    let plain = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E'));
    let value: f64 = number.parse().ok().filter(|_| plain)?;
    Some(value * factor)
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn reads_every_form() {
        for (text, wanted) in [
            ("1", Some(1.0)),
            ("0.5", Some(0.5)),
            ("500m", Some(0.5)),
            ("1k", Some(1000.0)),
            ("1Ki", Some(1024.0)),
            ("1.5Gi", Some(1_610_612_736.0)),
            ("2e3", Some(2000.0)),
            ("1E", Some(1e18)),
            ("100u", Some(1e-4)),
            ("", None),
            ("m", None),
            ("inf", None),
            ("nan", None),
            ("1 Gi", None),
            ("1gi", None),
            ("{{ x }}", None),
        ] {
            match (quantity(text), wanted) {
                (Some(value), Some(wanted)) => {
                    assert!((value / wanted - 1.0).abs() < 1e-12, "{text}: {value}")
                }
                (value, wanted) => assert_eq!(value, wanted, "{text}"),
            }
        }
    }
}
