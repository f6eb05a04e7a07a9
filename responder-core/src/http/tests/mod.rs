mod access;
mod answers;
mod bodies;
mod desk;
mod routing;
