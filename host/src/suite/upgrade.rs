//! `[upgrade]`: what is upgraded, from what, to what, where.

use crate::model::{Attribute, UpgradeContext};

use super::reader::Reader;
use super::tree::Value;

pub(super) fn read(suite: &mut Reader<'_, '_>) -> UpgradeContext {
    let Some((table, entry)) = suite.table("upgrade") else { return UpgradeContext::default() };
    let keys = ["application", "from", "to", "environment", "facts"];
    let mut reader = Reader::new(table, entry.node.at, "`[upgrade]`", &keys, suite.mistakes);
    let mut text = |key| reader.string(key).map(|text| text.value.to_owned());
    let mut upgrade = UpgradeContext {
        application: text("application"),
        from: text("from"),
        to: text("to"),
        environment: text("environment"),
        facts: vec![],
    };
    if let Some((facts, _)) = reader.table("facts") {
        for fact in &facts.entries {
            let value = match &fact.node.value {
                Value::String(text) | Value::Float(_, text) => text.clone(),
                Value::Integer(integer) => integer.to_string(),
                Value::Boolean(boolean) => boolean.to_string(),
                Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                    let kind = fact.node.kind();
                    let message =
                        format!("the fact `{}` must be a string, a number or a boolean, not {kind}", fact.key);
                    reader.mistakes.add(fact.node.at, message);
                    continue;
                }
            };
            upgrade.facts.push(Attribute { name: fact.key.clone(), value });
        }
    }
    upgrade
}
