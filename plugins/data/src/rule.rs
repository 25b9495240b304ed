//! The rules that settings ask for, each of one test, and what is wrong with settings that ask for none.

use std::cmp::Ordering;

use precheck_sdk::prelude::*;

use crate::pattern::Pattern;
use crate::settings::{Kind, Length, Range, References, RuleSettings, Scalar, in_schema};

/// More values than that are a table of their own, which `references` judges; and remedies are read by people.
const SET_LIMIT: usize = 1_000;

/// What must hold for some columns of every row.
#[derive(Clone, Debug)]
pub struct Rule {
    /// For messages about the rule itself.
    pub label: String,
    /// The operator's name for it.
    pub name: Option<String>,
    /// As the settings spell them; none for a condition.
    pub columns: Vec<String>,
    /// What must hold for them.
    pub test: Test,
}

/// What must hold.
#[derive(Clone, Debug)]
pub enum Test {
    /// The column is not NULL.
    NotNull,
    /// No two rows are alike in the columns.
    Unique,
    /// The column holds one of these, all of one kind.
    InSet(Kind, Vec<Scalar>),
    /// The column is within the bounds, both of one kind.
    Range(Kind, Option<Scalar>, Option<Scalar>),
    /// The column has so many characters.
    Length(Option<u32>, Option<u32>),
    /// The column matches.
    Pattern(Pattern),
    /// There is a row of that table which the columns refer to.
    References(TableName, Vec<String>),
    /// The condition is not false.
    Condition(String),
}

impl Test {
    /// The code of its findings.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNull => "null-values",
            Self::Unique => "duplicate-rows",
            Self::InSet(..) => "value-not-in-set",
            Self::Range(..) => "value-out-of-range",
            Self::Length(..) => "value-length",
            Self::Pattern(_) => "value-pattern",
            Self::References(..) => "orphaned-rows",
            Self::Condition(_) => "condition-violated",
        }
    }
}

/// The rules of the settings, in their order.
pub fn rules(settings: &[RuleSettings]) -> Result<Vec<Rule>, SettingsError> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut mistakes = Vec::new();
    if settings.is_empty() {
        mistakes.push("`rules` is empty: there is nothing to judge".to_owned());
    }
    for (at, rule) in settings.iter().enumerate() {
        let name = rule.name.as_ref().map_or_else(String::new, |name| format!(" (`{name}`)"));
        let label = format!("rule {}{name}", at + 1);
        match tests(rule) {
            Err(mistake) => mistakes.push(format!("{label}: {mistake}")),
            Ok(tests) => rules.extend(tests.into_iter().map(|(columns, test)| {
                let (label, name) = (label.clone(), rule.name.clone());
                Rule { label, name, columns, test }
            })),
        }
    }
    for (at, rule) in rules.iter().enumerate() {
        if let Some(earlier) = rules.iter().take(at).find(|earlier| alike(earlier, rule)) {
            mistakes.push(if earlier.label == rule.label {
                format!("{}: names `{}` twice", rule.label, rule.columns.join("`, `"))
            } else {
                format!(
                    "{}: asks the same kind of thing as {}, so that their findings could not be told apart: give it a \
                     `name` of its own",
                    rule.label, earlier.label
                )
            });
        }
    }
    if mistakes.is_empty() { Ok(rules) } else { Err(SettingsError::new(mistakes.join("; "))) }
}

