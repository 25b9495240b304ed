//! Settings against schemas of the shapes that real ones have.

use serde_json::Value as Json;

use super::*;

/// The mistakes of one check whose settings have that schema; `settings` begins on line 7.
fn judge(schema: Json, settings: &str) -> Vec<String> {
    let text = format!(
        "[plugins.own]\nsource = \"own.wasm\"\n\n[[checks]]\nuse = \"own/check\"\n[checks.settings]\n{settings}"
    );
    let described =
        [("own".to_owned(), Ok(plugin("own", vec![check("check", &[], &[], schema)])))].into_iter().collect();
    match parse(&text).plan(&described) {
        Ok(_) => vec![],
        Err(mistakes) => mistakes.iter().map(|one| one.to_string().replace("/suite/precheck.toml:", "")).collect(),
    }
}

fn rules() -> Json {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["table", "rules"],
        "additionalProperties": false,
        "properties": {
            "table": { "type": "string", "minLength": 1 },
            "sample": { "type": ["integer", "null"], "minimum": 1, "maximum": 100 },
            "rules": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/Rule" } },
            "family": { "anyOf": [{ "$ref": "#/$defs/Family" }, { "type": "null" }] },
            "columns": { "$ref": "#/$defs/Columns" },
        },
        "$defs": {
            "Family": { "type": "string", "enum": ["integer", "text", "boolean"] },
            "Columns": { "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "uniqueItems": true, "maxItems": 2 },
            ] },
            "Rule": { "oneOf": [
                {
                    "type": "object",
                    "properties": {
                        "kind": { "type": "string", "const": "not-null" },
                        "columns": { "$ref": "#/$defs/Columns" },
                    },
                    "required": ["kind", "columns"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "properties": {
                        "kind": { "type": "string", "const": "range" },
                        "column": { "type": "string" },
                        "min": { "type": ["number", "null"], "exclusiveMinimum": 0 },
                    },
                    "required": ["kind", "column"],
                    "additionalProperties": false,
                },
            ] },
        },
    })
}

#[test]
fn what_fits_is_no_mistake() {
    let settings = "table = \"a\"\nsample = 3\nfamily = \"text\"\ncolumns = [\"a\", \"b\"]\n\
                    rules = [{ kind = \"range\", column = \"a\", min = 0.5 }, { kind = \"not-null\", columns = \"a\" }]";
    assert_eq!(judge(rules(), settings), [""; 0]);
}

#[test]
fn required_keys_are_missed_where_they_belong() {
    let expected = ["6:1: `settings` needs the key `rules`", "6:1: `settings` needs the key `table`"];
    assert_eq!(judge(rules(), ""), expected);
}

#[test]
fn settings_that_are_not_there_are_missed_at_the_check() {
    let text = "[plugins.own]\nsource = \"own.wasm\"\n[[checks]]\nuse = \"own/check\"\n";
    let description = plugin("own", vec![check("check", &[], &[], json!({ "required": ["table"] }))]);
    let mistakes = parse(text).plan(&[("own".to_owned(), Ok(description))].into_iter().collect()).unwrap_err();
    assert_eq!(mistakes.to_string(), "/suite/precheck.toml:4:7: `settings` needs the key `table`");
}

#[test]
fn a_misspelt_key_is_not_also_missing() {
    let settings = "tabel = \"x\"\nrules = []\nsample = 0\nfamily = \"intger\"";
    let expected = [
        "7:1: unknown key `tabel` in `settings`; did you mean `table`?",
        "8:9: `rules` must not be empty",
        "9:10: `sample` must be at least 1, not 0",
        "10:10: `family` cannot be `intger`; did you mean `integer`?",
    ];
    assert_eq!(judge(rules(), settings), expected);
}

#[test]
fn of_forms_with_a_tag_the_one_that_was_meant_is_judged() {
    let settings = "table = \"\"\n\
        rules = [{ kind = \"rnge\", column = \"a\" }, { column = \"a\" }, { kind = \"range\", colum = \"a\", min = 0 }, 3]\n\
        family = 7\ncolumns = [1]";
    let expected = [
        "7:9: `table` must not be empty",
        "8:19: `rules[0].kind` cannot be `rnge`; did you mean `range`?",
        "8:43: `rules[1]` needs the key `kind`\n  it must be one of `not-null`, `range`",
        "8:79: unknown key `colum` in `rules[2]`; did you mean `column`?",
        "8:98: `rules[2].min` must be more than 0, not 0",
        "8:103: `rules[3]` must be a table, not an integer",
        "9:10: `family` must be a string, not an integer",
        "10:12: `columns[0]` must be a string, not an integer",
    ];
    assert_eq!(judge(rules(), settings), expected);
}

