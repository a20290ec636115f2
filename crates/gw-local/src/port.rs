//! A port of this machine, kept from others between the moment it is chosen and the moment it is served.
//!
//! It refuses every address but 127.0.0.1.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// A port nobody else can take for as long as this lives. Callers who connect meanwhile wait until it is served.
#[derive(Debug)]
pub struct HeldPort {
    port: u16,
    listener: TcpListener,
}

impl HeldPort {
    /// A free port the system chooses.
    pub fn any() -> io::Result<Self> {
        Self::of(0)
    }

    /// The first of these that is free; `None` when none is.
    pub fn first_of(ports: impl IntoIterator<Item = u16>) -> Option<Self> {
        ports.into_iter().find_map(|port| Self::of(port).ok())
    }

    /// Which.
    pub const fn port(&self) -> u16 {
        self.port
    }

    fn of(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let port = listener.local_addr()?.port();
        Ok(Self { port, listener })
    }

    pub(crate) fn listen(self) -> io::Result<tokio::net::TcpListener> {
        self.listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(self.listener)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_port_is_passed_over_until_it_is_let_go() {
        let held = HeldPort::any().unwrap();
        let port = held.port();
        assert!(HeldPort::first_of([port]).is_none());
        drop(held);
        assert_eq!(HeldPort::first_of([port]).unwrap().port(), port);
    }
}
