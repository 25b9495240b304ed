//! The example: blocked by exactly what was planted in it, clear once that is repaired, and never clear by accident.

use precheck_tests::{Project, Ran};
use rusqlite::functions::FunctionFlags;
use serde_json::Value;

/// What is wrong with the shop, each with what repairs it.
const PLANTED: [(&str, Repair); 13] = [
    ("tables: blocker missing-table payment_methods", Sql("CREATE TABLE payment_methods (id INTEGER PRIMARY KEY)")),
    ("tables: blocker unexpected-table legacy_coupons", Sql("DROP TABLE legacy_coupons")),
    (
        "orders-data: blocker null-values orders(customer_id) 2: id=103, id=105",
        Sql("UPDATE orders SET customer_id = 1 WHERE customer_id IS NULL"),
    ),
    (
        "orders-data: blocker value-not-in-set orders(status) 1: id=104",
        Sql("UPDATE orders SET status = 'sent' WHERE id = 104"),
    ),
    (
        "orders-data: blocker condition-violated orders.sent-orders-have-a-date 1: id=107",
        Sql("UPDATE orders SET shipped_on = '2024-03-09' WHERE id = 107"),
    ),
    (
        "orders-data: blocker orphaned-rows orders(customer_id) 1: id=106",
        Sql("INSERT INTO customers (id, email, name) VALUES (9, 'nina@example.org', 'Nina')"),
    ),
    (
        "items-data: blocker orphaned-rows order_items(order_id) 2: order_id=110 line=1, order_id=110 line=2",
        Sql("INSERT INTO orders (id, customer_id, placed_on) VALUES (110, 1, '2024-03-10')"),
    ),
    (
        "items-data: blocker orphaned-rows order_items(sku) 1: order_id=107 line=1",
        Sql("INSERT INTO products (sku, title, price) VALUES ('mug-red', 'Red mug', 12)"),
    ),
    (
        "customers-data: blocker value-pattern customers(email) 1: id=6",
        Sql("UPDATE customers SET email = 'ken@example.org' WHERE id = 6"),
    ),
    (
        "customers-data: blocker duplicate-rows customers(email) 2: id=2, id=4",
        Sql("UPDATE customers SET email = 'grace.h@example.org' WHERE id = 4"),
    ),
    ("flags-on: blocker wrong-flag-value tax-engine: value=\"v1\"", Flag("tax-engine = \"v1\"", "tax-engine = \"v2\"")),
    ("flags-off: blocker forbidden-flag legacy-coupons: value=true", Flag("value = true\n", "value = false\n")),
    (
        "items-data: warning value-out-of-range order_items(quantity) 1: order_id=105 line=1",
        Sql("UPDATE order_items SET quantity = 1 WHERE order_id = 105"),
    ),
];

