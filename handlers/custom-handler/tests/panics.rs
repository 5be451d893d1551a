//! What a panic leaves on stdout and stderr, seen from outside the process.

use std::process::Command;
use std::thread;

use custom_handler::{
    Deadlines, Function, Method, Reply, Request, StandingHeaders, failures, init_logs, serve,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// An argument that makes the child of the test below do what its parent must not.
const GO_ON: &str = "panic-in-this-process";

// The host makes each line of stderr an error of its own, and a panic may quote what it stumbled over.
#[test]
fn a_panic_is_one_line_on_stdout_and_its_words_are_nowhere() {
    let this = std::env::current_exe().unwrap();
    let child = Command::new(this).args(["a_child_panics", GO_ON, "--nocapture"]).output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8(child.stdout).unwrap(), String::from_utf8(child.stderr).unwrap());

    assert!(child.status.success(), "{stdout}{stderr}");
    assert!(!stdout.contains("SECRET") && !stderr.contains("SECRET"), "{stdout}{stderr}");
    let lines: Vec<serde_json::Value> = stdout
        .lines()
        .filter_map(|line| line.find('{').map(|at| &line[at..]))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [invocation, thread] = lines.as_slice() else { panic!("{stdout}") };
    for line in [invocation, thread] {
        assert!(line["place"].as_str().unwrap().contains("panics.rs:"), "{line}");
        assert_eq!(line["level"], "ERROR");
    }
    assert_eq!(invocation["function"], "panic");
    assert_eq!(thread["message"], "a panic outside any invocation");
}

#[tokio::test]
async fn a_child_panics() {
    if !std::env::args().any(|argument| argument == GO_ON) {
        return;
    }
    init_logs();
    init_logs();
    let panic = Function::http("panic", &[Method::GET], "api/panic", |(), _: Request| async {
        if failures() == 0 { panic!("SECRET") } else { Ok(Reply::no_content()) }
    });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let client = async {
        let request = "GET /api/panic HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             x-ms-invocation-id: a-1\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n";
        client.write_all(request.as_bytes()).await.unwrap();
        client.read_to_end(&mut Vec::new()).await.unwrap();
    };
    let (deadlines, standing) = (Deadlines::default(), StandingHeaders::default());
    serve(vec![panic], (), listener, deadlines, standing, client).await.unwrap();

    assert_eq!(failures(), 1);
    thread::spawn(|| panic!("SECRET")).join().unwrap_err();
}
