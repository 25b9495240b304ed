use precheck_sdk::database::Engine;
use precheck_sdk::prelude::*;
use precheck_sdk::testing::{Fake, Outcome, Sqlite};

use super::{Flavour, Pattern};

const PLAIN: Flavour = Flavour { prefix: "", start: "^", end: "$", group: "(" };
const POSTGRES: Flavour = Flavour { prefix: "", start: "\\A", end: "\\Z", group: "(?:" };

/// Pattern, texts that match, texts that do not.
const CASES: &[(&str, &[&str], &[&str])] = &[
    ("b", &["b", "abc", "a\nb"], &["", "B", "ac"]),
    ("^b", &["b", "bc"], &["ab", "a\nb"]),
    ("b$", &["b", "ab"], &["bc", "b\n", "b\nc"]),
    ("^$", &[""], &[" ", "\n"]),
    ("^a.c$", &["abc", "a.c", "aüc", "a🦀c"], &["ac", "a\nc", "abbc"]),
    ("^a\\.c$", &["a.c"], &["abc"]),
    ("^[^@ ]+@[^@ ]+$", &["a@b", "a\n@b"], &["@b", "a@", "a b@c", "a@@b"]),
    ("^(a|bc|d)e$", &["ae", "bce", "de"], &["e", "be", "abce"]),
    ("^(?:ab)+$", &["ab", "abab"], &["", "aba"]),
    ("^ab*c+d?$", &["acd", "abbbccc", "ac"], &["ab", "acdd"]),
    ("^a{3}$", &["aaa"], &["aa", "aaaa"]),
    ("^a{2,}$", &["aa", "aaaaa"], &["a", ""]),
    ("^a{0,2}$", &["", "a", "aa"], &["aaa"]),
    ("^\\d+$", &["0123456789"], &["", "1a", "٣", "½"]),
    ("^\\w+$", &["aZ_9"], &["ä", "a-b", "", "\u{17f}", "\u{212a}"]),
    ("^a\\sb$", &["a b", "a\tb", "a\nb", "a\rb", "a\u{b}b", "a\u{c}b"], &["ab", "a\u{a0}b", "a\u{2003}b"]),
    ("^\\D\\W\\S$", &["a-b", "ä×ß", " \n!"], &["1-b", "aab", "a- "]),
    ("^[a-c\\d_]+$", &["abc_9"], &["d", "-", ""]),
    ("^[-x]+$", &["-x"], &["a"]),
    ("^[x-]+$", &["-x"], &["a"]),
    ("^[^-]$", &["a", "\n"], &["-"]),
    ("^[\\]\\[\\\\^]+$", &["[]\\^"], &["a"]),
    ("^[\\^a]+$", &["^a"], &["b"]),
    ("^[^\\]]+$", &["[a"], &["]"]),
    ("^[+\\--/]+$", &["+-./"], &[",", "0"]),
    ("^[!-~]+$", &["a&&b--c~~d[e]^\\"], &[" ", "ä"]),
    ("^[&~a-c]+$", &["&~b"], &["-", "d"]),
    ("^[%-&&']$", &["%", "&", "'"], &["(", "-"]),
    ("^[,--]$", &[",", "-"], &[".", "+"]),
    ("^[ä-ü🦀]+$", &["äöü🦀"], &["a", "🦁"]),
    ("^[.*+?()|{}$]+$", &[".*+?()|{}$"], &["a", "^"]),
    ("^\\^\\$\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\\\\\/$", &["^$*+?()[]{}|\\/"], &["^"]),
    ("^a\\tb\\nc\\rd$", &["a\tb\nc\rd"], &["atbncrd"]),
    ("^(a(b(c)?)?)?d", &["d", "abcd", "ad"], &["bd", ""]),
    ("a|^b|c$", &["xa", "bx", "xc"], &["xb", "cx", ""]),
    ("it's \"#\" & -~<>=!:,;%@`", &["it's \"#\" & -~<>=!:,;%@`"], &["its"]),
    ("(?:a|b){2}", &["ab", "xbay"], &["a", "axb"]),
    ("straße", &["straße"], &["STRASSE", "strasse", "STRAßE"]),
];

