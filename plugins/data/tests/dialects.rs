//! The ways out on the engines that tests do not have.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

use precheck_data::Rules;
use precheck_sdk::database::{ColumnDefinition, Engine, Family, TableDefinition};
use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::json;
use precheck_sdk::testing::{Canned, CannedRows, Fake};

fn table(name: &str, columns: &[&str]) -> TableDefinition {
    let mut table = TableDefinition::new(name);
    table.columns = columns.iter().map(|column| ColumnDefinition::new(*column, Family::Integer)).collect();
    table.primary_key = vec!["id".to_owned()];
    table
}

/// The statements of the remedies for rows of `orders` without their customer.
fn statements(engine: Engine) -> Vec<String> {
    let database = Canned::new(engine)
        .table(table("orders", &["id", "customer"]))
        .table(table("customers", &["id", "customer"]))
        .answer_with(|sql, _| {
            let rows = CannedRows::new([("n", Family::Integer)]);
            Some(Ok(if sql.starts_with("select count(*)") { rows.row(params![2]) } else { rows }))
        });
    let run = Fake::new().database("main", database).run::<Rules>(json!({ "table": "orders", "rules": [
        { "column": "customer", "references": { "table": "customers", "columns": "id" } },
    ] }));
    run.findings[0].remedies.iter().filter_map(|remedy| remedy.statement.clone()).collect()
}

#[test]
fn orphans_on_postgres() {
    let orphans = "where child.\"customer\" is not null \
                   and not exists (select 1 from \"customers\" as parent where parent.\"id\" = child.\"customer\")";
    assert_eq!(
        statements(Engine::Postgres),
        [
            "select child.\"id\", child.\"customer\" from \"orders\" as child \
             left join \"customers\" as parent on parent.\"id\" = child.\"customer\" \
             where child.\"customer\" is not null and parent.\"id\" is null order by child.\"id\"",
            &format!("update \"orders\" as child set \"customer\" = null {orphans}"),
            &format!("delete from \"orders\" as child {orphans}"),
        ]
    );
}

#[test]
fn orphans_on_mysql() {
    let join = "`orders` as child left join `customers` as parent on parent.`id` = child.`customer`";
    let orphans = "where child.`customer` is not null and parent.`id` is null";
    for engine in [Engine::Mysql, Engine::Mariadb] {
        assert_eq!(
            statements(engine),
            [
                format!("select child.`id`, child.`customer` from {join} {orphans} order by child.`id`"),
                format!("update {join} set child.`customer` = null {orphans}"),
                format!("delete child from {join} {orphans}"),
            ]
        );
    }
}
