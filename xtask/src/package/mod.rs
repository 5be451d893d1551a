//! `cargo xtask package`: `target/aftersight.zip`, which a Functions app runs as it is.
//!
//! `host.json`, every `function.json`, the pages, and the program, stripped and built for the oldest
//! glibc of the host's images. What was packed is unpacked by another program, compared file by
//! file, and started under local-host before the command is content.

mod glibc;
mod layout;
mod proof;
mod zig;
mod zip_file;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::arguments::Arguments;
use crate::workspace::{self, Programs};

/// What Flex Consumption unpacks at every cold start.
const MOST_BYTES: u64 = 15 * 1024 * 1024;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    Arguments::parse(args, &[])?;
    let target = workspace::target_of_this_program()?;
    let program = release()?;
    glibc::check(&program)?;
    let zip = target.join("aftersight.zip");
    let files = pack(&target.join("package"), &program, &zip)?;
    let bytes = fs::metadata(&zip).map_err(|error| error.to_string())?.len();
    if bytes > MOST_BYTES {
        return Err(format!("{} has {bytes} bytes; {MOST_BYTES} are the most", zip.display()));
    }
    proof::see(&workspace::build_programs()?, &zip, &program)?;
    println!("{}: {files} files, {} kB", zip.display(), bytes / 1000);
    Ok(ExitCode::SUCCESS)
}

/// The program as it is deployed; quick when nothing changed.
pub fn release() -> Result<PathBuf, String> {
    println!(
        "Building the program for glibc {}. The first time takes some minutes.",
        glibc::OLDEST
    );
    let began = Instant::now();
    let program = zig::build(&workspace::target_of_this_program()?)?;
    println!("Built after {:.0} s.", began.elapsed().as_secs_f64());
    Ok(program)
}

/// The same road with the program that tests have built: all but its size and its glibc.
pub fn check(programs: &Programs) -> Result<(), String> {
    let stripped = programs.target.join("handlers-stripped");
    let made = Command::new("strip").arg("-o").arg(&stripped).arg(&programs.handlers).status();
    if !made.is_ok_and(|status| status.success()) {
        return Err(
            "`strip` does not run; it comes with the C compiler that Rust links with".into()
        );
    }
    // Whatever this machine's is, it is found; that of a release has a limit.
    glibc::newest_of(&stripped)?;
    let zip = programs.target.join("check.zip");
    pack(&programs.target.join("check-package"), &stripped, &zip)?;
    proof::see(programs, &zip, &stripped)
}

fn pack(folder: &Path, program: &Path, zip: &Path) -> Result<usize, String> {
    layout::assemble(folder, program)?;
    let entries = layout::entries(folder)?;
    zip_file::write_zip(zip, &entries)?;
    Ok(entries.len())
}
