//! Between the generated types and the crate's own: the catalogue.

use super::bindings::precheck::plugin::database as wit;
use super::convert::{all, cases, record};
use crate::database::{
    CheckConstraint, Column, ColumnDefinition, Engine, Family, ForeignKey, IndexDefinition, ReferentialAction,
    TableDefinition, TableKind, TableName, TableSummary,
};

record! {
    TableName => wit::TableName { schema, name }
    wit::TableName => TableName { schema, name }
    wit::Column => Column { name, family: Into::into, native_type }
    wit::TableSummary => TableSummary {
        name: Into::into,
        kind: Into::into,
        estimated_rows,
        bytes,
        attributes: all,
    }
    wit::ColumnDefinition => ColumnDefinition {
        name,
        family: Into::into,
        native_type,
        nullable,
        default,
        generated,
        identity,
        attributes: all,
    }
    wit::IndexDefinition => IndexDefinition { name, columns, unique, predicate, valid, attributes: all }
    wit::ForeignKey => ForeignKey {
        name,
        columns,
        table: Into::into,
        referenced_columns,
        on_delete: Into::into,
        on_update: Into::into,
        validated,
        attributes: all,
    }
    wit::CheckConstraint => CheckConstraint { name, expression, validated, attributes: all }
    wit::TableDefinition => TableDefinition {
        summary: Into::into,
        columns: all,
        primary_key,
        indexes: all,
        foreign_keys: all,
        check_constraints: all,
        attributes: all,
    }
}

cases! {
    wit::Family => Family {
        Boolean, Integer, Real, Decimal, Text, Bytes, Date, Time, Timestamp, Interval, Uuid, Json, Enumeration, Array,
        Other,
    }
    wit::ReferentialAction => ReferentialAction { NoAction, Restrict, Cascade, SetNull, SetDefault }
}

impl From<wit::Engine> for Engine {
    fn from(engine: wit::Engine) -> Self {
        match engine {
            wit::Engine::Sqlite => Self::Sqlite,
            wit::Engine::Postgres => Self::Postgres,
            wit::Engine::Mysql => Self::Mysql,
            wit::Engine::Mariadb => Self::Mariadb,
            wit::Engine::Other(name) => Self::Other(name),
        }
    }
}

impl From<wit::TableKind> for TableKind {
    fn from(kind: wit::TableKind) -> Self {
        match kind {
            wit::TableKind::Table => Self::Table,
            wit::TableKind::View => Self::View,
            wit::TableKind::MaterializedView => Self::MaterializedView,
            wit::TableKind::ForeignTable => Self::ForeignTable,
            wit::TableKind::PartitionedTable => Self::PartitionedTable,
            wit::TableKind::VirtualTable => Self::VirtualTable,
            wit::TableKind::Other(kind) => Self::Other(kind),
        }
    }
}
