//! Whether tables and columns are as an upgrade needs them. Builds the plugin `schema` of precheck.

mod columns;
mod expectation;
mod expression;
mod faults;
mod tables;

pub use columns::Columns;
pub use tables::Tables;

precheck_sdk::plugin! {
    name: "schema",
    summary: "Whether tables and columns are as the upgrade needs them",
    checks: [Tables, Columns],
}

#[cfg(test)]
mod tests {
    use precheck_sdk::serde_json::{self, Value as Json};

    /// Every setting, the nested ones included, by its place in the schema.
    fn settings<'s>(schema: &'s Json, found: &mut Vec<(&'s String, &'s Json)>) {
        let Some(object) = schema.as_object() else { return };
        found.extend(object.get("properties").and_then(Json::as_object).into_iter().flatten());
        object.values().for_each(|inner| settings(inner, found));
    }

    #[test]
    fn every_setting_is_described() {
        for check in super::plugin().describe().checks {
            let schema: Json = serde_json::from_str(&check.settings_schema).unwrap();
            let mut found = Vec::new();
            settings(&schema, &mut found);
            assert!(found.len() >= 2, "{schema:#}");
            for (name, setting) in found {
                assert!(setting["description"].is_string(), "{}: {name}: {setting:#}", check.name);
            }
        }
    }
}
