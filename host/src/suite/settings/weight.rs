//! How much a schema weighs once its references are followed: some lines of it can stand for any number of them.

use serde_json::Value as Json;

/// Parts of a schema, each counted as often as something refers to it.
const MOST_PARTS: usize = 50_000;
/// Parts within parts, beyond which whoever applies the schema could run out of stack.
const MOST_DEPTH: usize = 512;

/// False for a schema that no settings need, and that would take ages or gigabytes to apply. References by anything but a
/// pointer are not followed, and a part that refers to itself is counted once.
pub(super) fn is_bearable(schema: &Json) -> bool {
    Walk { root: schema, following: Vec::new(), left: MOST_PARTS }.fits(schema, MOST_DEPTH)
}

struct Walk<'s> {
    root: &'s Json,
    /// What is being looked at by a reference.
    following: Vec<&'s Json>,
    left: usize,
}

impl<'s> Walk<'s> {
    fn fits(&mut self, part: &'s Json, depth: usize) -> bool {
        let (Some(left), Some(depth)) = (self.left.checked_sub(1), depth.checked_sub(1)) else { return false };
        self.left = left;
        match part {
            Json::Array(parts) => parts.iter().all(|part| self.fits(part, depth)),
            Json::Object(parts) => {
                // Definitions count where they are used.
                let mut own = parts.iter().filter(|(keyword, _)| !matches!(keyword.as_str(), "$defs" | "definitions"));
                own.all(|(_, part)| self.fits(part, depth)) && self.follow(part, depth)
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => true,
        }
    }

    fn follow(&mut self, part: &'s Json, depth: usize) -> bool {
        let reference = part.get("$ref").and_then(Json::as_str).and_then(|reference| reference.strip_prefix('#'));
        let Some(target) = reference.and_then(|pointer| self.root.pointer(pointer)) else { return true };
        if self.following.iter().any(|followed| std::ptr::eq(*followed, target)) {
            return true;
        }
        self.following.push(target);
        let bearable = self.fits(target, depth);
        self.following.pop();
        bearable
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
        assert!(!is_bearable(&levels(60, |next| json!({ "allOf": [next, next] }))));
        assert!(!is_bearable(&levels(60, |next| json!({ "anyOf": [next, next] }))));
        assert!(!is_bearable(&levels(10_000, |next| next)));
    }

    #[test]
    fn schemas_that_mean_well_are() {
        assert!(is_bearable(&levels(20, |next| json!({ "properties": { "next": next } }))));
        assert!(is_bearable(&json!({ "properties": { "children": { "items": { "$ref": "#" } } } })));
        let tree = json!({ "$ref": "#/$defs/T", "$defs": { "T": { "anyOf": [{ "$ref": "#/$defs/T" }, true] } } });
        assert!(is_bearable(&tree));
    }
}
