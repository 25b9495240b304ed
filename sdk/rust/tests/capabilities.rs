//! Flags, files, the upgrade, logging and progress.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use precheck_sdk::database::{ColumnDefinition, Engine, Family, TableDefinition};
use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::json;
use precheck_sdk::testing::{Canned, Database, Fake, Outcome, Run};
use precheck_sdk::{Attribute, Phase, Upgrade};

const EVERYTHING: &[Capability] = &[Capability::Database, Capability::FeatureFlags, Capability::Files];

fn run(fake: Fake, check: fn(&Context) -> Result<(), CheckError>) -> Run {
    let run = fake.run_with(EVERYTHING, &[], |cx| check(cx).map(|()| Conclusion::Completed));
    assert!(matches!(run.outcome, Outcome::Passed), "{:?}", run.outcome);
    run
}

#[test]
fn flags_are_typed() {
    #[derive(Deserialize, PartialEq, Debug)]
    struct Limits {
        max: u64,
    }
    let fake = Fake::new()
        .flag("new-checkout", true)
        .flag("limits", json!({"max": u64::MAX}))
        .flag("name", "🦀")
        .flag_with("local", |attributes| json!(attributes.get("country") == Some(&json!("DE"))));
    run(fake, |cx| {
        assert!(cx.flag("new-checkout")?.unwrap().is_on()?);
        assert_eq!(cx.flag("limits")?.unwrap().get::<Limits>()?, Limits { max: u64::MAX });
        let error = CheckError::from(cx.flag("name")?.unwrap().is_on().unwrap_err()).to_string();
        assert!(error.starts_with("feature flag `name` is of another type: invalid type: string"), "{error}");
        assert!(cx.flag_with("local", &[("country", "DE".into())])?.unwrap().is_on()?);
        assert!(!cx.flag("local")?.unwrap().is_on()?);
        assert_eq!(cx.flag("nobody-knows")?, None);
        assert_eq!(cx.flag_keys()?.unwrap(), ["limits", "local", "name", "new-checkout"]);
        Ok(())
    });
}

#[test]
fn keys_that_nobody_can_list_are_no_look_at_the_flags() {
    let fake = Fake::new().flag("a", 1).unlisted_flags();
    let run = fake.run_with(EVERYTHING, &[], |cx| {
        assert_eq!(cx.flag_keys()?, None);
        Ok(Conclusion::Completed)
    });
    assert!(matches!(run.outcome, Outcome::Inconclusive(_)), "{:?}", run.outcome);
}

#[test]
fn without_a_provider_nobody_was_asked_for_a_flag() {
    let run =
        Fake::new().run_with(EVERYTHING, &[], |cx| cx.flag("a").map(|_| Conclusion::Completed).map_err(Into::into));
    assert!(matches!(run.outcome, Outcome::Inconclusive(_)), "{:?}", run.outcome);
}

#[test]
fn files_are_found_and_read() {
    let fake = Fake::new().file("migrations", "b/0002.sql", "é").file("migrations", "a/0001.sql", [0xff, 0xfe]);
    run(fake, |cx| {
        let directory = cx.directory()?;
        let paths: Vec<_> = directory.find("**/*.sql")?.into_iter().map(|entry| (entry.path, entry.bytes)).collect();
        assert_eq!(paths, [("a/0001.sql".to_owned(), 2), ("b/0002.sql".to_owned(), 2)]);
        assert_eq!(directory.read_text("b/0002.sql")?.as_deref(), Some("é"));
        assert_eq!(directory.read("a/0001.sql")?, Some(vec![0xff, 0xfe]));
        assert_eq!(directory.read("missing")?, None);
        assert_eq!(directory.read("../secret").unwrap_err().kind, ErrorKind::Invalid);
        let error = directory.read_text("a/0001.sql").unwrap_err().to_string();
        assert!(error.starts_with("file `a/0001.sql` of directory `migrations` is not UTF-8: "), "{error}");
        Ok(())
    });
}

#[test]
fn the_upgrade_is_what_was_declared() {
    let upgrade = Upgrade {
        to_version: Some("5.0.0".into()),
        phase: Phase::Post,
        facts: vec![Attribute::new("region", "eu")],
        started: u64::MAX,
        ..Upgrade::default()
    };
    run(Fake::new().flag("a", true).upgrade(upgrade).attribute("x", "y"), |cx| {
        assert_eq!(cx.upgrade().to_version.as_deref(), Some("5.0.0"));
        assert_eq!(cx.upgrade().from_version, None);
        assert_eq!(cx.upgrade().phase, Phase::Post);
        assert_eq!(cx.upgrade().fact("region"), Some("eu"));
        assert_eq!(cx.attributes(), [Attribute::new("x", "y")]);
        cx.flag("a")?;
        Ok(())
    });
}