enum Repair {
    Sql(&'static str),
    Flag(&'static str, &'static str),
}
use Repair::{Flag, Sql};

fn shop() -> Project {
    Project::copy_of("docs/examples/shop")
}

impl Repair {
    fn apply(&self, shop: &Project) {
        match self {
            Sql(sql) => {
                let data = std::fs::read_to_string(shop.folder().join("data.sql")).unwrap();
                shop.write("data.sql", format!("{data}\n{sql};\n"));
            }
            Flag(old, new) => shop.edit("flags.toml", old, new),
        }
    }
}

fn repaired() -> Project {
    let shop = shop();
    PLANTED.iter().for_each(|(_, repair)| repair.apply(&shop));
    shop
}

/// A finding in one line.
fn line(check: &Value, finding: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let subject = &finding["subject"];
    let mut line = format!("{}: {} {} ", text(&check["id"]), text(&finding["severity"]), text(&finding["code"]));
    if subject["kind"] == "flag" {
        line.push_str(&text(&subject["key"]));
    } else {
        assert_eq!((&subject["kind"], &subject["database"]), (&"database".into(), &"main".into()), "{finding}");
        line.push_str(&text(&subject["table"]));
        let columns: Vec<String> = subject["columns"].as_array().unwrap().iter().map(text).collect();
        if !columns.is_empty() {
            line.push_str(&format!("({})", columns.join(", ")));
        }
        if let Some(object) = subject["object"].as_str() {
            line.push_str(&format!(".{object}"));
        }
    }
    if !finding["affected"].is_null() {
        line.push_str(&format!(" {}", finding["affected"]));
    }
    let keys: Vec<String> = finding["evidence"].as_array().unwrap().iter().map(key).collect();
    if keys.is_empty() { line } else { format!("{line}: {}", keys.join(", ")) }
}

fn key(evidence: &Value) -> String {
    let fields = evidence["fields"].as_array().unwrap().iter();
    let fields = fields.map(|field| format!("{}={}", field["name"].as_str().unwrap(), field["value"]));
    fields.collect::<Vec<_>>().join(" ")
}

/// All findings of a run, sorted.
fn findings(ran: &Ran) -> Vec<String> {
    let report = ran.report();
    let checks = report["checks"].as_array().unwrap();
    let of = |check: &Value| -> Vec<String> {
        check["findings"].as_array().unwrap().iter().map(|finding| line(check, finding)).collect()
    };
    let mut findings: Vec<String> = checks.iter().flat_map(of).collect();
    findings.sort();
    findings
}

fn sorted(lines: &[(&str, Repair)]) -> Vec<String> {
    let mut lines: Vec<String> = lines.iter().map(|(line, _)| (*line).to_owned()).collect();
    lines.sort();
    lines
}

/// The checks of an outcome.
fn checks(ran: &Ran, outcome: &str) -> Vec<String> {
    let report = ran.report();
    let checks = report["checks"].as_array().unwrap().iter().filter(|check| check["outcome"] == outcome);
    checks.map(|check| check["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_repair_removes_its_finding_and_no_other_until_it_is_clear() {
    let shop = shop();
    for (done, (_, repair)) in PLANTED.iter().enumerate() {
        let ran = shop.judge();
        let left = &PLANTED[done..];
        assert_eq!(findings(&ran), sorted(left));
        let expected = if left.len() > 1 { ("blocked", 1) } else { ("clear-with-warnings", 0) };
        assert_eq!((ran.report()["verdict"].as_str(), ran.code), (Some(expected.0), Some(expected.1)));
        repair.apply(&shop);
    }
    let ran = shop.judge();
    assert_eq!(findings(&ran), [""; 0]);
    assert_eq!((&ran.report()["verdict"], ran.code), (&"clear".into(), Some(0)));
    assert_eq!(checks(&ran, "passed").len(), 9);
}

#[test]
fn a_flag_that_is_flipped_blocks() {
    let shop = repaired();
    shop.edit("flags.toml", "new-checkout = true", "new-checkout = false");
    let ran = shop.judge();
    assert_eq!(
        (findings(&ran), ran.code),
        (vec!["flags-on: blocker wrong-flag-value new-checkout: value=false".into()], Some(1))
    );

    shop.edit(
        "flags.toml",
        "new-checkout = false",
        "new-checkout = { value = true, when = [{ environment = \"staging\", value = false }] }",
    );
    let ran = shop.judge();
    assert_eq!((checks(&ran, "failed"), ran.code), (vec!["same-in-staging".into()], Some(1)));
    assert_eq!(ran.check("same-in-staging")["findings"][0]["code"], "inconsistent-flag");

    shop.edit("flags.toml", "new-checkout", "newer-checkout");
    let ran = shop.judge();
    assert_eq!(ran.check("flags-on")["findings"][0]["code"], "missing-flag");
    assert_eq!(ran.code, Some(1));
}

#[test]
fn a_table_that_is_dropped_blocks() {
    let shop = repaired();
    Sql("DROP TABLE customers").apply(&shop);
    let ran = shop.judge();
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.check("tables")["findings"][0]["code"], "missing-table");
    assert_eq!(ran.check("customers-data")["findings"][0]["code"], "missing-table");
    // Whether its orders refer to customers that are there cannot be passed either.
    assert!(!checks(&ran, "passed").contains(&"orders-data".into()), "{ran:#?}");
    assert!(checks(&ran, "passed").contains(&"items-data".into()), "{ran:#?}");
}

#[test]
fn without_its_flags_nothing_is_decided() {
    let shop = repaired();
    for damage in [None, Some("new-checkout = ")] {
        match damage {
            None => std::fs::remove_file(shop.folder().join("flags.toml")).unwrap(),
            Some(text) => shop.write("flags.toml", text),
        }
        let ran = shop.judge();
        assert_eq!((&ran.report()["verdict"], ran.code), (&"undecided".into(), Some(3)));
        assert_eq!(checks(&ran, "inconclusive"), ["flags-on", "flags-off", "same-in-staging"]);
        assert_eq!(checks(&ran, "passed").len(), 6);
    }
}

#[test]
fn without_its_flags_what_blocks_still_blocks() {
    let shop = shop();
    std::fs::remove_file(shop.folder().join("flags.toml")).unwrap();
    let ran = shop.judge();
    assert_eq!((&ran.report()["verdict"], ran.code), (&"blocked".into(), Some(1)));
    assert_eq!(findings(&ran).len(), PLANTED.len() - 2);
}

#[test]
fn without_its_database_nothing_is_decided() {
    let shop = repaired();
    std::fs::remove_file(shop.folder().join("data.sql")).unwrap();
    let ran = shop.judge();
    assert_eq!((&ran.report()["verdict"], ran.code), (&"undecided".into(), Some(3)));
    assert_eq!(checks(&ran, "inconclusive").len(), 6);
}

/// The shop's database as SQLite itself loads it.
fn database() -> rusqlite::Connection {
    let shop = shop();
    let database = rusqlite::Connection::open_in_memory().unwrap();
    for file in ["schema.sql", "data.sql"] {
        database.execute_batch(&std::fs::read_to_string(shop.folder().join(file)).unwrap()).unwrap();
    }
    // `x regexp y` calls regexp(y, x), which SQLite leaves to whoever embeds it.
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let regexp = |context: &rusqlite::functions::Context<'_>| {
        let (pattern, text): (String, Option<String>) = (context.get(0)?, context.get(1)?);
        Ok(text.map(|text| regex::Regex::new(&pattern).unwrap().is_match(&text)))
    };
    database.create_scalar_function("regexp", 2, flags, regexp).unwrap();
    database
}

/// The rows that a statement gives, written as keys of evidence are: its leading columns, as many as a key has.
fn rows(database: &rusqlite::Connection, sql: &str, columns: usize) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let key = |row: &rusqlite::Row<'_>| {
        let fields = (0..columns).map(|index| Ok(format!("{}={}", names[index], row.get::<_, i64>(index)?)));
        Ok(fields.collect::<rusqlite::Result<Vec<_>>>()?.join(" "))
    };
    statement.query_map([], key).unwrap().map(Result::unwrap).collect()
}

