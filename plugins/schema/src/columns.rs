//! The check `columns`.

use std::collections::BTreeMap;

use precheck_sdk::database::TableDefinition;
use precheck_sdk::first_repeated;
use precheck_sdk::prelude::*;

use crate::expectation::Expectation;
use crate::faults::{self, Judged, missing_table};

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Looks whether the columns of a table or view are as the upgrade needs them: there, gone, of a type, with or without
    /// NULL, with a default. It does so in each database that the suite binds to it, and reports every fault of the table.
    ///
    /// `family` is what a column holds, in words that are alike on every engine: `boolean`, `integer`, `real`, `decimal`,
    /// `text`, `bytes`, `date`, `time`, `timestamp`, `interval`, `uuid`, `json`, `enumeration`, `array`, `other`. `type` is
    /// the type as the engine writes it. `default` is the expression as the engine writes it, in quotes, or `false` for a
    /// column that must have none.
    ///
    /// # Why that matters
    ///
    /// A migration that copies, converts or constrains a column is written for one state of it. On another state it stops
    /// halfway through, or converts what it should not.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "schema/columns"
    /// database = "main"
    ///
    /// [checks.settings]
    /// table = "orders"
    /// present = ["note"]
    /// absent = ["legacy_code"]
    ///
    /// [checks.settings.columns]
    /// id = { family = "integer", nullable = false }
    /// status = { type = "varchar(20)", default = "'new'" }
    /// paid_at = { family = "timestamp", default = false }
    /// ```
    pub struct Columns;
}

/// A table, and what its columns must be like; at least one column.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The table or view: `name`, or `schema.name`.
    table: TableName,
    /// Columns that must be there, whatever they are like.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    present: Vec<String>,
    /// Columns that must not be there.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    absent: Vec<String>,
    /// What columns must be like, by their names.
    #[serde(default)]
    columns: BTreeMap<String, Expectation>,
}

impl Check for Columns {
    const NAME: &'static str = "columns";
    const SUMMARY: &'static str = "Columns are as the upgrade needs them";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::Database];
    const CODES: &'static [Code] = &[
        faults::MISSING_TABLE,
        faults::MISSING_COLUMN,
        faults::UNEXPECTED_COLUMN,
        faults::WRONG_TYPE,
        faults::WRONG_NULLABILITY,
        faults::WRONG_DEFAULT,
    ];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        settings.validate()?;
        let wanted = &settings.table;
        cx.each_database(|database| {
            let Some(table) = database.table(wanted)? else {
                return Ok(missing_table(cx, database, wanted, &[wanted])?);
            };
            let judged = Judged { database, name: table.name_as(wanted), table: &table };
            for finding in settings.judge(&judged) {
                cx.emit(finding)?;
            }
            Ok(())
        })
    }
}

impl Settings {
    fn names(&self) -> impl Iterator<Item = &String> {
        self.present.iter().chain(self.columns.keys()).chain(&self.absent)
    }

    fn validate(&self) -> Result<(), SettingsError> {
        if self.names().next().is_none() {
            return Err(SettingsError::new("there is no column to look at: fill `present`, `columns` or `absent`"));
        }
        if let Some(name) = first_repeated(self.names()) {
            let message = format!("column `{name}` is named twice in `present`, `columns` and `absent`");
            return Err(SettingsError::new(message));
        }
        let fault = self.columns.iter().find_map(|(name, expectation)| Some((name, expectation.fault()?)));
        fault.map_or(Ok(()), |(name, fault)| Err(SettingsError::new(format!("column `{name}` {fault}"))))
    }

    /// The faults in the order of the settings: `present`, `columns` by their names, `absent`.
    fn judge(&self, judged: &Judged<'_>) -> Vec<Finding> {
        let (there, gone) = (Expectation::default(), Expectation { present: Some(false), ..Expectation::default() });
        let present = self.present.iter().map(|name| (name, &there));
        let absent = self.absent.iter().map(|name| (name, &gone));
        let mut findings = Vec::new();
        let engine = judged.database.engine();
        for (name, expectation) in present.chain(&self.columns).chain(absent) {
            let wanted = expectation.present.unwrap_or(true);
            match judged.table.column_on(&engine, name) {
                Some(column) if wanted => findings.extend(judged.column(column, expectation)),
                Some(column) => findings.push(judged.unexpected(column)),
                None if wanted => findings.push(judged.missing(name, self.unnamed(judged.table))),
                None => {}
            }
        }
        findings
    }

    /// The table's columns that the settings do not name themselves: one of them may have been meant by a wrong name.
    fn unnamed<'t>(&self, table: &'t TableDefinition) -> impl Iterator<Item = &'t str> {
        let columns = table.columns.iter().map(|column| column.name.as_str());
        columns.filter(|column| !self.names().any(|name| name == column))
    }
}

#[cfg(test)]
mod tests {
    use precheck_sdk::database::{ColumnDefinition, Engine, Family};
    use precheck_sdk::serde_json::{Value as Json, json};
    use precheck_sdk::testing::{Call, Canned, Database, Fake, Outcome, Run, Sqlite};

