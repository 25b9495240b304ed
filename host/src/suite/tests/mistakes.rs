//! Each mistake, and the exact sentence that it gets.

use super::*;
use crate::suite::SuiteError;

#[test]
fn all_mistakes_of_a_suite_are_said_at_once() {
    let text = r#"
[upgrad]
application = "shop"
[databases.main]
urll = "sqlite:a.db"
[databases.replica]
url = "${REPLICA_URL}"
[databases."odd name"]
url = 3
[databases.file]
url = "sqlite:a.db"
load = ["a.sql"]
[plugins.orders]
source = "o.wasm"
limits = { time = "30", memory = "64MB", rows = 0, sesions = 3 }
[[checks]]
use = "schema/tabels"
database = "mian"
[[checks]]
use = "shcema/tables"
directories = ["migrations"]
[[checks]]
use = "schema/tables"
database = "main"
severity = { missing-tabel = "warning", missing-table = "fatal" }
depends-on = ["x"]
[[checks]]
use = "schema/tables"
settings = { presnt = ["a"], absent = "b" }
[[checks]]
id = "x"
use = "orders/no-orphans"
database = "file"
[[waivers]]
check = "x"
"#;
    let expected = r#"
2:2: unknown key `upgrad`; did you mean `upgrade`?
5:1: unknown key `urll`; did you mean `url`?
7:7: the environment variable `REPLICA_URL` is not set
  set it where precheck runs, for example `export REPLICA_URL=sqlite:shop.db`
8:12: `odd name` cannot be the name of a database
  a name is a letter, then letters, digits, `-` and `_`
9:7: `url` must be a string, not an integer
12:8: `load` fills a database in memory, and this one is a file
  remove `load`, or write `url = "sqlite::memory:"`
15:19: `time`: `30` is not a length of time: write a whole number and a unit, such as `500ms`, `30s`, `5m` or `1h`
15:34: `memory`: `64MB` is not a size: write a whole number and a unit, such as `512KiB`, `64MiB` or `1GiB`
15:49: `rows` must be at least 1
15:52: unknown key `sesions`; did you mean `sessions`?
17:7: the plugin `schema` has no check `tabels`; did you mean `tables`?
18:12: unknown database `mian`; did you mean `main`?
20:7: unknown plugin `shcema`; did you mean `schema`?
21:16: unknown directory `migrations`
  the suite has none; add for example
    [directories.migrations]
    path = "./migrations"
25:14: `schema/tables` has no code `missing-tabel`; did you mean `missing-table`?
25:57: unknown severity `fatal`
  a severity is one of `info`, `warning`, `blocker`
26:1: unknown key `depends-on`
  a check has the keys `id`, `use`, `database`, `databases`, `directories`, `settings`, `owner`, `severity`, `optional`
28:7: `schema/tables` reads a database, and the suite has several: say which
  for example `database = "main"`; there are `main`, `replica`, `odd name`, `file`
29:14: unknown key `presnt` in `settings`; did you mean `present`?
29:39: `absent` must be an array, not a string
  write `absent = ["b"]`
32:7: `orders/no-orphans` needs the database `file`, which the plugin `orders` is not granted
  add to the plugin `orders` (line 13):
    grant = { databases = ["file"] }
34:3: unknown key `waivers`
  a suite has the keys `upgrade`, `databases`, `directories`, `flags`, `plugins`, `checks`"#;
    assert_eq!(mistakes(text).join("\n"), expected.trim_start());
}

#[test]
fn a_mistake_names_the_file_as_it_was_named() {
    let suite = Suite::parse(Path::new("here/it.toml"), "x = 1".into(), &environment, &BUILT_IN);
    let mistakes = suite.plan(&Described::new()).unwrap_err();
    assert!(mistakes.to_string().starts_with("here/it.toml:1:1: unknown key `x`"), "{mistakes}");
}

