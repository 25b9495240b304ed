//! The contract as Rust types, generated from `wit/`.

// Generated code carries no documentation of its own and answers to no lint of ours.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::indexing_slicing, unsafe_code)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "plugin",
    imports: { default: async | trappable },
    exports: { default: async },
    // Without it `?` on a capability error compiles, and silently becomes a trap.
    trappable_error_type: {
        "precheck:plugin/types.capability-error" => crate::capabilities::CallError,
    },
    with: {
        "precheck:plugin/database.connection": crate::capabilities::database::Connection,
        "precheck:plugin/database.cursor": crate::capabilities::database::Cursor,
    },
    additional_derives: [PartialEq],
});
