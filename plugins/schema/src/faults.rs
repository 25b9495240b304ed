//! What can be wrong with a column, and how that is told.

use precheck_sdk::database::{ColumnDefinition, Engine, TableDefinition, TableKind};
use precheck_sdk::prelude::*;

use crate::expectation::Expectation;
use crate::expression;
use crate::near::nearest;

pub const MISSING_COLUMN: Code = Code::blocker("missing-column", "A column that the upgrade needs is not there");
pub const UNEXPECTED_COLUMN: Code = Code::blocker("unexpected-column", "A column that must be gone is still there");
pub const WRONG_TYPE: Code = Code::blocker("wrong-type", "A column is of another type than the upgrade needs");
pub const WRONG_NULLABILITY: Code =
    Code::blocker("wrong-nullability", "A column may hold NULL and must not, or must and may not");
pub const WRONG_DEFAULT: Code = Code::blocker("wrong-default", "A column has another default than the upgrade needs");

/// A table that is judged.
pub struct Judged<'a> {
    /// Where it is.
    pub database: &'a Connection,
    /// Its name, as the settings write it.
    pub name: &'a TableName,
    /// What it is like.
    pub table: &'a TableDefinition,
}

impl Judged<'_> {
    /// A column that must be there and is not; `others` may have been meant.
    pub fn missing<'n>(&self, name: &str, others: impl Iterator<Item = &'n str>) -> Finding {
        let near = nearest(name, others).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        self.finding(MISSING_COLUMN, name, format!("no column `{name}` in table `{}`{near}", self.name))
            .remedy("run the migration that adds it, or correct its name in the suite")
    }

    /// A column that must not be there and is.
    pub fn unexpected(&self, name: &str, column: &ColumnDefinition) -> Finding {
        let drop = format!("DROP COLUMN {}", self.quote(column));
        let message = format!("column {} is still there", self.path(name));
        self.finding(UNEXPECTED_COLUMN, name, message)
            .remedy(self.alter("drop it once nothing needs it any more", Some(drop)))
    }

    /// Everything that is wrong with a column that is there.
    pub fn column(&self, name: &str, column: &ColumnDefinition, expectation: &Expectation) -> Vec<Finding> {
        let faults = [
            self.wrong_type(name, column, expectation),
            self.wrong_nullability(name, column, expectation),
            self.wrong_default(name, column, expectation),
        ];
        faults.into_iter().flatten().collect()
    }

    fn wrong_type(&self, name: &str, column: &ColumnDefinition, expectation: &Expectation) -> Option<Finding> {
        let family = expectation.family.map(|family| family.0);
        let native_type = expectation.native_type.as_deref();
        let right = family.is_none_or(|family| family == column.family)
            && native_type.is_none_or(|wanted| expression::same_type(wanted, &column.native_type));
        if right {
            return None;
        }
        let wanted = [family.map(|family| format!("family {family}")), native_type.map(|t| format!("type `{t}`"))];
        let wanted = wanted.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        let (path, ColumnDefinition { native_type, family, .. }) = (self.path(name), column);
        // SQLite lets a column be of no type.
        let is = if native_type.is_empty() { "no type".to_owned() } else { format!("type `{native_type}`") };
        let message = format!("column {path} is of {is} (family {family}), and must be of {wanted}");
        Some(self.finding(WRONG_TYPE, name, message).remedy("run the migration that changes its type"))
    }

    fn wrong_nullability(&self, name: &str, column: &ColumnDefinition, expectation: &Expectation) -> Option<Finding> {
        let nullable = expectation.nullable.filter(|nullable| *nullable != column.nullable)?;
        let (is, summary, action) = if nullable {
            ("refuses NULL, and must allow it", "allow NULL", "DROP NOT NULL")
        } else {
            ("allows NULL, and must refuse it", "fill its rows that are NULL, then refuse NULL", "SET NOT NULL")
        };
        // The others cannot change it alone: MySQL wants the whole definition, SQLite a new table.
        let postgres = self.database.engine() == Engine::Postgres;
        let action = postgres.then(|| format!("ALTER COLUMN {} {action}", self.quote(column)));
        let message = format!("column {} {is}", self.path(name));
        Some(self.finding(WRONG_NULLABILITY, name, message).remedy(self.alter(summary, action)))
    }

    fn wrong_default(&self, name: &str, column: &ColumnDefinition, expectation: &Expectation) -> Option<Finding> {
        let wanted = expectation.default.as_ref()?.expression();
        let has = column.default.as_deref().and_then(expression::default);
        if wanted.as_deref().and_then(expression::default) == has {
            return None;
        }
        let has = has.map_or_else(|| "no default".to_owned(), |has| format!("the default `{has}`"));
        let (must, summary, action) = match &wanted {
            Some(wanted) => (format!("must have `{wanted}`"), "set its default", format!("SET DEFAULT {wanted}")),
            None => ("must have none".to_owned(), "drop its default", "DROP DEFAULT".to_owned()),
        };
        let able = matches!(self.database.engine(), Engine::Postgres | Engine::Mysql | Engine::Mariadb);
        let action = able.then(|| format!("ALTER COLUMN {} {action}", self.quote(column)));
        let message = format!("column {} has {has}, and {must}", self.path(name));
        Some(self.finding(WRONG_DEFAULT, name, message).remedy(self.alter(summary, action)))
    }

    fn finding(&self, code: Code, column: &str, message: String) -> Finding {
        Finding::new(code.code, message).column(self.database.name(), self.name, column)
    }

    /// A remedy with a statement, where the table is one that can be altered.
    fn alter(&self, summary: &str, action: Option<String>) -> Remedy {
        let remedy = Remedy::new(summary);
        let view = matches!(self.table.summary.kind, TableKind::View | TableKind::MaterializedView);
        match action.filter(|_| !view) {
            Some(action) => {
                remedy.statement(format!("ALTER TABLE {} {action}", self.database.quote(&self.table.summary.name)))
            }
            None => remedy,
        }
    }

    fn path(&self, column: &str) -> String {
        format!("`{}.{column}`", self.name)
    }

    fn quote(&self, column: &ColumnDefinition) -> String {
        self.database.quote(&column.name)
    }
}
