//! Ways out: a statement that finds all offenders, and one for a person to review that cleans up.

use precheck_sdk::database::ColumnDefinition;
use precheck_sdk::prelude::*;

use crate::dialect::{Dialect, Values};
use crate::plan::{Item, Parent, Relation};
use crate::rule::Test;
use crate::statement::{Offenders, select};

/// What a person puts a value of their own for; the statement is refused until then.
const VALUE: &str = "<value>";

/// The ways out of a rule's violation, the look before the leap.
pub fn remedies(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>) -> Vec<Remedy> {
    let find = select(relation, item, dialect, &mut Values::Written);
    let mut remedies = vec![Remedy::new("find all of them").statement(find)];
    if !relation.writable() {
        let name = &relation.name;
        remedies.push(Remedy::new(format!("correct the rows in the tables behind the view `{name}`")));
    } else if let Some(computed) = item.columns.iter().find(|column| column.generated && item.local()) {
        let name = &computed.name;
        remedies.push(Remedy::new(format!("`{name}` is computed: correct the columns that it is computed from")));
    } else {
        remedies.extend(clean_up(relation, item, dialect));
    }
    remedies
}

fn clean_up(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>) -> Vec<Remedy> {
    match (&item.rule.test, &item.parent) {
        (Test::Unique, _) => vec![keep_one(relation, item, dialect)],
        (Test::References(..), Some(parent)) => orphans(relation, item, parent, dialect),
        (test, _) => {
            let Offenders { from, condition } = item.offenders(relation, dialect, &mut Values::Written);
            let column = item.columns.first();
            let name = column.map_or_else(|| "<column>".to_owned(), |column| dialect.quote(&column.name));
            let default = column.filter(|_| matches!(test, Test::NotNull)).and_then(|column| default(column, dialect));
            let summary = match default {
                Some(_) => "after review, give them the column's default",
                None => "after review, give them a value that is right",
            };
            let value = default.unwrap_or(VALUE);
            vec![Remedy::new(summary).statement(format!("update {from} set {name} = {value} where {condition}"))]
        }
    }
}

fn default<'c>(column: &'c ColumnDefinition, dialect: &Dialect<'_>) -> Option<&'c str> {
    let default = column.default.as_deref().filter(|_| dialect.writes_defaults())?;
    (!default.eq_ignore_ascii_case("null")).then_some(default)
}

/// What a clean-up tells single rows by: the key, or what the engine itself has for that.
fn row<'r>(relation: &'r Relation, dialect: &Dialect<'_>) -> Vec<(String, Option<&'r ColumnDefinition>)> {
    // A key that may hold NULL, as SQLite allows, finds no row again that does.
    let certain = !relation.key.is_empty() && relation.key.iter().all(|key| !key.nullable);
    match dialect.row_id(&relation.definition) {
        Some(row_id) if !certain => vec![(row_id.to_owned(), None)],
        _ => relation.key.iter().map(|key| (dialect.quote(&key.name), Some(key))).collect(),
    }
}

fn tuple(columns: &[String]) -> String {
    let list = columns.join(", ");
    if columns.len() == 1 { list } else { format!("({list})") }
}

/// Deletes all rows of a group but its first. Numbered rather than compared with one another, which without an index
/// would take the square of the table's size.
fn keep_one(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>) -> Remedy {
    let table = &relation.sql;
    let row = row(relation, dialect);
    if row.is_empty() {
        let name = &relation.name;
        return Remedy::new(format!(
            "give `{name}` a key by which its rows can be told apart, then delete the surplus"
        ));
    }
    let order: Vec<_> = row
        .iter()
        .map(|(column, definition)| definition.map_or_else(|| column.clone(), |key| dialect.binary(column, key)))
        .collect();
    let by_key = row.iter().all(|(_, definition)| definition.is_some());
    let row: Vec<_> = row.into_iter().map(|(column, _)| column).collect();
    let place =
        if relation.key.iter().any(|key| key.name.eq_ignore_ascii_case("place")) { "rank_in_group" } else { "place" };
    let (columns, rows, order) = (item.quoted(dialect), row.join(", "), order.join(", "));
    let filled: Vec<_> = columns.iter().map(|column| format!("{column} is not null")).collect();
    let (columns, filled) = (columns.join(", "), filled.join(" and "));
    let numbered = format!(
        "select {rows}, row_number() over (partition by {columns} order by {order}) as {place} from {table} where {filled}"
    );
    let summary = if by_key {
        "after review, keep the row of the lowest key in each group and delete the others"
    } else {
        "after review, keep one row of each group and delete the others"
    };
    Remedy::new(summary).statement(format!(
        "delete from {table} where {} in (select {rows} from ({numbered}) as numbered where {place} > 1)",
        tuple(&row)
    ))
}

fn orphans(relation: &Relation, item: &Item<'_>, parent: &Parent, dialect: &Dialect<'_>) -> Vec<Remedy> {
    let orphans = item.orphaned(parent, dialect);
    let change = |nulls: &[&str]| dialect.change_orphans(&relation.sql, &parent.relation.sql, &orphans, nulls);
    // One NULL suffices for a row to refer to nothing; a key column must not become one.
    let in_key = |column: &ColumnDefinition| relation.key.iter().any(|key| key.name == column.name);
    let nullable = item.columns.iter().filter(|column| column.nullable && !column.generated && !in_key(column));
    let nullable: Vec<_> = nullable.map(|column| column.name.as_str()).collect();
    let restore = format!("restore the missing rows of `{}`, or after review", parent.relation.name);
    if nullable.is_empty() {
        return vec![Remedy::new(format!("{restore} delete them")).statement(change(&[]))];
    }
    vec![
        Remedy::new(format!("{restore} let them refer to nothing")).statement(change(&nullable)),
        Remedy::new("after review, delete them").statement(change(&[])),
    ]
}
