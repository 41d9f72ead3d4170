//! `procMount_restricted`: the runtime's masks over `/proc` stay, in a user namespace too.

use super::proc_mount::must_be_default;
use crate::pss::control::Control;
use crate::pss::policy::Level;

pub(super) const CONTROL: Control = Control {
    id: "procMount_restricted",
    check: "pss-proc-mount-restricted",
    level: Level::Restricted,
    title: "container sees `/proc` unmasked",
    why: "the masks hide files through which a container reads or changes the kernel of the node",
    help: "remove `procMount`",
    overrides: Some("procMount"),
    revisions: &[(35, must_be_default)],
};