    use super::*;

    const ORDERS: &str = "create table orders (
            id integer primary key, email text not null, status varchar(20) not null default 'new',
            total decimal(10, 2) default (0), placed_at timestamp default current_timestamp, legacy_code, note text default null
        );
        create view open_orders as select id, email from orders;";

    fn orders() -> Fake {
        Fake::new().database("main", Sqlite::new(ORDERS).unwrap())
    }

    fn run(settings: Json) -> Run {
        orders().run::<Columns>(settings)
    }

    /// The settings for the columns of `orders`.
    fn columns(columns: Json) -> Run {
        run(json!({"table": "orders", "columns": columns}))
    }

    fn told(run: &Run) -> Vec<(&str, &str)> {
        run.findings.iter().map(|finding| (finding.code.as_str(), finding.message.as_str())).collect()
    }

    fn statements(run: &Run) -> Vec<Option<&str>> {
        run.findings.iter().map(|finding| finding.remedies[0].statement.as_deref()).collect()
    }

    #[test]
    fn a_denial_goes_out() {
        let denied = CapabilityError::new(ErrorKind::Denied, "database `main` is not granted");
        let run =
            orders().fail(Call::Open, denied.clone()).run::<Columns>(json!({"table": "orders", "present": ["id"]}));
        assert_eq!(run.result, Err(CheckError::Capability(denied)));
        assert!(matches!(run.outcome, Outcome::Errored(_)), "{:?}", run.outcome);
    }

    #[test]
    fn columns_as_they_must_be_pass() {
        let run = run(json!({
            "table": "main.orders",
            "present": ["note", "EMAIL"],
            "absent": ["mail"],
            "columns": {
                "id": {"family": "integer", "type": "integer", "nullable": false, "default": false},
                "email": {},
                "gone": {"present": false},
                "status": {"present": true, "family": "text", "type": " VARCHAR ( 20 )", "default": "( 'new' )"},
                "total": {"family": "decimal", "type": "decimal(10,2)", "nullable": true, "default": 0},
                "placed_at": {"family": "timestamp", "default": "current_timestamp"},
                "legacy_code": {"type": "", "default": "NULL"},
                "Note": {"default": false},
            },
        }));
        assert_eq!((told(&run), &run.outcome), (vec![], &Outcome::Passed));
    }

    #[test]
    fn a_view_has_columns_too() {
        let run = run(json!({"table": "open_orders", "present": ["id"], "absent": ["email"]}));
        assert_eq!(told(&run), [("unexpected-column", "column `open_orders.email` is still there")]);
        assert_eq!(statements(&run), [None]);
    }

    #[test]
    fn every_fault_of_a_table_is_told() {
        let run = run(json!({
            "table": "orders",
            "present": ["mail"],
            "absent": ["legacy_code"],
            "columns": {
                "email": {"family": "json", "nullable": true, "default": "''"},
                "id": {"type": "bigint"},
                "nothing_like_it": {"family": "text"},
                "note": {"present": false},
            },
        }));
        assert_eq!(run.outcome, Outcome::Failed);
        assert_eq!(
            told(&run),
            [
                ("missing-column", "no column `mail` in `orders`"),
                ("wrong-type", "column `orders.email` is of type `TEXT` (family text), and must be of family json"),
                ("wrong-nullability", "column `orders.email` refuses NULL, and must allow it"),
                ("wrong-default", "column `orders.email` has no default, and must have `''`"),
                (
                    "wrong-type",
                    "column `orders.id` is of type `INTEGER` (family integer), and must be of type `bigint`"
                ),
                ("unexpected-column", "column `orders.note` is still there"),
                ("missing-column", "no column `nothing_like_it` in `orders`"),
                ("unexpected-column", "column `orders.legacy_code` is still there"),
            ]
        );
        let subject = DatabaseObject::table("main", "orders").column("email");
        assert_eq!(run.findings[1].subject, Some(subject.into()));
        assert_eq!(statements(&run)[7], Some("alter table \"main\".\"orders\" drop column \"legacy_code\""));
    }

    #[test]
    fn a_near_miss_is_named_unless_the_settings_name_it_themselves() {
        let message = |settings: Json| run(settings).findings[0].message.clone();
        let near = "no column `e_mail` in `orders`; did you mean `email`?";
        assert_eq!(message(json!({"table": "orders", "present": ["e_mail"]})), near);
        let far = "no column `e_mail` in `orders`";
        assert_eq!(message(json!({"table": "orders", "present": ["e_mail", "email"]})), far);
        let table = "no table `order`; did you mean `orders`?";
        let run = run(json!({"table": "order", "absent": ["id"]}));
        assert_eq!(told(&run), [("missing-table", table)]);
        assert_eq!(run.findings[0].subject, Some(DatabaseObject::table("main", "order").into()));
    }

    #[test]
    fn types_are_judged_by_family_and_by_native_type() {
        let message = |wanted: Json| columns(json!({ "legacy_code": wanted })).findings[0].message.clone();
        assert_eq!(
            message(json!({"family": "text", "type": "text"})),
            "column `orders.legacy_code` is of no type (family other), and must be of family text and type `text`"
        );
        assert_eq!(columns(json!({"status": {"family": "text", "type": "varchar(40)"}})).codes(), ["wrong-type"]);
        assert_eq!(columns(json!({"status": {"family": "enumeration"}})).codes(), ["wrong-type"]);
    }

    #[test]
    fn defaults_are_judged_as_the_engine_writes_them() {
        let message = |column: &str, wanted: Json| {
            let run = columns(json!({ column: { "default": wanted } }));
            assert_eq!(run.codes(), ["wrong-default"]);
            run.findings[0].message.clone()
        };
        let status = "column `orders.status` has the default `'new'`, and must have";
        assert_eq!(message("status", json!("'open'")), format!("{status} `'open'`"));
        assert_eq!(message("status", json!("new")), format!("{status} `new`"));
        assert_eq!(message("status", json!(false)), format!("{status} none"));
        assert_eq!(message("total", json!(1)), "column `orders.total` has the default `0`, and must have `1`");
        assert_eq!(message("note", json!("'x'")), "column `orders.note` has no default, and must have `'x'`");
    }

    #[test]
    fn a_server_is_given_statements_and_minds_case() {
        let mut table = TableDefinition::new("orders");
        let mut status = ColumnDefinition::new("status", Family::Text);
        status.default = Some("'new'::text".to_owned());
        table.columns = vec![status, ColumnDefinition::new("Id", Family::Integer)];
        let server = Canned::new(Engine::Postgres).table(table.clone());
        let run = Fake::new().database("main", server).run::<Columns>(json!({
            "table": "orders",
            "columns": {"status": {"nullable": false, "default": false}, "id": {}},
        }));
        assert_eq!(run.codes(), ["missing-column", "wrong-nullability", "wrong-default"]);
        assert_eq!(run.findings[0].message, "no column `id` in `orders`; did you mean `Id`?");
        let alter = |action: &str| format!("alter table \"public\".\"orders\" alter column \"status\" {action}");
        let expected = [None, Some(alter("set not null")), Some(alter("drop default"))];
        assert_eq!(statements(&run), expected.each_ref().map(Option::as_deref));

        let server = Canned::new(Engine::Mysql).table(table);
        let run = Fake::new().database("main", server).run::<Columns>(json!({
            "table": "orders",
            "columns": {"status": {"nullable": false, "default": "'open'"}, "id": {}},
        }));
        assert_eq!(run.codes(), ["wrong-nullability", "wrong-default"]);
        let set = "alter table `orders` alter column `status` set default 'open'";
        assert_eq!(statements(&run), [None, Some(set)]);
    }

    #[test]
    fn each_database_is_judged_although_one_is_unreachable() {
        let down = CapabilityError::new(ErrorKind::Unavailable, "connection refused");
        let run = Fake::new()
            .database("replica", Database::unreachable(down))
            .database("main", Sqlite::new(ORDERS).unwrap())
            .run::<Columns>(json!({"table": "orders", "absent": ["note"]}));
        assert_eq!(run.codes(), ["unexpected-column"]);
        assert!(matches!(run.outcome, Outcome::Inconclusive(_)), "{:?}", run.outcome);
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for (settings, expected) in [
            (json!({"table": "t"}), "there is no column to look at"),
            (json!({"present": ["a"]}), "missing field `table`"),
            (json!({"table": "a.b.c", "present": ["a"]}), "`a.b.c` is not a table's name"),
            (json!({"table": "t", "present": ["a", "a"]}), "column `a` is named twice"),
            (json!({"table": "t", "present": ["a"], "absent": ["a"]}), "column `a` is named twice"),
            (json!({"table": "t", "absent": ["a"], "columns": {"a": {}}}), "column `a` is named twice"),
            (
                json!({"table": "t", "columns": {"a": {"present": false, "nullable": true}}}),
                "column `a` must not be there",
            ),
            (json!({"table": "t", "columns": {"a": {"default": true}}}), "column `a` has `default = true`"),
            (json!({"table": "t", "columns": {"a": {"default": " "}}}), "column `a` has an empty default"),
            (json!({"table": "t", "columns": {"a": {"family": "int"}}}), "there is no family `int`"),
            (json!({"table": "t", "columns": {"a": {"famly": "text"}}}), "unknown field `famly`"),
        ] {
            let run = run(settings);
            let Err(CheckError::Settings(message)) = &run.result else { panic!("{:?}", run.result) };
            assert!(message.starts_with(expected), "{message}");
        }
        let run = Fake::new().run::<Columns>(json!({"table": "t", "present": ["a"]}));
        assert!(matches!(run.result, Err(CheckError::Settings(_))), "{:?}", run.result);
    }
}
