//! `precheck list`: what would run, on what, with which grants.

use indexmap::IndexMap;
use precheck::capabilities::feature_flags::ProviderConfig;
use precheck::model::{Limits, Severity, format_bytes, format_duration};
use precheck::report::{pretty, text};
use precheck::suite::{Plan, PlannedCheck, PluginSource};
use serde::Serialize;

use super::args::{Format, ListArguments};
use super::console;
use super::exit::{Exit, Failure};
use super::prepare::prepare;
use super::table::table;
use super::validate::size;
use super::watch::Watcher;

pub async fn list(arguments: ListArguments) -> Result<Exit, Failure> {
    let (mut watcher, events) = Watcher::new(false);
    let prepared = watcher.during(prepare(&arguments.suite, &events)).await?;
    let listing = Listing::of(&prepared.plan);
    match arguments.format {
        Format::Human => console::print(&human(&prepared.plan, &listing)),
        Format::Json => console::print_exactly(&pretty(&listing)),
    }
    .map_err(Failure::Stdout)?;
    let unusable = prepared.unusable();
    if unusable.is_empty() { Ok(Exit::Clear) } else { Err(Failure::Plugins(unusable)) }
}

/// The plan, as it is shown. Settings are left out: they may be long, and are in the suite.
#[derive(Debug, Serialize)]
struct Listing {
    suite: String,
    application: Option<String>,
    from: Option<String>,
    to: Option<String>,
    environment: Option<String>,
    checks: Vec<Check>,
    plugins: Vec<Plugin>,
    databases: Vec<Place>,
    directories: Vec<Place>,
    flag_providers: Vec<Provider>,
}

#[derive(Debug, Serialize)]
struct Check {
    id: String,
    #[serde(rename = "use")]
    uses: String,
    databases: Vec<String>,
    directories: Vec<String>,
    feature_flags: bool,
    owner: Option<String>,
    optional: bool,
    /// What the suite says: for every code, then by code.
    severity: Option<&'static str>,
    severity_by_code: IndexMap<String, &'static str>,
}

#[derive(Debug, Serialize)]
struct Plugin {
    name: String,
    built_in: bool,
    source: String,
    /// Those that the suite set to something else than the default.
    limits: IndexMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Place {
    name: String,
    place: String,
}

/// Who knows flags.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Provider {
    Suite,
    File { path: String },
    Environment { prefix: String },
}

impl Listing {
    fn of(plan: &Plan) -> Self {
        let plugins = plan.plugins.iter().map(|(name, plugin)| {
            let (built_in, source) = match &plugin.source {
                PluginSource::BuiltIn(name) => (true, name.clone()),
                PluginSource::Path(path) => (false, path.display().to_string()),
            };
            Plugin { name: name.clone(), built_in, source, limits: limits_set(&plugin.limits) }
        });
        // A URL shows itself without its password.
        let databases =
            plan.databases.iter().map(|(name, target)| Place { name: name.clone(), place: target.url.to_string() });
        let directories =
            plan.directories.iter().map(|(name, path)| Place { name: name.clone(), place: path.display().to_string() });
        Listing {
            suite: plan.suite.display().to_string(),
            application: plan.upgrade.application.clone(),
            from: plan.upgrade.from.clone(),
            to: plan.upgrade.to.clone(),
            environment: plan.upgrade.environment.clone(),
            checks: plan.checks.iter().map(Check::of).collect(),
            plugins: plugins.collect(),
            databases: databases.collect(),
            directories: directories.collect(),
            flag_providers: plan.flags.providers.iter().map(Provider::of).collect(),
        }
    }
}

