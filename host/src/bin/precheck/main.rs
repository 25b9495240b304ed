//! precheck
fn main() {}
