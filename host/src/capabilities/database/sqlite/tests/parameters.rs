use super::*;
use crate::capabilities::database::ErrorKind;

#[tokio::test]
async fn a_parameter_takes_the_value_of_its_number() {
    let (_database, mut session) = memory_session("").await;
    let values = vec![Value::Integer(1), text("b"), Value::Null, Value::Boolean(true), Value::Blob(vec![7])];
    let (_, found) = all(&mut session, "SELECT $2, $1, $2, $5, $3, $4 /* $9 */, '$8'", values).await.unwrap();
    let expected =
        vec![text("b"), Value::Integer(1), text("b"), Value::Blob(vec![7]), Value::Null, Value::Integer(1), text("$8")];
    assert_eq!(found, [expected]);
}

#[tokio::test]
async fn other_ways_to_write_parameters_are_refused() {
    let (_database, mut session) = memory_session("").await;
    for sql in [
        "SELECT ?",
        "SELECT ?1",
        "SELECT :a",
        "SELECT @a",
        "SELECT $a",
        "SELECT $0",
        "SELECT $01",
        "SELECT $1::text",
        "SELECT $1(x)",
    ] {
        let error = all(&mut session, sql, vec![Value::Integer(1)]).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid, "{sql}");
        assert!(error.message.contains("write parameters as $1, $2, …"), "{sql}: {}", error.message);
    }
}

#[tokio::test]
async fn values_and_parameters_must_match() {
    let (_database, mut session) = memory_session("").await;
    let one = || vec![Value::Integer(1)];
    for (sql, values, said) in [
        ("SELECT $1, $3", one(), "uses $3, but 1 value was given"),
        ("SELECT $1", Vec::new(), "uses $1, but 0 values were given"),
        (
            "SELECT $2",
            vec![Value::Null, Value::Null],
            "2 values were given, but the statement has 1 parameter and never uses $1",
        ),
        ("SELECT 1", one(), "1 value was given, but the statement has 0 parameters and never uses $1"),
        ("SELECT $1", vec![Value::Real(f64::NAN)], "the value of $1 is not a number"),
    ] {
        let error = all(&mut session, sql, values).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid, "{sql}");
        assert!(error.message.contains(said), "{sql}: {}", error.message);
    }
}
