//! What findings say. Never a row's value: those are evidence.

use precheck_sdk::wording::{count, list};

use crate::plan::{Item, Relation};
use crate::rule::Test;
use crate::settings::Scalar;

/// More allowed values than that are not listed.
const LISTED: usize = 6;

/// One sentence about rows that break the rule.
pub fn message(relation: &Relation, item: &Item<'_>, rows: u64, groups: u64) -> String {
    let one = rows == 1;
    let verb = |singular: &'static str, plural: &'static str| if one { singular } else { plural };
    let subject = format!("{} of `{}`", count(rows, "row"), relation.name);
    let columns: Vec<_> = item.columns.iter().map(|column| format!("`{}`", column.name)).collect();
    let columns = list(&columns, "and");
    let holds = |what: &str| format!("{subject} {} a value in {columns} {what}", verb("holds", "hold"));
    match &item.rule.test {
        Test::NotNull => format!("{subject} {} NULL in {columns}", verb("holds", "hold")),
        Test::Unique => format!("{subject} repeat {columns}, in {}", count(groups, "group")),
        Test::InSet(_, values) if values.len() > LISTED => {
            holds(&format!("that is none of the {} allowed", values.len()))
        }
        Test::InSet(_, values) => {
            let values: Vec<_> = values.iter().map(Scalar::to_string).collect();
            holds(&format!("other than {}", list(&values, "or")))
        }
        Test::Range(_, min, max) => holds(&match (min, max) {
            (Some(min), Some(max)) => format!("that is not within {min} to {max}"),
            (Some(min), None) => format!("that is not at least {min}"),
            (None, Some(max)) => format!("that is not at most {max}"),
            (None, None) => String::new(),
        }),
        Test::Length(min, max) => holds(&match (min, max) {
            (Some(min), Some(max)) => format!("of fewer than {min} or more than {}", count((*max).into(), "character")),
            (Some(min), None) => format!("of fewer than {}", count((*min).into(), "character")),
            (None, Some(max)) => format!("of more than {}", count((*max).into(), "character")),
            (None, None) => String::new(),
        }),
        Test::Pattern(pattern) => holds(&format!("that does not match `{}`", pattern.source())),
        Test::References(..) => {
            let parent = item.parent.as_ref().map(|parent| parent.relation.name.to_string()).unwrap_or_default();
            if one {
                format!("{subject} refers by {columns} to a row of `{parent}` that does not exist")
            } else {
                format!("{subject} refer by {columns} to rows of `{parent}` that do not exist")
            }
        }
        Test::Condition(condition) => {
            let condition = condition.split_whitespace().collect::<Vec<_>>().join(" ");
            match &item.rule.name {
                Some(name) => format!("{subject} {} the condition `{name}`: {condition}", verb("breaks", "break")),
                None => format!("{subject} {} the condition: {condition}", verb("breaks", "break")),
            }
        }
    }
}
