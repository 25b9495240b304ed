//! What the documentation shows works: suites, flag files, command lines, output, links.

use std::collections::{BTreeMap, BTreeSet};

use precheck_tests::markdown::{Block, blocks, name, pages, prose};
use precheck_tests::{Project, Ran, precheck, repository};
use regex::Regex;
use toml::de::DeTable;

fn all_blocks() -> Vec<Block> {
    pages().iter().flat_map(|page| blocks(page)).collect()
}

/// A whole suite passes `precheck validate`, as a reader would try it; the components that it names are not there.
#[test]
fn every_suite_shown_is_valid() {
    let mut whole = 0;
    for block in all_blocks().iter().filter(|block| block.language == "toml") {
        let place = &block.place;
        match block.mark.as_str() {
            "" => {
                whole += 1;
                // Checks and plugins alone are to be added to a suite that has what they ask for.
                let mut suite = block.text.clone();
                for (table, rest) in [("databases", "main]\nurl = \"sqlite:shop.db\""), ("flags", "values]\na = true")]
                {
                    if !suite.contains(&format!("[{table}")) && !suite.contains(&format!("[[{table}")) {
                        suite.push_str(&format!("\n[{table}.{rest}\n"));
                    }
                }
                let project = Project::new(&suite);
                let ran = Ran::of(project.command(["validate"]).env("DATABASE_URL", "sqlite:shop.db"));
                let absent = |line: &str| line.contains("cannot be used") && line.ends_with("does not exist");
                match ran.code {
                    Some(0) => assert!(ran.stdout.starts_with("precheck.toml is valid: "), "{place}: {ran:#?}"),
                    Some(3) => assert!(ran.stderr.lines().all(absent), "{place}: {ran:#?}"),
                    _ => panic!("{place} is no suite; a part of one is marked ```toml fragment\n{}", ran.stderr),
                }
            }
            "flags" => {
                let key = DeTable::parse(&block.text).unwrap().get_ref().keys().next().unwrap().get_ref().to_string();
                let project = Project::new(&format!(
                    "[[flags.providers]]\nfile = \"flags.toml\"\n[[checks]]\nuse = \"flags/required\"\nsettings = {{ flags = {{ {key:?} = {{ present = true }} }} }}\n"
                ));
                project.write("flags.toml", &block.text);
                let ran = project.judge();
                assert_eq!(ran.code, Some(0), "{place}: {ran:#?}");
            }
            "fragment" => {
                let parsed = DeTable::parse(&block.text);
                assert!(parsed.is_ok(), "{place}: {}", parsed.unwrap_err());
            }
            mark => panic!("{place}: no such mark: {mark}"),
        }
    }
    assert!(whole >= 3, "only {whole} suites are shown: are they found?");
}

#[test]
fn every_suite_of_an_example_is_valid() {
    let shop = repository().join("docs/examples/shop");
    assert_eq!(Ran::of(precheck().arg("validate").arg(shop)).code, Some(0));
}

/// Of each subcommand, the options that its help names.
fn options() -> BTreeMap<String, BTreeSet<String>> {
    let help = |arguments: &[&str]| Ran::of(precheck().args(arguments)).stdout;
    let option = Regex::new(r"(?m)(?:^ +|, )(-[a-z]|--[a-z-]+)").unwrap();
    let subcommand = Regex::new(r"(?m)^  ([a-z]+) ").unwrap();
    let options = |help: &str| option.captures_iter(help).map(|found| found[1].to_owned()).collect::<BTreeSet<_>>();
    let main = help(&["--help"]);
    let mut known: BTreeMap<String, BTreeSet<String>> = subcommand
        .captures_iter(&main)
        .map(|found| found[1].to_owned())
        .filter(|name| name != "help")
        .map(|name| (name.clone(), options(&help(&[&name, "--help"]))))
        .collect();
    assert!(known.len() >= 4 && known["run"].contains("--format"), "{known:?}");
    known.insert(String::new(), options(&main));
    known
}

/// What is wrong with the arguments of a call that a page shows.
fn mistake(arguments: &str, known: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let words: Vec<&str> =
        arguments.split_whitespace().take_while(|word| !["|", "#", ">", "&&"].contains(word)).collect();
    let first = words.first().copied().unwrap_or_default();
    let subcommand = if first.starts_with('-') { "" } else { first };
    let Some(options) = known.get(subcommand) else { return Some(format!("no subcommand `{first}`")) };
    let named = words.iter().map(|word| word.trim_matches(['[', ']']).split('=').next().unwrap_or_default());
    let unknown = named.filter(|word| word.starts_with('-')).find(|word| !options.contains(*word));
    unknown.map(|word| format!("`{first}` has no option `{word}`"))
}

#[test]
fn every_command_line_shown_exists() {
    let known = options();
    let inline = Regex::new(r"`precheck ([^`]+)`").unwrap();
    let mut found = 0;
    let mut judge = |place: &str, arguments: &str| {
        found += 1;
        if let Some(mistake) = mistake(arguments, &known) {
            panic!("{place} shows `precheck {arguments}`: {mistake}");
        }
    };
    for page in pages() {
        let prose = prose(&page);
        let prose = prose.split_whitespace().collect::<Vec<_>>().join(" ");
        for call in inline.captures_iter(&prose) {
            judge(&name(&page), &call[1]);
        }
    }
    let call = Regex::new(r"(?:^|[ ;(])(?:precheck|cargo run --(?: [a-z-]+)* --) ([^;)]+)").unwrap();
    for block in
        all_blocks().iter().filter(|block| ["sh", "bash", "console", "yaml"].contains(&block.language.as_str()))
    {
        for line in block.text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            for call in call.captures_iter(line) {
                judge(&block.place, &call[1]);
            }
        }
    }
    assert!(found >= 6, "only {found} command lines are shown: are they found?");
}

#[test]
fn a_wrong_command_line_would_be_seen() {
    let known = options();
    assert_eq!(mistake("run [SUITE] --format json | head", &known), None);
    assert_eq!(mistake("--version", &known), None);
    assert!(mistake("check", &known).is_some());
    assert!(mistake("run --formt json", &known).is_some());
    assert!(mistake("validate --format=json", &known).is_some());
}

/// The report in the README is one that the program prints, paragraph by paragraph.
#[test]
fn the_output_in_the_readme_is_real() {
    let mut command = precheck();
    let report = Ran::of(command.current_dir(repository()).args(["run", "docs/examples/shop/precheck.toml"])).stdout;
    let shown: Vec<Block> = blocks(&repository().join("README.md"))
        .into_iter()
        .filter(|block| block.language == "text" && block.text.contains("BLOCKED"))
        .collect();
    assert_eq!(shown.len(), 1, "the README shows one report");
    let mut rest = report.as_str();
    for paragraph in shown[0].text.trim_end().split("\n\n") {
        let place = rest.find(paragraph);
        let place =
            place.unwrap_or_else(|| panic!("the README shows\n{paragraph}\n\nand the program prints\n{report}"));
        rest = &rest[place..];
    }
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)#]+)(?:#[^)]*)?\)").unwrap();
    for page in pages() {
        let prose = prose(&page);
        for target in link.captures_iter(&prose).map(|found| found[1].to_owned()) {
            if !target.contains("://") {
                assert!(page.parent().unwrap().join(&target).exists(), "{} links to {target}", name(&page));
            }
        }
    }
}
