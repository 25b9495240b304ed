//! Suites without mistakes.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::capabilities::database::DatabaseUrl;
use crate::capabilities::feature_flags::ProviderConfig;
use crate::model::{Attribute, Limits};
use crate::suite::Grants;

const SHOP: &str = r#"
[upgrade]
application = "shop"
from = "4.2.0"
to = "5.0.0"

[databases.main]
url = "${DATABASE_URL}"

[directories.migrations]
path = "./migrations"

[flags.values]
new-checkout = true

[plugins.orders]
source = "plugins/orders_checks.wasm"
grant = { databases = ["main"], directories = ["migrations"], feature-flags = true }
limits = { time = "30s", memory = "64MiB" }

[[checks]]
id = "orders-table"
use = "schema/tables"
database = "main"
settings = { present = ["orders", "customers"], absent = ["orders_old"] }
owner = "team-orders"

[[checks]]
use = "orders/no-orphans"
database = "main"
"#;

#[test]
fn a_suite_becomes_a_plan() {
    let plan = plan(SHOP);
    assert_eq!(plan.suite, PathBuf::from("/suite/precheck.toml"));
    assert_eq!(plan.upgrade.application.as_deref(), Some("shop"));
    assert_eq!(plan.databases["main"].url, DatabaseUrl::SqliteFile("/suite/shop.db".into()));
    assert_eq!(plan.directories["migrations"], PathBuf::from("/suite/./migrations"));
    assert_eq!(plan.plugins.keys().collect::<Vec<_>>(), ["schema", "orders"]);
    assert_eq!(plan.plugins["schema"].source, PluginSource::BuiltIn("schema".into()));
    assert_eq!(plan.plugins["schema"].limits, Limits::default());
    assert_eq!(plan.plugins["orders"].source, PluginSource::Path("/suite/plugins/orders_checks.wasm".into()));
    assert_eq!(plan.plugins["orders"].limits.time, Duration::from_secs(30));
    assert_eq!(plan.plugins["orders"].limits.memory, 64 << 20);
    let [table, orphans] = plan.checks.as_slice() else { panic!("{:?}", plan.checks) };
    assert_eq!(table.id, "orders-table");
    assert_eq!(table.uses(), "schema/tables");
    assert_eq!(table.settings, json!({ "present": ["orders", "customers"], "absent": ["orders_old"] }));
    assert_eq!(table.owner.as_deref(), Some("team-orders"));
    assert_eq!(orphans.id, "orders/no-orphans@main");
    // The plugin is granted a directory too, but the check binds the database alone; flags need no binding.
    let granted = Grants { databases: vec!["main".into()], directories: vec![], feature_flags: true };
    assert_eq!(orphans.grants, granted);
    assert!(orphans.description.is_some());
}

#[test]
fn everything_is_in_the_suites_order() {
    let plan = plan(
        r#"
        [databases.zebra]
        url = "sqlite:z.db"
        [databases.ant]
        url = "sqlite:a.db"
        [directories]
        y = { path = "y" }
        b = { path = "b" }
        [upgrade.facts]
        z = 1.10
        a = true
        m = 0x10
        s = "x"
        [[checks]]
        use = "schema/tables"
        databases = ["zebra", "ant"]
        [[checks]]
        use = "schema/tables"
        database = "ant"
        "#,
    );
    assert_eq!(plan.databases.keys().collect::<Vec<_>>(), ["zebra", "ant"]);
    assert_eq!(plan.directories.keys().collect::<Vec<_>>(), ["y", "b"]);
    let fact = |name: &str, value: &str| Attribute { name: name.into(), value: value.into() };
    // A fact is text: what was written counts, not the number that it might be.
    assert_eq!(plan.upgrade.facts, [fact("z", "1.10"), fact("a", "true"), fact("m", "16"), fact("s", "x")]);
    let ids: Vec<_> = plan.checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, ["schema/tables@zebra+ant", "schema/tables@ant"]);
    assert_eq!(plan.checks[0].grants.databases, ["zebra", "ant"]);
}

#[test]
fn the_only_database_and_directory_are_bound_where_they_are_needed() {
    let plan = plan(
        r#"
        [databases.main]
        url = "sqlite::memory:"
        load = ["schema.sql", "data.sql"]
        [directories.migrations]
        path = "m"
        [[flags.providers]]
        environment = "FLAG_"
        [plugins.orders]
        source = "o.wasm"
        grant = { databases = ["main"], directories = ["migrations"], feature-flags = true }
        [[checks]]
        use = "orders/everything"
        [[checks]]
        use = "orders/nothing"
        [[checks]]
        use = "schema/tables"
        [[checks]]
        use = "flags/required"
        "#,
    );
    assert_eq!(plan.databases["main"].load, [PathBuf::from("/suite/schema.sql"), PathBuf::from("/suite/data.sql")]);
    let ids: Vec<_> = plan.checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, ["orders/everything@main", "orders/nothing", "schema/tables@main", "flags/required"]);
    let all = Grants { databases: vec!["main".into()], directories: vec!["migrations".into()], feature_flags: true };
    assert_eq!(plan.checks[0].grants, all);
    assert_eq!(plan.checks[1].grants, Grants { feature_flags: true, ..Grants::default() });
    assert_eq!(plan.checks[2].grants, Grants { databases: vec!["main".into()], ..Grants::default() });
    assert_eq!(plan.checks[3].grants, Grants { feature_flags: true, ..Grants::default() });
}

