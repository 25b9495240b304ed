use super::*;
use crate::capabilities::database::{ReferentialAction, TableDefinition, TableKind, TableName};

async fn table(session: &mut Box<dyn Session>, name: &str) -> TableDefinition {
    session.table(TableName { schema: None, name: name.to_owned() }).await.unwrap().unwrap()
}

fn named<'a>(attributes: &'a [crate::capabilities::database::Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
}

#[tokio::test]
async fn tables_are_listed_by_name_without_the_engines_own() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE b (x); CREATE TABLE \"A table\" (x INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW v AS SELECT * FROM b;
         CREATE VIRTUAL TABLE search USING fts5(body); INSERT INTO b VALUES (1), (2); CREATE INDEX i ON b (x); ANALYZE;
         CREATE VIEW broken AS SELECT * FROM gone; CREATE TABLE sqliteish (a);",
    )
    .await;
    let tables = session.tables(None).await.unwrap();
    let listed: Vec<_> =
        tables.iter().map(|table| (table.name.name.as_str(), table.kind.clone(), table.estimated_rows)).collect();
    assert_eq!(
        listed,
        [
            ("A table", TableKind::Table, None),
            ("b", TableKind::Table, Some(2)),
            ("broken", TableKind::View, None),
            ("search", TableKind::VirtualTable, None),
            ("sqliteish", TableKind::Table, None),
            ("v", TableKind::View, None),
        ]
    );
    assert!(tables.iter().all(|table| table.name.schema.as_deref() == Some("main") && table.bytes.is_none()));
    assert_eq!(session.tables(Some("MAIN".into())).await.unwrap(), tables);
    assert_eq!(session.tables(Some("other".into())).await.unwrap(), []);
    assert_eq!(session.schemas().await.unwrap(), ["main"]);
    assert_eq!(session.search_path().await.unwrap(), ["main"]);
    for (schema, name) in [(None, "gone"), (None, "sqlite_schema"), (Some("temp"), "b")] {
        let name = TableName { schema: schema.map(str::to_owned), name: name.to_owned() };
        assert_eq!(session.table(name).await.unwrap(), None);
    }
    let broken = session.table(TableName { schema: None, name: "broken".into() }).await.unwrap_err();
    assert!(broken.message.contains("`broken`") && broken.message.contains("gone"), "{}", broken.message);
}

#[tokio::test]
async fn a_table_of_ones_own_with_the_name_of_a_shadow_table_is_there() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE posts_content (id INTEGER PRIMARY KEY, body TEXT);
         CREATE VIRTUAL TABLE posts USING fts5(body, content='posts_content', content_rowid='id');",
    )
    .await;
    let listed: Vec<_> = session.tables(None).await.unwrap().into_iter().map(|table| table.name.name).collect();
    assert_eq!(listed, ["posts"]);
    let own = table(&mut session, "Posts_Content").await;
    assert_eq!((own.summary.kind, own.columns.len()), (TableKind::Table, 2));
}

#[tokio::test]
async fn columns_tell_what_they_may_hold() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE Orders (Id INTEGER PRIMARY KEY, label TEXT COLLATE NOCASE NOT NULL DEFAULT 'x''y', total DECIMAL(10,2) DEFAULT (1 + 2),
             twice AS (total * 2), kept INT GENERATED ALWAYS AS (abs(Id)) STORED);
         CREATE TABLE code (code TEXT PRIMARY KEY, x);
         CREATE TABLE quirk (id INTEGER PRIMARY KEY DESC);
         CREATE TABLE pair (b INT, a INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
         CREATE TABLE tight (id TEXT PRIMARY KEY, n ANY) STRICT;
         CREATE VIRTUAL TABLE search USING fts5(body);
         CREATE VIEW v AS SELECT Id, total + 1 AS more FROM Orders;",
    )
    .await;
    let orders = table(&mut session, "oRDERS").await;
    assert_eq!(orders.summary.name.name, "Orders");
    let facts: Vec<_> = orders
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.native_type.as_str(), c.nullable, c.default.as_deref(), c.generated, c.identity))
        .collect();
    assert_eq!(
        facts,
        [
            ("Id", "INTEGER", false, None, false, true),
            ("label", "TEXT", false, Some("'x''y'"), false, false),
            ("total", "DECIMAL(10,2)", true, Some("1 + 2"), false, false),
            ("twice", "", true, None, true, false),
            ("kept", "INT", true, None, true, false),
        ]
    );
    assert_eq!(named(&orders.columns[1].attributes, "collation"), Some("NOCASE"));
    assert_eq!(named(&orders.columns[3].attributes, "expression"), Some("total * 2"));
    assert_eq!(named(&orders.columns[4].attributes, "generation"), Some("stored"));
    assert_eq!(orders.primary_key, ["Id"]);

    let code = table(&mut session, "code").await;
    assert!(code.columns[0].nullable && !code.columns[0].identity, "SQLite admits NULL in such a key");
    let quirk = table(&mut session, "quirk").await;
    assert!(quirk.columns[0].nullable && !quirk.columns[0].identity);
    let pair = table(&mut session, "pair").await;
    assert_eq!(pair.primary_key, ["a", "b"]);
    assert!(pair.columns.iter().all(|column| !column.nullable));
    assert_eq!(named(&pair.summary.attributes, "without-rowid"), Some("true"));
    let tight = table(&mut session, "tight").await;
    assert_eq!((tight.columns[0].nullable, tight.columns[1].nullable), (false, true));
    let search = table(&mut session, "search").await;
    let hidden: Vec<_> =
        search.columns.iter().map(|c| (c.name.as_str(), named(&c.attributes, "hidden").is_some())).collect();
    assert_eq!(hidden, [("body", false), ("search", true), ("rank", true)]);
    let view = table(&mut session, "v").await;
    assert_eq!(
        (view.columns[0].name.as_str(), view.columns[1].name.as_str(), view.primary_key.len()),
        ("Id", "more", 0)
    );
}

