//! The one program: serves the functions, plays storage, writes declarations, applies the register.
//!
//! `handlers serve` (from host.json) · `handlers storage` · `handlers package --to DIR` ·
//! `handlers apply FILE [--check]` · `handlers health [--done ROW]` · `handlers demo-only` ·
//! `handlers openapi` · `handlers recover [--take-older | --new-keys | --put-back]`

use std::process::ExitCode;

use functions::run;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("handlers: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run::run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("handlers: {words}");
            ExitCode::FAILURE
        }
    }
}
