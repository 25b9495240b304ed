//! The statements that judge a rule.

use precheck_sdk::database::ColumnDefinition;
use precheck_sdk::prelude::*;

use crate::dialect::{CHILD, Dialect, PARENT, Values};
use crate::plan::{Item, Parent, Relation};
use crate::rule::Test;

/// The rows that break a rule, as the end of a statement.
pub struct Offenders {
    /// What follows FROM.
    pub from: String,
    /// What follows WHERE.
    pub condition: String,
}

/// What tells the rows that refer to no row of another table.
pub struct Orphans {
    /// Where a row of the other table is theirs.
    pub on: String,
    /// Where they refer to anything.
    pub filled: String,
    /// Where a left join found nothing.
    pub alone: String,
}

impl Item<'_> {
    /// True if one row alone tells whether it breaks the rule.
    pub fn local(&self) -> bool {
        !matches!(self.rule.test, Test::Unique | Test::References(..))
    }

    /// The columns, quoted.
    pub fn quoted(&self, dialect: &Dialect<'_>) -> Vec<String> {
        self.columns.iter().map(|column| dialect.quote(&column.name)).collect()
    }

    /// The rows that break the rule.
    pub fn offenders(&self, relation: &Relation, dialect: &Dialect<'_>, values: &mut Values) -> Offenders {
        match (&self.rule.test, &self.parent) {
            (Test::References(..), Some(parent)) => self.orphans(relation, parent, dialect),
            (Test::Unique, _) => {
                let columns = self.quoted(dialect);
                let list = columns.join(", ");
                let tuple = if columns.len() == 1 { list.clone() } else { format!("({list})") };
                let condition = format!("{tuple} in (select {list} from {})", self.repeated(relation, dialect));
                Offenders { from: relation.sql.clone(), condition }
            }
            _ => Offenders { from: relation.sql.clone(), condition: self.violation(dialect, values) },
        }
    }

    /// A left join, since SQLite then makes an index of its own where the parent has none; for NOT EXISTS it does not.
    fn orphans(&self, relation: &Relation, parent: &Parent, dialect: &Dialect<'_>) -> Offenders {
        let (child, parents) = (&relation.sql, &parent.relation.sql);
        let Orphans { on, filled, alone } = self.orphaned(parent, dialect);
        let from = format!("{child} as {CHILD} left join {parents} as {PARENT} on {on}");
        Offenders { from, condition: format!("{filled} and {alone}") }
    }

    /// What tells the rows that refer to no row of the parent.
    pub fn orphaned(&self, parent: &Parent, dialect: &Dialect<'_>) -> Orphans {
        let pairs = parent.columns.iter().zip(&self.columns);
        let on: Vec<_> = pairs.map(|(parent, child)| dialect.refers(parent, child)).collect();
        let filled: Vec<_> = self.quoted(dialect).iter().map(|name| format!("{CHILD}.{name} is not null")).collect();
        // A parent that was found is not NULL in the columns it was found by.
        let found_by = parent.columns.first().map(|column| dialect.quote(&column.name)).unwrap_or_default();
        let alone = format!("{PARENT}.{found_by} is null");
        Orphans { on: on.join(" and "), filled: filled.join(" and "), alone }
    }

    /// What follows FROM to read the repeated groups.
    fn repeated(&self, relation: &Relation, dialect: &Dialect<'_>) -> String {
        let columns = self.quoted(dialect);
        let filled: Vec<_> = columns.iter().map(|column| format!("{column} is not null")).collect();
        let (filled, list) = (filled.join(" and "), columns.join(", "));
        format!("{} where {filled} group by {list} having count(*) > 1", relation.sql)
    }

    /// True for a row that breaks the rule; a row-local rule only.
    pub fn violation(&self, dialect: &Dialect<'_>, values: &mut Values) -> String {
        if let Test::Condition(condition) = &self.rule.test {
            return format!("not {}", parenthesised(condition));
        }
        let Some(definition) = self.columns.first() else { return String::new() };
        let column = &dialect.quote(&definition.name);
        match &self.rule.test {
            Test::NotNull => format!("{column} is null"),
            Test::InSet(kind, set) => {
                let set: Vec<_> = set.iter().map(|value| values.put(dialect, value.value())).collect();
                dialect.none_of(column, definition, *kind, &set)
            }
            Test::Range(kind, min, max) => {
                let mut put = |bound: &Option<crate::settings::Scalar>| {
                    bound.as_ref().map(|bound| values.put(dialect, bound.value()))
                };
                let (min, max) = (put(min), put(max));
                dialect.beyond(column, definition, *kind, min, max)
            }
            Test::Length(min, max) => {
                let length = dialect.length(column, definition);
                let mut put = |bound: Option<u32>| bound.map(|bound| values.put(dialect, bound.into()));
                let bounds = [
                    put(*min).map(|min| format!("{length} < {min}")),
                    put(*max).map(|max| format!("{length} > {max}")),
                ];
                bounds.into_iter().flatten().collect::<Vec<_>>().join(" or ")
            }
            Test::Pattern(pattern) => {
                let pattern = values.put(dialect, pattern.write(&dialect.flavour()).into());
                dialect.mismatch(column, definition, &pattern)
            }
            Test::Unique | Test::References(..) | Test::Condition(_) => String::new(),
        }
    }

    /// How many values it adds to a pass.
    pub fn weight(&self) -> usize {
        if let Test::InSet(_, set) = &self.rule.test { set.len() } else { 2 }
    }
}

