//! A team's own rule about its own data: what an order's lines come to is what was paid for it.

use std::collections::BTreeMap;

use precheck_sdk::prelude::*;
use precheck_sdk::wording::count;

/// How many orders a person is shown.
const SAMPLE: usize = 5;

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Adds up the lines of every order and compares the sum with what was paid for it.
    ///
    /// # Why that matters
    ///
    /// The upgrade moves payments to a ledger that refuses an order whose books do not balance.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "orders/paid-in-full"
    /// database = "main"
    /// settings = { tolerance = 0 }
    /// ```
    pub struct PaidInFull;
}

/// How exact the books must be.
#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Cents by which a sum may differ.
    tolerance: u32,
}

impl Check for PaidInFull {
    const NAME: &'static str = "paid-in-full";
    const SUMMARY: &'static str = "What was paid for an order is what its lines come to";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::Database];
    const CODES: &'static [Code] = &[Code::blocker("unbalanced-orders", "Orders whose lines and payments differ")];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        let database = cx.database()?;
        let mut balance: BTreeMap<i64, i64> = BTreeMap::new();
        for row in database.query("select order_id, quantity * cents from lines", &[])? {
            let row = row?;
            *balance.entry(row.get(0)?).or_default() -= row.get::<i64>(1)?;
        }
        for row in database.query("select order_id, cents from payments", &[])? {
            let row = row?;
            *balance.entry(row.get(0)?).or_default() += row.get::<i64>(1)?;
        }
        let unbalanced: Vec<i64> = balance
            .into_iter()
            .filter(|(_, cents)| cents.unsigned_abs() > u64::from(settings.tolerance))
            .map(|(order, _)| order)
            .collect();
        if !unbalanced.is_empty() {
            let affected = unbalanced.len() as u64;
            let message = format!("the lines and the payments of {} differ", count(affected, "order"));
            let mut finding = Finding::new("unbalanced-orders", message)
                .table(database.name(), "payments")
                .affected(affected)
                .remedy("book the missing payments, or cancel the orders");
            finding.evidence = unbalanced.iter().take(SAMPLE).map(|id| Evidence::new().key("order_id", *id)).collect();
            cx.emit(finding)?;
        }
        Ok(Conclusion::Completed)
    }
}

precheck_sdk::plugin! {
    name: "orders",
    summary: "Whether the orders are fit for the ledger",
    checks: [PaidInFull],
}

#[cfg(test)]
mod tests {
    use precheck_sdk::serde_json::json;
    use precheck_sdk::testing::{Fake, Outcome, Run, Sqlite};

    use super::*;

    fn run(sql: &str) -> Run {
        let schema = include_str!("../orders.sql");
        let database = Sqlite::new(&format!("{schema}{sql}")).unwrap();
        Fake::new().database("main", database).run::<PaidInFull>(json!({}))
    }

    #[test]
    fn books_that_balance_pass() {
        let run = run("insert into payments values (2, 500)");
        assert_eq!(run.outcome, Outcome::Passed);
    }

    #[test]
    fn an_order_that_was_not_paid_in_full_is_found() {
        let run = run("");
        assert_eq!(run.outcome, Outcome::Failed);
        assert_eq!(run.findings[0].affected, Some(1));
        assert_eq!(run.findings[0].evidence, [Evidence::new().key("order_id", 2)]);
    }
}