#[test]
fn flags_come_from_the_suite_first_and_then_from_its_providers_in_order() {
    let plan = plan(
        r#"
        [upgrade]
        application = "shop"
        environment = "staging"
        [flags]
        context = { environment = "canary", region = "eu", tier = 3 }
        [flags.values]
        "new.checkout" = true
        limit = { value = 5, when = [{ environment = "staging", value = 7 }] }
        [flags.values.theme]
        colour = "blue"
        [[flags.providers]]
        file = "flags.toml"
        [[flags.providers]]
        environment = "SHOP_FLAG_"
        "#,
    );
    let context = json!({ "environment": "canary", "region": "eu", "tier": 3, "application": "shop" });
    assert_eq!(json!(plan.flags.context), context);
    let [ProviderConfig::Inline { flags }, file, environment] = plan.flags.providers.as_slice() else {
        panic!("{:?}", plan.flags.providers)
    };
    assert_eq!(*file, ProviderConfig::File { path: "/suite/flags.toml".into() });
    assert_eq!(*environment, ProviderConfig::Environment { prefix: "SHOP_FLAG_".into() });
    assert_eq!(flags["new.checkout"].value, json!(true));
    assert_eq!(flags["limit"].when[0].value, json!(7));
    assert_eq!(flags["theme"].value, json!({ "colour": "blue" }));
}

#[test]
fn limits_of_a_built_in_plugin_need_no_source() {
    let plan = plan(
        r#"
        [databases.main]
        url = "sqlite:a.db"
        [plugins.schema.limits]
        findings = 5
        statements = 6
        rows = 7
        sessions = 1
        [[checks]]
        use = "schema/tables"
        optional = true
        severity = { old-missing-table = "warning" }
        [[checks]]
        id = "all"
        use = "schema/tables"
        severity = "info"
        "#,
    );
    let limits = &plan.plugins["schema"].limits;
    assert_eq!((limits.findings, limits.statements, limits.rows, limits.sessions), (5, 6, 7, 1));
    assert_eq!(limits.time, Limits::default().time);
    assert!(plan.checks[0].optional && !plan.checks[1].optional);
    // An earlier name of a code is as good.
    assert_eq!(plan.checks[0].severity.of("missing-table"), Some(Severity::Warning));
    assert_eq!(plan.checks[0].severity.of("unexpected-table"), None);
    assert_eq!(plan.checks[1].severity.of("unexpected-table"), Some(Severity::Info));
}

#[test]
fn settings_keep_whole_numbers_exact_and_make_dates_text() {
    let plan = plan(
        r#"
        [databases.main]
        url = "sqlite:a.db"
        [[checks]]
        use = "schema/columns"
        settings.big = 9223372036854775807
        settings.small = -9223372036854775808
        settings.day = 2027-01-31
        settings.at = 2027-01-31T10:00:00Z
        settings.half = 0.5
        "#,
    );
    let expected = json!({
        "big": i64::MAX, "small": i64::MIN, "day": "2027-01-31", "at": "2027-01-31T10:00:00Z", "half": 0.5,
    });
    assert_eq!(plan.checks[0].settings, expected);
}

#[test]
fn a_plugin_that_cannot_be_described_is_no_mistake_of_the_suite() {
    let plan = plan(
        r#"
        [databases.main]
        url = "sqlite:a.db"
        [plugins.broken]
        source = "broken.wasm"
        grant = { databases = ["main"] }
        [[checks]]
        use = "broken/whatever"
        database = "main"
        severity = { some-code = "info" }
        [[checks]]
        use = "schema/tables"
        "#,
    );
    assert_eq!(plan.checks[0].description, None);
    assert_eq!(plan.checks[0].unusable.as_deref(), Some("it is broken"));
    assert_eq!(plan.checks[0].id, "broken/whatever@main");
    assert!(plan.checks[1].description.is_some());
}

#[test]
fn a_plugin_by_path_may_take_the_name_of_one_that_is_built_in() {
    let plan = plan(
        r#"
        [databases.main]
        url = "sqlite:a.db"
        [plugins.schema]
        source = "schema.wasm"
        grant = { databases = ["main"] }
        [[checks]]
        use = "schema/tables"
        "#,
    );
    assert_eq!(plan.plugins["schema"].source, PluginSource::Path("/suite/schema.wasm".into()));
}

#[test]
fn only_plugins_that_checks_use_are_loaded() {
    let suite = parse(
        "[plugins.orders]\nsource = \"o.wasm\"\n[[checks]]\nuse = \"schema/tables\"\n[[checks]]\nuse = \"nobody/x\"\n",
    );
    assert_eq!(suite.sources().keys().collect::<Vec<_>>(), ["schema"]);
}

#[test]
fn an_empty_suite_is_a_plan() {
    assert!(plan("").checks.is_empty());
}

#[test]
fn the_example_of_the_reference_is_a_suite() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operators/suite.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let ids: Vec<_> = plan(example).checks.into_iter().map(|check| check.id).collect();
    assert_eq!(ids, ["orders-table", "orders/no-orphans@main"]);
}

#[test]
fn whatever_is_put_into_a_suite_the_rest_is_read() {
    let slips = ["", "[", "]", "{", "\"", "=", ".", "\n", "'''", "\0", "ä"];
    for (at, slip) in (0..SHOP.len()).zip(slips.into_iter().cycle()) {
        let (before, after) = SHOP.split_at(at);
        parse(before);
        parse(&format!("{before}{slip}{}", &after[1..]));
    }
}
