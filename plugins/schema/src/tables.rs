//! The check `tables`.

use precheck_sdk::database::{TableDefinition, TableKind};
use precheck_sdk::first_repeated;
use precheck_sdk::prelude::*;

use crate::faults::{MISSING_TABLE, missing_table};

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
#[schemars(extend("minProperties" = 1))]
pub struct Settings {
    /// Tables or views that must be there: `name`, or `schema.name`.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    present: Vec<TableName>,
    /// Tables or views that must not be there: `name`, or `schema.name`.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    absent: Vec<TableName>,
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
        cx.each_database(|database| {
            let present = judge_each(&settings.present, |name| match database.table(name)? {
                Some(_) => Ok(()),
                None => Ok(missing_table(cx, database, name, &named)?),
            });
            let absent = judge_each(&settings.absent, |name| match database.table(name)? {
                Some(table) => Ok(cx.emit(unexpected(database, name, &table))?),
                None => Ok(()),
            });
            present.and(absent)
        })
    }
}

impl Settings {
    /// Every table that is named, if none is named twice.
    fn named(&self) -> Result<Vec<&TableName>, SettingsError> {
        let named: Vec<_> = self.present.iter().chain(&self.absent).collect();
        if named.is_empty() {
            return Err(SettingsError::new("there is no table to look for: fill `present` or `absent`"));
        }
        match first_repeated(&named) {
            Some(name) => Err(SettingsError::new(format!("table `{name}` is named twice in `present` and `absent`"))),
            None => Ok(named),
        }
    }
}

fn unexpected(database: &Connection, wanted: &TableName, table: &TableDefinition) -> Finding {
    let word = match table.summary.kind {
        TableKind::View => "view",
        TableKind::MaterializedView => "materialized view",
        TableKind::ForeignTable => "foreign table",
        _ => "table",
    };
    let name = table.name_as(wanted);
    // With the schema where it was found: whoever runs it may have another search path.
    let statement = format!("drop {word} {}", database.quote(&table.summary.name));
    Finding::new(UNEXPECTED_TABLE.code, format!("{word} `{name}` is still there"))
        .table(database.name(), name)
        .remedy(Remedy::new(format!("drop the {word} once nothing needs it any more")).statement(statement))
}

#[cfg(test)]
mod tests {
    use precheck_sdk::database::Engine;
    use precheck_sdk::serde_json::{Value as Json, json};
    use precheck_sdk::testing::{Call, Canned, Database, Fake, Outcome, Run, Sqlite};

    use super::*;

    const SHOP: &str = "create table orders (id integer); create table customers (id integer);
        create view open_orders as select * from orders;";

    fn shop() -> Fake {
        Fake::new().database("main", Sqlite::new(SHOP).unwrap())
    }

    fn run(settings: Json) -> Run {
        shop().run::<Tables>(settings)
    }

    fn messages(run: &Run) -> Vec<&str> {
        run.findings.iter().map(|finding| finding.message.as_str()).collect()
    }

    /// A database of a server, with tables in two schemas.
    fn server() -> Fake {
        let mut report = TableDefinition::new(("billing", "totals"));
        report.summary.kind = TableKind::MaterializedView;
        let tables = [TableDefinition::new("orders"), TableDefinition::new(("billing", "invoices")), report];
        Fake::new().database("main", tables.into_iter().fold(Canned::new(Engine::Postgres), Canned::table))
    }

    #[test]
    fn a_denial_goes_out() {
        let denied = CapabilityError::new(ErrorKind::Denied, "database `main` is not granted");
        let run = shop().fail(Call::Open, denied.clone()).run::<Tables>(json!({"present": ["orders"]}));
        assert_eq!(run.result, Err(CheckError::Capability(denied)));
        assert!(matches!(run.outcome, Outcome::Errored(_)), "{:?}", run.outcome);
    }

    #[test]
    fn tables_as_they_must_be_pass() {
        let run = run(json!({"present": ["orders", "main.customers", "OPEN_ORDERS"], "absent": ["orders_old"]}));
        assert_eq!((run.outcome, run.findings.len()), (Outcome::Passed, 0));
    }

    #[test]
    fn what_is_missing_or_still_there_is_told_in_the_order_of_the_settings() {
        let run = run(json!({
            "present": ["order", "orders", "main.invoices"],
            "absent": ["open_orders", "customers", "gone"],
        }));
        assert_eq!(run.outcome, Outcome::Failed);
        let codes = ["missing-table", "missing-table", "unexpected-table", "unexpected-table"];
        assert_eq!(run.codes(), codes);
        assert_eq!(
            messages(&run),
            [
                "no table `order`",
                "no table `main.invoices`",
                "view `open_orders` is still there",
                "table `customers` is still there",
            ],
        );
        let subjects: Vec<_> = run.findings.iter().filter_map(|finding| finding.subject.clone()).collect();
        let names = ["order".into(), ("main", "invoices").into(), "open_orders".into(), "customers".into()];
        assert_eq!(subjects, names.map(|name: TableName| Subject::from(DatabaseObject::table("main", name))));
        let statements = run.findings.iter().map(|finding| finding.remedies[0].statement.as_deref());
        let expected =
            [None, None, Some("drop view \"main\".\"open_orders\""), Some("drop table \"main\".\"customers\"")];
        assert!(statements.eq(expected));
    }

