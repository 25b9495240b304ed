//! precheck
