//! A table that is not there: both checks report it alike.

use precheck_sdk::prelude::*;

use crate::near::distance;

/// The code of a table that is not there.
pub const MISSING_TABLE: Code = Code::blocker("missing-table", "A table that the upgrade needs is not there");

/// Reports that a table is not there, and which one was probably meant: one that the settings do not name themselves.
pub fn missing_table(
    cx: &Context,
    database: &Connection,
    wanted: &TableName,
    named: &[&TableName],
) -> Result<(), CapabilityError> {
    let near = near_table(database, wanted, named);
    let mut message = format!("no table `{wanted}`");
    if let Ok(Some(near)) = &near {
        message.push_str(&format!("; did you mean `{near}`?"));
    }
    let finding = Finding::new(MISSING_TABLE.code, message)
        .table(database.name(), wanted)
        .remedy("run the migration that creates it, or correct its name in the suite");
    // Before the error of a list that cannot be had: the table is missing, whatever else is there.
    cx.emit(finding)?;
    near.map(drop)
}

fn near_table(
    database: &Connection,
    wanted: &TableName,
    named: &[&TableName],
) -> Result<Option<TableName>, CapabilityError> {
    let path = database.search_path()?;
    let tables = database.tables(None)?.into_iter().map(|table| {
        let TableName { schema, name } = table.name;
        // As the settings would write it: without the schema where the engine finds the table without it.
        let schema = schema.filter(|schema| wanted.schema.is_some() || !path.contains(schema));
        TableName { schema, name }
    });
    let near = tables.filter(|table| !named.contains(&table)).filter_map(|table| {
        let distance = distance(&wanted.name, &table.name)?;
        Some((distance, table.schema != wanted.schema, table))
    });
    Ok(near.min().map(|(_, _, table)| table))
}