/// True if a finding of the one would be taken for a finding of the other: same code, same subject.
fn alike(one: &Rule, other: &Rule) -> bool {
    one.test.code() == other.test.code()
        && one.name == other.name
        && one.columns.len() == other.columns.len()
        && one.columns.iter().zip(&other.columns).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

type Tests = Vec<(Vec<String>, Test)>;

fn tests(rule: &RuleSettings) -> Result<Tests, String> {
    let of_columns = [
        ("in-set", rule.in_set.is_some()),
        ("range", rule.range.is_some()),
        ("length", rule.length.is_some()),
        ("pattern", rule.pattern.is_some()),
        ("references", rule.references.is_some()),
    ];
    let of_columns: Vec<_> = of_columns.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
    let subjects = [
        ("not-null", rule.not_null.is_some()),
        ("unique", rule.unique.is_some()),
        ("condition", rule.condition.is_some()),
        ("column", rule.column.is_some()),
        ("columns", rule.columns.is_some()),
    ];
    let subjects: Vec<_> = subjects.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
    let subject = match (subjects.as_slice(), of_columns.first()) {
        ([subject], None) => *subject,
        ([subject @ ("column" | "columns")], Some(_)) => *subject,
        ([], None) => {
            return Err("asks nothing: write `not-null`, `unique`, `condition`, or `column` with what must \
                                  hold for it"
                .to_owned());
        }
        ([], Some(test)) => return Err(format!("`{test}` needs the `column` that it is about")),
        ([one], Some(test)) => return Err(format!("mixes `{one}` with `{test}`: make two rules of it")),
        (["column", "columns"], _) => return Err("has both `column` and `columns`: write one of them".to_owned()),
        ([one, other, ..], _) => return Err(format!("mixes `{one}` with `{other}`: make two rules of it")),
    };
    match subject {
        "not-null" => {
            let columns = rule.not_null.as_ref().map(|names| names.0.clone()).unwrap_or_default();
            some(&columns, subject)?;
            Ok(columns.into_iter().map(|column| (vec![column], Test::NotNull)).collect())
        }
        "unique" => {
            let columns = rule.unique.as_ref().map(|names| names.0.clone()).unwrap_or_default();
            distinct(&columns, subject)?;
            Ok(vec![(columns, Test::Unique)])
        }
        "condition" => {
            let condition = rule.condition.as_deref().unwrap_or_default().trim();
            if condition.is_empty() {
                return Err("`condition` is empty".to_owned());
            }
            Ok(vec![(Vec::new(), Test::Condition(condition.to_owned()))])
        }
        _ => {
            let columns = rule.column.clone().map(|column| vec![column]).or_else(|| rule.columns.clone());
            let columns = columns.unwrap_or_default();
            distinct(&columns, subject)?;
            if of_columns.is_empty() {
                let what = "write `in-set`, `range`, `length`, `pattern` or `references`";
                return Err(format!("does not say what must hold for `{}`: {what}", columns.join("`, `")));
            }
            if let Some(test) = of_columns.iter().find(|test| subject == "columns" && **test != "references") {
                return Err(format!("`{test}` is about one `column`, not about `columns`"));
            }
            of_column(rule, &columns)
        }
    }
}

fn of_column(rule: &RuleSettings, columns: &[String]) -> Result<Tests, String> {
    let mut tests = Vec::new();
    if let Some(values) = &rule.in_set {
        tests.push(in_set(values)?);
    }
    if let Some(Range { min, max }) = &rule.range {
        tests.push(range(min.as_ref(), max.as_ref())?);
    }
    if let Some(Length { min, max }) = rule.length {
        match (min, max) {
            (None, None) => return Err("`length` has neither `min` nor `max`".to_owned()),
            (Some(min), Some(max)) if min > max => {
                return Err(format!("`length` has its `min` {min} above its `max` {max}"));
            }
            _ => tests.push(Test::Length(min, max)),
        }
    }
    if let Some(pattern) = &rule.pattern {
        tests.push(Test::Pattern(Pattern::parse(pattern).map_err(|error| format!("`pattern`: {error}"))?));
    }
    if let Some(References { table, schema, columns: referenced }) = &rule.references {
        let referenced = &referenced.0;
        some(referenced, "references.columns")?;
        if referenced.len() != columns.len() {
            let (own, other) = (columns.len(), referenced.len());
            return Err(format!(
                "`references` pairs columns one to one, and here are {own} of the table and {other} of `{table}`"
            ));
        }
        let table = in_schema(table.clone(), schema.clone()).map_err(|error| format!("`references`: {error}"))?;
        tests.push(Test::References(table, referenced.clone()));
    }
    Ok(tests.into_iter().map(|test| (columns.to_vec(), test)).collect())
}

fn in_set(values: &[Scalar]) -> Result<Test, String> {
    let kind = one_kind(values.iter(), "in-set")?.ok_or("`in-set` is empty: no value could be right")?;
    if values.len() > SET_LIMIT {
        let count = values.len();
        return Err(format!(
            "`in-set` has {count} values, above the limit of {SET_LIMIT}: keep them in a table and use `references`"
        ));
    }
    Ok(Test::InSet(kind, values.to_vec()))
}

fn range(min: Option<&Scalar>, max: Option<&Scalar>) -> Result<Test, String> {
    let kind = one_kind(min.into_iter().chain(max), "range")?.ok_or("`range` has neither `min` nor `max`")?;
    if kind == Kind::Boolean {
        return Err("`range` of booleans: use `in-set`".to_owned());
    }
    if let (Some(min), Some(max)) = (min, max)
        && numbers(min, max) == Some(Ordering::Greater)
    {
        return Err(format!("`range` has its `min` {min} above its `max` {max}"));
    }
    Ok(Test::Range(kind, min.cloned(), max.cloned()))
}

/// How two numbers compare. Texts may be dates or decimals on the other side, which it would not be right to order here.
fn numbers(one: &Scalar, other: &Scalar) -> Option<Ordering> {
    match (one, other) {
        (Scalar::Integer(one), Scalar::Integer(other)) => Some(one.cmp(other)),
        (Scalar::Integer(one), Scalar::Real(other)) => (*one as f64).partial_cmp(other),
        (Scalar::Real(one), Scalar::Integer(other)) => one.partial_cmp(&(*other as f64)),
        (Scalar::Real(one), Scalar::Real(other)) => one.partial_cmp(other),
        _ => None,
    }
}

/// The kind of all of them; none without any.
fn one_kind<'v>(mut values: impl Iterator<Item = &'v Scalar>, setting: &str) -> Result<Option<Kind>, String> {
    let Some(first) = values.next().map(Scalar::kind) else { return Ok(None) };
    if values.any(|value| value.kind() != first) {
        return Err(format!("`{setting}` mixes texts, numbers or booleans: write them all alike"));
    }
    Ok(Some(first))
}

fn some(columns: &[String], setting: &str) -> Result<(), String> {
    match columns {
        [] => Err(format!("`{setting}` names no column")),
        columns if columns.iter().any(String::is_empty) => Err(format!("`{setting}` has a column without a name")),
        _ => Ok(()),
    }
}

fn distinct(columns: &[String], setting: &str) -> Result<(), String> {
    some(columns, setting)?;
    for (at, column) in columns.iter().enumerate() {
        if columns.iter().take(at).any(|earlier| earlier.eq_ignore_ascii_case(column)) {
            return Err(format!("`{setting}` names `{column}` twice"));
        }
    }
    Ok(())
}