impl Check {
    fn of(check: &PlannedCheck) -> Self {
        let by_code = check.severity.by_code.iter().map(|(code, severity)| (code.clone(), severity.as_str()));
        Check {
            id: check.id.clone(),
            uses: check.uses(),
            databases: check.grants.databases.clone(),
            directories: check.grants.directories.clone(),
            feature_flags: check.grants.feature_flags,
            owner: check.owner.clone(),
            optional: check.optional,
            severity: check.severity.all.map(Severity::as_str),
            severity_by_code: by_code.collect(),
        }
    }
}

fn human(plan: &Plan, listing: &Listing) -> String {
    let checks = listing.checks.iter().map(|check| {
        [
            check.id.clone(),
            check.uses.clone(),
            check.databases.join(", "),
            check.directories.join(", "),
            if check.feature_flags { "yes".into() } else { String::new() },
            check.owner.clone().unwrap_or_default(),
            notes(check),
        ]
    });
    let plugins = listing.plugins.iter().map(|plugin| {
        let source = if plugin.built_in { format!("built in ({})", plugin.source) } else { plugin.source.clone() };
        let limits: Vec<_> = plugin.limits.iter().map(|(name, limit)| format!("{name} = {limit}")).collect();
        [plugin.name.clone(), source, limits.join(", ")]
    });
    let places = |places: &[Place]| -> Vec<[String; 2]> {
        places.iter().map(|place| [place.name.clone(), place.place.clone()]).collect()
    };
    let providers: Vec<_> = listing.flag_providers.iter().map(|provider| [provider.shown()]).collect();
    let head = format!("{}: {}\n", text::line(&listing.suite), size(plan));
    let tables = [
        table(["CHECK", "USE", "DATABASES", "DIRECTORIES", "FLAGS", "OWNER", "NOTES"], &checks.collect::<Vec<_>>()),
        table(["PLUGIN", "SOURCE", "LIMITS"], &plugins.collect::<Vec<_>>()),
        table(["DATABASE", "PLACE"], &places(&listing.databases)),
        table(["DIRECTORY", "PLACE"], &places(&listing.directories)),
        table(["FLAGS FROM"], &providers),
    ];
    let tables = tables.into_iter().filter(|table| !table.is_empty());
    std::iter::once(head).chain(tables).collect::<Vec<_>>().join("\n")
}

fn notes(check: &Check) -> String {
    let by_code = check.severity_by_code.iter().map(|(code, severity)| format!("{code} = {severity}"));
    let severity: Vec<_> = check.severity.map(str::to_owned).into_iter().chain(by_code).collect();
    let severity = (!severity.is_empty()).then(|| format!("severity: {}", severity.join(", ")));
    let optional = check.optional.then(|| "optional".to_owned());
    optional.into_iter().chain(severity).collect::<Vec<_>>().join("; ")
}

impl Provider {
    fn of(config: &ProviderConfig) -> Self {
        match config {
            ProviderConfig::Inline { .. } => Provider::Suite,
            ProviderConfig::File { path } => Provider::File { path: path.display().to_string() },
            ProviderConfig::Environment { prefix } => Provider::Environment { prefix: prefix.clone() },
        }
    }

    fn shown(&self) -> String {
        match self {
            Provider::Suite => "the suite itself".into(),
            Provider::File { path } => path.clone(),
            Provider::Environment { prefix } => format!("environment variables {prefix}*"),
        }
    }
}

