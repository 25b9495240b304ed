//! What a guest's statement may do: SQLite's own authorizer, which denies whatever is not allowed here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization, TransactionOperation};
use rusqlite::{Connection, Statement};

use super::error::{Stage, capability_error};
use super::functions::is_allowed;
use crate::capabilities::Reply;
use crate::capabilities::database::{CapabilityError, ErrorKind};

/// The gate of one connection. Its authorizer stands from the first guest's statement on, also while statements run:
/// virtual tables and pragma functions compile more as they go.
pub(super) struct Gate {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The host's own look at the schema passes.
    open: bool,
    /// How many SELECTs make up the statement, views and subqueries too: without one, a statement that the authorizer is
    /// not asked about (VACUUM) could pass.
    selects: u32,
    /// The first thing that was refused.
    refusal: Option<String>,
}

impl Gate {
    /// Puts the gate before a connection.
    pub(super) fn close(connection: &Connection) -> rusqlite::Result<Self> {
        let gate = Gate { state: Arc::default() };
        let state = gate.state.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| lock(&state).judge(context)))?;
        Ok(gate)
    }

    /// Lets the host's own statements through.
    pub(super) fn opened<T>(&self, look: impl FnOnce() -> T) -> T {
        lock(&self.state).open = true;
        let seen = look();
        lock(&self.state).open = false;
        seen
    }

    /// Compiles a guest's statement, if it is exactly one and only reads.
    pub(super) fn prepare<'c>(&self, name: &str, connection: &'c Connection, guest_sql: &str) -> Reply<Statement<'c>> {
        *lock(&self.state) = State::default();
        if guest_sql.contains('\0') {
            // SQLite stops reading there, so what follows would be nobody's statement.
            return Err(invalid("the statement holds a NUL character"));
        }
        let prepared = connection.prepare(guest_sql);
        let state = lock(&self.state);
        if let Some(refusal) = &state.refusal {
            return Err(invalid(refusal));
        }
        let statement = prepared.map_err(|error| capability_error(name, &error, Stage::Prepare))?;
        if statement.is_explain() != 0 {
            return Err(invalid("EXPLAIN tells of the engine, not of the data: ask for the rows themselves"));
        }
        if statement.column_count() == 0 && statement.expanded_sql().is_none_or(|sql| sql.is_empty()) {
            return Err(invalid("the statement is empty"));
        }
        if state.selects == 0 || !statement.readonly() || statement.column_count() == 0 {
            return Err(invalid(
                "a check may only read: the statement must be a SELECT, a VALUES or a WITH that selects",
            ));
        }
        Ok(statement)
    }

    /// True if the statement is a single SELECT, without a compound, a view or a subquery. What virtual tables compile as
    /// it runs counts too.
    pub(super) fn is_single_select(&self) -> bool {
        lock(&self.state).selects == 1
    }

    /// What the statement was refused while it ran, if that is why it broke.
    pub(super) fn refusal(&self) -> Option<CapabilityError> {
        lock(&self.state).refusal.as_ref().map(invalid)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn invalid(message: impl Into<String> + Clone) -> CapabilityError {
    CapabilityError::new(ErrorKind::Invalid, message)
}

impl State {
    fn judge(&mut self, context: AuthContext<'_>) -> Authorization {
        if self.open {
            return Authorization::Allow;
        }
        let refusal = match context.action {
            AuthAction::Select => {
                self.selects = self.selects.saturating_add(1);
                return Authorization::Allow;
            }
            AuthAction::Read { .. } | AuthAction::Recursive => return Authorization::Allow,
            AuthAction::Function { function_name } if is_allowed(function_name) => return Authorization::Allow,
            // The full-text and R-tree modules ask for these themselves; neither tells or changes anything of weight.
            AuthAction::Pragma { pragma_name: "data_version" | "page_size", pragma_value: None } => {
                return Authorization::Allow;
            }
            AuthAction::Function { function_name } => {
                let within = context.accessor.map(|view| format!(" (in the view `{view}`)")).unwrap_or_default();
                format!("the function `{function_name}`{within} is not on the list of functions that a check may call")
            }
            AuthAction::Pragma { pragma_name, .. } => {
                format!(
                    "the statement uses the pragma `{pragma_name}`: ask the connection for tables and columns instead"
                )
            }
            other => format!("the statement would {}: a check may only read", deed(other)),
        };
        self.refusal.get_or_insert(refusal);
        Authorization::Deny
    }
}

fn deed(action: AuthAction<'_>) -> String {
    match action {
        AuthAction::Insert { table_name }
        | AuthAction::Delete { table_name }
        | AuthAction::Update { table_name, .. }
            if is_schema_table(table_name) =>
        {
            "change the schema".to_owned()
        }
        AuthAction::Insert { table_name } => format!("insert into `{table_name}`"),
        AuthAction::Delete { table_name } => format!("delete from `{table_name}`"),
        AuthAction::Update { table_name, .. } => format!("update `{table_name}`"),
        AuthAction::Attach { .. } => "attach another database".to_owned(),
        AuthAction::Detach { .. } => "detach a database".to_owned(),
        AuthAction::Transaction { operation } | AuthAction::Savepoint { operation, .. } => match operation {
            TransactionOperation::Begin => "begin a transaction".to_owned(),
            _ => "end a transaction".to_owned(),
        },
        AuthAction::Analyze { .. } => "analyze tables".to_owned(),
        AuthAction::Reindex { .. } => "rebuild indexes".to_owned(),
        _ => "change the schema".to_owned(),
    }
}

fn is_schema_table(name: &str) -> bool {
    matches!(name, "sqlite_master" | "sqlite_temp_master" | "sqlite_schema" | "sqlite_temp_schema")
}
