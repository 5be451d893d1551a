//! The server over real sockets, spoken to as the host speaks.

mod deadlines;
mod events;
mod http;
mod lines;
mod wire;
