//! The binary: its line, its exit code, and a handler that does not outlive it.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::app::TestApp;
use crate::deaths::{is_alive, kill};
use crate::wait::{get, until};

fn local_host(app: &TestApp) -> Command {
    let record = app.options().handler_env.swap_remove(0).1;
    let mut command = Command::new(env!("CARGO_BIN_EXE_local-host"));
    command
        .args(["--port", "0", "--handler-env", &format!("RECORD={record}")])
        .arg("--app")
        .arg(app.dir())
        .arg("--state")
        .arg(app.state_dir())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

#[tokio::test]
async fn a_host_killed_outright_takes_its_handler_along() {
    let app = TestApp::new().http("www", "{*path}", &["get"]);
    let mut host = local_host(&app).spawn().unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let mut pid = None;
    let front = loop {
        let line = lines.next_line().await.unwrap().unwrap();
        if let Some((_, after)) = line.split_once("process with Id=") {
            pid = after.split_whitespace().next().and_then(|pid| pid.parse::<u32>().ok());
        }
        if let Some(front) = line.strip_prefix("front http://") {
            break front.parse().unwrap();
        }
    };
    let pid = pid.unwrap();
    assert!(get(front, "/x").await.starts_with("HTTP/1.1 200"));
    assert!(is_alive(pid));
    kill(host.id().unwrap());
    until("the watchdog", || (!is_alive(pid)).then_some(())).await;
}

#[tokio::test]
async fn a_host_that_stops_itself_ends_with_a_failure() {
    let app = TestApp::new().http("www", "{*path}", &["get"]);
    let mut host = local_host(&app).args(["--handler-env", "DIE=1"]).spawn().unwrap();
    assert_eq!(host.wait().await.unwrap().code(), Some(1));
}

#[tokio::test]
async fn a_flag_that_nobody_knows_is_complained_about() {
    let mut host = Command::new(env!("CARGO_BIN_EXE_local-host"));
    let output = host.args(["--what", "x"]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("unknown flag --what"));
}
