//! From a [`RunReport`](crate::model::RunReport) to text, one renderer a format. They see the model and nothing else of the host.

mod human;
mod json;
pub mod text;

pub use human::{HumanOptions, human};
pub use json::{json, pretty};

#[cfg(test)]
mod fixtures;