#[test]
fn after_a_syntax_error_other_mistakes_are_said_too_but_nothing_is_missed() {
    // The id would be a default twice, the database is lost with its line, and none of that is to be said.
    let text = r#"
[databases.main
url = "sqlite:a.db"
[upgrade]
from = 4
to = 5.0.0
application = "a"
application = "b"
[[checks]]
use = "schema/tables"
database = "main"
[[checks]]
use = "schema/tables"
onwer = "x"
"#;
    let expected = [
        "2:16: this is not TOML: unclosed table, expected `]`",
        "5:8: `from` must be a string, not an integer",
        "6:9: this is not TOML: invalid float",
        "8:1: the key `application` is there twice",
        "14:1: unknown key `onwer`; did you mean `owner`?",
    ];
    assert_eq!(mistakes(text), expected);
}

mod databases {
    use super::*;

    #[test]
    fn a_url_is_needed_and_must_be_one() {
        assert_mistake(
            "[databases.main]",
            "1:1: a database needs the key `url`\n  for example `url = \"${DATABASE_URL}\"`",
        );
        assert_mistake("[databases.main]\nurl = \"\"", "2:7: `url` must not be empty");
        assert_mistake(
            "[databases]\nurl = \"sqlite:a.db\"",
            "2:1: `databases.url` must be a table, not a string\n  \
             a database has a name of its own: begin it with a line such as `[databases.main]`",
        );
    }

    #[test]
    fn no_sentence_repeats_a_url_or_the_value_of_a_variable() {
        for url in
            ["${SECRET_URL}", "${SECRET}", "postgres://u:hunter2@h/d", "hunter2", "sqlite:${SECRET}?x", "${hunter2"]
        {
            let shown = mistakes(&format!("[databases.main]\nurl = \"{url}\"")).join("\n");
            assert!(shown.starts_with("2:7: "), "{shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        assert_mistake(
            "[databases.main]\nurl = \"${SECRET}\"",
            "2:7: the URL has no scheme: write `sqlite:path/to/file.db` or `sqlite::memory:`\n  \
             this is about the text with the environment variables in place; look at their values",
        );
    }

    #[test]
    fn every_unset_variable_is_named() {
        let found = mistakes("[databases.main]\nurl = \"sqlite:${A}/${B}/$C/${DATABASE_URL}\"");
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("2:7: the environment variable `A` is not set\n"), "{}", found[0]);
        assert!(found[1].starts_with("2:7: the environment variable `B` is not set\n"), "{}", found[1]);
        assert_mistake(
            "[databases.main]\nurl = \"sqlite:${a-b}\"",
            "2:7: `${` begins no name of an environment variable\n  \
             write `${NAME}`, where NAME is letters, digits and `_`",
        );
    }
}

mod flags {
    use super::*;

    #[test]
    fn a_provider_is_exactly_one_thing() {
        let both = "[[flags.providers]]\nfile = \"a.toml\"\nenvironment = \"A_\"";
        let expected =
            "3:1: a flag provider is a `file` or an `environment`, not both\n  write a `[[flags.providers]]` for each";
        assert_mistake(both, expected);
        let expected = "1:1: a flag provider needs `file` or `environment`\n  \
                        for example `file = \"flags.toml\"` or `environment = \"FLAG_\"`";
        assert_mistake("[[flags.providers]]", expected);
        assert_mistake("[[flags.providers]]\nfiel = \"a.toml\"", "2:1: unknown key `fiel`; did you mean `file`?");
        let expected = "2:8: a file of flags must end in `.toml` or `.json`, which says how to read it";
        assert_mistake("[[flags.providers]]\nfile = \"flags\"", expected);
        let expected =
            "2:13: `providers` must be an array of tables, each written as `[[flags.providers]]`, not a string";
        assert_mistake("[flags]\nproviders = \"a\"", expected);
    }

    #[test]
    fn a_dot_in_a_flags_name_needs_quotes() {
        let expected = "2:1: the dot in `checkout.v2` does not belong to the name of a flag\n  \
                        put the name in quotes: `\"checkout.v2\" = …`";
        assert_mistake("[flags.values]\ncheckout.v2 = true", expected);
        plan("[flags.values]\n\"checkout.v2\" = true");
    }

    #[test]
    fn values_and_context_are_judged() {
        let found = mistakes("[flags.values]\na = { value = 1, wen = [] }\n[flags.context]\nx = []\ny = nan");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("2:5: the flag `a`: "), "{}", found[0]);
        assert_eq!(found[1], "4:5: `x` must be a string, a number or a boolean, not an array");
        assert_eq!(found[2], "5:5: `nan` is not a number that a plugin can be given");
    }

    #[test]
    fn a_check_of_flags_needs_someone_who_knows_them() {
        let expected = "2:7: `flags/required` asks for feature flags, and the suite has none\n  \
                        add for example\n    [[flags.providers]]\n    file = \"flags.toml\"";
        assert_mistake("[[checks]]\nuse = \"flags/required\"", expected);
    }
}

mod plugins {
    use super::*;

    const DATABASES: &str = "[databases]\nmain = { url = \"sqlite:a.db\" }\nother = { url = \"sqlite:b.db\" }\n";