/// The limits that differ from the defaults, as a suite sets them.
fn limits_set(limits: &Limits) -> IndexMap<&'static str, String> {
    let defaults = Limits::default();
    let limit = |name, differs: bool, value: String| differs.then_some((name, value));
    [
        limit("time", limits.time != defaults.time, format_duration(limits.time)),
        limit("memory", limits.memory != defaults.memory, format_bytes(limits.memory)),
        limit("findings", limits.findings != defaults.findings, limits.findings.to_string()),
        limit("statements", limits.statements != defaults.statements, limits.statements.to_string()),
        limit("rows", limits.rows != defaults.rows, limits.rows.to_string()),
        limit("sessions", limits.sessions != defaults.sessions, limits.sessions.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use precheck::capabilities::database::{DatabaseUrl, Target};
    use precheck::capabilities::feature_flags::FlagsConfig;
    use precheck::model::UpgradeContext;
    use precheck::suite::{Grants, PlannedPlugin, SeverityOverrides};

    use super::*;

    fn plan() -> Plan {
        let check = |id: &str, plugin: &str, check: &str, grants: Grants| PlannedCheck {
            id: id.into(),
            plugin: plugin.into(),
            check: check.into(),
            settings: serde_json::json!({}),
            grants,
            owner: None,
            severity: SeverityOverrides::default(),
            optional: false,
            description: None,
            unusable: None,
        };
        let main = Grants { databases: vec!["main".into()], ..Grants::default() };
        let orders = PlannedCheck {
            owner: Some("team-orders".into()),
            ..check("orders-table", "schema", "tables", main.clone())
        };
        let own = PlannedCheck {
            optional: true,
            severity: SeverityOverrides {
                all: Some(Severity::Warning),
                by_code: [("x".into(), Severity::Info)].into(),
            },
            ..check(
                "own/all@main",
                "own",
                "all",
                Grants { directories: vec!["migrations".into()], feature_flags: true, ..main },
            )
        };
        let built_in = PlannedPlugin { source: PluginSource::BuiltIn("schema".into()), limits: Limits::default() };
        let limits = Limits { time: std::time::Duration::from_secs(90), memory: 64 << 20, ..Limits::default() };
        let by_path = PlannedPlugin { source: PluginSource::Path("plugins/own.wasm".into()), limits };
        let url = DatabaseUrl::SqliteFile("shop.db".into());
        Plan {
            suite: "precheck.toml".into(),
            upgrade: UpgradeContext { application: Some("shop".into()), ..UpgradeContext::default() },
            databases: IndexMap::from([("main".into(), Target { name: "main".into(), url, load: vec![] })]),
            directories: IndexMap::from([("migrations".into(), "migrations".into())]),
            flags: FlagsConfig {
                providers: vec![ProviderConfig::Environment { prefix: "FLAG_".into() }],
                ..FlagsConfig::default()
            },
            plugins: IndexMap::from([("schema".into(), built_in), ("own".into(), by_path)]),
            checks: vec![orders, own],
        }
    }

    #[test]
    fn people_get_tables() {
        let plan = plan();
        let expected = "\
precheck.toml: 2 checks, 2 plugins, 1 database

CHECK         USE            DATABASES  DIRECTORIES  FLAGS  OWNER        NOTES
orders-table  schema/tables  main                           team-orders
own/all@main  own/all        main       migrations   yes                 optional; severity: warning, x = info

PLUGIN  SOURCE             LIMITS
schema  built in (schema)
own     plugins/own.wasm   time = 90s, memory = 64MiB

DATABASE  PLACE
main      sqlite:shop.db

DIRECTORY   PLACE
migrations  migrations

FLAGS FROM
environment variables FLAG_*
";
        assert_eq!(human(&plan, &Listing::of(&plan)), expected);
    }

    #[test]
    fn programs_get_the_same() {
        let parsed: serde_json::Value = serde_json::from_str(&pretty(&Listing::of(&plan()))).unwrap();
        assert_eq!(parsed["checks"][0]["use"], "schema/tables");
        assert_eq!(parsed["checks"][1]["feature_flags"], true);
        assert_eq!(parsed["plugins"][1]["limits"], serde_json::json!({ "time": "90s", "memory": "64MiB" }));
        assert_eq!(parsed["databases"][0]["place"], "sqlite:shop.db");
    }

    #[test]
    fn a_length_of_time_is_written_as_a_suite_reads_it() {
        for text in ["1ms", "1500ms", "30s", "90s", "5m", "2h"] {
            assert_eq!(format_duration(precheck::model::parse_duration(text).unwrap()), text);
        }
    }
}