#[test]
fn logs_and_progress_are_kept() {
    let run = run(Fake::new().flag("a", true), |cx| {
        cx.flag("a")?;
        cx.log(Level::Error, "scanned", &[("rows", "7")]);
        cx.warn(format!("{} left", 3));
        cx.write(b"raw\xff");
        cx.progress(1, 10);
        cx.progress(2, None);
        Ok(())
    });
    assert_eq!(run.logs[0].attributes, [Attribute::new("rows", "7")]);
    assert_eq!((run.logs[1].level, run.logs[1].message.as_str()), (Level::Warn, "3 left"));
    assert_eq!(run.output, b"raw\xff");
    assert_eq!(run.progress, [(1, Some(10)), (2, None)]);
}

#[test]
fn a_canned_catalogue_is_found_by_the_search_path() {
    let mut orders = TableDefinition::new("orders");
    orders.columns.push(ColumnDefinition::new("id", Family::Integer));
    let database = Canned::new(Engine::Postgres)
        .version("15.8")
        .search_path(["shop", "public"])
        .table(orders)
        .table(TableDefinition::new(("public", "users")));
    run(Fake::new().database("main", database), |cx| {
        let database = cx.database()?;
        assert_eq!(
            (database.name(), database.engine(), database.version().as_str()),
            ("main", Engine::Postgres, "15.8")
        );
        assert_eq!(database.search_path()?, ["shop", "public"]);
        assert_eq!(database.schemas()?, ["public", "shop"]);
        assert_eq!(database.tables(Some("shop"))?.len(), 1);
        let names: Vec<_> = database.tables(None)?.into_iter().map(|table| table.name.to_string()).collect();
        assert_eq!(names, ["public.users", "shop.orders"]);
        assert_eq!(database.table("orders")?.unwrap().column("id").unwrap().family, Family::Integer);
        assert!(database.table(("public", "users"))?.is_some());
        assert!(database.table(("public", "orders"))?.is_none());
        assert_eq!(database.quote(("a\"b", "c")), "\"a\"\"b\".\"c\"");
        Ok(())
    });
}

#[test]
fn each_database_is_judged_and_the_first_error_goes_out() {
    let down = |why: &str| CapabilityError::new(ErrorKind::Unavailable, why);
    let fake = Fake::new()
        .database("first", Database::unreachable(down("one")))
        .database("main", Canned::new(Engine::Sqlite))
        .database("last", Database::unreachable(down("two")));
    let mut judged = Vec::new();
    let run = fake.run_with(&[Capability::Database], &[], |cx| {
        cx.each_database(|database| {
            judged.push(database.name().to_owned());
            database.tables(None)?;
            Ok(())
        })
    });
    assert_eq!(judged, ["main"]);
    assert_eq!(run.result, Err(CheckError::Capability(down("one"))));
    let run = Fake::new().run_with(&[Capability::Database], &[], |cx| cx.each_database(|_| Ok(())));
    assert!(matches!(run.result, Err(CheckError::Settings(_))), "{:?}", run.result);
}

#[test]
fn a_table_that_was_meant_is_told_as_settings_would_write_it() {
    let tables = ["orders", "border"].map(TableDefinition::new);
    let database = tables.into_iter().fold(Canned::new(Engine::Postgres), Canned::table);
    let database = database.table(TableDefinition::new(("billing", "invoices")));
    let run = Fake::new().database("main", database).run_with(&[Capability::Database], &[], |cx| {
        let database = cx.database()?;
        let near = |wanted: TableName, except: &[&TableName]| database.similar_table(&wanted, except);
        assert_eq!(near("order".into(), &[])?, Some("border".into()));
        assert_eq!(near("order".into(), &[&"border".into()])?, Some("orders".into()));
        assert_eq!(near("invoice".into(), &[])?, Some(("billing", "invoices").into()));
        assert_eq!(near(("billing", "orders").into(), &[])?, Some(("public", "orders").into()));
        assert_eq!(near("customers".into(), &[])?, None);
        Ok(Conclusion::Completed)
    });
    assert_eq!(run.result, Ok(Conclusion::Completed));
}
