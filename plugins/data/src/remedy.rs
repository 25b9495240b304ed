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

/// Deletes each row beside which there is one with a lower key.
fn keep_one(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>) -> Remedy {
    let table = &relation.sql;
    let own = |column: &String| format!("{table}.{column}");
    let other = |column: &String| format!("other.{column}");
    let alike =
        item.quoted(dialect).iter().map(|column| format!("{} = {}", other(column), own(column))).collect::<Vec<_>>();
    let key: Vec<_> = match dialect.row_id(&relation.definition) {
        Some(row_id) if relation.key.is_empty() => vec![(row_id.to_owned(), None)],
        _ => relation.key.iter().map(|key| (dialect.quote(&key.name), Some(key))).collect(),
    };
    if key.is_empty() {
        let name = &relation.name;
        return Remedy::new(format!(
            "give `{name}` a key by which its rows can be told apart, then delete the surplus"
        ));
    }
    let keys = |side: &dyn Fn(&String) -> String| {
        let keys = key.iter().map(|(column, definition)| match definition {
            Some(definition) => dialect.binary(&side(column), definition),
            None => side(column),
        });
        let keys = keys.collect::<Vec<_>>().join(", ");
        if key.len() == 1 { keys } else { format!("({keys})") }
    };
    let condition = format!("{} and {} < {}", alike.join(" and "), keys(&other), keys(&own));
    let summary = if relation.key.is_empty() {
        "after review, keep one row of each group and delete the others"
    } else {
        "after review, keep the row of the lowest key in each group and delete the others"
    };
    Remedy::new(summary).statement(dialect.delete_beside_other(table, &condition))
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
