//! The tools that are known.

/// A tool with a table of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// Trivy
    Trivy,
    /// Checkov
    Checkov,
    /// Kubescape
    Kubescape,
    /// kube-linter
    KubeLinter,
    /// Polaris
    Polaris,
    /// kube-score
    KubeScore,
    /// kubesec
    Kubesec,
    /// Kyverno, by the names of its public policies
    Kyverno,
}

impl Tool {
    /// All of them.
    pub const ALL: [Tool; 8] = [
        Tool::Trivy,
        Tool::Checkov,
        Tool::Kubescape,
        Tool::KubeLinter,
        Tool::Polaris,
        Tool::KubeScore,
        Tool::Kubesec,
        Tool::Kyverno,
    ];

    /// Its name as it writes it itself.
    pub const fn as_str(self) -> &'static str {
        match self {
            Tool::Trivy => "Trivy",
            Tool::Checkov => "Checkov",
            Tool::Kubescape => "Kubescape",
            Tool::KubeLinter => "kube-linter",
            Tool::Polaris => "Polaris",
            Tool::KubeScore => "kube-score",
            Tool::Kubesec => "kubesec",
            Tool::Kyverno => "Kyverno",
        }
    }

    /// The tool of this name, however it is capitalised.
    pub fn find(name: &str) -> Option<Tool> {
        Tool::ALL.into_iter().find(|tool| tool.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// One spelling for all spellings of a rule's id: Trivy says `KSV017`, `KSV-0017` and `AVD-KSV-0017` of one rule,
    /// and a Kyverno policy may stand with its namespace before it.
    pub(crate) fn canonical(self, id: &str) -> String {
        let id = id.trim();
        match self {
            Tool::Trivy => trivy(id),
            Tool::Checkov | Tool::Kubescape => id.to_ascii_uppercase(),
            Tool::Kyverno => id.rsplit('/').next().unwrap_or(id).to_owned(),
            _ => id.to_owned(),
        }
    }
}

impl std::fmt::Display for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Letters, a hyphen and the number with at least four digits; anything else in upper case as it is.
fn trivy(id: &str) -> String {
    let id = id.to_ascii_uppercase();
    let id = id.strip_prefix("AVD-").unwrap_or(&id);
    let at = id.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(id.len());
    let Some((letters, rest)) = id.split_at_checked(at) else { return id.to_owned() };
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    match digits.parse::<u32>() {
        Ok(number) if !letters.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{letters}-{number:04}")
        }
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_rule_are_one() {
        for (tool, id, canonical) in [
            (Tool::Trivy, "KSV017", "KSV-0017"),
            (Tool::Trivy, "AVD-KSV-0017", "KSV-0017"),
            (Tool::Trivy, "avd-ksv-0017", "KSV-0017"),
            (Tool::Trivy, "KSV-01010", "KSV-1010"),
            (Tool::Trivy, "AVD-KSV-0110", "KSV-0110"),
            (Tool::Trivy, "CVE-2021-1234", "CVE-2021-1234"),
            (Tool::Trivy, "AVD-AWS-0001", "AWS-0001"),
            (Tool::Trivy, "aws-access-key-id", "AWS-ACCESS-KEY-ID"),
            (Tool::Trivy, "KSV99999999999999", "KSV99999999999999"),
            (Tool::Trivy, "", ""),
            (Tool::Kubescape, " c-0057 ", "C-0057"),
            (Tool::Kyverno, "ops/disallow-host-path", "disallow-host-path"),
            (Tool::Polaris, "hostPIDSet", "hostPIDSet"),
        ] {
            assert_eq!(tool.canonical(id), canonical, "{tool} {id}");
        }
        assert_eq!(Tool::find("trivy"), Some(Tool::Trivy));
        assert_eq!(Tool::find("KubeScore"), None);
    }
}
