//! The formats, from the vendors' public documentation of their tokens.

use seawall_core::{Confidence, Severity};

use super::proof::{Proof, by_body, by_checksum, by_format, by_header};

/// How one kind of token looks.
pub(crate) struct Format {
    /// A stable name, for fingerprints.
    pub(crate) id: &'static str,
    /// What it is, with its article, for messages.
    pub(crate) what: &'static str,
    /// Fixed texts of which one is in every token of the format.
    pub(super) beginnings: &'static [&'static str],
    /// Bytes that belong to the token before its fixed text.
    pub(super) before: fn(u8) -> bool,
    /// The whole token.
    pub(super) pattern: &'static str,
    /// No letter or digit may stand right before or after it.
    pub(super) bounded: bool,
    pub(super) proof: Proof,
    pub(super) confidence: Confidence,
    severity: Severity,
}

impl Format {
    /// What a token opens: keys for tests and keys that are locked by a passphrase open less.
    pub(super) fn severity_of(&self, token: &str) -> Severity {
        match self.id {
            "stripe-key" if token.contains("_test_") => Severity::Low,
            "private-key" if token.contains("ENCRYPTED") => Severity::Medium,
            "aws-access-key" if token.starts_with("ASIA") => Severity::Medium,
            _ => self.severity,
        }
    }
}

const fn nothing(_: u8) -> bool {
    false
}

const PLAIN: Format = Format {
    id: "",
    what: "",
    beginnings: &[],
    before: nothing,
    pattern: "",
    bounded: true,
    proof: by_format,
    confidence: Confidence::High,
    severity: Severity::High,
};

const fn format(
    id: &'static str,
    what: &'static str,
    beginnings: &'static [&'static str],
    pattern: &'static str,
) -> Format {
    Format { id, what, beginnings, pattern, ..PLAIN }
}

