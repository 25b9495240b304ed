//! A table's name, as settings write it.

use precheck_sdk::prelude::*;

/// A table's or view's name: `orders`, or `shop.orders` with its schema. What holds a dot itself is put into double
/// quotes, as in SQL: `"orders.2024"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String")]
pub struct Name(TableName);

impl Name {
    /// The name as the catalogue takes it.
    pub fn table(&self) -> &TableName {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = SettingsError;

    fn try_from(text: String) -> Result<Self, SettingsError> {
        let table = parse(&text).ok_or_else(|| {
            let hint = "write `table` or `schema.table`, and a part that holds a dot in double quotes";
            SettingsError::new(format!("`{text}` is not a table's name: {hint}"))
        })?;
        Ok(Self(table))
    }
}

fn parse(text: &str) -> Option<TableName> {
    let (first, rest) = part(text)?;
    if rest.is_empty() {
        return Some(first.into());
    }
    let (second, rest) = part(rest.strip_prefix('.')?)?;
    rest.is_empty().then(|| (first, second).into())
}

/// The first part of a name, without its quotes, and what follows it.
fn part(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let (part, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
        return (!part.is_empty()).then(|| (part.to_owned(), rest));
    };
    let mut part = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        part.push_str(before);
        // A quote that is doubled is a part of the name.
        let Some(more) = after.strip_prefix('"') else { return (!part.is_empty()).then_some((part, after)) };
        part.push('"');
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_sql_writes_them() {
        assert_eq!(parse("orders"), Some("orders".into()));
        assert_eq!(parse("order lines"), Some("order lines".into()));
        assert_eq!(parse("shop.orders"), Some(("shop", "orders").into()));
        assert_eq!(parse("\"orders.2024\""), Some("orders.2024".into()));
        assert_eq!(parse("shop.\"a \"\"b\"\".c\""), Some(("shop", "a \"b\".c").into()));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ".", "shop.", ".orders", "a.b.c", "\"a", "\"\"", "\"a\"b", "a.\"b\"c"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let error = Name::try_from("a.b.c".to_owned()).unwrap_err().to_string();
        assert!(error.starts_with("`a.b.c` is not a table's name: write"), "{error}");
    }
}
