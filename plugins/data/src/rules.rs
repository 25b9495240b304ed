//! The check `rules`.

use precheck_sdk::prelude::*;

use crate::databases::{Troubles, each};
use crate::dialect::Dialect;
use crate::message::message;
use crate::plan::{Item, Plan, Relation};
use crate::remedy::remedies;
use crate::rule::{Rule, Test, rules};
use crate::settings::{Settings, in_schema};
use crate::statement;

/// One pass judges no more rules, and binds no more values, than any engine takes in one statement.
const PASS: (usize, usize) = (100, 20_000);

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Judges every row of one table or view by rules, in each database that the suite binds to it. Each rule that rows
    /// break is a finding, with the exact number of those rows, the keys of the first of them, a statement that finds them
    /// all, and one to review for the clean-up.
    ///
    /// # Why that matters
    ///
    /// An upgrade that adds a constraint, narrows a column or converts values fails on the first row that does not fit,
    /// often halfway through.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "data/rules"
    /// database = "main"
    ///
    /// [checks.settings]
    /// table = "orders"
    ///
    /// [[checks.settings.rules]]
    /// not-null = ["customer_id", "status"]
    ///
    /// [[checks.settings.rules]]
    /// unique = ["shop_id", "number"]
    ///
    /// [[checks.settings.rules]]
    /// column = "status"
    /// in-set = ["new", "paid", "sent"]
    ///
    /// [[checks.settings.rules]]
    /// column = "quantity"
    /// range = { min = 1, max = 1000 }
    ///
    /// [[checks.settings.rules]]
    /// column = "email"
    /// pattern = '^[^@ ]+@[^@ ]+$'
    /// length = { max = 254 }
    ///
    /// [[checks.settings.rules]]
    /// column = "customer_id"
    /// references = { table = "customers", columns = "id" }
    ///
    /// [[checks.settings.rules]]
    /// name = "paid-has-date"
    /// condition = "status <> 'paid' or paid_at is not null"
    /// ```
    ///
    /// # Rules
    ///
    /// A rule is `not-null`, `unique`, `condition`, or a `column` with one or more of `in-set`, `range`, `length`,
    /// `pattern` and `references` (which takes `columns` where the key has several). Only `not-null` minds NULL: every
    /// other rule holds for it.
    ///
    /// | rule | a row breaks it if | code |
    /// | --- | --- | --- |
    /// | `not-null` | the column is NULL | `null-values` |
    /// | `unique` | another row has the same values in these columns; every row of the group counts, and a row with a NULL in one of them is in no group | `duplicate-rows` |
    /// | `in-set` | the column holds none of the values | `value-not-in-set` |
    /// | `range` | the column is below `min` or above `max` | `value-out-of-range` |
    /// | `length` | the column has fewer characters than `min` or more than `max` (bytes, for binary values) | `value-length` |
    /// | `pattern` | no part of the column matches | `value-pattern` |
    /// | `references` | none of the columns is NULL, and no row of the other table has their values | `orphaned-rows` |
    /// | `condition` | the condition is false | `condition-violated` |
    ///
    /// A table or a column that does not exist is a finding, too (`missing-table`, `missing-column`); the rules that do
    /// not need it are judged. Names of columns may be written in any case where the database does not mind: on all engines
    /// but PostgreSQL.
    ///
    /// `in-set` and `range` compare texts byte by byte, whatever the column's collation. Numbers are compared by value: in
    /// a column of texts each text that is a number counts as that number, and a value that is no number is in no set and
    /// no range of numbers. `unique` goes by the column's collation, `references` by that of the columns referred to.
    ///
    /// A `condition` is one expression in the database's SQL. Two rules that ask the same kind of thing of the same columns
    /// need a `name`, so that their findings can be told apart.
    ///
    /// # Patterns
    ///
    /// A pattern may match anywhere in the text unless `^` (the text's start) and `$` (its end) tie it down; upper and
    /// lower case differ. It may hold
    ///
    /// - characters, and any sign with `\` before it to stand for itself; `\n`, `\r`, `\t`;
    /// - `.`, any character but a line feed;
    /// - classes such as `[a-z_]` and `[^0-9-]`; `\d` for `[0-9]`, `\w` for `[0-9A-Za-z_]`, `\s` for blanks, all of them ASCII
    ///   alone, and outside of classes `\D`, `\W`, `\S` for everything else;
    /// - groups `(…)` and `(?:…)`, alternatives `a|b`;
    /// - `*`, `+`, `?`, `{3}`, `{3,}` and `{3,5}` after a character, a class or a group, up to 255 times.
    ///
    /// That means the same on every engine. Anything else is refused with its position.
    ///
    /// # Keys
    ///
    /// The sample (`samples`, 5 by default) shows the first rows by key: the primary key, or else the first unique index by
    /// name that covers every row and no NULL. Texts sort byte by byte. Without such a key there is no sample.
    pub struct Rules;
}

