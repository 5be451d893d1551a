//! What the kernel counts of a running process (Linux).

use std::fs;
use std::ops::{Add, Div, Mul, Sub};
use std::time::Duration;

/// The kernel's clock tick as it shows it to programs.
const TICK: Duration = Duration::from_millis(10);

/// What a process has used since it began, threads that ended included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub cpu: Duration,
    /// Bytes that it made the kernel write to a disk.
    pub written: u64,
}

impl Add for Used {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { cpu: self.cpu + other.cpu, written: self.written + other.written }
    }
}

impl Sub for Used {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            written: self.written.saturating_sub(before.written),
        }
    }
}

impl Mul<u32> for Used {
    type Output = Self;

    fn mul(self, times: u32) -> Self {
        Self { cpu: self.cpu * times, written: self.written * u64::from(times) }
    }
}

impl Div<u32> for Used {
    type Output = Self;

    fn div(self, parts: u32) -> Self {
        let parts = parts.max(1);
        Self { cpu: self.cpu / parts, written: self.written / u64::from(parts) }
    }
}

impl Used {
    pub fn of(pid: u32) -> Result<Self, String> {
        let stat = read(pid, "stat")?;
        let io = read(pid, "io")?;
        let ticks = ticks_of(&stat).ok_or("/proc/PID/stat is of no known form")?;
        let written = io.lines().find_map(|line| line.strip_prefix("write_bytes:"));
        let written = written.and_then(|bytes| bytes.trim().parse().ok());
        Ok(Self { cpu: TICK * ticks, written: written.ok_or("/proc/PID/io is of no known form")? })
    }
}

/// The process that `parent` started and that runs a program of this name.
pub fn child_named(parent: u32, name: &str) -> Result<u32, String> {
    let folder = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
    let pids = folder.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    // A process may end between the listing and the reading.
    let is_it = |pid: &u32| {
        read(*pid, "stat").is_ok_and(|stat| parent_and_name(&stat) == Some((parent, name)))
    };
    pids.into_iter()
        .find(is_it)
        .ok_or_else(|| format!("process {parent} runs no program named {name}"))
}

fn read(pid: u32, what: &str) -> Result<String, String> {
    let path = format!("/proc/{pid}/{what}");
    fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
}

/// Fields behind the name, which stands in brackets and may hold spaces.
fn fields(stat: &str) -> Option<(&str, Vec<&str>)> {
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    Some((name, after.split_whitespace().collect()))
}

fn parent_and_name(stat: &str) -> Option<(u32, &str)> {
    let (name, fields) = fields(stat)?;
    Some((fields.get(1)?.parse().ok()?, name))
}

/// User and kernel time together.
fn ticks_of(stat: &str) -> Option<u32> {
    let (_, fields) = fields(stat)?;
    let user: u32 = fields.get(11)?.parse().ok()?;
    let kernel: u32 = fields.get(12)?.parse().ok()?;
    Some(user + kernel)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_moves_no_field() {
        let stat = "42 (a b) c) S 7 42 42 0 -1 0 0 0 0 0 30 12 0 0 20 0 1 0";
        assert_eq!(parent_and_name(stat), Some((7, "a b) c")));
        assert_eq!(ticks_of(stat), Some(42));
    }

    #[test]
    fn a_child_is_found_by_its_name_and_its_use_is_counted() {
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        let found = child_named(std::process::id(), "sleep");
        let used = Used::of(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found, Ok(child.id()));
        assert!(used.unwrap().cpu < Duration::from_secs(1));
        assert!(child_named(std::process::id(), "no such program").is_err());
    }
}
