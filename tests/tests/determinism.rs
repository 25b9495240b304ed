//! The same state gives the same report, byte for byte, however many checks run at a time and whichever ends first.

use precheck_tests::{Project, redact};

/// The JSON report of a run, without what may differ.
fn report(project: &Project, jobs: &str) -> String {
    let ran = project.run(["run", "--format", "json", "--jobs", jobs]);
    let _ = ran.report();
    redact::run(&ran.stdout)
}

#[test]
fn the_shop_is_reported_alike_whoever_was_first() {
    let shop = Project::copy_of("docs/examples/shop");
    let first = report(&shop, "1");
    for jobs in ["1", "8", "8", "2"] {
        assert_eq!(report(&shop, jobs), first, "--jobs {jobs}");
    }
    assert!(first.contains("\"[TIME]\"") && first.contains("\"[USAGE]\""), "{first}");
}

/// A check that counts to a number before it finds out that there is nothing to find.
fn check(id: &str, count: u32) -> String {
    let query = format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) \
         select id from orders where (select max(i) from n) < 0"
    );
    format!(
        "[[checks]]\nid = \"{id}\"\nuse = \"data/no-rows\"\nsettings = {{ query = \"{query}\", message = \"none\" }}\n"
    )
}

#[test]
fn the_order_is_the_suites() {
    let ids = ["slow", "d", "a", "c", "b"];
    let checks: String = ids.iter().map(|id| check(id, if *id == "slow" { 1_000_000 } else { 1 })).collect();
    let suite = format!("[databases.main]\nurl = \"sqlite:shop.db\"\n{checks}");
    let project = Project::new(&suite);
    project.sqlite("shop.db", "create table orders (id integer primary key); insert into orders values (1);");

    let told = project.run(["run", "--format", "json", "--jobs", "8", "--verbose"]);
    let finished: Vec<_> = told.stderr.lines().filter(|line| line.contains(" passed after ")).collect();
    assert_eq!(finished.len(), ids.len(), "{told:#?}");
    assert!(finished[4].starts_with("[slow]"), "the first check of the suite ends last: {finished:#?}");
    let report = told.report();
    let order: Vec<_> = report["checks"].as_array().unwrap().iter().map(|check| check["id"].clone()).collect();
    assert_eq!(order, ids);
    assert_eq!(redact::run(&told.stdout), self::report(&project, "1"));
}

#[test]
fn samples_do_not_depend_on_the_order_of_rows() {
    let suite = "[databases.main]\nurl = \"sqlite:shop.db\"\n[[checks]]\nuse = \"data/rules\"\n\
                 settings = { table = \"orders\", rules = [{ not-null = [\"note\"] }] }\n";
    let rows = ["('b', null)", "('a', null)", "('c', 'x')", "('Z', null)"];
    let reports: Vec<String> = [rows.to_vec(), rows.iter().rev().copied().collect()]
        .iter()
        .map(|rows: &Vec<&str>| {
            let project = Project::new(suite);
            let rows = rows.join(", ");
            project.sqlite(
                "shop.db",
                &format!(
                    "create table orders (id text primary key not null, note text); insert into orders values {rows};"
                ),
            );
            report(&project, "2")
        })
        .collect();
    assert_eq!(reports[0], reports[1]);
    let (first, last) = (reports[0].find("\"Z\"").unwrap(), reports[0].find("\"b\"").unwrap());
    assert!(first < last, "keys are ordered bytewise: {}", reports[0]);
}