    #[test]
    fn a_plugin_without_a_source_must_be_built_in() {
        let expected = "1:10: no plugin called `shcema` is built in; did you mean `schema`?\n  \
            built in are `schema`, `data`, `flags`; a plugin of your own needs a line such as `source = \"plugins/shcema.wasm\"`";
        assert_mistake("[plugins.shcema]\nlimits = { time = \"1s\" }\n[[checks]]\nuse = \"shcema/tables\"", expected);
        let expected = "2:1: `schema` is built in, and is granted what its checks bind\n  remove `grant`";
        assert_mistake("[plugins.schema]\ngrant = { feature-flags = true }", expected);
        assert_mistake("[plugins.own]\nsorce = \"a.wasm\"", "2:1: unknown key `sorce`; did you mean `source`?");
    }

    #[test]
    fn a_lacking_grant_is_answered_with_the_lines_to_write() {
        let check =
            "[[checks]]\nuse = \"orders/everything\"\ndatabases = [\"other\", \"main\"]\ndirectories = [\"m\"]\n";
        let rest = format!("{DATABASES}[directories.m]\npath = \"m\"\n[flags.values]\n{check}");
        let lacks = |lacking: &str| {
            format!("12:7: `orders/everything` needs {lacking}, which the plugin `orders` is not granted\n")
        };
        let all = "grant = { databases = [\"main\", \"other\"], directories = [\"m\"], feature-flags = true }";

        let text = format!("[plugins.orders]\nsource = \"o.wasm\"\ngrant = {{ databases = [\"main\"] }}\n\n{rest}");
        let expected = lacks("the database `other`, the directory `m` and feature flags");
        assert_mistake(&text, &format!("{expected}  write in place of its `grant` (line 3):\n    {all}"));
        plan(&text.replace("grant = { databases = [\"main\"] }", all));

        let text =
            format!("[plugins.orders]\nsource = \"o.wasm\"\n[plugins.orders.grant]\ndatabases = [\"main\"]\n{rest}");
        let expected = lacks("the database `other`, the directory `m` and feature flags");
        let lines = "    databases = [\"main\", \"other\"]\n    directories = [\"m\"]\n    feature-flags = true";
        let write = "  write in its `grant` (line 3), in place of what is there under the same key:\n";
        assert_mistake(&text, &format!("{expected}{write}{lines}"));

        let text = format!(
            "[plugins.orders]\nsource = \"o.wasm\"\ngrant.directories = [\"m\"]\ngrant.feature-flags = true\n{rest}"
        );
        let expected = lacks("the databases `other`, `main`");
        assert_mistake(&text, &format!("{expected}{write}    grant.databases = [\"other\", \"main\"]"));

        let text = format!("[plugins.orders]\nsource = \"o.wasm\"\n\n\n{rest}");
        let expected = lacks("the databases `other`, `main`, the directory `m` and feature flags");
        let all = all.replace("\"main\", \"other\"", "\"other\", \"main\"");
        assert_mistake(&text, &format!("{expected}  add to the plugin `orders` (line 1):\n    {all}"));
    }

    #[test]
    fn one_line_of_grants_does_for_all_checks_of_a_plugin() {
        let text = format!(
            "{DATABASES}[plugins.orders]\nsource = \"o.wasm\"\n\
             [[checks]]\nuse = \"orders/no-orphans\"\ndatabase = \"main\"\n\
             [[checks]]\nuse = \"orders/no-orphans\"\ndatabase = \"other\"\n"
        );
        for mistake in mistakes(&text) {
            assert!(mistake.ends_with("    grant = { databases = [\"main\", \"other\"] }"), "{mistake}");
        }
    }

    #[test]
    fn a_binding_outside_of_the_grant_is_refused_even_if_the_plugin_cannot_be_described() {
        let text = format!(
            "{DATABASES}[plugins.broken]\nsource = \"b.wasm\"\ngrant = {{ databases = [\"main\"] }}\n\
             [[checks]]\nuse = \"broken/x\"\ndatabase = \"other\""
        );
        let expected = "8:7: `broken/x` needs the database `other`, which the plugin `broken` is not granted\n  \
                        write in place of its `grant` (line 6):\n    grant = { databases = [\"main\", \"other\"] }";
        assert_mistake(&text, expected);
    }

    #[test]
    fn a_grant_of_what_there_is_not_is_refused() {
        let text = format!(
            "{DATABASES}[plugins.orders]\nsource = \"o.wasm\"\ngrant = {{ databases = [\"mian\"], files = [] }}"
        );
        let expected = [
            "6:24: unknown database `mian`; did you mean `main`?",
            "6:33: unknown key `files`\n  a grant has the keys `databases`, `directories`, `feature-flags`",
        ];
        assert_eq!(mistakes(&text), expected);
    }
}

