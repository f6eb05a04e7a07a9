//! The adapter against the suite that every adapter has to pass, and what is warp's own.

mod beside;
mod lab;

mod root {
    responder_core::adapter_conformance!(super::lab::Lab::at(""));
}

mod below_a_prefix {
    responder_core::adapter_conformance!(super::lab::Lab::at("/help/tuc"));
}

mod behind_hyper {
    responder_core::adapter_conformance!(super::lab::Lab::at("/help/tuc").behind_hyper());
}
