//! Names that were probably meant.

/// How far two names are apart, whatever their case; none if they are different words.
pub fn distance(wanted: &str, other: &str) -> Option<usize> {
    let distance = strsim::osa_distance(&wanted.to_lowercase(), &other.to_lowercase());
    let longest = wanted.chars().count().max(other.chars().count());
    // A third of the letters may be wrong: `order` is near `orders`, and `a` is near nothing but `A`.
    (distance * 3 <= longest).then_some(distance)
}

/// The nearest of those names, if one is near enough.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.into_iter().filter_map(|name| Some((distance(wanted, name)?, name)));
    near.min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let names = ["orders", "order_lines", "customers", "T"];
        assert_eq!(nearest("order", names), Some("orders"));
        assert_eq!(nearest("ORDERS", names), Some("orders"));
        assert_eq!(nearest("csutomers", names), Some("customers"));
        assert_eq!(nearest("t", names), Some("T"));
        assert_eq!(nearest("u", names), None);
        assert_eq!(nearest("invoices", names), None);
    }

    #[test]
    fn of_names_that_are_equally_near_the_first_in_order_is_told() {
        assert_eq!(nearest("order", ["orders", "border"]), Some("border"));
        assert_eq!(nearest("order", ["border", "orders"]), Some("border"));
    }
}