#[test]
fn remedies_find_all_that_was_counted_and_cleaning_up_leaves_none() {
    let report = shop().judge().report();
    let checks = report["checks"].as_array().unwrap().iter();
    let (mut found, mut cleaned) = (0, 0);
    for finding in checks.flat_map(|check| check["findings"].as_array().unwrap()) {
        let statements: Vec<&str> =
            finding["remedies"].as_array().unwrap().iter().filter_map(|remedy| remedy["statement"].as_str()).collect();
        let Some(affected) = finding["affected"].as_u64() else { continue };
        let find = statements.first().unwrap_or_else(|| panic!("no statement finds them: {finding}"));
        let evidence: Vec<String> = finding["evidence"].as_array().unwrap().iter().map(key).collect();
        let columns = finding["evidence"][0]["fields"].as_array().unwrap().len();
        let all = rows(&database(), find, columns);
        assert_eq!(all.len() as u64, affected, "{find}");
        assert_eq!(all[..evidence.len()], evidence, "{find}");
        found += 1;
        for clean in statements[1..].iter().filter(|statement| !statement.contains("<value>")) {
            let database = database();
            database.execute_batch(clean).unwrap_or_else(|error| panic!("{error}: {clean}"));
            assert_eq!(rows(&database, find, columns), [""; 0], "after {clean}");
            cleaned += 1;
        }
    }
    assert!(found >= 9 && cleaned >= 2, "{found} {cleaned}");
}
