//! `cargo xtask start`: the whole system on this machine, until it is stopped.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::arguments::Arguments;
use crate::emulators::OnEmulators;
use crate::pages;
use crate::system::{Console, OtherIssuer, Ports, StopSignal, System, SystemOptions};
use crate::walk::{DemoStaff, list_staff};
use crate::workspace;

const DEFAULT_PORT: u16 = 7071;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let began = Instant::now();
    let arguments =
        Arguments::parse(args, &["--at", "--data", "--port", "--on", "--issuer", "--scope"])?;
    let on_emulators = match arguments.get("--on") {
        None | Some("embedded") => false,
        Some("emulators") => true,
        Some(other) => return Err(format!("--on {other}: it is `embedded` or `emulators`")),
    };
    let at = arguments.get("--at").map(parse_moment).transpose()?;
    let port = arguments.get("--port").map_or(Ok(DEFAULT_PORT), |text| {
        text.parse().map_err(|_| format!("--port {text} is no port number"))
    })?;
    let ports = Ports::starting_at(port)?;
    if on_emulators && at.is_some() {
        return Err("the emulators live on the machine's clock: leave --at out".to_owned());
    }
    let data = workspace::root().join("aftersight-data");
    let data = if on_emulators { data.join("emulators") } else { data };
    let data = arguments.get("--data").map_or(data, PathBuf::from);
    ports.check_free()?;

    println!("Building. The first time takes some minutes.");
    let programs = workspace::build_programs()?;
    let pages = Some(pages::build()?);
    println!("Starting.");
    let stop = StopSignal::listen()?;
    let emulators = on_emulators.then(|| OnEmulators::start(&ports.front_origin())).transpose()?;
    let issuer = arguments.get("--issuer").map(|url| OtherIssuer {
        url: url.to_owned(),
        scope: arguments.get("--scope").unwrap_or("openid").to_owned(),
    });
    let options = SystemOptions {
        at,
        pages,
        emulators,
        issuer,
        ..SystemOptions::new(ports, data, Console::Terminal)
    };
    let mut system = System::start(&programs, options, &stop)?;
    let staff = list_staff(&ports.front_origin()).map_err(|failed| failed.to_string())?;
    println!("{}", welcome(&system, at, &staff));
    println!("Ready after {:.1} s. Ctrl-C stops everything.", began.elapsed().as_secs_f64());

    while !stop.came() {
        if let Some(death) = system.death() {
            system.stop();
            return Err(format!("{death}. The others are stopped."));
        }
        thread::sleep(Duration::from_millis(100));
    }
    println!("Stopping.");
    system.stop();
    Ok(ExitCode::SUCCESS)
}

fn parse_moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("--at {text} is no moment like 2034-11-22T01:55:00Z"))
}

/// Where everything is and who to sign in as.
fn welcome(system: &System, at: Option<Timestamp>, staff: &[DemoStaff]) -> String {
    let front = system.ports.front_origin();
    let mut text = format!(
        "\nAftersight is ready. Open the first two in a browser, side by side.\n\n\
         \x20 Staff     {front}/staff          add a patient, ask for photos, look at them\n\
         \x20 Phone     {front}/dev/phone      the patient's: every text arrives here, after some seconds\n\n\
         \x20 Scripts   {front}/dev/sign-in    tokens without a browser\n\
         \x20 Storage   {}\n\
         \x20 Issuer    {}\n\
         \x20 Data      {}\n",
        match &system.emulators {
            None => system.ports.storage_origin(),
            Some(emulators) => emulators.blobs().to_owned(),
        },
        system.ports.issuer_origin(),
        system.data.display(),
    );
    // Writing to a String cannot fail.
    if let Some(at) = at {
        let _ = writeln!(text, "  Clock     set to {at}, running on");
    }
    let _ = writeln!(text, "\nThe sign-in asks for no password. Be one of these");
    for (index, person) in staff.iter().enumerate() {
        let teams = person.teams.join(", ");
        let all = if index == 0 { " (may do the whole main job)" } else { "" };
        let DemoStaff { name, email, controller, .. } = person;
        let _ = writeln!(text, "  {name:<12}  {email:<34}  {controller}, {teams}{all}");
    }
    text.push_str(
        "\nNo text leaves this machine. Make people up: mobiles from 07700 900000 to 07700 900999 are\n\
         nobody's, and so are NHS numbers that start with 999, like 999 000 0018 and 999 000 0026.\n",
    );
    let trust = system.emulators.as_ref().map_or_else(String::new, |emulators| {
        text.push_str(
            "\nA browser does not know who vouches for these emulators: open the address beside\n\
             \"Storage\" in it once and let it pass, or no photo gets there.\n",
        );
        format!("SSL_CERT_FILE={} ", emulators.authority())
    });
    let _ =
        write!(text, "\nIn another terminal: {trust}cargo xtask walk --photo FILE --url {front}\n");
    text
}
