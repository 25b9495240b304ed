//! From a component's bytes to a plugin that can be instantiated, or a sentence that says why not.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedSender;
use wasmtime::component::Component;

use super::built_in::{built_in, built_in_names};
use super::engine::{Runtime, State};
use crate::capabilities::bindings::PluginPre;
use crate::model::{Event, PluginDescription, hex};
use crate::suite::PluginSource;

/// The package of the contract, and its version here.
const PACKAGE: &str = "precheck:plugin/";
const VERSION: &str = "0.1.0";
/// The interfaces of the contract that a plugin may import.
const INTERFACES: [&str; 7] = ["database", "feature-flags", "files", "logging", "report", "types", "upgrade"];
const CHECKS: &str = "precheck:plugin/checks@0.1.0";
/// Bytes of a component; what is larger is no plugin.
const MOST_BYTES: u64 = 256 << 20;

/// A plugin that can be instantiated.
pub(super) struct Plugin {
    pub(super) pre: PluginPre<State>,
    pub(super) description: PluginDescription,
    pub(super) digest: String,
    size: u64,
    imports: Vec<String>,
}

/// Why a plugin cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LoadError {
    message: String,
    /// Of the component, where it could be read.
    pub(super) digest: Option<String>,
}

impl LoadError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        LoadError { message: message.into(), digest: None }
    }
}

/// The plugins of a run, by their names in the suite: each loaded, or the reason why it could not be.
#[derive(Clone)]
pub struct Plugins {
    pub(super) loaded: IndexMap<String, Result<Arc<Plugin>, LoadError>>,
}

impl Plugins {
    /// What each says of itself, or why it cannot.
    #[must_use]
    pub fn descriptions(&self) -> IndexMap<String, Result<PluginDescription, String>> {
        let describe = |loaded: &Result<Arc<Plugin>, LoadError>| match loaded {
            Ok(plugin) => Ok(plugin.description.clone()),
            Err(error) => Err(error.to_string()),
        };
        self.loaded.iter().map(|(name, loaded)| (name.clone(), describe(loaded))).collect()
    }
}

/// What can be said of a plugin without running a check of it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// As it describes itself.
    pub description: PluginDescription,
    /// `sha256:` and hexadecimal digits.
    pub digest: String,
    /// Of the component, in bytes.
    pub size: u64,
    /// The interfaces that it imports, in order.
    pub imports: Vec<String>,
}

impl Runtime {
    /// Loads and describes plugins, each compiled at most once; one that cannot be loaded does not keep others from it.
    pub async fn load(&self, sources: &IndexMap<String, PluginSource>, events: &UnboundedSender<Event>) -> Plugins {
        if let Some(why) = self.cache.unused() {
            let message = format!("compiled plugins are not kept, so that every run compiles them again: {why}");
            // Nobody has to listen.
            let _ = events.send(Event::Notice { message });
        }
        let mut loaded = IndexMap::new();
        for (name, source) in sources {
            // Two names for one component are two plugins: their grants and limits differ.
            loaded.insert(name.clone(), self.load_one(name, source, events).await.map(Arc::new));
        }
        Plugins { loaded }
    }

    /// Loads one plugin and tells what can be said of it.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, loaded or described.
    pub async fn inspect(&self, source: &PluginSource) -> Result<Inspection, LoadError> {
        let (events, _) = tokio::sync::mpsc::unbounded_channel();
        let plugin = self.load_one("inspect", source, &events).await?;
        Ok(Inspection {
            description: plugin.description,
            digest: plugin.digest,
            size: plugin.size,
            imports: plugin.imports,
        })
    }

    async fn load_one(
        &self,
        name: &str,
        source: &PluginSource,
        events: &UnboundedSender<Event>,
    ) -> Result<Plugin, LoadError> {
        let read;
        let (bytes, shown) = match source {
            PluginSource::BuiltIn(built_in_name) => {
                let bytes = built_in(built_in_name).ok_or_else(|| no_built_in(built_in_name))?;
                (bytes, format!("built-in `{built_in_name}`"))
            }
            PluginSource::Path(path) => {
                read = read_component(path)?;
                (read.as_slice(), format!("`{}`", path.display()))
            }
        };
        let digest = format!("sha256:{}", hex(&Sha256::digest(bytes)));
        let loaded = async {
            let component = self.compile(name, bytes, &digest, events)?;
            let imports = self.imports(&component)?;
            let pre = self
                .linker
                .instantiate_pre(&component)
                .and_then(PluginPre::new)
                .map_err(|error| LoadError::new(format!("does not fit the contract: {error:#}")))?;
            let description = self.describe(&pre).await?;
            Ok((pre, description, imports))
        };
        match loaded.await {
            Ok((pre, description, imports)) => {
                Ok(Plugin { pre, description, digest, size: bytes.len() as u64, imports })
            }
            Err(LoadError { message, .. }) => {
                Err(LoadError { message: format!("the plugin {shown} {message}"), digest: Some(digest) })
            }
        }
    }

