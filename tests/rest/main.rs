//! The resources of an account, through the simulator: every request is one that the provider describes, every answer
//! has everything that it describes.

mod contract;
mod lab;
mod media;
mod operations;
mod paging;
mod signalwire;
