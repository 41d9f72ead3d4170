//! Paths as a page.

use seawall_paths::html::{MAX_PATHS, html};
use seawall_paths::{Filter, Group};

use crate::model;

fn groups(yaml: &str) -> Vec<Group> {
    model(yaml).paths(&Filter::default()).unwrap()
}

fn admin(user: &str) -> String {
    format!(
        "---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {user}}}\n\
         roleRef: {{kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}}\n\
         subjects: [{{kind: User, name: {user}}}]\n"
    )
}

/// Elements and attributes are ours alone, whatever things are called.
#[test]
fn hostile_names_stay_text() {
    let name = r#""</title></text><script>alert(1)</script><img src=x onerror='a()'>\u202e`&""#;
    let page = html(&groups(&admin(name)), 0, "</script><b>", &|_| None);
    let plain = html(&groups(&admin("plain")), 0, "title", &|_| None);
    assert!(page.contains("&lt;script&gt;alert(1)"), "the name is there");
    let tags = |page: &str| page.matches('<').count();
    assert_eq!(tags(&page), tags(&plain), "and brings no tag");
    assert!(!page.contains('\u{202e}') && !page.contains("<img"));
}

#[test]
fn the_page_needs_nothing_else() {
    let page = html(&groups(&admin("alice")), 0, "Paths", &|_| None);
    assert!(page.contains("default-src 'none'"));
    for word in ["http:", "https:", "src=", "@import", "url(", "javascript:"] {
        assert!(!page.contains(word), "{word}");
    }
    // Every step can be reached by its anchor.
    let target = page.split("href=\"#p0s0\"").count();
    assert!(target > 1 && page.contains("id=\"p0s0\""));
}

#[test]
fn the_page_is_bounded_and_says_so() {
    let yaml: String = (0..MAX_PATHS + 30).map(|number| admin(&format!("user-{number:03}"))).collect();
    let all = groups(&yaml);
    let page = html(&all, 0, "Paths", &|_| None);
    assert_eq!(page.matches("<article id=\"p").count(), MAX_PATHS);
    assert!(page.contains(&format!("{} groups more are not drawn", all.len() - MAX_PATHS)));
    assert_eq!(html(&all, 3, "Paths", &|_| None).matches("<article id=\"p").count(), 3);
    assert!(html(&[], 0, "Paths", &|_| None).contains("No path leads"));
}
