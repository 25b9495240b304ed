//! The WebAssembly side: what the generated bindings call, and what calls them.

pub mod bindings;
mod catalogue;
mod convert;
mod export;
mod imports;

pub use export::Registered;
