//! What a person can do about a check that could not look.

use crate::model::{CheckReport, ReasonKind};

pub(super) fn advice(check: &CheckReport, kind: ReasonKind) -> String {
    let plugin = &check.plugin.name;
    match kind {
        ReasonKind::NothingToJudge => "nothing: there was nothing to judge".into(),
        ReasonKind::NotJudged => "make what the check names judgeable, and run again".into(),
        ReasonKind::DidNotLook => {
            format!("tell the authors of the plugin `{plugin}`: the check ended without asking for what it needs")
        }
        ReasonKind::Unavailable => "mend it, or make it reachable for precheck, and run again".into(),
        ReasonKind::Failed => "see whether precheck may read it and whether it is sound, and run again".into(),
        ReasonKind::Denied => format!(
            "if the check should have it, bind it to the check in the suite, within `grant` of [plugins.{plugin}]"
        ),
        ReasonKind::Limit => format!("if the check needs that much, raise `limits` of [plugins.{plugin}] in the suite"),
        ReasonKind::TimeLimit => format!("if the check needs that long, raise `limits.time` of [plugins.{plugin}]"),
        ReasonKind::MemoryLimit => {
            format!("if the check needs that much, raise `limits.memory` of [plugins.{plugin}]")
        }
        ReasonKind::Trap | ReasonKind::Plugin => {
            format!("tell the authors of the plugin `{plugin}`, with what is written here")
        }
        ReasonKind::Settings => "correct the check's `settings` in the suite".into(),
        ReasonKind::Load => {
            format!("see that `source` of [plugins.{plugin}] is the plugin's component, built for this version")
        }
        ReasonKind::Interrupted => "run again".into(),
        ReasonKind::Host => "run again; if it happens again, report it as a fault of precheck".into(),
    }
}