/// All formats; where two share a beginning, the first that fits wins.
pub(crate) static FORMATS: &[Format] = &[
    format("aws-access-key", "an AWS access key id", &["AKIA", "ASIA"], "A[KS]IA[A-Z0-9]{16}"),
    Format {
        proof: by_checksum,
        ..format(
            "github-token",
            "a GitHub token",
            &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
            "gh[pousr]_[A-Za-z0-9]{36,255}",
        )
    },
    format(
        "github-fine-grained",
        "a GitHub fine-grained personal access token",
        &["github_pat_"],
        "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    ),
    format(
        "gitlab-token",
        "a GitLab token",
        &[
            "glpat-",
            "gldt-",
            "glrt-",
            "glptt-",
            "glcbt-",
            "glsoat-",
            "glagent-",
            "glft-",
            "glimt-",
            "GR1348941",
        ],
        "(?:GR1348941|gl(?:pat|dt|rt|ptt|cbt|soat|agent|ft|imt)-)[A-Za-z0-9_-]{20,}(?:\\.[a-z0-9.]{9,})?",
    ),
    format(
        "slack-token",
        "a Slack token",
        &["xoxb-", "xoxp-", "xoxa-", "xoxo-", "xoxr-", "xoxs-", "xoxe-", "xoxe.", "xapp-"],
        "(?:xoxe\\.xox[bp]-[0-9]-[A-Z0-9]{100,}|xoxe-[0-9]-[A-Z0-9]{100,}|xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]{20,}\
         |xox[abeoprs]-(?:[0-9]+-)*[A-Za-z0-9]{12,}(?:-[A-Za-z0-9]+)*)",
    ),
    Format {
        severity: Severity::Medium,
        ..format(
            "slack-webhook",
            "the URL of a Slack webhook",
            &["hooks.slack.com/"],
            "hooks\\.slack\\.com/(?:services/T[A-Za-z0-9]{7,}/B[A-Za-z0-9]{7,}|(?:workflows|triggers)/[A-Z0-9]+/[A-Za-z0-9/]+)/[A-Za-z0-9]{16,}",
        )
    },
    format(
        "stripe-key",
        "a Stripe secret key",
        &["sk_live_", "rk_live_", "sk_test_", "rk_test_"],
        "[rs]k_(?:live|test)_[A-Za-z0-9]{20,247}",
    ),
    Format {
        severity: Severity::Medium,
        ..format("google-api-key", "a Google API key", &["AIza"], "AIza[A-Za-z0-9_-]{35}")
    },
    format("google-oauth-secret", "a Google OAuth client secret", &["GOCSPX-"], "GOCSPX-[A-Za-z0-9_-]{28}"),
    Format {
        proof: by_checksum,
        ..format("npm-token", "an npm access token", &["npm_"], "npm_[A-Za-z0-9]{36}")
    },
    format(
        "pypi-token",
        "a PyPI API token",
        &["pypi-AgE"],
        "pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{50,}",
    ),
    Format {
        confidence: Confidence::Medium,
        ..format("twilio-key", "a Twilio API key", &["SK"], "SK[0-9a-f]{32}")
    },
    format("sendgrid-key", "a SendGrid API key", &["SG."], "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}"),
    Format {
        confidence: Confidence::Medium,
        ..format("mailgun-key", "a Mailgun API key", &["key-"], "key-[0-9a-f]{32}")
    },
    format(
        "shopify-token",
        "a Shopify token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    ),
    format(
        "square-token",
        "a Square token",
        &["sq0atp-", "sq0csp-"],
        "sq0(?:atp-[A-Za-z0-9_-]{22}|csp-[A-Za-z0-9_-]{43})",
    ),
    Format {
        bounded: false,
        ..format(
            "azure-storage-key",
            "an Azure shared key",
            &["AccountKey=", "SharedAccessKey="],
            "(?:AccountKey=[A-Za-z0-9+/]{86}==|SharedAccessKey=[A-Za-z0-9+/]{43}=)",
        )
    },
    Format {
        before: |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-'),
        bounded: false,
        ..format(
            "azure-client-secret",
            "an Azure client secret",
            &["Q~"],
            "[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
        )
    },
    format(
        "digitalocean-token",
        "a DigitalOcean token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        "do[opr]_v1_[0-9a-f]{64}",
    ),
    Format {
        before: |byte| byte.is_ascii_digit(),
        ..format("telegram-token", "a Telegram bot token", &[":AA"], "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}")
    },
    Format {
        severity: Severity::Medium,
        ..format(
            "discord-webhook",
            "the URL of a Discord webhook",
            &["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
            "discord(?:app)?\\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,}",
        )
    },
    Format {
        proof: by_header,
        confidence: Confidence::Medium,
        severity: Severity::Medium,
        ..format(
            "jwt",
            "a JSON web token",
            &["eyJ"],
            "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{16,}",
        )
    },
    Format {
        bounded: false,
        proof: by_body,
        ..format(
            "private-key",
            "a private key",
            &["-----BEGIN "],
            "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
        )
    },
    format(
        "anthropic-key",
        "an Anthropic API key",
        &["sk-ant-"],
        "sk-ant-[a-z]+[0-9]+-[A-Za-z0-9_-]{90,96}AA",
    ),
    format(
        "openai-key",
        "an OpenAI API key",
        &["sk-proj-", "sk-svcacct-", "sk-admin-"],
        "sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}",
    ),
    format("huggingface-token", "a Hugging Face token", &["hf_"], "hf_[A-Za-z]{34}"),
    format("vault-token", "a HashiCorp Vault token", &["hvs.", "hvb."], "hv[sb]\\.[A-Za-z0-9_-]{24,}"),
    Format {
        before: |byte| byte.is_ascii_alphanumeric(),
        ..format(
            "terraform-token",
            "a Terraform Cloud token",
            &[".atlasv1."],
            "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{60,70}",
        )
    },
    format(
        "docker-token",
        "a Docker Hub access token",
        &["dckr_pat_", "dckr_oat_"],
        "dckr_[po]at_[A-Za-z0-9_-]{27,}",
    ),
    format("databricks-token", "a Databricks token", &["dapi"], "dapi[0-9a-f]{32}(?:-[0-9])?"),
    format("newrelic-key", "a New Relic API key", &["NRAK-"], "NRAK-[A-Z0-9]{27}"),
    format(
        "grafana-token",
        "a Grafana token",
        &["glsa_", "glc_eyJ"],
        "gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_eyJ[A-Za-z0-9+/=]{60,})",
    ),
    format("age-key", "an age secret key", &["AGE-SECRET-KEY-1"], "AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    format("tailscale-key", "a Tailscale key", &["tskey-"], "tskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{20,}"),
    format("pulumi-token", "a Pulumi token", &["pul-"], "pul-[0-9a-f]{40}"),
    format("rubygems-key", "a RubyGems API key", &["rubygems_"], "rubygems_[0-9a-f]{48}"),
    format("atlassian-token", "an Atlassian API token", &["ATATT3"], "ATATT3[A-Za-z0-9_=-]{180,}"),
];