#[tokio::test]
async fn indexes_keys_and_constraints_are_whole() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE Parent (a INT, b INT, c TEXT UNIQUE, PRIMARY KEY (b, a));
         CREATE TABLE child (id INTEGER PRIMARY KEY, x INT, y INT, note TEXT CHECK (length(note) < 10),
             FOREIGN KEY (x, y) REFERENCES parent ON DELETE CASCADE ON UPDATE SET NULL,
             FOREIGN KEY (note) REFERENCES PARENT (C) ON DELETE RESTRICT,
             FOREIGN KEY (id) REFERENCES gone,
             CONSTRAINT ordered CHECK (x <= y));
         CREATE UNIQUE INDEX partly ON child (x DESC, lower(note)) WHERE y > 0 AND note <> ')';",
    )
    .await;
    let child = table(&mut session, "child").await;
    let keys: Vec<_> = child
        .foreign_keys
        .iter()
        .map(|key| {
            (key.columns.join(), key.table.name.as_str(), key.referenced_columns.join(), key.on_delete, key.on_update)
        })
        .collect();
    assert_eq!(
        keys,
        [
            ("x,y".into(), "Parent", "b,a".into(), ReferentialAction::Cascade, ReferentialAction::SetNull),
            ("note".into(), "Parent", "c".into(), ReferentialAction::Restrict, ReferentialAction::NoAction),
            ("id".into(), "gone", String::new(), ReferentialAction::NoAction, ReferentialAction::NoAction),
        ]
    );
    assert!(child.foreign_keys.iter().all(|key| !key.validated && key.name.is_none()));
    let checks: Vec<_> =
        child.check_constraints.iter().map(|check| (check.name.as_deref(), check.expression.as_str())).collect();
    assert_eq!(checks, [(None, "length(note) < 10"), (Some("ordered"), "x <= y")]);
    let index = &child.indexes[0];
    assert_eq!((index.name.as_str(), index.unique, index.valid), ("partly", true, true));
    assert_eq!(index.columns, [Some("x".to_owned()), None]);
    assert_eq!(index.predicate.as_deref(), Some("y > 0 AND note <> ')'"));
    assert_eq!(named(&index.attributes, "expression.2"), Some("lower(note)"));
    assert_eq!(named(&index.attributes, "order.1"), Some("desc"));

    let parent = table(&mut session, "parent").await;
    let indexes: Vec<_> = parent
        .indexes
        .iter()
        .map(|index| (named(&index.attributes, "origin").unwrap(), index.columns.clone(), index.unique))
        .collect();
    let some = |names: &[&str]| names.iter().map(|name| Some((*name).to_owned())).collect::<Vec<_>>();
    assert_eq!(indexes, [("unique", some(&["c"]), true), ("primary-key", some(&["b", "a"]), true)]);
}

trait Join {
    fn join(&self) -> String;
}

impl Join for Vec<String> {
    fn join(&self) -> String {
        self.as_slice().join(",")
    }
}

#[tokio::test]
async fn thousands_of_tables_are_listed_at_once() {
    let sql: String =
        (0..5_000).map(|i| format!("CREATE TABLE t{i} (id INTEGER PRIMARY KEY, a TEXT, b INT);\n")).collect();
    let (_database, mut session) = memory_session(&sql).await;
    let since = std::time::Instant::now();
    assert_eq!(session.tables(None).await.unwrap().len(), 5_000);
    assert!(since.elapsed() < std::time::Duration::from_secs(1), "{:?}", since.elapsed());
}

#[tokio::test]
async fn names_are_quoted_so_that_they_come_back() {
    let (_database, mut session) =
        memory_session("CREATE TABLE \"a \"\"b; --\" (x); INSERT INTO \"a \"\"b; --\" VALUES (4);").await;
    let name = session.tables(None).await.unwrap()[0].name.clone();
    let quoted = session.quote(&name);
    assert_eq!(quoted, "\"main\".\"a \"\"b; --\"");
    assert_eq!(rows(&mut session, &format!("SELECT x FROM {quoted}")).await.unwrap(), [[Value::Integer(4)]]);
    assert_eq!(session.quote(&TableName { schema: None, name: "x".into() }), "\"x\"");
}