    fn compile(
        &self,
        name: &str,
        bytes: &[u8],
        digest: &str,
        events: &UnboundedSender<Event>,
    ) -> Result<Component, LoadError> {
        refuse_what_is_no_component(bytes)?;
        if let Some(component) = self.cache.load(&self.engine, digest) {
            return Ok(component);
        }
        // Nobody has to listen.
        let _ = events.send(Event::Compiling { plugin: name.to_owned() });
        let compiled = tokio::task::block_in_place(|| Component::from_binary(&self.engine, bytes));
        let component = compiled.map_err(|error| LoadError::new(format!("is no valid component: {error:#}")))?;
        if let Err(why) = self.cache.store(digest, &component) {
            let _ = events.send(Event::Notice { message: why });
        }
        Ok(component)
    }

    /// The names of what a component imports, if this host serves all of it.
    fn imports(&self, component: &Component) -> Result<Vec<String>, LoadError> {
        let ty = component.component_type();
        let mut imports: Vec<String> = ty.imports(&self.engine).map(|(name, _)| name.to_owned()).collect();
        imports.sort();
        let unserved: Vec<String> = imports.iter().filter_map(|import| unserved(import)).collect();
        if !unserved.is_empty() {
            return Err(LoadError::new(format!("needs what this precheck does not offer: {}", unserved.join("; "))));
        }
        let exports: Vec<String> = ty.exports(&self.engine).map(|(name, _)| name.to_owned()).collect();
        if exports.iter().any(|export| export == CHECKS) {
            return Ok(imports);
        }
        let other = exports.iter().find_map(|export| export.strip_prefix("precheck:plugin/checks@"));
        Err(LoadError::new(match other {
            Some(version) => format!(
                "was built for version {version} of the contract (`precheck:plugin/checks`), and this precheck serves \
                 {VERSION}: use a plugin or a precheck of the other's version"
            ),
            None => format!("exports no `{CHECKS}`: it is a component, and no precheck plugin"),
        }))
    }
}

fn no_built_in(name: &str) -> LoadError {
    LoadError::new(format!("there is no built-in plugin `{name}`: there are {}", built_in_names().join(", ")))
}

fn read_component(path: &Path) -> Result<Vec<u8>, LoadError> {
    let failed = |why: &dyn std::fmt::Display| LoadError::new(format!("the plugin `{}` {why}", path.display()));
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => failed(&"does not exist"),
        _ => failed(&format!("cannot be read: {error}")),
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(failed(&"is not a file"));
    }
    if metadata.len() > MOST_BYTES {
        return Err(failed(&format!("is too large: {} bytes, and {MOST_BYTES} are allowed", metadata.len())));
    }
    std::fs::read(path).map_err(unreadable)
}

/// The first bytes tell a component from a core module, which many toolchains make on the way to one.
fn refuse_what_is_no_component(bytes: &[u8]) -> Result<(), LoadError> {
    match bytes {
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => Err(LoadError::new(
            "is a core WebAssembly module and not a component: build it for `wasm32-wasip2`, or make a component of it",
        )),
        [0, b'a', b's', b'm', ..] => Err(LoadError::new("is cut off, or WebAssembly of an unknown version")),
        _ => Err(LoadError::new("is not WebAssembly")),
    }
}

/// A sentence for an import that this host does not serve.
fn unserved(import: &str) -> Option<String> {
    let (name, version) = import.split_once('@').unwrap_or((import, "none"));
    if let Some(interface) = name.strip_prefix(PACKAGE) {
        return match (INTERFACES.contains(&interface), version == VERSION) {
            (true, true) => None,
            (true, false) => {
                Some(format!("the interface `{name}` in version {version} (this precheck serves {VERSION})"))
            }
            (false, _) => Some(format!(
                "the interface `{name}` in version {version} (this precheck serves version {VERSION} of `precheck:plugin`, \
                 which has none of that name)"
            )),
        };
    }
    let wasi = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];
    let served = version.starts_with("0.2.") && wasi.iter().any(|package| name.starts_with(package));
    (!served).then(|| format!("the import `{import}` (a plugin may import `precheck:plugin` and WASI 0.2)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_served_in_the_contracts_version_alone() {
        assert_eq!(unserved("precheck:plugin/files@0.1.0"), None);
        assert_eq!(unserved("wasi:io/streams@0.2.6"), None);
        let newer = unserved("precheck:plugin/files@0.2.0").unwrap();
        assert!(newer.contains("0.2.0") && newer.contains("0.1.0") && newer.contains("files"), "{newer}");
        assert!(unserved("precheck:plugin/network@0.1.0").is_some());
        assert!(unserved("wasi:http/types@0.2.0").is_some());
        assert!(unserved("env").is_some());
    }

    #[test]
    fn what_is_no_component_is_told_apart() {
        assert!(refuse_what_is_no_component(b"\0asm\x0d\0\x01\0").is_ok());
        let message = |bytes: &[u8]| refuse_what_is_no_component(bytes).unwrap_err().to_string();
        assert!(message(b"\0asm\x01\0\0\0").contains("core WebAssembly module"));
        assert!(message(b"\0asm").contains("cut off"));
        assert!(message(b"").contains("not WebAssembly"));
    }
}
