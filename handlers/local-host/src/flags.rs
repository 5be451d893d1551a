//! The command line.

use std::path::PathBuf;

use jiff::SignedDuration;
use local_host::HostClock;

pub const USAGE: &str = "\
local-host --app DIR --state DIR [--port N] [--clock-offset-seconds N]
           [--queue-endpoint URL --queue-account NAME --queue-key-file FILE]
           [--admin open|key:VALUE] [--handler-env NAME=VALUE]…
           [--issuer-port N --staff FILE --outbox DIR]

Plays the Azure Functions host for the app in DIR. Prints `front http://127.0.0.1:N` when the
handler is ready; ends with a failure when the host stops itself.";

pub struct Flags {
    pub app: PathBuf,
    pub state: PathBuf,
    pub port: u16,
    pub clock: HostClock,
    pub queue: Option<QueueFlags>,
    /// `None`: open.
    pub admin_key: Option<String>,
    pub handler_env: Vec<(String, String)>,
    pub demo: Option<DemoFlags>,
}

pub struct QueueFlags {
    pub endpoint: String,
    pub account: String,
    pub key_file: PathBuf,
}

/// Sign-in and the phone of the demo.
pub struct DemoFlags {
    pub issuer_port: u16,
    pub staff: PathBuf,
    pub outbox: PathBuf,
}

/// Values of the flags as they were given, the last of a kind winning.
#[derive(Default)]
struct Given {
    values: Vec<(String, String)>,
}

const NAMES: &[&str] = &[
    "--app",
    "--state",
    "--port",
    "--clock-offset-seconds",
    "--queue-endpoint",
    "--queue-account",
    "--queue-key-file",
    "--admin",
    "--handler-env",
    "--issuer-port",
    "--staff",
    "--outbox",
];

impl Flags {
    /// Reads the arguments after the program's name. The error is for the person who typed them.
    pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut given = Given::default();
        while let Some(name) = arguments.next() {
            if !NAMES.contains(&name.as_str()) {
                return Err(format!("unknown flag {name}"));
            }
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            given.values.push((name, value));
        }
        let offset: i64 = given.number("--clock-offset-seconds")?.unwrap_or(0);
        let queue =
            given.all_or_none(["--queue-endpoint", "--queue-account", "--queue-key-file"])?;
        let demo = given.all_or_none(["--issuer-port", "--staff", "--outbox"])?;
        Ok(Self {
            app: given.needed("--app")?.into(),
            state: given.needed("--state")?.into(),
            port: given.number("--port")?.unwrap_or(7071),
            clock: HostClock::with_offset(SignedDuration::from_secs(offset)),
            queue: queue.map(|[endpoint, account, key_file]| QueueFlags {
                endpoint,
                account,
                key_file: key_file.into(),
            }),
            admin_key: match given.last("--admin").as_deref() {
                None | Some("open") => None,
                Some(admin) => Some(
                    admin.strip_prefix("key:").ok_or("--admin is open or key:VALUE")?.to_owned(),
                ),
            },
            handler_env: given.pairs("--handler-env")?,
            demo: match demo {
                Some([_, staff, outbox]) => Some(DemoFlags {
                    issuer_port: given.number("--issuer-port")?.unwrap_or(0),
                    staff: staff.into(),
                    outbox: outbox.into(),
                }),
                None => None,
            },
        })
    }
}

impl Given {
    fn last(&self, name: &str) -> Option<String> {
        let found = self.values.iter().rev().find(|(given, _)| given == name);
        found.map(|(_, value)| value.clone())
    }

    fn needed(&self, name: &str) -> Result<String, String> {
        self.last(name).ok_or_else(|| format!("{name} is missing"))
    }

    fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, String> {
        let value = self.last(name);
        value
            .map(|value| value.parse().map_err(|_| format!("{name} {value}: not a number")))
            .transpose()
    }

    fn all_or_none<const N: usize>(&self, names: [&str; N]) -> Result<Option<[String; N]>, String> {
        let values = names.map(|name| self.last(name));
        if values.iter().all(Option::is_none) {
            return Ok(None);
        }
        if values.iter().any(Option::is_none) {
            return Err(format!("{} belong together", names.join(", ")));
        }
        Ok(Some(values.map(Option::unwrap_or_default)))
    }

    fn pairs(&self, name: &str) -> Result<Vec<(String, String)>, String> {
        let given = self.values.iter().filter(|(given, _)| given == name);
        given
            .map(|(_, value)| {
                let (key, value) = value
                    .split_once('=')
                    .ok_or_else(|| format!("{name} {value}: not NAME=VALUE"))?;
                Ok((key.to_owned(), value.to_owned()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Flags, String> {
        Flags::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn two_flags_are_enough() {
        let flags = read("--app a --state s").unwrap();
        assert_eq!((flags.port, flags.admin_key), (7071, None));
        assert!(flags.queue.is_none() && flags.demo.is_none());
    }

    #[test]
    fn every_flag_is_read() {
        let flags = read(
            "--app a --state s --port 0 --admin key:k --handler-env A=1=2 --handler-env B= \
             --queue-endpoint http://h/x --queue-account x --queue-key-file f \
             --issuer-port 7073 --staff c.json --outbox o",
        )
        .unwrap();
        assert_eq!(flags.admin_key.as_deref(), Some("k"));
        assert_eq!(flags.handler_env[0], ("A".to_owned(), "1=2".to_owned()));
        assert_eq!(flags.queue.unwrap().account, "x");
        assert_eq!(flags.demo.unwrap().issuer_port, 7073);
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        for (line, complaint) in [
            ("--app a", "--state is missing"),
            ("--app a --state s --what", "unknown flag --what"),
            ("--app a --state", "--state needs a value"),
            ("--app a --state s --port x", "--port x: not a number"),
            ("--app a --state s --admin sesame", "--admin is open or key:VALUE"),
            ("--app a --state s --staff f", "--issuer-port, --staff, --outbox belong together"),
            ("--app a --state s --handler-env A", "--handler-env A: not NAME=VALUE"),
        ] {
            assert_eq!(read(line).err().as_deref(), Some(complaint));
        }
    }
}
