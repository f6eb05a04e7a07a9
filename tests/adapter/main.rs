//! No framework is needed: plain hyper passes the suite of the adapters. And the real table of a branch answers the
//! same under each.

mod plain;
mod table;

use plain::Plain;

mod root {
    responder_core::adapter_conformance!(super::Plain::at(""));
}

mod below_a_prefix {
    responder_core::adapter_conformance!(super::Plain::at("/help/tuc"));
}