#[test]
fn patterns_mean_what_is_documented() {
    let database = Sqlite::new("").unwrap();
    let run = Fake::new().database("main", database).run_with(&[Capability::Database], &[], |cx| {
        let database = cx.database()?;
        assert_eq!(database.engine(), Engine::Sqlite);
        // The host's REGEXP knows these flavours; what it makes of them must be the same.
        for flavour in [PLAIN, Flavour { end: "\\z", ..POSTGRES }] {
            for (source, matching, other) in CASES {
                let pattern =
                    Pattern::parse(source).unwrap_or_else(|error| panic!("{source}: {error}")).write(&flavour);
                for (texts, expected) in [(matching, true), (other, false)] {
                    for text in *texts {
                        let matches: bool = database.scalar("select $1 regexp $2", params![*text, &pattern])?;
                        assert_eq!(matches, expected, "{source} as {pattern} on {text:?}");
                    }
                }
            }
        }
        Ok(Conclusion::Completed)
    });
    assert_eq!(run.outcome, Outcome::Passed);
}

#[test]
fn engines_get_what_they_understand() {
    let written = |source: &str, flavour: &Flavour| Pattern::parse(source).unwrap().write(flavour);
    assert_eq!(written("^(a|\\d)\\.$", &PLAIN), "^(a|[0-9])\\.$");
    assert_eq!(written("^(a|\\d)\\.$", &POSTGRES), "\\A(?:a|[0-9])\\.\\Z");
    assert_eq!(written("^.$", &Flavour { prefix: "(?-i)", ..POSTGRES }), "(?-i)\\A[^\\n]\\Z");
    // In order, each once, the hyphen last: nothing that could be a set operation.
    assert_eq!(written("[&&\\--\\-a-cb-d]", &PLAIN), "[&a-d-]");
}

#[test]
fn anything_else_is_refused_by_its_position() {
    let cases = [
        ("", "character 1: an empty pattern"),
        ("a||b", "character 3: an empty pattern, group or alternative"),
        ("(a|)", "character 4: an empty pattern"),
        ("()", "character 2: an empty pattern"),
        ("*a", "character 1: `*` repeats nothing"),
        ("a(+b)", "character 3: `+` repeats nothing"),
        ("a**", "character 3: one repetition behind another"),
        ("a+?", "character 3: one repetition behind another"),
        ("a?{2}", "character 3: one repetition behind another"),
        ("^*", "character 2: `^` and `$` cannot be repeated"),
        ("a{", "character 3: a repetition is `{3}`"),
        ("a{x}", "character 3: a repetition is `{3}`"),
        ("a{,3}", "character 3: a repetition is `{3}`"),
        ("a{3,2}", "character 6: a repetition whose largest"),
        ("a{0}", "character 4: a repetition whose largest"),
        ("a{256}", "character 5: more than 255 repetitions"),
        ("a{99999999999}", "character 5: more than 255 repetitions"),
        ("{a", "character 1: for the character itself write `\\{`"),
        ("a}", "character 2: for the character itself write `\\}`"),
        ("a]", "character 2: for the character itself write `\\]`"),
        ("ü(a", "character 2: the group is never closed"),
        ("a)", "character 2: `)` closes no group"),
        ("(?i)a", "character 2: of the groups with `?` only `(?:…)` is known"),
        ("(?=a)", "character 2: of the groups"),
        ("(?<n>a)", "character 2: of the groups"),
        ("[a", "character 1: the class is never closed"),
        ("[", "character 1: the class is never closed"),
        ("[]a]", "character 2: an empty class"),
        ("[^]", "character 3: an empty class"),
        ("[[:alpha:]]", "character 2: inside a class write `\\[`"),
        ("[z-a]", "character 4: the range `z-a` runs backwards"),
        ("[a-\\d]", "character 5: a range ends with one character"),
        ("[\\d-z]", "character 4: a hyphen that makes no range"),
        ("[a-c-e]", "character 5: a hyphen that makes no range"),
        ("[\\D]", "character 3: `\\D` is not known"),
        ("a\\", "character 2: `\\` at the end"),
        ("\\bx", "character 2: `\\b` is not known"),
        ("\\p{L}", "character 2: `\\p` is not known"),
        ("(a)\\1", "character 5: `\\1` is not known"),
        ("\\x41", "character 2: `\\x` is not known"),
        ("\\A", "character 2: `\\A` is not known"),
        ("\\é", "character 2: `\\é` is not known"),
        ("((a{200}){200}){200}", "character 1: the repetitions come to more than"),
    ];
    for (source, said) in cases {
        let error = Pattern::parse(source).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(said), "{source}: {error}");
    }
    let deep = format!("{}a{}", "(".repeat(51), ")".repeat(51));
    assert!(Pattern::parse(&deep).unwrap_err().to_string().contains("more than 50 groups"));
    assert!(Pattern::parse(&deep[1..102]).is_ok());
}
