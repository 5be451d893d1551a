//! The developer's commands, run as `cargo xtask COMMAND`.
#![expect(clippy::print_stdout, reason = "commands talk to the person who runs them")]

mod arguments;
mod bench;
mod browser;
mod camera_photo;
mod checks;
mod conformance;
mod emulators;
mod machine;
mod measured;
mod night;
mod outside_tools;
mod package;
mod pages;
mod peer;
mod running;
mod soak;
mod start;
mod system;
mod walk;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask start [--at RFC3339] [--data DIR] [--port N]   the whole system on this machine
cargo xtask start --on emulators                           the same on emulators of Azure
cargo xtask start --issuer URL [--scope WORDS]             the same with another issuer of staff tokens
cargo xtask walk --photo FILE [--url URL]                  the main job over HTTP, as a client would
cargo xtask night --data DIR --photo FILE                  a walk, nine years, and what is left of it
cargo xtask test [--only WORDS]                            every check, in order
cargo xtask package                                        target/aftersight.zip, for a Functions app
cargo xtask bench http                                     what a request costs, beside others
cargo xtask bench cold                                     what a cold start costs, beside Node and its SDKs
cargo xtask bench media                                    what cleaning a picture costs, beside others
cargo xtask bench pages                                    what pages weigh and how soon they work
cargo xtask bench night [--patients N --due N]             what a night costs, beside an older commit
cargo xtask soak siege [--on emulators] [--minutes N] [--peer]
                                                           slow, greedy and lying clients beside honest ones
cargo xtask conformance [DIR]                              local-host against recordings of the real host";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let args: Vec<String> = args.collect();
    let outcome = match command.as_str() {
        "start" => start::run(&args),
        "walk" => walk::run(&args),
        "night" => night::run(&args),
        "test" => checks::run(&args),
        "package" => package::run(&args),
        "bench" => bench::run(&args),
        "conformance" => conformance::run(&args),
        "soak" => soak::run(&args),
        soak::siege::CLIENTS => soak::siege::run_clients(&args),
        soak::siege::OTHERS => soak::siege::run_others(&args),
        conformance::SCRIPTED_HANDLER => conformance::scripted_handler::run(&args),
        system::TETHER => system::run_tethered(&args),
        _ => {
            println!("{USAGE}");
            return if command.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask {command}: {error}");
        ExitCode::FAILURE
    })
}