impl Check for Rules {
    const NAME: &'static str = "rules";
    const SUMMARY: &'static str = "Every row of a table keeps to the rules";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::Database];
    const CODES: &'static [Code] = &[
        Code::blocker("null-values", "Rows without a value where one is needed"),
        Code::blocker("duplicate-rows", "Rows that repeat what must be unique"),
        Code::blocker("value-not-in-set", "Rows with a value other than those allowed"),
        Code::blocker("value-out-of-range", "Rows with a value below or above the bounds"),
        Code::blocker("value-length", "Rows with a value that is too short or too long"),
        Code::blocker("value-pattern", "Rows with a value that does not match the pattern"),
        Code::blocker("orphaned-rows", "Rows that refer to rows which do not exist"),
        Code::blocker("condition-violated", "Rows for which a condition is false"),
        Code::blocker("missing-table", "A table that the rules need is not there"),
        Code::blocker("missing-column", "A column that the rules need is not there"),
    ];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        let rules = rules(&settings.rules)?;
        let table = in_schema(settings.table, settings.schema)?;
        each(cx, |connection, troubles| judge(cx, connection, &table, &rules, settings.samples, troubles))
    }
}

fn judge(
    cx: &Context,
    connection: &Connection,
    table: &TableName,
    rules: &[Rule],
    samples: u32,
    troubles: &mut Troubles,
) -> Result<(), CheckError> {
    let Some(plan) = Plan::new(cx, connection, table, rules)? else { return Ok(()) };
    let dialect = Dialect::of(connection);
    let mut table = Table { cx, connection, dialect, relation: &plan.relation, samples, troubles };
    let (local, joined): (Vec<_>, Vec<_>) = plan.items.iter().partition(|item| item.local());
    let local = table.sound(local)?;
    let passes = passes(&local);
    let total = (passes.len() + joined.len()) as u64;
    let mut done = 0;
    let mut progress = || {
        done += 1;
        cx.progress(done, total);
    };
    for items in passes {
        table.judge_local(items)?;
        progress();
    }
    for item in joined {
        table.judge_joined(item)?;
        progress();
    }
    Ok(())
}

/// Cuts the rules such that one statement can take each part.
fn passes<'p>(items: &'p [&'p Item<'p>]) -> Vec<&'p [&'p Item<'p>]> {
    let (mut passes, mut rest) = (Vec::new(), items);
    while !rest.is_empty() {
        let mut weight = 0;
        let fits = rest.iter().take(PASS.0).take_while(|item| {
            weight += item.weight();
            weight <= PASS.1
        });
        let (pass, left) = rest.split_at(fits.count().max(1));
        passes.push(pass);
        rest = left;
    }
    passes
}

/// A table that is being judged.
struct Table<'t> {
    cx: &'t Context,
    connection: &'t Connection,
    dialect: Dialect<'t>,
    relation: &'t Relation,
    samples: u32,
    troubles: &'t mut Troubles,
}

