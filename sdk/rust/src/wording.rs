//! Words for people: numbers with their nouns, lists, and the names that were probably meant.

use std::fmt::Display;

/// A number with its noun: `1 row`, `2 rows`.
pub fn count(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A list in words, where `last` is `and` or `or`: `a`, `a or b`, `a, b or c`.
pub fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [first @ .., word] => format!("{} {last} {word}", first.join(", ")),
    }
}

/// How far two names are apart; none if they are different words. A third of the letters may be wrong, upper and lower
/// case do not count, nor does which of `-`, `_` and `.` stands between words.
pub(crate) fn distance(wanted: &str, other: &str) -> Option<usize> {
    let distance = strsim::osa_distance(&fold(wanted), &fold(other));
    let longest = wanted.chars().count().max(other.chars().count());
    (distance * 3 <= longest).then_some(distance)
}

fn fold(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

/// The name that was probably meant by one that does not exist, if one is near enough.
///
/// ```
/// use precheck_sdk::wording::{did_you_mean, nearest};
/// let tables = ["customers", "orders"];
/// assert_eq!(format!("no table `order`{}", did_you_mean(nearest("order", tables))), "no table `order`; did you mean `orders`?");
/// assert_eq!(format!("no table `bills`{}", did_you_mean(nearest("bills", tables))), "no table `bills`");
/// ```
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let near = names.into_iter().filter_map(|name| Some((distance(wanted, name)?, name)));
    near.min().map(|(_, name)| name)
}

/// The end of a message about a name that does not exist: nothing where no name is near.
pub fn did_you_mean(near: Option<impl Display>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let names = ["orders", "order_lines", "customers", "T", "new-checkout"];
        assert_eq!(nearest("order", names), Some("orders"));
        assert_eq!(nearest("ORDERS", names), Some("orders"));
        assert_eq!(nearest("csutomers", names), Some("customers"));
        assert_eq!(nearest("new.checkout", names), Some("new-checkout"));
        assert_eq!(nearest("NewCheckout", names), Some("new-checkout"));
        assert_eq!(nearest("t", names), Some("T"));
        assert_eq!(nearest("u", names), None);
        assert_eq!(nearest("invoices", names), None);
    }

    #[test]
    fn of_names_that_are_equally_near_the_first_in_order_is_told() {
        assert_eq!(nearest("order", ["orders", "border"]), Some("border"));
        assert_eq!(nearest("order", ["border", "orders"]), Some("border"));
    }

    #[test]
    fn numbers_and_lists_read_well() {
        assert_eq!((count(1, "row"), count(0, "row")), ("1 row".into(), "0 rows".into()));
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!((list(&words[..0], "or"), list(&words[..1], "or")), (String::new(), "a".into()));
        assert_eq!((list(&words[..2], "and"), list(&words, "or")), ("a and b".into(), "a, b or c".into()));
    }
}
