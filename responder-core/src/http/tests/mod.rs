mod access;
mod answers;
mod bodies;
mod desk;
#[cfg(feature = "runtime")]
mod leaving;
mod routing;