mod checks {
    use super::*;

    const MAIN: &str = "[databases]\nmain = { url = \"sqlite:a.db\" }\n";

    /// One check on `main`, its keys from line 4.
    fn check(keys: &str) -> String {
        format!("{MAIN}[[checks]]\n{keys}")
    }

    #[test]
    fn use_names_a_plugin_and_a_check() {
        assert_mistake(
            &check("id = \"a\""),
            "3:1: a check needs the key `use`\n  for example `use = \"schema/tables\"`",
        );
        for uses in ["schema", "schema/", "/tables", "a/b/c"] {
            let expected = format!(
                "4:7: `use` must name a plugin and a check, not `{uses}`\n  for example `use = \"schema/tables\"`"
            );
            assert_mistake(&check(&format!("use = \"{uses}\"")), &expected);
        }
        let expected = "4:7: unknown plugin `mine`\n  the plugins of this suite are `schema`, `data`, `flags`; \
                        others are declared by `[plugins.NAME]` with their `source`";
        assert_mistake(&check("use = \"mine/x\""), expected);
        let expected = "4:7: the plugin `schema` has no check `views`\n  it has `tables`, `columns`";
        assert_mistake(&check("use = \"schema/views\""), expected);
    }

    #[test]
    fn a_binding_is_one_thing_and_not_empty() {
        let uses = "use = \"schema/tables\"\n";
        let expected =
            "6:1: a check has `database` or `databases`, not both\n  keep `databases`, and name every database there";
        assert_mistake(&check(&format!("{uses}database = \"main\"\ndatabases = [\"main\"]")), expected);
        let expected = "5:13: `databases` names nothing: name a database, or leave the key out";
        assert_mistake(&check(&format!("{uses}databases = []")), expected);
        let expected = "5:22: `databases` names `main` twice";
        assert_mistake(&check(&format!("{uses}databases = [\"main\", \"main\"]")), expected);
        let expected = "5:13: `databases` must be an array of strings, not a string\n  write `databases = [\"main\"]`";
        assert_mistake(&check(&format!("{uses}databases = \"main\"")), expected);
        // It is read as what it was meant to be.
        let expected = [
            "5:1: unknown key `directory`; did you mean `directories`?",
            "5:13: `directories` must be an array of strings, not a string\n  write `directories = [\"m\"]`",
        ];
        assert_eq!(mistakes(&check(&format!("{uses}directory = \"m\""))), expected);
    }

    #[test]
    fn a_check_that_needs_something_needs_it_to_be_there() {
        let expected = "2:7: `schema/tables` reads a database, and the suite has none\n  add for example\n    \
                        [databases.main]\n    url = \"${DATABASE_URL}\"";
        assert_mistake("[[checks]]\nuse = \"schema/tables\"", expected);
    }

    #[test]
    fn what_a_check_cannot_look_at_is_not_bound_to_it() {
        let text = check("use = \"flags/required\"\ndatabase = \"main\"\n[flags.values]");
        let expected = "5:12: `flags/required` reads no database, so it can be bound to none\n  remove this key";
        assert_mistake(&text, expected);
    }

    #[test]
    fn ids_are_unique() {
        let twice = check("use = \"schema/tables\"\n[[checks]]\nuse = \"schema/tables\"\ndatabase = \"main\"");
        let expected = "5:1: `schema/tables@main` would be the id of this check and of that of line 3\n  give each an `id` of its own";
        assert_mistake(&twice, expected);
        let twice = check("id = \"a\"\nuse = \"schema/tables\"\n[[checks]]\nuse = \"schema/columns\"\nid = \"a\"");
        let expected = "8:6: the id `a` is that of the check of line 4 already\n  give each an `id` of its own";
        assert_mistake(&twice, expected);
        assert_mistake(
            &check("id = \" a\"\nuse = \"schema/tables\""),
            "4:6: `id` must be one line without spaces at its ends",
        );
    }

