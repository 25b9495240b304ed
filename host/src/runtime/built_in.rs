//! The plugins that this program carries.

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The names of the built-in plugins, in order.
#[must_use]
pub fn built_in_names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).collect()
}

/// True for the name of a built-in plugin.
#[must_use]
pub fn is_built_in(name: &str) -> bool {
    built_in(name).is_some()
}

/// The component of that name.
pub(super) fn built_in(name: &str) -> Option<&'static [u8]> {
    BUILT_IN.iter().find(|(built_in, _)| *built_in == name).map(|(_, bytes)| *bytes)
}
