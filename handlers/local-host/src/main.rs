//! `local-host`: the host as a process of its own. See `--help`.

mod flags;

use std::process::ExitCode;
use std::sync::Arc;

use flags::Flags;
use local_host::dev::{self, DevOptions};
use local_host::{AdminAccess, HostOptions, QueueAccess, StopReason};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    // The handler's own lines go to stdout as they are; ours say little unless asked.
    let filter = EnvFilter::try_from_env("LOCAL_HOST_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,local_host=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).init();
    let flags = match Flags::read(std::env::args().skip(1)) {
        Ok(flags) => flags,
        Err(complaint) => {
            eprintln!("{complaint}\n\n{}", flags::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(flags).await {
        Ok(StopReason::Asked) => ExitCode::SUCCESS,
        Ok(reason) => {
            eprintln!("local-host: stopped: {reason:?}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("local-host: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> Result<StopReason, Box<dyn std::error::Error>> {
    let mut options = HostOptions::new(&flags.app, &flags.state);
    options.port = flags.port;
    options.clock = flags.clock.clone();
    options.handler_env = flags.handler_env;
    options.echo_console = true;
    options.admin = match flags.admin_key {
        Some(key) => AdminAccess::Key(key),
        None => AdminAccess::OpenOnLoopback,
    };
    if let Some(queue) = flags.queue {
        options.queue = Some(QueueAccess {
            key_base64: std::fs::read_to_string(&queue.key_file)
                .map_err(|cause| format!("{}: {cause}", queue.key_file.display()))?,
            endpoint: queue.endpoint,
            account: queue.account,
        });
    }
    if let Some(demo) = flags.demo {
        let pages = dev::start(DevOptions {
            issuer_port: demo.issuer_port,
            front_port: flags.port,
            staff: demo.staff,
            outbox: demo.outbox,
            state_dir: flags.state,
            clock: flags.clock,
        })
        .await?;
        options.extra.push(("/dev/", Arc::new(pages)));
    }
    let host = local_host::start(options).await?;
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let asked = async {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    };
    let running = async {
        if host.ready().await {
            announce(host.front());
        }
        host.stopped().await
    };
    let reason = tokio::select! {
        reason = running => reason,
        () = asked => StopReason::Asked,
    };
    host.stop().await;
    Ok(reason)
}

#[expect(clippy::print_stdout, reason = "whoever started us waits for this line")]
fn announce(front: std::net::SocketAddr) {
    println!("front http://{front}");
}
