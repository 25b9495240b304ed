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
}

impl<'r> Plan<'r> {
    /// The plan for one table; none if the table is missing. What is missing is reported at once.
    pub fn new(
        cx: &Context,
        connection: &Connection,
        table: &TableName,
        rules: &'r [Rule],
    ) -> Result<Option<Self>, CheckError> {
        let mut missing = Missing { cx, connection, told: Vec::new() };
        let Some(relation) = Relation::find(table, &mut missing)? else { return Ok(None) };
        let mut items = Vec::new();
        for rule in rules {
            let columns = relation.columns(&rule.columns, &mut missing)?;
            let parent = match &rule.test {
                Test::References(table, columns) => Parent::find(table, columns, &mut missing)?.map(Some),
                _ => Some(None),
            };
            if let (Some(columns), Some(parent)) = (columns, parent) {
                items.push(Item { rule, columns, parent });
            }
        }
        Ok(Some(Self { relation, items }))
    }
}

impl Parent {
    fn find(table: &TableName, columns: &[String], missing: &mut Missing<'_>) -> Result<Option<Self>, CheckError> {
        let Some(relation) = Relation::find(table, missing)? else { return Ok(None) };
        let columns = relation.columns(columns, missing)?;
        Ok(columns.map(|columns| Self { relation, columns }))
    }
}

/// Reports what is missing, each thing once: two rules may miss the same.
struct Missing<'c> {
    cx: &'c Context,
    connection: &'c Connection,
    told: Vec<Option<Subject>>,
}

impl Missing<'_> {
    fn tell(&mut self, finding: Finding) -> Result<(), CapabilityError> {
        if self.told.contains(&finding.subject) {
            return Ok(());
        }
        self.told.push(finding.subject.clone());
        self.cx.emit(finding)
    }
}

impl Relation {
    fn find(table: &TableName, missing: &mut Missing<'_>) -> Result<Option<Self>, CheckError> {
        let connection = missing.connection;
        let Some(definition) = connection.table(table)? else {
            let near = connection.similar_table(table, &[]);
            let meant = near.as_ref().ok().and_then(Option::as_ref);
            // Before the error of a list that cannot be had: the table is missing, whatever else is there.
            missing.tell(Finding::missing_table("missing-table", connection.name(), table, meant))?;
            near?;
            return Ok(None);
        };
        let name = definition.name_as(table);
        let key = key(&definition);
        Ok(Some(Self { sql: Dialect::of(connection).quote(&name), name, definition, key }))
    }

    /// The columns of those names; none if one is missing, which becomes a finding.
    fn columns(
        &self,
        names: &[String],
        missing: &mut Missing<'_>,
    ) -> Result<Option<Vec<ColumnDefinition>>, CapabilityError> {
        let (connection, engine) = (missing.connection, missing.connection.engine());
        let mut found = Vec::new();
        for name in names {
            let column = self.definition.column_on(&engine, name);
            if column.is_none() {
                let others = self.definition.columns.iter().map(|column| column.name.as_str());
                let database = connection.name();
                missing.tell(Finding::missing_column("missing-column", database, &self.name, name, others))?;
            }
            found.push(column.cloned());
        }
        Ok(found.into_iter().collect())
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
    let indexes = table.indexes.iter().filter(|index| index.unique && index.valid && index.predicate.is_none());
    let keys = indexes.filter_map(|index| {
        let names: Vec<_> = index.columns.iter().cloned().collect::<Option<_>>()?;
        let columns = defined(&names).filter(|columns| columns.iter().all(|column| !column.nullable))?;
        (!columns.is_empty()).then_some((&index.name, columns))
    });
    keys.min_by_key(|(name, _)| *name).map(|(_, columns)| columns).unwrap_or_default()
}
