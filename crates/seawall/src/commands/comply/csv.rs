//! One line a control, for spreadsheets.

use seawall_report::comply::Assessment;

use crate::commands::markup::field;

pub(super) fn lines(assessment: &Assessment<'_>) -> String {
    let mut text = String::from(
        "framework,section,control,title,class,state,objects judged,objects failed,findings open,findings waived,not evaluated,reason\n",
    );
    for result in &assessment.controls {
        let cells = [
            assessment.framework.id.clone(),
            super::safe(&result.section.id),
            super::safe(&result.control.id),
            super::safe(&result.control.title),
            result.class.as_str().to_owned(),
            result.state.as_str().to_owned(),
            result.judged.len().to_string(),
            result.failed.len().to_string(),
            result.open().count().to_string(),
            result.waived().count().to_string(),
            result.gaps.len().to_string(),
            super::safe(result.reason.as_deref().unwrap_or("")),
        ];
        text.push_str(&cells.map(|cell| field(&cell)).join(","));
        text.push('\n');
    }
    text
}
