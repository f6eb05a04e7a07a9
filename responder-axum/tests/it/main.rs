//! The endpoints behind axum: in memory, and over a socket.

mod desk;
mod oneshot;
mod socket;
