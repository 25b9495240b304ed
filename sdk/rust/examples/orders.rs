//! A plugin with one check, and the test that it has.
//!
//! `cargo build --release --target wasm32-wasip2` builds the plugin; `cargo test` needs no WebAssembly.

use precheck_sdk::prelude::*;

/// How many offenders a person is shown.
const SAMPLE: usize = 5;

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Looks for rows that refer to a parent which is gone.
    ///
    /// # Why that matters
    ///
    /// The upgrade adds a foreign key. It fails on the first orphan, halfway through.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "orders/no-orphans"
    /// database = "main"
    /// settings = { table = "orders", key = "id", column = "customer_id", parent = "customers" }
    /// ```
    pub struct NoOrphans;
}

/// Which rows refer to what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The table whose rows are judged.
    table: String,
    /// The column that identifies a row of it.
    key: String,
    /// The column that refers to the parent.
    column: String,
    /// The table that it refers to, by a column of the name `id`.
    parent: String,
}

impl Check for NoOrphans {
    const NAME: &'static str = "no-orphans";
    const SUMMARY: &'static str = "Every row has its parent";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::Database];
    const CODES: &'static [Code] =
        &[Code::blocker("orphans", "Rows that refer to a parent which is gone").aliases(&["dangling-rows"])];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        let Settings { table, key, column, parent } = settings;
        let database = cx.database()?;
        if database.table(&table)?.is_none() {
            return Ok(Conclusion::skipped(format!("there is no table {table}")));
        }
        // A column is quoted as a table is.
        let [key_sql, column_sql] = [&key, &column].map(|name| database.quote(name));
        let (table_sql, parent_sql) = (database.quote(&table), database.quote(&parent));
        let rows = database.query(
            &format!(
                "select c.{key_sql}, c.{column_sql} from {table_sql} c left join {parent_sql} p on p.id = c.{column_sql} \
                 where c.{column_sql} is not null and p.id is null order by c.{key_sql}"
            ),
            &[],
        )?;
        let mut orphans = 0;
        let mut sample = Vec::new();
        for row in rows {
            let row = row?;
            orphans += 1;
            if sample.len() < SAMPLE {
                sample.push(Evidence::row(&row, &[&key]));
            }
        }
        if orphans > 0 {
            let message = format!("{orphans} rows of {table} refer to rows of {parent} that are gone");
            let mut finding = Finding::new("orphans", message)
                .column(database.name(), &table, column)
                .affected(orphans)
                .remedy("restore the parents, or delete the rows");
            finding.evidence = sample;
            cx.emit(finding)?;
        }
        Ok(Conclusion::Completed)
    }
}

precheck_sdk::plugin! {
    name: "orders",
    summary: "Whether the orders are fit for the upgrade",
    checks: [NoOrphans],
}

#[cfg(test)]
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
mod tests {
    use precheck_sdk::serde_json::{Value as Json, json};
    use precheck_sdk::testing::{Fake, Outcome, Run, Sqlite};

    use super::*;

    const SCHEMA: &str = "create table customers (id integer primary key);
        create table orders (id integer primary key, customer_id integer);
        insert into customers values (1);
        insert into orders values (10, 1), (11, null);";

    fn settings() -> Json {
        json!({"table": "orders", "key": "id", "column": "customer_id", "parent": "customers"})
    }

    fn run(more: &str) -> Run {
        let database = Sqlite::new(&format!("{SCHEMA}{more}")).unwrap();
        Fake::new().database("main", database).run::<NoOrphans>(settings())
    }

    #[test]
    fn a_denial_is_an_error() {
        let run = Fake::new().run::<NoOrphans>(settings());
        assert_eq!(
            run.outcome,
            Outcome::Errored("settings: this check needs a database, and the suite binds none to it".into())
        );
    }

    #[test]
    fn rows_with_their_parents_pass() {
        assert_eq!(run("").outcome, Outcome::Passed);
    }

    #[test]
    fn orphans_are_counted_and_shown_by_key() {
        let run = run("insert into orders values (13, 99), (12, 98)");
        assert_eq!(run.outcome, Outcome::Failed);
        let [finding] = run.findings.as_slice() else { panic!("{:?}", run.findings) };
        assert_eq!(finding.affected, Some(2));
        assert_eq!(finding.subject, Some(DatabaseObject::table("main", "orders").column("customer_id").into()));
        assert_eq!(finding.evidence[0], Evidence::new().key("id", 12).field("customer_id", 98));
    }

    #[test]
    fn a_missing_table_is_nothing_to_judge() {
        assert_eq!(run("drop table orders").outcome, Outcome::Skipped("there is no table orders".into()));
    }
}
