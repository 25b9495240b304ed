//! What is told of tables and columns that are not there.

use crate::database::{Connection, TableName};
use crate::error::CapabilityError;
use crate::finding::Finding;
use crate::wording::{did_you_mean, distance, nearest};

impl Connection {
    /// The table that was probably meant by a name that does not exist, as settings would write it: with its schema where
    /// the engine would not find it otherwise. Tables in `except` were not meant, such as those that the settings name
    /// themselves.
    pub fn similar_table(
        &self,
        wanted: &TableName,
        except: &[&TableName],
    ) -> Result<Option<TableName>, CapabilityError> {
        let path = self.search_path()?;
        let tables = self.tables(None)?.into_iter().map(|table| {
            let TableName { schema, name } = table.name;
            let schema = schema.filter(|schema| wanted.schema.is_some() || !path.contains(schema));
            TableName { schema, name }
        });
        let near = tables.filter(|table| !except.contains(&table)).filter_map(|table| {
            let distance = distance(&wanted.name, &table.name)?;
            Some((distance, table.schema != wanted.schema, table))
        });
        Ok(near.min().map(|(_, _, table)| table))
    }
}

impl Finding {
    /// A table that is needed and not there; `near` may have been meant, as [`Connection::similar_table`] finds it.
    pub fn missing_table(code: &str, database: &str, wanted: &TableName, near: Option<&TableName>) -> Self {
        Self::new(code, format!("no table `{wanted}`{}", did_you_mean(near)))
            .table(database, wanted)
            .remedy("run the migration that creates it, or correct its name in the suite")
    }

    /// A column that is needed and not there; one of `others` may have been meant.
    pub fn missing_column<'n>(
        code: &str,
        database: &str,
        table: &TableName,
        wanted: &str,
        others: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        Self::new(code, format!("no column `{wanted}` in `{table}`{}", did_you_mean(nearest(wanted, others))))
            .column(database, table, wanted)
            .remedy("run the migration that adds it, or correct its name in the suite")
    }
}