#[test]
fn tables_of_an_array_have_places_of_their_own() {
    let settings = "table = \"a\"\ncolumns = 3.5\n\n[[checks.settings.rules]]\nkind = \"not-null\"\ncolumns = true\nmin = 3\n\
                    [[checks.settings.rules]]\nkind = \"range\"";
    let expected = [
        "8:11: `columns` must be a string or an array, not a float",
        "12:11: `rules[0].columns` must be a string or an array, not a boolean",
        "13:1: unknown key `min` in `rules[0]`\n  it has the keys `columns`, `kind`",
        "14:1: `rules[1]` needs the key `column`",
    ];
    assert_eq!(judge(rules(), settings), expected);
}

#[test]
fn choices_are_listed_where_none_is_near_and_items_are_found_where_they_repeat() {
    let settings = "table = \"a\"\nrules = \"x\"\nfamily = \"blob\"\ncolumns = [\"a\", \"a\", \"b\"]\nsample = \"x\"";
    let expected = [
        "8:9: `rules` must be an array, not a string",
        "9:10: `family` cannot be `blob`\n  it must be one of `integer`, `text`, `boolean`",
        "10:11: `columns` must have at most 2 items, not 3",
        "10:17: `columns` has `a` twice",
        // What may be null may be left out, and TOML has no null to offer.
        "11:10: `sample` must be an integer, not a string",
    ];
    assert_eq!(judge(rules(), settings), expected);
}

#[test]
fn of_forms_without_a_tag_the_nearest_is_judged() {
    let form = |keys: &[&str]| {
        let properties: serde_json::Map<_, _> =
            keys.iter().map(|key| ((*key).to_owned(), json!({ "type": "string" }))).collect();
        json!({ "type": "object", "properties": properties, "required": keys, "additionalProperties": false })
    };
    let schema = json!({ "oneOf": [form(&["sql"]), form(&["table", "column"])] });
    let expected = ["8:1: unknown key `colunm` in `settings`; did you mean `column`?"];
    assert_eq!(judge(schema, "table = \"a\"\ncolunm = \"b\""), expected);
    let schema = json!({ "anyOf": [{ "required": ["present"] }, { "required": ["absent"] }] });
    assert_eq!(judge(schema, "x = 1"), ["6:1: `settings` needs one of the keys `present`, `absent`"]);
    let schema = json!({ "properties": { "a": { "anyOf": [
        { "type": "object", "required": ["x"] },
        { "type": "object", "required": ["y"], "title": "Why" },
        { "type": "object", "required": ["y", "x"] },
    ] } } });
    let expected = "7:5: `a` fits none of the forms that it can have\n  it must be one of\n  - a table with `x`\n  \
                    - a table with `y` (Why)\n  - a table with `y`, `x`";
    assert_eq!(judge(schema, "a = {}"), [expected]);
}

#[test]
fn of_forms_named_by_their_only_key_that_one_is_judged() {
    let form = |key: &str, inner: Json| json!({ "type": "object", "properties": { key: inner }, "required": [key], "additionalProperties": false });
    let schema = json!({ "properties": { "r": { "oneOf": [
        { "type": "string", "const": "all" },
        form("not-null", json!({ "type": "string" })),
        form("unique", json!({ "type": "array", "items": { "type": "string" } })),
    ] } } });
    let judge = |settings: &str| judge(schema.clone(), settings);
    assert_eq!(judge("r = { not_null = \"x\" }"), ["7:7: unknown key `not_null` in `r`; did you mean `not-null`?"]);
    let expected = ["7:16: `r.unique` must be an array, not a string\n  write `unique = [\"x\"]`"];
    assert_eq!(judge("r = { unique = \"x\" }"), expected);
    assert_eq!(judge("r = \"al\""), ["7:5: `r` cannot be `al`; did you mean `all`?"]);
    assert_eq!(judge("r = 3"), ["7:5: `r` must be a string or a table, not an integer"]);
    let expected = ["7:5: `r` cannot have `not-null`, `unique` at once\n  write a table for each"];
    assert_eq!(judge("r = { not-null = \"x\", unique = [] }"), expected);
    let expected = ["7:5: `r` must not be empty\n  it must have one of the keys `not-null`, `unique`"];
    assert_eq!(judge("r = {}"), expected);
}

