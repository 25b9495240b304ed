//! The contract's bindings, generated from `wit/` at compile time. Nothing else in the crate is unsafe or undocumented.
//!
//! Public for the export macro alone, which expands in the author's crate and names them.

// The component model passes strings, lists and handles through raw memory: reading and freeing it is what this
// generated code does, and the wit-bindgen project answers for it. Its items carry the contract's comments, where there
// are any.
#![allow(unsafe_code, missing_docs, clippy::all, clippy::unwrap_used, clippy::indexing_slicing)]

wit_bindgen::generate!({
    path: "wit",
    world: "plugin",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "precheck_sdk::__private::bindings",
});

/// Expands to the exports that the host calls.
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($plugin:path) => {
        #[doc(hidden)]
        pub struct PrecheckPlugin;

        impl $crate::__private::Registered for PrecheckPlugin {
            fn plugin() -> $crate::Plugin {
                $plugin()
            }
        }

        // The entry points are symbols that the linker finds by name, which Rust calls unsafe.
        #[allow(unsafe_code)]
        const _: () = {
    $crate::__private::bindings::export_component!(PrecheckPlugin with_types_in $crate::__private::bindings);
        };
    };
}
