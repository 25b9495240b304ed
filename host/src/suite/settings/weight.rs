//! How much a schema weighs once its references are followed: some lines of it can stand for any number of them.

use serde_json::Value as Json;

/// Parts of a schema, each counted as often as something refers to it.
const MOST_PARTS: usize = 50_000;
/// Parts within parts, beyond which whoever applies the schema could run out of stack.
const MOST_DEPTH: usize = 512;

/// Why a schema is not applied: no settings need it, and it would take ages or gigabytes, or cannot be weighed.
pub(super) fn refuse(schema: &Json) -> Result<(), String> {
    Walk { root: schema, following: Vec::new(), left: MOST_PARTS }.weigh(schema, MOST_DEPTH)
}

struct Walk<'s> {
    root: &'s Json,
    /// What is being looked at by a reference; what refers to itself is counted once.
    following: Vec<&'s Json>,
    left: usize,
}

impl<'s> Walk<'s> {
    fn weigh(&mut self, part: &'s Json, depth: usize) -> Result<(), String> {
        let too_large = || "is too large once its references are followed".to_owned();
        let depth = depth.checked_sub(1).ok_or_else(too_large)?;
        self.left = self.left.checked_sub(1).ok_or_else(too_large)?;
        match part {
            Json::Array(parts) => parts.iter().try_for_each(|part| self.weigh(part, depth)),
            Json::Object(parts) => {
                // Definitions count where they are used.
                let mut own = parts.iter().filter(|(keyword, _)| !matches!(keyword.as_str(), "$defs" | "definitions"));
                own.try_for_each(|(_, part)| self.weigh(part, depth))?;
                ["$ref", "$dynamicRef"]
                    .iter()
                    .filter_map(|keyword| parts.get(*keyword)?.as_str())
                    .try_for_each(|reference| self.follow(reference, depth))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(()),
        }
    }

    fn follow(&mut self, reference: &str, depth: usize) -> Result<(), String> {
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)).ok_or_else(|| {
            let shown = reference.chars().take(100).collect::<String>();
            format!("refers to `{}`: only references of the form `#/$defs/name` are followed", shown.escape_debug())
        })?;
        if self.following.iter().any(|followed| std::ptr::eq(*followed, target)) {
            return Ok(());
        }
        self.following.push(target);
        let weighed = self.weigh(target, depth);
        self.following.pop();
        weighed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn levels(count: usize, part: impl Fn(Json) -> Json) -> Json {
        let mut definitions = serde_json::Map::new();
        for level in 0..count {
            definitions.insert(level.to_string(), part(json!({ "$ref": format!("#/$defs/{}", level + 1) })));
        }
        definitions.insert(count.to_string(), json!({ "required": ["a"] }));
        json!({ "$defs": definitions, "$ref": "#/$defs/0" })
    }

    #[test]
    fn what_grows_by_its_references_is_no_schema_to_apply() {
        assert!(refuse(&levels(60, |next| json!({ "allOf": [next, next] }))).is_err());
        assert!(refuse(&levels(60, |next| json!({ "anyOf": [next, next] }))).is_err());
        assert!(refuse(&levels(10_000, |next| next)).is_err());
        // What is not weighed could be heavy.
        for reference in ["#anchor", "#/%24defs/a", "other.json", "https://example.com/"] {
            assert!(refuse(&json!({ "$defs": { "a": {} }, "items": { "$ref": reference } })).is_err());
            assert!(refuse(&json!({ "items": { "$dynamicRef": reference } })).is_err());
        }
    }

    #[test]
    fn schemas_that_mean_well_are() {
        assert_eq!(refuse(&levels(20, |next| json!({ "properties": { "next": next } }))), Ok(()));
        assert_eq!(refuse(&json!({ "properties": { "children": { "items": { "$ref": "#" } } } })), Ok(()));
        let tree = json!({ "$ref": "#/$defs/T", "$defs": { "T": { "anyOf": [{ "$ref": "#/$defs/T" }, true] } } });
        assert_eq!(refuse(&tree), Ok(()));
    }
}