/// Parentheses that a comment in the condition cannot swallow.
fn parenthesised(condition: &str) -> String {
    let commented = ["--", "#", "/*"].iter().any(|comment| condition.contains(comment));
    if commented { format!("(\n{condition}\n)") } else { format!("({condition})") }
}

/// A statement that stands only if the condition is one expression by itself: inside parentheses `a) or (b` would pass.
pub fn probe(relation: &Relation, condition: &str) -> String {
    format!("select\n{condition}\nfrom {} limit 0", relation.sql)
}

/// One pass over the table that counts what breaks each row-local rule.
pub fn pass(relation: &Relation, items: &[&Item<'_>], dialect: &Dialect<'_>) -> (String, Vec<Value>) {
    let mut values = Values::Bound(Vec::new());
    let counts: Vec<_> = items.iter().map(|item| dialect.count_where(&item.violation(dialect, &mut values))).collect();
    (format!("select {} from {}", counts.join(", "), relation.sql), bound(values))
}

/// Counts the rows and then the groups that break a uniqueness.
pub fn groups(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>) -> String {
    let sum = dialect.integer("coalesce(sum(size), 0)");
    format!(
        "select {sum}, count(*) from (select count(*) as size from {}) as repeated",
        item.repeated(relation, dialect)
    )
}

/// Counts the rows that break a reference.
pub fn orphans(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>) -> String {
    let Offenders { from, condition } = item.offenders(relation, dialect, &mut Values::Bound(Vec::new()));
    format!("select count(*) from {from} where {condition}")
}

/// The columns that show an offender: its key, and then what else the rule is about.
pub fn shown<'p>(relation: &'p Relation, item: &'p Item<'_>) -> Vec<&'p ColumnDefinition> {
    let beside = item.columns.iter().filter(|column| relation.key.iter().all(|key| key.name != column.name));
    relation.key.iter().chain(beside).collect()
}

/// The first offenders by key; the table has one.
pub fn sample(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>, samples: u32) -> (String, Vec<Value>) {
    let mut values = Values::Bound(Vec::new());
    let select = select(relation, item, dialect, &mut values);
    (format!("{select} limit {samples}"), bound(values))
}

/// The offenders by key; without a key in no order, and whole.
pub fn select(relation: &Relation, item: &Item<'_>, dialect: &Dialect<'_>, values: &mut Values) -> String {
    let Offenders { from, condition } = item.offenders(relation, dialect, values);
    // With the parent joined, a name alone could be either's.
    let prefix = if item.parent.is_some() { format!("{CHILD}.") } else { String::new() };
    let column = |column: &ColumnDefinition| format!("{prefix}{}", dialect.quote(&column.name));
    if relation.key.is_empty() {
        let columns: Vec<_> = relation.definition.columns.iter().map(column).collect();
        return format!("select {} from {from} where {condition}", columns.join(", "));
    }
    let columns: Vec<_> = shown(relation, item).into_iter().map(column).collect();
    let order: Vec<_> = relation.key.iter().map(|key| dialect.binary(&column(key), key)).collect();
    format!("select {} from {from} where {condition} order by {}", columns.join(", "), order.join(", "))
}

fn bound(values: Values) -> Vec<Value> {
    match values {
        Values::Bound(values) => values,
        Values::Written => Vec::new(),
    }
}
