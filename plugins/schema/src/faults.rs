//! What can be wrong with a column, and how that is told.

use precheck_sdk::database::{ColumnDefinition, Engine, TableDefinition, TableKind};
use precheck_sdk::prelude::*;

use crate::expectation::Expectation;
use crate::expression;

pub const MISSING_TABLE: Code = Code::blocker("missing-table", "A table that the upgrade needs is not there");
pub const MISSING_COLUMN: Code = Code::blocker("missing-column", "A column that the upgrade needs is not there");
pub const UNEXPECTED_COLUMN: Code = Code::blocker("unexpected-column", "A column that must be gone is still there");
pub const WRONG_TYPE: Code = Code::blocker("wrong-type", "A column is of another type than the upgrade needs");
pub const WRONG_NULLABILITY: Code =
    Code::blocker("wrong-nullability", "A column may hold NULL and must not, or must and may not");
pub const WRONG_DEFAULT: Code = Code::blocker("wrong-default", "A column has another default than the upgrade needs");

/// Reports that a table is not there, and which one was probably meant: one that the settings do not name themselves.
pub fn missing_table(
    cx: &Context,
    database: &Connection,
    wanted: &TableName,
    named: &[&TableName],
) -> Result<(), CapabilityError> {
    let near = database.similar_table(wanted, named);
    let meant = near.as_ref().ok().and_then(Option::as_ref);
    // Before the error of a list that cannot be had: the table is missing, whatever else is there.
    cx.emit(Finding::missing_table(MISSING_TABLE.code, database.name(), wanted, meant))?;
    near.map(drop)
}

/// A table that is judged.
pub struct Judged<'a> {
    /// Where it is.
    pub database: &'a Connection,
    /// Its name, with the schema as the settings have it.
    pub name: TableName,
    /// What it is like.
    pub table: &'a TableDefinition,
}

impl Judged<'_> {
    /// A column that must be there and is not; `others` may have been meant.
    pub fn missing<'n>(&self, name: &str, others: impl Iterator<Item = &'n str>) -> Finding {
        Finding::missing_column(MISSING_COLUMN.code, self.database.name(), &self.name, name, others)
    }

    /// A column that must not be there and is.
    pub fn unexpected(&self, column: &ColumnDefinition) -> Finding {
        let drop = format!("drop column {}", self.quote(column));
        let message = format!("column {} is still there", self.path(column));
        self.finding(UNEXPECTED_COLUMN, column, message)
            .remedy(self.alter("drop it once nothing needs it any more", Some(drop)))
    }

    /// Everything that is wrong with a column that is there.
    pub fn column(&self, column: &ColumnDefinition, expectation: &Expectation) -> Vec<Finding> {
        let faults = [
            self.wrong_type(column, expectation),
            self.wrong_nullability(column, expectation),
            self.wrong_default(column, expectation),
        ];
        faults.into_iter().flatten().collect()
    }

    fn wrong_type(&self, column: &ColumnDefinition, expectation: &Expectation) -> Option<Finding> {
        let family = expectation.family;
        let native_type = expectation.native_type.as_deref();
        let right = family.is_none_or(|family| family == column.family)
            && native_type.is_none_or(|wanted| expression::same_type(wanted, &column.native_type));
        if right {
            return None;
        }
        let wanted = [family.map(|family| format!("family {family}")), native_type.map(|t| format!("type `{t}`"))];
        let wanted = wanted.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        let (path, ColumnDefinition { native_type, family, .. }) = (self.path(column), column);
        // SQLite lets a column be of no type.
        let is = if native_type.is_empty() { "no type".to_owned() } else { format!("type `{native_type}`") };
        let message = format!("column {path} is of {is} (family {family}), and must be of {wanted}");
        Some(self.finding(WRONG_TYPE, column, message).remedy("run the migration that changes its type"))
    }

    fn wrong_nullability(&self, column: &ColumnDefinition, expectation: &Expectation) -> Option<Finding> {
        let nullable = expectation.nullable.filter(|nullable| *nullable != column.nullable)?;
        let (is, summary, action) = if nullable {
            ("refuses NULL, and must allow it", "allow NULL", "drop not null")
        } else {
            ("allows NULL, and must refuse it", "fill its rows that are NULL, then refuse NULL", "set not null")
        };
        // The others cannot change it alone: MySQL wants the whole definition, SQLite a new table.
        let postgres = self.database.engine() == Engine::Postgres;
        let action = postgres.then(|| format!("alter column {} {action}", self.quote(column)));
        let message = format!("column {} {is}", self.path(column));
        Some(self.finding(WRONG_NULLABILITY, column, message).remedy(self.alter(summary, action)))
    }

    fn wrong_default(&self, column: &ColumnDefinition, expectation: &Expectation) -> Option<Finding> {
        let wanted = expectation.default.as_ref()?.expression();
        let has = column.default.as_deref().and_then(expression::default);
        if wanted.as_deref().and_then(expression::default) == has {
            return None;
        }
        let has = has.map_or_else(|| "no default".to_owned(), |has| format!("the default `{has}`"));
        let (must, summary, action) = match &wanted {
            Some(wanted) => (format!("must have `{wanted}`"), "set its default", format!("set default {wanted}")),
            None => ("must have none".to_owned(), "drop its default", "drop default".to_owned()),
        };
        let able = matches!(self.database.engine(), Engine::Postgres | Engine::Mysql | Engine::Mariadb);
        let action = able.then(|| format!("alter column {} {action}", self.quote(column)));
        let message = format!("column {} has {has}, and {must}", self.path(column));
        Some(self.finding(WRONG_DEFAULT, column, message).remedy(self.alter(summary, action)))
    }

    fn finding(&self, code: Code, column: &ColumnDefinition, message: String) -> Finding {
        Finding::new(code.code, message).column(self.database.name(), &self.name, &column.name)
    }

    /// A remedy with a statement, where the table is one that can be altered.
    fn alter(&self, summary: &str, action: Option<String>) -> Remedy {
        let remedy = Remedy::new(summary);
        let view = matches!(self.table.summary.kind, TableKind::View | TableKind::MaterializedView);
        match action.filter(|_| !view) {
            Some(action) => {
                remedy.statement(format!("alter table {} {action}", self.database.quote(&self.table.summary.name)))
            }
            None => remedy,
        }
    }

    fn path(&self, column: &ColumnDefinition) -> String {
        format!("`{}.{}`", self.name, column.name)
    }

    fn quote(&self, column: &ColumnDefinition) -> String {
        self.database.quote(&column.name)
    }
}
