//! The measured half of `cargo xtask bench media`: does one piece of work in a process of its own, and says what it
//! cost.
//!
//! `make DIR` writes the files made here and names them, one line each: how it is judged, path, name, with tabs
//! between. `read FILE` only reads a file; `work FILE` also cleans and shrinks it; `strip FILE` times the cleaning
//! against a copy of the same bytes; `fuzz FROM COUNT FILE…` cleans and shrinks damaged files. These four answer in one
//! line of `key=value` pairs. `show FILE CLEAN SMALL` writes both results, for looking at.

#![expect(clippy::print_stdout, reason = "its output is its result")]

mod photos;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use media::testing::{self, Seeded, Shot};
use media::{Limits, clean, clean_and_thumbnail};
use photos::photos;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["make", folder] => make(folder),
        ["read", file] => read(file),
        ["work", file] => work(file),
        ["strip", file] => strip(file),
        ["show", file, clean, small] => show(file, clean, small),
        ["fuzz", from, count, files @ ..] => fuzz(from, count, files),
        _ => Err(io::Error::other("see the first lines of this example for its arguments")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error={error}");
            ExitCode::FAILURE
        }
    }
}

fn make(folder: &str) -> io::Result<()> {
    let hostile = testing::hostile_files().into_iter();
    let hostile = hostile.map(|(name, bytes)| ("hostile", name, bytes));
    for (number, (class, name, bytes)) in photos()?.into_iter().chain(hostile).enumerate() {
        let file = format!("{folder}/{number}");
        fs::write(&file, bytes)?;
        println!("{class}\t{file}\t{name}");
    }
    Ok(())
}

fn read(file: &str) -> io::Result<()> {
    let bytes = fs::read(file)?;
    black_box(&bytes);
    println!("bytes={} peak_kb={}", bytes.len(), peak_kb()?);
    Ok(())
}

fn work(file: &str) -> io::Result<()> {
    let bytes = fs::read(file)?;
    let limits = Limits::default();
    let before = cpu()?;
    let outcome = clean_and_thumbnail(&bytes, &limits);
    let cost = cpu()?.saturating_sub(before);
    let outcome = outcome.map_or_else(|refusal| refusal.to_string(), |_| "shown".to_owned());
    println!("cpu_us={} peak_kb={} outcome={outcome}", cost.as_micros(), peak_kb()?);
    Ok(())
}

fn show(file: &str, clean_file: &str, small_file: &str) -> io::Result<()> {
    let limits = Limits::default();
    let both = clean_and_thumbnail(&fs::read(file)?, &limits).map_err(io::Error::other)?;
    let (clean, small) = both;
    println!("{:?} {:?}", clean.inspected, clean.removed);
    fs::write(clean_file, &clean.bytes)?;
    fs::write(small_file, small)
}

/// The best of many rounds each, taking turns.
fn strip(file: &str) -> io::Result<()> {
    let bytes = fs::read(file)?;
    let (mut copied, mut stripped) = (Duration::MAX, Duration::MAX);
    for _ in 0..40 {
        let start = Instant::now();
        black_box(bytes.clone());
        copied = copied.min(start.elapsed());
        let start = Instant::now();
        black_box(clean(&bytes, &Limits::default()).ok());
        stripped = stripped.min(start.elapsed());
    }
    println!(
        "bytes={} copy_ns={} strip_ns={}",
        bytes.len(),
        copied.as_nanos(),
        stripped.as_nanos()
    );
    Ok(())
}

/// Damaged files, the seeds `from` to `from` + `count`. A panic ends the process and names itself.
fn fuzz(from: &str, count: &str, files: &[&str]) -> io::Result<()> {
    let number = |word: &str| word.parse::<u64>().map_err(io::Error::other);
    let (from, count) = (number(from)?, number(count)?);
    let shot = |progressive| Shot { width: 90, height: 60, orientation: 6, progressive };
    let mut seeds = vec![
        shot(false).jpeg(),
        shot(true).cluttered_jpeg(),
        testing::encoded(700, 40, |encoder| encoder.set_restart_interval(2)),
        testing::encoded(1400, 16, |encoder| encoder.set_progressive_scans(8)),
        testing::encoded(2600, 8, |encoder| encoder.set_progressive(true)),
        testing::cluttered_png(30, 20, 6),
    ];
    for file in files {
        seeds.push(fs::read(file)?);
    }
    let (mut refused, mut shown) = (0_u64, 0_u64);
    let mut slowest = (Duration::ZERO, from);
    for seed in from..from.saturating_add(count) {
        let mut seeded = Seeded::new(seed);
        let mut file = seeds[seeded.below(seeds.len())].clone();
        testing::mutate(&mut file, &mut seeded);
        let start = cpu()?;
        match clean_and_thumbnail(&file, &Limits::default()) {
            Err(_) => refused += 1,
            Ok(_) => shown += 1,
        }
        slowest = slowest.max((cpu()?.saturating_sub(start), seed));
    }
    let (time, seed) = (slowest.0.as_micros(), slowest.1);
    println!("refused={refused} shown={shown} slowest_cpu_us={time} slowest_seed={seed}");
    Ok(())
}

/// CPU time of this process so far.
fn cpu() -> io::Result<Duration> {
    // The kernel brings the figure up to date when it takes the processor away, or at a tick of 4 ms.
    thread::yield_now();
    let text = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    nanoseconds.map(Duration::from_nanos).ok_or_else(|| io::Error::other("no schedstat"))
}

/// The most memory this process has had at a time.
fn peak_kb() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| io::Error::other("no VmHWM"))
}
