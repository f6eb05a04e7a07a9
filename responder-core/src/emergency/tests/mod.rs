//! Proofs: literal transitions, properties over random inputs, a model check of the real `handle_input`.

mod actions;
mod diagnostics;
mod invariants;
mod model;
mod picture;
mod properties;
mod stored;
mod transitions;
mod world;
