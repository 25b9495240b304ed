//! What a finding is about, and the offenders it names, as a person writes them.

use crate::model::{DatabaseObject, Evidence, FilePosition, Subject, Value};
use crate::report::text;

/// Offenders that are shown.
const SAMPLES: usize = 10;
/// Characters of a text value that are shown.
const VALUE_CHARACTERS: usize = 60;
/// Bytes of a blob that are shown.
const VALUE_BYTES: usize = 16;
/// Columns that are shown.
const COLUMNS: usize = 16;

/// `main: orders.customer_id`, `migrations/0001.py:12:4`, ``flag `x` ``.
pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Database(object) => database(object),
        Subject::File(position) => file(position),
        Subject::Flag { key } => format!("flag `{key}`"),
        Subject::Other { text } => text.clone(),
    }
}

fn database(object: &DatabaseObject) -> String {
    let mut name: Vec<&str> = object.schema.as_deref().into_iter().chain(object.table.as_deref()).collect();
    let columns: Vec<&str> = object.columns.iter().take(COLUMNS).map(String::as_str).collect();
    let more = if object.columns.len() > COLUMNS { ", …" } else { "" };
    let columns = match columns.as_slice() {
        [] => String::new(),
        [column] => {
            name.push(column);
            String::new()
        }
        several => format!(" ({}{more})", several.join(", ")),
    };
    let object_name = match (&object.object, name.is_empty()) {
        (None, _) => String::new(),
        (Some(object), true) => object.clone(),
        (Some(object), false) => format!(", {object}"),
    };
    let name = format!("{}{columns}{object_name}", name.join("."));
    if name.is_empty() { object.database.clone() } else { format!("{}: {name}", object.database) }
}

fn file(position: &FilePosition) -> String {
    let mut place = format!("{}/{}", position.directory, position.path);
    for number in [position.line, position.line.and(position.column)].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    place
}

/// `1204, such as id=3, id=17 …`; none if there is neither a number nor an offender.
pub(super) fn affected(affected: Option<u64>, evidence: &[Evidence]) -> Option<String> {
    let samples: Vec<String> = evidence.iter().take(SAMPLES).map(offender).collect();
    let shown = samples.len() as u64;
    let more = evidence.len() > samples.len() || affected.is_some_and(|affected| affected > shown);
    let samples = format!("{}{}", samples.join(", "), if more { " …" } else { "" });
    match (affected, shown) {
        (None, 0) => None,
        (None, _) => Some(samples),
        (Some(affected), 0) => Some(affected.to_string()),
        (Some(affected), _) if more => Some(format!("{affected}, such as {samples}")),
        (Some(affected), _) => Some(format!("{affected}: {samples}")),
    }
}

fn offender(evidence: &Evidence) -> String {
    let fields =
        evidence.fields.iter().map(|field| format!("{}={}", text::short(&field.name, 60), value(&field.value)));
    fields.collect::<Vec<_>>().join(" ")
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Text(value) => format!("'{}'", text::short(&value.replace('\'', "''"), VALUE_CHARACTERS)),
        Value::Blob(bytes) => {
            let digits: String = bytes.iter().take(VALUE_BYTES).map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}{}'", if bytes.len() > VALUE_BYTES { "…" } else { "" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;

    fn object(schema: Option<&str>, table: Option<&str>, columns: &[&str], object: Option<&str>) -> String {
        subject(&Subject::Database(DatabaseObject {
            database: "main".into(),
            schema: schema.map(Into::into),
            table: table.map(Into::into),
            columns: columns.iter().map(|column| (*column).into()).collect(),
            object: object.map(Into::into),
        }))
    }

    #[test]
    fn a_database_object_reads_like_a_name_in_sql() {
        assert_eq!(object(None, Some("orders"), &["customer_id"], None), "main: orders.customer_id");
        assert_eq!(object(Some("shop"), Some("orders"), &["a", "b"], None), "main: shop.orders (a, b)");
        assert_eq!(object(None, Some("orders"), &[], Some("orders_pk")), "main: orders, orders_pk");
        assert_eq!(object(None, None, &[], Some("a_view")), "main: a_view");
        assert_eq!(object(None, None, &[], None), "main");
    }

    #[test]
    fn a_file_position_is_one_that_editors_open() {
        let position = |line, column| {
            subject(&Subject::File(FilePosition {
                directory: "migrations".into(),
                path: "0001.py".into(),
                line,
                column,
            }))
        };
        assert_eq!(position(Some(12), Some(4)), "migrations/0001.py:12:4");
        assert_eq!(position(Some(12), None), "migrations/0001.py:12");
        assert_eq!(position(None, Some(4)), "migrations/0001.py");
    }

    fn offenders(values: impl IntoIterator<Item = Value>) -> Vec<Evidence> {
        values
            .into_iter()
            .map(|value| Evidence { fields: vec![Field { name: "id".into(), value, key: true }] })
            .collect()
    }

    #[test]
    fn samples_say_whether_they_are_all() {
        let two = offenders([Value::Integer(3), Value::Integer(17)]);
        assert_eq!(affected(Some(2), &two).as_deref(), Some("2: id=3, id=17"));
        assert_eq!(affected(Some(1204), &two).as_deref(), Some("1204, such as id=3, id=17 …"));
        assert_eq!(affected(None, &two).as_deref(), Some("id=3, id=17"));
        assert_eq!(affected(Some(1204), &[]).as_deref(), Some("1204"));
        assert_eq!(affected(None, &[]), None);
        let many = affected(None, &offenders((0..1_000).map(Value::Integer))).unwrap();
        assert!(many.ends_with("id=9 …"), "{many}");
    }

    #[test]
    fn values_look_like_sql_and_stay_short() {
        let shown = |value| affected(None, &offenders([value])).unwrap();
        assert_eq!(shown(Value::Null), "id=NULL");
        assert_eq!(shown(Value::Text("3".into())), "id='3'");
        assert_eq!(shown(Value::Text("it's\n".into())), r"id='it''s\n'");
        assert_eq!(shown(Value::Blob(vec![0, 255])), "id=x'00ff'");
        assert!(shown(Value::Text("x".repeat(1_000_000))).len() < 100);
        assert!(shown(Value::Blob(vec![7; 1_000_000])).len() < 100);
    }
}