    #[test]
    fn a_near_miss_is_named_unless_the_settings_ask_for_it_themselves() {
        assert_eq!(messages(&run(json!({"present": ["order"]}))), ["no table `order`; did you mean `orders`?"]);
        assert_eq!(
            messages(&run(json!({"present": ["costumers"]}))),
            ["no table `costumers`; did you mean `customers`?"]
        );
        assert_eq!(
            messages(&run(json!({"present": ["main.order"]}))),
            ["no table `main.order`; did you mean `main.orders`?"]
        );
        assert_eq!(messages(&run(json!({"present": ["invoices"]}))), ["no table `invoices`"]);
        assert_eq!(messages(&run(json!({"present": ["order", "orders"]}))), ["no table `order`"]);
        let more = Sqlite::new(&format!("{SHOP} create table ordered (id integer)")).unwrap();
        let run = Fake::new().database("main", more).run::<Tables>(json!({"present": ["order"]}));
        assert_eq!(messages(&run), ["no table `order`; did you mean `orders`?"]);
    }

    #[test]
    fn a_table_of_another_schema_is_named_with_it() {
        let run = server().run::<Tables>(json!({"present": ["invoices", "billing.orders", "public.orders", "orders"]}));
        assert_eq!(
            messages(&run),
            ["no table `invoices`; did you mean `billing.invoices`?", "no table `billing.orders`",],
        );
        let run = server().run::<Tables>(json!({"present": ["billing.orders"], "absent": ["billing.totals"]}));
        assert_eq!(messages(&run)[0], "no table `billing.orders`; did you mean `public.orders`?");
        let drop = run.findings[1].remedies[0].statement.as_deref();
        assert_eq!(drop, Some("drop materialized view \"billing\".\"totals\""));
    }

    #[test]
    fn a_name_that_holds_a_dot_is_quoted() {
        let odd = Sqlite::new("create table \"orders.2024\" (id integer)").unwrap();
        let run =
            Fake::new().database("main", odd).run::<Tables>(json!({"absent": ["\"orders.2024\"", "orders.2024"]}));
        assert_eq!(messages(&run), ["table `orders.2024` is still there"]);
    }

    #[test]
    fn each_database_is_judged_although_one_is_unreachable() {
        let down = CapabilityError::new(ErrorKind::Unavailable, "connection refused");
        let run = Fake::new()
            .database("replica", Database::unreachable(down.clone()))
            .database("main", Sqlite::new(SHOP).unwrap())
            .database("archive", Sqlite::new("").unwrap())
            .run::<Tables>(json!({"present": ["orders"]}));
        assert_eq!(run.result, Err(CheckError::Capability(down)));
        assert!(matches!(run.outcome, Outcome::Inconclusive(_)), "{:?}", run.outcome);
        let [finding] = run.findings.as_slice() else { panic!("{:?}", run.findings) };
        assert_eq!(finding.subject, Some(DatabaseObject::table("archive", "orders").into()));
    }

    #[test]
    fn what_is_known_is_told_although_the_catalogue_fails_later() {
        let failed = CapabilityError::new(ErrorKind::Failed, "the role sees the catalogue only in part");
        // One call finds that it is missing, the next would list the others.
        let run = shop().fail_after(1, Call::Catalogue, failed.clone()).run::<Tables>(json!({"present": ["order"]}));
        assert_eq!(messages(&run), ["no table `order`"]);
        assert_eq!(run.result, Err(CheckError::Capability(failed.clone())));

        let settings = json!({"present": ["orders"], "absent": ["customers", "open_orders"]});
        let run = shop().fail_after(2, Call::Catalogue, failed.clone()).run::<Tables>(settings);
        assert_eq!(messages(&run), ["table `customers` is still there"]);
        assert_eq!(run.result, Err(CheckError::Capability(failed)));
    }

    #[test]
    fn what_is_gone_is_judged_although_a_table_cannot_be_looked_up() {
        let failed = CapabilityError::new(ErrorKind::Failed, "the server broke off");
        let run =
            shop().fail(Call::Catalogue, failed.clone()).run::<Tables>(json!({"present": ["a"], "absent": ["b"]}));
        assert_eq!(run.errors.len(), 2);
        assert_eq!(run.result, Err(CheckError::Capability(failed)));
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for (settings, expected) in [
            (json!({}), "there is no table to look for"),
            (json!({"present": [], "absent": []}), "there is no table to look for"),
            (json!({"present": ["a", "a"]}), "table `a` is named twice"),
            (json!({"present": ["a"], "absent": ["s.b", "a"]}), "table `a` is named twice"),
            (json!({"present": ["a.b.c"]}), "`a.b.c` is not a table's name"),
            (json!({"presents": ["a"]}), "unknown field `presents`"),
        ] {
            let run = run(settings);
            let Err(CheckError::Settings(message)) = &run.result else { panic!("{:?}", run.result) };
            assert!(message.starts_with(expected), "{message}");
        }
        let run = Fake::new().run::<Tables>(json!({"present": ["a"]}));
        assert!(matches!(run.result, Err(CheckError::Settings(_))), "{:?}", run.result);
    }
}
