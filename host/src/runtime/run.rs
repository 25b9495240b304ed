//! A whole run: what its checks share, how many of them run at once, and the report that comes of it.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::engine::{Runtime, State};
use super::invocation::{Invocation, stopped};
use super::limiter::Limiter;
use super::plugin::{LoadError, Plugin, Plugins};
use super::wasi::Wasi;
use crate::capabilities::bindings::precheck::plugin::types::{CapabilityError, ErrorKind};
use crate::capabilities::database::{self, Database, Databases};
use crate::capabilities::feature_flags::{Flags, Providers};
use crate::capabilities::files::{Directories, Files};
use crate::capabilities::{Capabilities, CodeRule, Logging, Reply, Report, Seam, Upgrade};
use crate::model::{
    CheckReport, DatabaseReport, Event, FailOn, Limits, Outcome, PluginReport, Reason, ReasonKind, RunInfo, RunReport,
    Usage,
};
use crate::suite::{Plan, PlannedCheck};

/// Sessions that all checks of a run hold on one database at a time, a check's second one not counted.
const SESSIONS: usize = 4;

/// How a plan is run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Checks that run at the same time.
    pub jobs: usize,
    /// Whether a run that judged no check may be clear.
    pub allow_empty: bool,
    /// From which severity on the exit code tells.
    pub fail_on: FailOn,
}

/// What the checks of a run share.
struct Shared {
    plan: Arc<Plan>,
    plugins: Plugins,
    databases: BTreeMap<String, Reply<Arc<dyn Database>>>,
    sessions: BTreeMap<String, Arc<Semaphore>>,
    providers: Arc<Providers>,
    directories: Arc<Directories>,
    jobs: Arc<Semaphore>,
    started: Duration,
    events: UnboundedSender<Event>,
}

impl Runtime {
    /// Runs every check of a plan once. When `stop` completes, checks that have not ended are `errored`, and what was
    /// found until then is kept.
    pub async fn run(
        self: Arc<Self>,
        plan: Arc<Plan>,
        plugins: Plugins,
        options: RunOptions,
        events: UnboundedSender<Event>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> RunReport {
        let mut run = RunInfo::begin(uuid::Uuid::new_v4().to_string(), &plan.upgrade);
        let (stopper, mut stopping) = watch::channel(false);
        let watcher = tokio::spawn(async move {
            stop.await;
            // Fails once the run is over.
            let _ = stopper.send(true);
            std::future::pending::<()>().await;
        });
        let started = Duration::from_secs(u64::try_from(run.started.as_second()).unwrap_or_default());
        let databases = tokio::select! {
            databases = connect(&plan) => databases,
            () = stopped(&mut stopping) => BTreeMap::new(),
        };
        let reports = database_reports(&plan, &databases);
        let shared = Arc::new(Shared {
            sessions: databases.keys().map(|name| (name.clone(), Arc::new(Semaphore::new(SESSIONS)))).collect(),
            databases,
            providers: Providers::new(&plan.flags),
            directories: Directories::open(&plan.directories),
            jobs: Arc::new(Semaphore::new(options.jobs.max(1))),
            plan,
            plugins,
            started,
            events,
        });
        let mut tasks = JoinSet::new();
        for (index, check) in shared.plan.checks.iter().enumerate() {
            // Asked for the first time here, so that checks queue in the suite's order and not in that of the threads.
            let mut turn = Box::pin(tokio::task::unconstrained(shared.turn(check)));
            let taken = poll_fn(|context| Poll::Ready(turn.as_mut().poll(context))).await;
            let turn = async move {
                match taken {
                    Poll::Ready(permits) => permits,
                    Poll::Pending => turn.await,
                }
            };
            let (runtime, shared, stopping) = (self.clone(), shared.clone(), stopping.clone());
            tasks.spawn(async move { (index, shared.judge(index, turn, &runtime, stopping).await) });
        }
        let mut checks: Vec<Option<CheckReport>> = shared.plan.checks.iter().map(|_| None).collect();
        while let Some(ended) = tasks.join_next().await {
            if let Ok((index, report)) = ended
                && let Some(slot) = checks.get_mut(index)
            {
                *slot = report;
            }
        }
        watcher.abort();
        run.finished = jiff::Timestamp::now();
        let checks = checks.into_iter().zip(&shared.plan.checks);
        let checks = checks
            .map(|(report, check)| {
                // A task of the host's own that panicked.
                report.unwrap_or_else(|| unjudged(check, None, ReasonKind::Host, "the host failed while the check ran"))
            })
            .collect::<Vec<_>>();
        // An interruption that came too late changed nothing.
        run.interrupted = checks
            .iter()
            .any(|check| check.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::Interrupted));
        RunReport::new(run, Vec::new(), reports, checks, options.allow_empty, options.fail_on)
    }
}

impl Shared {
    async fn judge(
        &self,
        index: usize,
        turn: impl Future<Output = Vec<OwnedSemaphorePermit>>,
        runtime: &Runtime,
        stopping: watch::Receiver<bool>,
    ) -> Option<CheckReport> {
        let check = self.plan.checks.get(index)?;
        let report = self.report(check, turn, runtime, stopping).await;
        // Nobody has to listen.
        let _ = self.events.send(Event::Finished { report: Box::new(report.clone()) });
        Some(report)
    }

