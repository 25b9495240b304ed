//! The rules, laid over the catalogue: what can be judged, and what is missing.

use precheck_sdk::database::{ColumnDefinition, TableDefinition, TableKind};
use precheck_sdk::prelude::*;

use crate::dialect::Dialect;
use crate::rule::{Rule, Test};

/// A table or view that is there.
pub struct Relation {
    /// The schema as the settings have it, the name as the catalogue spells it.
    pub name: TableName,
    /// Quoted.
    pub sql: String,
    /// As the catalogue has it.
    pub definition: TableDefinition,
    /// The columns that tell its rows apart; empty without such.
    pub key: Vec<ColumnDefinition>,
}

/// A rule with its columns.
pub struct Item<'r> {
    pub rule: &'r Rule,
    /// In the rule's order.
    pub columns: Vec<ColumnDefinition>,
    /// What a reference refers to.
    pub parent: Option<Parent>,
}

/// What a reference refers to.
pub struct Parent {
    pub relation: Relation,
    /// In the rule's order.
    pub columns: Vec<ColumnDefinition>,
}

/// What is to be judged.
pub struct Plan<'r> {
    pub relation: Relation,
    pub items: Vec<Item<'r>>,
    /// Findings about what is missing.
    pub missing: Vec<Finding>,
}

impl<'r> Plan<'r> {
    /// The plan for one table; none for its table if that is missing.
    pub fn new(
        connection: &Connection,
        table: &TableName,
        rules: &'r [Rule],
    ) -> Result<Result<Self, Finding>, CheckError> {
        let relation = match Relation::find(connection, table)? {
            Ok(relation) => relation,
            Err(missing) => return Ok(Err(missing)),
        };
        let mut plan = Self { relation, items: Vec::new(), missing: Vec::new() };
        for rule in rules {
            let columns = plan.relation.columns(connection, &rule.columns, &mut plan.missing);
            let parent = match &rule.test {
                Test::References(table, columns) => plan.parent(connection, table, columns)?.map(Some),
                _ => Some(None),
            };
            if let (Some(columns), Some(parent)) = (columns, parent) {
                plan.items.push(Item { rule, columns, parent });
            }
        }
        Ok(Ok(plan))
    }

    fn parent(
        &mut self,
        connection: &Connection,
        table: &TableName,
        columns: &[String],
    ) -> Result<Option<Parent>, CheckError> {
        let relation = match Relation::find(connection, table)? {
            Ok(relation) => relation,
            Err(missing) => {
                add(&mut self.missing, missing);
                return Ok(None);
            }
        };
        let columns = relation.columns(connection, columns, &mut self.missing);
        Ok(columns.map(|columns| Parent { relation, columns }))
    }
}

impl Relation {
    fn find(connection: &Connection, table: &TableName) -> Result<Result<Self, Finding>, CheckError> {
        let Some(definition) = connection.table(table)? else {
            let tables = connection.tables(table.schema.as_deref())?;
            let hint = near_miss(&table.name, tables.iter().map(|summary| summary.name.name.as_str()));
            let finding = Finding::new("missing-table", format!("no table `{table}`{hint}"));
            return Ok(Err(finding.table(connection.name(), table)));
        };
        let name = TableName { schema: table.schema.clone(), name: definition.summary.name.name.clone() };
        let key = key(&definition);
        Ok(Ok(Self { sql: Dialect::of(connection).quote(&name), name, definition, key }))
    }

    /// The columns of those names; none if one is missing, which becomes a finding.
    fn columns(
        &self,
        connection: &Connection,
        names: &[String],
        missing: &mut Vec<Finding>,
    ) -> Option<Vec<ColumnDefinition>> {
        let found = names.iter().map(|name| {
            let found = self.column(name);
            if found.is_none() {
                let hint = near_miss(name, self.definition.columns.iter().map(|column| column.name.as_str()));
                let finding = Finding::new("missing-column", format!("no column `{name}` in `{}`{hint}", self.name));
                add(missing, finding.column(connection.name(), &self.name, name));
            }
            found.cloned()
        });
        // Collected first, so that each missing column is told, not the first alone.
        found.collect::<Vec<_>>().into_iter().collect()
    }

    /// By its name as it is spelt, or else in any case.
    fn column(&self, name: &str) -> Option<&ColumnDefinition> {
        let any_case = || self.definition.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        self.definition.column(name).or_else(any_case)
    }

    /// True if its rows can be changed through it.
    pub fn writable(&self) -> bool {
        !matches!(self.definition.summary.kind, TableKind::View | TableKind::MaterializedView)
    }
}

/// What tells the rows of a table apart: its primary key, or else its first unique index without NULLs.
fn key(table: &TableDefinition) -> Vec<ColumnDefinition> {
    let defined = |names: &[String]| names.iter().map(|name| table.column(name).cloned()).collect::<Option<Vec<_>>>();
    if !table.primary_key.is_empty() {
        return defined(&table.primary_key).unwrap_or_default();
    }
    let mut indexes: Vec<_> =
        table.indexes.iter().filter(|index| index.unique && index.valid && index.predicate.is_none()).collect();
    indexes.sort_by(|one, other| one.name.cmp(&other.name));
    let keys = indexes.into_iter().filter_map(|index| {
        let names: Vec<_> = index.columns.iter().cloned().collect::<Option<_>>()?;
        defined(&names).filter(|columns| columns.iter().all(|column| !column.nullable))
    });
    keys.into_iter().find(|key| !key.is_empty()).unwrap_or_default()
}

/// Two rules may miss the same thing.
fn add(missing: &mut Vec<Finding>, finding: Finding) {
    if !missing.contains(&finding) {
        missing.push(finding);
    }
}

/// `; did you mean …?` for the nearest of the names, if one is near.
fn near_miss<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> String {
    let lower = wanted.to_lowercase();
    let near = names
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= (wanted.len().max(name.len()) / 3).max(1))
        .min();
    near.map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}