#[test]
fn rarer_keywords_have_sentences_too() {
    let schema = json!({
        "properties": {
            "a": { "pattern": "^x" },
            "b": { "multipleOf": 3 },
            "c": { "maxLength": 2 },
            "d": false,
            "e": { "contains": { "type": "integer" } },
            "f": { "const": 4 },
            "g": { "not": { "type": "string" } },
            "h": { "propertyNames": { "pattern": "^x" } },
            "i": { "type": ["string", "boolean"], "not": { "const": true } },
        },
        "unevaluatedProperties": false,
    });
    let settings =
        "a = \"y\"\nb = 4\nc = \"äöü\"\nd = 1\ne = [\"x\"]\nf = 3\ng = \"q\"\nh = { y = 1 }\ni = true\nz = 1";
    let expected = [
        "7:5: `a` must match the pattern `^x`",
        "8:5: `b` must be a multiple of 3",
        "9:5: `c` must have at most 2 characters, not 3",
        "10:5: `d` is not allowed here",
        "11:5: `e` lacks an item that it must have",
        "12:5: `f` cannot be `3`\n  it must be `4`",
        "13:5: `g` has just the form that the check excludes",
        "14:7: `h` cannot have the key `y`: it does not match \"^x\"",
        "15:5: `i` cannot be `true`",
        "16:1: unknown key `z` in `settings`\n  it has the keys `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, `i`",
    ];
    assert_eq!(judge(schema, settings), expected);
}

/// The mistakes of a suite with one check of a plugin of its own, which is written on line 3.
fn of_check(schema: Json, check_text: &str) -> Vec<String> {
    let described =
        [("own".to_owned(), Ok(plugin("own", vec![check("check", &[], &[], schema)])))].into_iter().collect();
    let text = format!("[plugins.own]\nsource = \"own.wasm\"\n[[checks]]\nuse = \"own/check\"\n{check_text}");
    let mistakes = parse(&text).plan(&described).unwrap_err();
    mistakes.iter().map(|one| one.to_string().replace("/suite/precheck.toml:", "")).collect()
}

#[test]
fn settings_that_could_not_be_read_are_not_called_empty() {
    let schema = || json!({ "type": "object", "minProperties": 1, "properties": { "present": names() } });
    assert_eq!(of_check(schema(), ""), ["4:7: `settings` must not be empty"]);
    assert_eq!(of_check(schema(), "settings = {}"), ["5:12: `settings` must not be empty"]);
    assert_eq!(of_check(schema(), "settings = [\"a\"]"), ["5:12: `settings` must be a table, not an array"]);
    for broken in ["settings = { present = [\"a\", }", "[checks.settings]\npresent = [\"a\""] {
        let mistakes = of_check(schema(), broken);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(mistakes[0].contains("this is not TOML"), "{mistakes:?}");
    }
}

/// Plans a check whose schema cannot be used.
fn unusable(schema: &str) -> String {
    let mut description = check("check", &[], &[], json!({}));
    description.settings_schema = schema.to_owned();
    let text = "[plugins.own]\nsource = \"own.wasm\"\n[[checks]]\nuse = \"own/check\"\n";
    let described = [("own".to_owned(), Ok(plugin("own", vec![description])))].into_iter().collect();
    let plan = parse(text).plan(&described).unwrap();
    assert_eq!(plan.checks[0].description, None);
    plan.checks[0].unusable.clone().unwrap()
}

#[test]
fn a_schema_that_cannot_be_used_is_the_plugins_mistake_and_not_the_suites() {
    assert!(unusable("{").starts_with("the check `own/check` cannot be used: its settings schema is not JSON: "));
    assert!(
        unusable("3").starts_with("the check `own/check` cannot be used: its settings schema is not a JSON Schema: ")
    );
    let reference = unusable("{\"$ref\":\"https://example.com/schema.json\"}");
    assert!(reference.starts_with("the check `own/check` cannot be used: its settings schema refers to `https:"));
}

#[test]
fn a_schema_that_grows_by_its_references_is_refused_at_once() {
    let mut definitions = serde_json::Map::new();
    for level in 0..60 {
        let next = json!({ "$ref": format!("#/$defs/{}", level + 1) });
        definitions.insert(level.to_string(), json!({ "allOf": [next, next] }));
    }
    definitions.insert("60".to_owned(), json!({ "required": ["a"] }));
    let schema = json!({ "$defs": definitions, "$ref": "#/$defs/0" }).to_string();
    assert_eq!(
        unusable(&schema),
        "the check `own/check` cannot be used: its settings schema is too large once its references are followed"
    );
}