    async fn report(
        &self,
        check: &PlannedCheck,
        turn: impl Future<Output = Vec<OwnedSemaphorePermit>>,
        runtime: &Runtime,
        mut stopping: watch::Receiver<bool>,
    ) -> CheckReport {
        let plugin = match self.plugins.loaded.get(&check.plugin) {
            Some(Ok(plugin)) => plugin.clone(),
            Some(Err(error)) => return unjudged(check, Some(error), ReasonKind::Load, error.to_string()),
            None => return unjudged(check, None, ReasonKind::Host, format!("no plugin `{}` was loaded", check.plugin)),
        };
        if let Some(why) = &check.unusable {
            return unjudged(check, None, ReasonKind::Load, why);
        }
        let _permits = tokio::select! {
            // What is interrupted does not begin, even if it could.
            biased;
            () = stopped(&mut stopping) => {
                return unjudged(check, None, ReasonKind::Interrupted, "the run was interrupted before the check began");
            }
            permits = turn => permits,
        };
        let _ = self.events.send(Event::Started { check: check.id.clone() });
        let limits = self.plan.plugins.get(&check.plugin).map(|plugin| plugin.limits.clone()).unwrap_or_default();
        let state = self.state(check, &plugin, &limits);
        Invocation { check, limits: &limits, plugin, stop: stopping }.run(runtime, state).await
    }

    /// One session on every database of the check, and a place among the jobs. Everybody asks in the same order, so no
    /// two checks wait for each other.
    fn turn(&self, check: &PlannedCheck) -> impl Future<Output = Vec<OwnedSemaphorePermit>> + Send + 'static {
        let mut names: Vec<&String> = check.grants.databases.iter().collect();
        names.sort();
        names.dedup();
        let sessions = names.into_iter().filter_map(|name| self.sessions.get(name));
        let semaphores: Vec<Arc<Semaphore>> = sessions.chain([&self.jobs]).cloned().collect();
        async move {
            let mut permits = Vec::new();
            for semaphore in semaphores {
                // They are never closed.
                permits.extend(semaphore.acquire_owned().await);
            }
            permits
        }
    }

    fn state(&self, check: &PlannedCheck, plugin: &Plugin, limits: &Limits) -> State {
        let events = Some(self.events.clone());
        let logging = Logging::new(&check.id, events.clone());
        let databases = check.grants.databases.iter().map(|name| {
            let database = self.databases.get(name).cloned().unwrap_or_else(|| {
                Err(CapabilityError::new(ErrorKind::Unavailable, format!("the database `{name}` was not connected")))
            });
            (name.clone(), database)
        });
        State {
            wasi: Wasi::new(&logging, self.started, seed(check)),
            limiter: Limiter::new(limits.memory),
            capabilities: Capabilities {
                table: wasmtime::component::ResourceTable::new(),
                seam: Seam::describing(),
                report: Report::new(&check.id, codes(check, plugin), limits.findings, events),
                logging,
                upgrade: Upgrade::new(&self.plan.upgrade, self.started.as_secs()),
                databases: Databases::new(databases.collect(), &check.plugin, limits),
                flags: Flags::new(Some(self.providers.clone()), check.grants.feature_flags, &check.plugin),
                files: Files::new(self.directories.clone(), check.grants.directories.clone(), &check.plugin),
            },
        }
    }
}

/// Every database that a check is bound to, connected at the run's start, all at once.
async fn connect(plan: &Plan) -> BTreeMap<String, Reply<Arc<dyn Database>>> {
    let mut tasks = JoinSet::new();
    for target in plan.databases.values() {
        if plan.checks.iter().any(|check| check.grants.databases.contains(&target.name)) {
            let target = target.clone();
            tasks.spawn(async move { (target.name.clone(), database::connect(&target).await) });
        }
    }
    let mut connected = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        connected.extend(joined);
    }
    connected
}

fn database_reports(plan: &Plan, databases: &BTreeMap<String, Reply<Arc<dyn Database>>>) -> Vec<DatabaseReport> {
    let report = |name: &String| {
        let database = databases.get(name)?.as_ref().ok();
        Some(DatabaseReport {
            name: name.clone(),
            engine: database.map(|database| database::engine_name(&database.engine()).to_owned()),
            version: database.map(|database| database.version()),
            consistency: database.map(|database| database.consistency().to_owned()),
        })
    };
    plan.databases.keys().filter_map(report).collect()
}

/// What the suite and the description say of each code.
fn codes(check: &PlannedCheck, plugin: &Plugin) -> BTreeMap<String, CodeRule> {
    let description = plugin.description.check(&check.check);
    let codes = description.map(|description| description.codes.as_slice()).unwrap_or_default();
    let rule = |code: &crate::model::CodeDescription| {
        let overridden = check.severity.of(&code.code);
        (code.code.clone(), CodeRule { severity: code.severity, overridden, help: code.help.clone() })
    };
    codes.iter().map(rule).collect()
}

/// The same for the same check with the same settings, whatever else runs.
fn seed(check: &PlannedCheck) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(check.id.as_bytes());
    hash.update([0]);
    hash.update(check.settings.to_string().as_bytes());
    hash.finalize().into()
}

/// The report of a check that never ran.
fn unjudged(
    check: &PlannedCheck,
    error: Option<&LoadError>,
    kind: ReasonKind,
    message: impl Into<String>,
) -> CheckReport {
    CheckReport {
        id: check.id.clone(),
        uses: check.uses(),
        plugin: PluginReport {
            name: check.plugin.clone(),
            version: None,
            digest: error.and_then(|error| error.digest.clone()),
        },
        databases: check.grants.databases.clone(),
        directories: check.grants.directories.clone(),
        owner: check.owner.clone(),
        optional: check.optional,
        outcome: Outcome::Errored,
        reason: Some(Reason::new(kind, message)),
        duration: Duration::ZERO,
        findings: Vec::new(),
        usage: Usage::default(),
    }
}
