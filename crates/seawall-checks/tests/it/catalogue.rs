//! What holds for every check.

use seawall_checks::all;
use seawall_core::CheckId;

#[test]
fn ids_follow_from_file_names_and_metadata_is_whole() {
    for entry in all() {
        let check = entry.check;
        assert_eq!(check.id, entry.id, "the id must follow from the file name");
        assert!(CheckId::from_static(check.id).area().is_ok(), "{}: unknown area", check.id);
        for (what, text) in [("title", check.title), ("why", check.why), ("help", check.help)] {
            assert!(!text.is_empty(), "{}: no {what}", check.id);
            assert!(!text.ends_with('.'), "{}: {what} ends with a full stop", check.id);
            assert!(
                text.chars().next().is_some_and(|c| !c.is_uppercase()
                    || text.chars().nth(1).is_some_and(|d| d.is_uppercase() || !d.is_alphabetic())
                    || text.split(' ').next().is_some_and(|w| w.chars().skip(1).any(char::is_uppercase))),
                "{}: {what} begins with a capital",
                check.id
            );
        }
        for control in check.frameworks {
            assert!(control.contains(':'), "{}: `{control}` is not `FRAMEWORK:control`", check.id);
        }
        for setting in check.settings {
            assert!(
                entry.page.contains(setting.name),
                "{}: setting `{}` is not on the page",
                check.id,
                setting.name
            );
        }
    }
}
