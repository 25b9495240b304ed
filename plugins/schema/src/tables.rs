//! The check `tables`.

use std::collections::BTreeSet;

use precheck_sdk::database::TableKind;
use precheck_sdk::prelude::*;

use crate::each::{each, each_database};
use crate::missing::{MISSING_TABLE, missing_table};
use crate::name::Name;

const UNEXPECTED_TABLE: Code = Code::blocker("unexpected-table", "A table that must be gone is still there");

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Looks whether tables are there that the upgrade needs, and whether tables are gone that must be gone. It does so in
    /// each database that the suite binds to it. A view counts as a table of its name.
    ///
    /// A name without a schema is found as the engine itself would find it. A name that holds a dot is put into double
    /// quotes, as in SQL: `'"orders.2024"'`.
    ///
    /// # Why that matters
    ///
    /// A migration that meets a table which is not there, or one which should not be there yet, stops halfway through.
    /// Often the database is simply not the one that was meant, or an earlier migration never ran.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "schema/tables"
    /// database = "main"
    /// settings = { present = ["orders", "billing.invoices"], absent = ["orders_old"] }
    /// ```
    pub struct Tables;
}

/// Which tables must be there and which must not; at least one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Tables or views that must be there: `name`, or `schema.name`.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    present: Vec<Name>,
    /// Tables or views that must not be there: `name`, or `schema.name`.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    absent: Vec<Name>,
}

impl Check for Tables {
    const NAME: &'static str = "tables";
    const SUMMARY: &'static str = "Tables are there, or gone";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::Database];
    const CODES: &'static [Code] = &[MISSING_TABLE, UNEXPECTED_TABLE];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        let named = settings.named()?;
        each_database(cx, |database| {
            let present = each(&settings.present, |name| match database.table(name.table())? {
                Some(_) => Ok(()),
                None => Ok(missing_table(cx, database, name.table(), &named)?),
            });
            let absent = each(&settings.absent, |name| match database.table(name.table())? {
                Some(table) => {
                    Ok(cx.emit(unexpected(database, name.table(), &table.summary.name, &table.summary.kind))?)
                }
                None => Ok(()),
            });
            present.and(absent)
        })
    }
}

impl Settings {
    /// Every table that is named, if none is named twice.
    fn named(&self) -> Result<Vec<&TableName>, SettingsError> {
        let named: Vec<_> = self.present.iter().chain(&self.absent).map(Name::table).collect();
        if named.is_empty() {
            return Err(SettingsError::new("there is no table to look for: fill `present` or `absent`"));
        }
        let mut seen = BTreeSet::new();
        match named.iter().find(|name| !seen.insert(**name)) {
            Some(name) => Err(SettingsError::new(format!("table `{name}` is named twice in `present` and `absent`"))),
            None => Ok(named),
        }
    }
}

fn unexpected(database: &Connection, wanted: &TableName, found: &TableName, kind: &TableKind) -> Finding {
    let (word, drop) = match kind {
        TableKind::View => ("view", "DROP VIEW"),
        TableKind::MaterializedView => ("materialized view", "DROP MATERIALIZED VIEW"),
        TableKind::ForeignTable => ("foreign table", "DROP FOREIGN TABLE"),
        _ => ("table", "DROP TABLE"),
    };
    // With the schema where it was found: whoever runs it may have another search path.
    let statement = format!("{drop} {}", database.quote(found));
    Finding::new(UNEXPECTED_TABLE.code, format!("{word} `{wanted}` is still there"))
        .table(database.name(), wanted)
        .remedy(Remedy::new(format!("drop the {word} once nothing needs it any more")).statement(statement))
}
