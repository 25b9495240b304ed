//! The check `no-rows`.

use precheck_sdk::prelude::*;
use precheck_sdk::wording::count;

use crate::databases::{Troubles, each};
use crate::settings::default_samples;

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Runs a query that must return nothing, in each database that the suite binds to it. If it returns rows, that is a
    /// finding with their exact number and the first of them.
    ///
    /// # Why that matters
    ///
    /// What an upgrade relies on often spans several tables, and only a query can say it.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "data/no-rows"
    /// database = "main"
    ///
    /// [checks.settings]
    /// message = "invoices whose lines do not add up"
    /// table = "invoices"
    /// query = """
    /// select i.id from invoices i join lines l on l.invoice_id = i.id
    /// group by i.id, i.total having sum(l.amount) <> i.total order by i.id
    /// """
    /// ```
    ///
    /// # Rows
    ///
    /// The first rows (`samples`, 5 by default) are shown in the query's own order: order it, so that the same state gives
    /// the same report. All columns of the query are shown as what identifies a row: select keys, and nothing that a report
    /// must not hold.
    pub struct NoRows;
}

/// The query, and what it means.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// One reading statement in the database's SQL, without parameters. Its columns are shown as what identifies a row,
    /// so select no others; order it by them, so that the same rows are shown every time.
    #[schemars(length(min = 1))]
    query: String,
    /// What it means that there are rows, as the finding's message.
    #[schemars(length(min = 1))]
    message: Option<String>,
    /// The table that the finding is about: `name`, or `schema.name`.
    table: Option<TableName>,
    /// How many rows are shown.
    #[serde(default = "default_samples")]
    #[schemars(range(max = 100))]
    samples: u32,
}

impl Check for NoRows {
    const NAME: &'static str = "no-rows";
    const SUMMARY: &'static str = "A query returns nothing";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::Database];
    const CODES: &'static [Code] = &[Code::blocker("unexpected-rows", "A query that must return nothing returns rows")];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        let query = settings.query.trim();
        let query = query.strip_suffix(';').unwrap_or(query).trim_end();
        if query.is_empty() {
            return Err(CheckError::settings("`query` is empty"));
        }
        each(cx, |connection, troubles| judge(cx, connection, &settings, query, troubles))
    }
}

fn judge(
    cx: &Context,
    connection: &Connection,
    settings: &Settings,
    query: &str,
    troubles: &mut Troubles,
) -> Result<(), CheckError> {
    // The query by itself comes first: the database then knows it for one statement before it is put inside another.
    let found = first(connection, query, settings.samples).and_then(|rows| match rows {
        Some(evidence) => {
            // On lines of its own, so that a comment at its end does not swallow the parenthesis.
            let total = connection.scalar(&format!("select count(*) from (\n{query}\n) as unexpected"), &[])?;
            Ok(Some((evidence, total)))
        }
        None => Ok(None),
    });
    let (evidence, total): (_, u64) = match found {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(()),
        Err(error) => return troubles.keep("`query`", error),
    };
    let message = settings
        .message
        .clone()
        .unwrap_or_else(|| format!("the query returns {} and must return none", count(total, "row")));
    let subject = match &settings.table {
        Some(table) => DatabaseObject::table(connection.name(), table),
        None => DatabaseObject::new(connection.name()),
    };
    let mut finding = Finding::new("unexpected-rows", message)
        .subject(subject)
        .affected(total)
        .remedy(Remedy::new("find all of them").statement(query));
    finding.evidence = evidence;
    Ok(cx.emit(finding)?)
}

/// The first rows of the query; none if there are none.
fn first(connection: &Connection, query: &str, samples: u32) -> Result<Option<Vec<Evidence>>, CheckError> {
    let mut rows = connection.query(query, &[])?;
    let mut sample = Vec::new();
    let mut any = false;
    loop {
        // At least one, to see whether there is any.
        let wanted = (samples as usize).saturating_sub(sample.len()).max(1);
        let Some(batch) = rows.next_batch(wanted.try_into()?)? else { break };
        any = true;
        let columns: Vec<_> = batch.columns().iter().map(|column| column.name.as_str()).collect();
        let batch = (0..batch.len()).filter_map(|at| batch.row(at)).map(|row| Evidence::row(&row, &columns));
        sample.extend(batch.take((samples as usize).saturating_sub(sample.len())));
        if sample.len() >= samples as usize {
            break;
        }
    }
    Ok(any.then_some(sample))
}
