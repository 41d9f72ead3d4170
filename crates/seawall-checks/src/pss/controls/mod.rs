//! One control a file.

mod allow_privilege_escalation;
mod app_armor_profile;
mod capabilities_baseline;
mod capabilities_restricted;
mod host_namespaces;
mod host_path_volumes;
mod host_ports;
mod host_probes_and_host_lifecycle;
mod privileged;
mod proc_mount;
mod proc_mount_restricted;
mod restricted_volumes;
mod run_as_non_root;
mod run_as_user;
mod se_linux_options;
mod seccomp_profile_baseline;
mod seccomp_profile_restricted;
mod sysctls;
mod windows_host_process;

pub use capabilities_baseline::DEFAULT as DEFAULT_CAPABILITIES;

use super::control::Control;

/// Baseline by id, then restricted by id; a test holds the order.
pub(super) static CONTROLS: &[Control] = &[
    app_armor_profile::CONTROL,
    capabilities_baseline::CONTROL,
    host_namespaces::CONTROL,
    host_path_volumes::CONTROL,
    host_ports::CONTROL,
    host_probes_and_host_lifecycle::CONTROL,
    privileged::CONTROL,
    proc_mount::CONTROL,
    se_linux_options::CONTROL,
    seccomp_profile_baseline::CONTROL,
    sysctls::CONTROL,
    windows_host_process::CONTROL,
    allow_privilege_escalation::CONTROL,
    capabilities_restricted::CONTROL,
    proc_mount_restricted::CONTROL,
    restricted_volumes::CONTROL,
    run_as_non_root::CONTROL,
    run_as_user::CONTROL,
    seccomp_profile_restricted::CONTROL,
];
