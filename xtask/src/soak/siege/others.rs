//! The dishonest clients as a process of their own that gives way to everybody else: theirs would be
//! the processors of other machines, and here they must not take those of the besieged.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};

use super::attackers::{Aim, Attack, Spoils};
use super::report::Answers;
use crate::arguments::Arguments;

pub const OTHERS: &str = "siege-others";

/// Said when they have what they begin with.
const READY: &str = "ready";
const BEGIN: &[u8] = b"begin\n";

/// What each attack was answered.
type Told = BTreeMap<String, Answers>;

/// The hidden command: gathers, says that it is ready, attacks from the first line of its input to
/// the end of it, and tells what it was answered.
pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let arguments = Arguments::parse(args, &["--url", "--storage", "--seed"])?;
    let url = arguments.need("--url")?;
    let aim = Aim::at(url, arguments.get("--storage"), arguments.number("--seed", 0)?)?;
    let spoils = Spoils::gather(url).map_err(|failed| failed.to_string())?;
    let said = |error: io::Error| format!("who besieges cannot be told: {error}");
    println!("{READY}");
    let mut lines = io::stdin().lines();
    if lines.next().transpose().map_err(said)?.is_none() {
        return Err("nobody said when to begin".to_owned());
    }
    let attack = Attack::begin(aim, spoils)?;
    while lines.next().transpose().map_err(said)?.is_some() {}
    let told = serde_json::to_string(&attack.end()).map_err(|error| error.to_string())?;
    println!("{told}");
    Ok(ExitCode::SUCCESS)
}

/// The process, seen from the honest ones. It ends with them: its input ends then.
pub struct Others {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Others {
    /// Waits until they have what they begin with.
    pub fn gather(
        this: &Path,
        url: &str,
        storage: Option<&str>,
        seed: u64,
    ) -> Result<Self, String> {
        let mut command = Command::new("nice");
        command.args(["-n", "19"]).arg(this).arg(OTHERS).args(["--url", url]);
        if let Some(storage) = storage {
            command.args(["--storage", storage]);
        }
        let mut process = command
            .args(["--seed", &seed.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the others cannot be started: {error}"))?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err("the others have no pipes".to_owned());
        };
        let mut others = Self { process, input, output: BufReader::new(output) };
        let first = others.line()?;
        if first == READY { Ok(others) } else { Err(format!("the others said {first:?}")) }
    }

    pub fn begin(&mut self) -> Result<(), String> {
        let sent = self.input.write_all(BEGIN).and_then(|()| self.input.flush());
        sent.map_err(|error| format!("the others cannot be told to begin: {error}"))
    }

    pub fn end(self) -> Result<Told, String> {
        let Self { mut process, input, output } = self;
        drop(input);
        let line = line_of(output)?;
        let ended = process.wait().map_err(|error| error.to_string())?;
        if !ended.success() {
            return Err(format!("the others failed ({ended})"));
        }
        serde_json::from_str(&line).map_err(|error| format!("the others told no answers: {error}"))
    }

    fn line(&mut self) -> Result<String, String> {
        line_of(&mut self.output)
    }
}

fn line_of(mut output: impl io::BufRead) -> Result<String, String> {
    let mut line = String::new();
    output.read_line(&mut line).map_err(|error| format!("the others: {error}"))?;
    Ok(line.trim_end().to_owned())
}