    #[test]
    fn settings_are_a_table_of_what_json_can_hold() {
        assert_mistake(
            &check("use = \"schema/columns\"\nsettings = 3"),
            "5:12: `settings` must be a table, not an integer",
        );
        let found =
            mistakes(&check("use = \"schema/columns\"\nsettings = { a = inf, b = [nan], c = 9223372036854775808 }"));
        let expected = [
            "5:18: `inf` is not a number that a plugin can be given",
            "5:28: `nan` is not a number that a plugin can be given",
            "5:38: the number is too large: whole numbers have at most 64 bits, sign included",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn severities_are_words() {
        let uses = "use = \"schema/tables\"\n";
        let expected = "5:12: unknown severity `blokcer`; did you mean `blocker`?";
        assert_mistake(&check(&format!("{uses}severity = \"blokcer\"")), expected);
        let expected = "5:12: `severity` must be a string, or a table by code, not an integer\n  \
                        for example `severity = \"warning\"` or `severity = { \"missing-table\" = \"warning\" }`";
        assert_mistake(&check(&format!("{uses}severity = 3")), expected);
        let expected = "5:14: `schema/tables` has no code `x`\n  its codes are `missing-table`, `unexpected-table`";
        assert_mistake(&check(&format!("{uses}severity = {{ x = \"info\" }}")), expected);
    }
}

mod files {
    use super::*;

    fn load(path: &Path) -> Result<Suite, SuiteError> {
        Suite::load(path, &environment, &BUILT_IN)
    }

    #[test]
    fn a_folder_stands_for_the_suite_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let missing = load(folder.path()).unwrap_err().to_string();
        let path = folder.path().join("precheck.toml");
        let expected = format!(
            "no suite at `{}`: name its file, or run where there is a `precheck.toml`, which is taken unless another is named",
            path.display()
        );
        assert_eq!(missing, expected);
        std::fs::write(&path, "[databases.main]\nurl = \"sqlite:a.db\"\n").unwrap();
        let plan = load(folder.path()).unwrap().plan(&Described::new()).unwrap();
        assert_eq!(plan.suite, path);
        assert_eq!(plan.databases["main"].url.to_string(), format!("sqlite:{}", folder.path().join("a.db").display()));
    }

    #[test]
    fn text_must_be_utf_8() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"a = 1\nb = \"\xff\"\n").unwrap();
        let expected = format!("the suite `{}` is not UTF-8 text (line 2): save it as UTF-8", file.path().display());
        assert_eq!(load(file.path()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_misspelt_key_makes_no_other_mistakes() {
    let text = "[database.main]\nulr = \"sqlite:a.db\"\n[[check]]\nuses = \"schema/tables\"\ndatbase = \"main\"\n";
    let expected = [
        "1:2: unknown key `database`; did you mean `databases`?",
        "2:1: unknown key `ulr`; did you mean `url`?",
        "3:3: unknown key `check`; did you mean `checks`?",
        "4:1: unknown key `uses`; did you mean `use`?",
        "5:1: unknown key `datbase`; did you mean `database`?",
    ];
    assert_eq!(mistakes(text), expected);
}

#[test]
fn one_mistake_gets_one_sentence() {
    let provider = "[[flags.providers]]\nfile = \"flags.yaml\"\n[[checks]]\nuse = \"flags/required\"";
    assert_mistake(provider, "2:8: a file of flags must end in `.toml` or `.json`, which says how to read it");
    let bound = "[flags.values]\n[[checks]]\nuse = \"flags/required\"\ndatabase = \"nix\"";
    assert_mistake(bound, "4:12: `flags/required` reads no database, so it can be bound to none\n  remove this key");
    let check = "[databases.main]\nurl = \"sqlite:a.db\"\n[[checks]]\nuse = \"schema/tables\"\ndatabase = \"main\"\n";
    assert_mistake(&format!("{check}databse = \"main\""), "6:1: unknown key `databse`; did you mean `database`?");
}

#[test]
fn a_mistake_in_settings_hides_no_id_that_is_there_twice() {
    let check = "[[checks]]\nuse = \"schema/tables\"\nsettings = { presnt = [] }\n";
    let expected = [
        "5:14: unknown key `presnt` in `settings`; did you mean `present`?",
        "6:1: `schema/tables@main` would be the id of this check and of that of line 3\n  give each an `id` of its own",
        "8:14: unknown key `presnt` in `settings`; did you mean `present`?",
    ];
    assert_eq!(mistakes(&format!("[databases.main]\nurl = \"sqlite:a.db\"\n{check}{check}")), expected);
}

#[test]
fn two_mistakes_at_one_place_get_two_sentences() {
    let text = "[databases.main]\nurl = \"sqlite:a.db\"\n[[checks]]\nuse = \"schema/tables\"\n\
                severity = { missing-tabel = \"blokcer\", unexpected-tabel = 3 }";
    let expected = [
        "5:14: `schema/tables` has no code `missing-tabel`; did you mean `missing-table`?",
        "5:30: unknown severity `blokcer`; did you mean `blocker`?",
        "5:41: `schema/tables` has no code `unexpected-tabel`; did you mean `unexpected-table`?",
        "5:60: a severity must be a string, not an integer",
    ];
    assert_eq!(mistakes(text), expected);
}