impl Table<'_> {
    /// Those whose condition, if they have one, is one expression about the table's rows.
    fn sound<'i>(&mut self, items: Vec<&'i Item<'i>>) -> Result<Vec<&'i Item<'i>>, CheckError> {
        let mut sound = Vec::new();
        for item in items {
            if let Test::Condition(condition) = &item.rule.test {
                let probe = statement::probe(self.relation, condition);
                match self.connection.query(&probe, &[]).map(|rows| rows.columns().len()) {
                    Ok(1) => {}
                    Ok(_) => {
                        self.troubles.settings(&item.rule.label, "`condition` is more than one expression");
                        continue;
                    }
                    Err(error) => {
                        self.troubles.keep(&format!("{}: `condition`", item.rule.label), error)?;
                        continue;
                    }
                }
            }
            sound.push(item);
        }
        Ok(sound)
    }

    /// Judges row-local rules in one pass; where that fails, each by itself, so that one does not hide the others.
    fn judge_local(&mut self, items: &[&Item<'_>]) -> Result<(), CheckError> {
        let (sql, parameters) = statement::pass(self.relation, items, &self.dialect);
        let counts = self.counts(&sql, &parameters);
        match (counts, items) {
            (Ok(counts), items) => {
                for (item, rows) in items.iter().zip(counts) {
                    self.tell(item, rows, 0)?;
                }
            }
            (Err(error), [item]) => self.troubles.keep(&item.rule.label, error)?,
            (Err(error), items) => {
                // What ends the whole check ends it here; anything else comes again below.
                Troubles::default().keep("", error)?;
                for item in items {
                    self.judge_local(&[*item])?;
                }
            }
        }
        Ok(())
    }

    /// Judges a rule that takes more than one row to judge.
    fn judge_joined(&mut self, item: &Item<'_>) -> Result<(), CheckError> {
        let unique = item.parent.is_none();
        let sql = match unique {
            true => statement::groups(self.relation, item, &self.dialect),
            false => statement::orphans(self.relation, item, &self.dialect),
        };
        match self.counts(&sql, &[]).as_deref() {
            Ok([rows, groups]) => self.tell(item, *rows, *groups),
            Ok([rows, ..]) => self.tell(item, *rows, 0),
            Ok([]) => Ok(()),
            Err(error) => self.troubles.keep(&item.rule.label, error.clone()),
        }
    }

    /// The counts that a statement gives as its only row.
    fn counts(&self, sql: &str, parameters: &[Value]) -> Result<Vec<u64>, CheckError> {
        let row = self.connection.query_one(sql, parameters)?;
        let row = row.ok_or_else(|| CheckError::other("a count gave no row"))?;
        Ok((0..row.columns().len()).map(|at| row.get(at)).collect::<Result<_, _>>()?)
    }

    fn tell(&mut self, item: &Item<'_>, rows: u64, groups: u64) -> Result<(), CheckError> {
        if rows == 0 {
            return Ok(());
        }
        let name = &self.relation.name;
        let columns = item.columns.iter().map(|column| column.name.as_str());
        let mut subject = DatabaseObject::table(self.connection.name(), name).columns(columns);
        subject.object.clone_from(&item.rule.name);
        let message = message(self.relation, item, rows, groups);
        let mut finding = Finding::new(item.rule.test.code(), message).subject(subject).affected(rows);
        finding.remedies = remedies(self.relation, item, &self.dialect);
        if matches!(item.rule.test, Test::Unique) {
            finding = finding.attribute("groups", groups.to_string());
        }
        match self.sample(item) {
            Ok(evidence) => finding.evidence = evidence,
            // The finding counts without evidence, too.
            Err(error) => {
                self.cx.emit(finding)?;
                return self.troubles.keep(&item.rule.label, error);
            }
        }
        Ok(self.cx.emit(finding)?)
    }

    /// The first offenders.
    fn sample(&self, item: &Item<'_>) -> Result<Vec<Evidence>, CheckError> {
        if self.samples == 0 || self.relation.key.is_empty() {
            return Ok(Vec::new());
        }
        let (sql, parameters) = statement::sample(self.relation, item, &self.dialect, self.samples);
        let shown = statement::shown(self.relation, item);
        let keys = self.relation.key.len();
        let mut sample = Vec::new();
        for row in self.connection.query(&sql, &parameters)? {
            let row = row?;
            let fields = row.iter().zip(&shown).enumerate();
            sample.push(fields.fold(Evidence::new(), |evidence, (at, ((_, value), column))| {
                if at < keys { evidence.key(&column.name, value) } else { evidence.field(&column.name, value) }
            }));
        }
        Ok(sample)
    }
}
