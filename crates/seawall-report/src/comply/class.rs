//! How a control can be judged, and how it came out.

use seawall_core::UnknownName;

/// Gives an enum its words.
macro_rules! words {
    ($(#[$doc:meta])* $what:literal $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All, in order.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                $name::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| UnknownName {
                    what: $what,
                    given: text.to_owned(),
                    accepted: &[$($word,)*],
                })
            }
        }
    };
}

words! {
    /// How a control can be judged.
    "class" Class {
        /// Checks or facts of a cloud decide it.
        Automated = "automated",
        /// Checks or facts decide a part of it; the note says what is missing.
        Partial = "partial",
        /// A person decides it.
        Manual = "manual",
        /// Somebody else answers for it: the provider of the control plane.
        Inherited = "inherited",
        /// What would decide it is not read; the note says what that is.
        NotEvaluated = "not-evaluated",
        /// It does not concern a cluster; the note says why.
        NotApplicable = "not-applicable",
    }
}

words! {
    /// Who runs what a control is about; a provider runs some of it in a managed cluster.
    "layer" Layer {
        /// API server, controller manager, scheduler, etcd.
        ControlPlane = "control-plane",
        /// Nodes and their kubelets.
        Node = "node",
    }
}

words! {
    /// How a control came out, the worst first.
    "state" State {
        /// Something fails that nobody accepted.
        Fail = "fail",
        /// Some of it was judged and passed, some could not be judged.
        NotEvaluatedPartly = "not-evaluated-partly",
        /// Nothing could be judged.
        NotEvaluated = "not-evaluated",
        /// What fails is accepted by somebody.
        Waived = "waived",
        /// All that was judged passed; of a partial control that is a part.
        Pass = "pass",
        /// A person decides it.
        Manual = "manual",
        /// The provider answers for it.
        Inherited = "inherited",
        /// It does not concern a cluster.
        NotApplicable = "not-applicable",
        /// Nothing of the kind that it is about was among what was read.
        NothingHere = "nothing-here",
    }
}

impl State {
    /// Whether something was judged to the end: only these count in percentages.
    pub fn is_verdict(self) -> bool {
        matches!(self, State::Fail | State::Waived | State::Pass)
    }
}
