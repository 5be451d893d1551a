//! The four neighbouring ports of a system.

use std::net::{Ipv4Addr, TcpListener};

/// Front on N, storage on N+1, issuer on N+2, the queues of storage on N+3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    front: u16,
}

impl Ports {
    /// Refuses what leaves no room for the neighbours.
    pub fn starting_at(front: u16) -> Result<Self, String> {
        if (1..=u16::MAX - 3).contains(&front) {
            Ok(Self { front })
        } else {
            Err(format!("port {front} leaves no room for the three ports after it"))
        }
    }

    /// Four neighbouring ports that nobody listens on now.
    pub fn free() -> Result<Self, String> {
        for _ in 0..64 {
            let listener =
                TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| e.to_string())?;
            let front = listener.local_addr().map_err(|e| e.to_string())?.port();
            drop(listener);
            if let Ok(ports) = Self::starting_at(front)
                && ports.check_free().is_ok()
            {
                return Ok(ports);
            }
        }
        Err("there are no four neighbouring free ports".to_owned())
    }

    pub fn front(self) -> u16 {
        self.front
    }

    pub fn storage(self) -> u16 {
        self.front.saturating_add(1)
    }

    pub fn issuer(self) -> u16 {
        self.front.saturating_add(2)
    }

    pub fn queues(self) -> u16 {
        self.front.saturating_add(3)
    }

    pub fn front_origin(self) -> String {
        origin(self.front())
    }

    pub fn storage_origin(self) -> String {
        origin(self.storage())
    }

    pub fn issuer_origin(self) -> String {
        origin(self.issuer())
    }

    pub fn queue_origin(self) -> String {
        origin(self.queues())
    }

    /// Says which port is taken and what helps.
    pub fn check_free(self) -> Result<(), String> {
        for (port, what) in [
            (self.front(), "front"),
            (self.storage(), "storage"),
            (self.issuer(), "issuer"),
            (self.queues(), "queues"),
        ] {
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
                return Err(format!(
                    "port {port}, for the {what}, is in use; stop what listens there or choose \
                     others with --port"
                ));
            }
        }
        Ok(())
    }
}

/// A port that nobody listens on now.
pub fn free_port() -> Result<u16, String> {
    let said = |error: std::io::Error| format!("there is no free port: {error}");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(said)?;
    Ok(listener.local_addr().map_err(said)?.port())
}

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ports_leave_no_room() {
        assert!(Ports::starting_at(65532).is_ok());
        for port in [0, 65533, 65534, 65535] {
            assert!(Ports::starting_at(port).is_err(), "{port}");
        }
    }

    #[test]
    fn a_taken_neighbour_is_named() {
        let ports = Ports::free().unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.issuer())).unwrap();
        let said = ports.check_free().unwrap_err();
        assert!(said.contains(&ports.issuer().to_string()) && said.contains("issuer"), "{said}");
    }
}
