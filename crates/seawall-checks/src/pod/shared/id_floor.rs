//! Numbers of users and groups that the node may know as well.

use seawall_inventory::PodView;

use crate::Verdicts;
use crate::pod::source::sources;

/// Fails containers that run with a number below a floor, or with whatever their image says. `what` names the number in
/// messages: "user" or "group".
pub(crate) fn fail_low(
    pod: &PodView<'_>,
    field: &'static str,
    floor: i64,
    what: &str,
    out: &mut Verdicts<'_>,
) {
    // Windows has no such numbers, and in a user namespace they mean nothing on the node.
    if pod.is_windows() || pod.in_user_namespace() {
        return out.not_applicable();
    }
    for source in sources(pod, &[field]) {
        let message = match source.node().map(|node| node.as_i64()) {
            Some(Some(id)) if id >= floor => continue,
            Some(Some(id)) => format!("{} runs as {what} {id}, below {floor}", source.label()),
            _ => format!("{} leaves its {what} to the image", source.label()),
        };
        out.fail(source.place(&[field]), message);
    }
}
