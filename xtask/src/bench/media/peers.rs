//! What others need for the same photo. Each is installed here, pinned, in a folder under `target`: sharp and Pillow
//! make the small picture, `ExifTool` takes out what is not the picture. None of them does both.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::number;
use crate::outside_tools::{install_python_package, run};
use crate::workspace;

const SHARP: &str = "0.35.5";
const PILLOW: &str = "13.0.0";
/// The npm package that carries `ExifTool` 13.59.
const EXIFTOOL: &str = "13.59.3";

/// Each makes the picture three times and answers with the best: the first time also loads the library.
const SHARP_SCRIPT: &str = "
const sharp = require('sharp');
sharp.concurrency(1);
sharp.cache(false);
(async () => {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = process.cpuUsage();
    await sharp(process.argv[1]).rotate().resize(320, 320, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, user + system);
  }
  console.log(`cpu_us=${best} version=${sharp.versions.sharp},libvips-${sharp.versions.vips}`);
})();
";
const PILLOW_SCRIPT: &str = "
import sys, time, PIL
from PIL import Image, ImageOps
best = 1e9
for _ in range(3):
    start = time.process_time()
    picture = Image.open(sys.argv[1])
    picture.draft('RGB', (320, 320))
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((320, 320))
    picture.convert('RGB').save('/dev/null', 'JPEG', quality=80)
    best = min(best, time.process_time() - start)
print('cpu_us=%d version=%s' % (best * 1e6, PIL.__version__))
";
/// Perl counts in hundredths of a second, so it is asked for the mean of ten.
const EXIFTOOL_SCRIPT: &str = "
use Image::ExifTool;
my ($user, $system) = times;
for (1 .. 10) {
  my $tool = Image::ExifTool->new;
  $tool->SetNewValue('*');
  my $clean;
  $tool->WriteInfo($ARGV[0], \\$clean) or die $tool->GetValue('Error');
}
my ($user_after, $system_after) = times;
printf \"cpu_us=%d version=%s\\n\", ($user_after - $user + $system_after - $system) * 1e5, $Image::ExifTool::VERSION;
";

/// What a peer does of the work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    SmallPicture,
    Cleaning,
}

pub(super) struct Peer {
    pub name: &'static str,
    pub does: Does,
    program: &'static str,
    arguments: Vec<String>,
    /// The variable that names the folder of its modules.
    modules: (&'static str, PathBuf),
}

/// All three, installed where they are missing.
///
/// # Errors
/// In words: what does not run or was not installed.
pub(super) fn installed() -> Result<[Peer; 3], String> {
    let folder = workspace::target_of_this_program()?.join("bench-media-peers");
    let node = folder.join(format!("node-{SHARP}-{EXIFTOOL}"));
    let modules = node.join("node_modules");
    if !modules.join("exiftool-vendored.pl/bin/exiftool").is_file() {
        println!("Installing sharp {SHARP} and ExifTool {EXIFTOOL} to compare with.");
        std::fs::create_dir_all(&node).map_err(|error| format!("{}: {error}", node.display()))?;
        let packages = [format!("sharp@{SHARP}"), format!("exiftool-vendored.pl@{EXIFTOOL}")];
        let install = ["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"];
        run(Command::new("npm").args(install).arg(&node).args(packages))?;
    }
    let python = folder.join(format!("pillow-{PILLOW}"));
    if !python.join("PIL").is_dir() {
        println!("Installing Pillow {PILLOW} to compare with.");
        install_python_package(&python, "pillow", PILLOW)?;
    }
    let perl = modules.join("exiftool-vendored.pl/bin/lib");
    let peer = |name, does, program, arguments: &[&str], modules| {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Peer { name, does, program, arguments, modules }
    };
    Ok([
        peer("sharp", Does::SmallPicture, "node", &["-e", SHARP_SCRIPT], ("NODE_PATH", modules)),
        peer(
            "Pillow",
            Does::SmallPicture,
            "python3",
            &["-c", PILLOW_SCRIPT],
            ("PYTHONPATH", python),
        ),
        peer("ExifTool", Does::Cleaning, "perl", &["-e", EXIFTOOL_SCRIPT], ("PERL5LIB", perl)),
    ])
}

impl Peer {
    /// CPU time for `photo` in milliseconds, and the version that says so.
    pub fn cpu_ms(&self, photo: &Path) -> Result<(f64, String), String> {
        let (variable, folder) = &self.modules;
        let answer = Command::new(self.program)
            .args(&self.arguments)
            .arg(photo)
            .env(variable, folder)
            .output()
            .map_err(|error| format!("{} does not run: {error}", self.program))?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        if !answer.status.success() {
            let why = String::from_utf8_lossy(&answer.stderr);
            return Err(format!("{}: {text}{why}", self.name));
        }
        let version = text.split_whitespace().find_map(|word| word.strip_prefix("version="));
        Ok((number(&text, "cpu_us")? / 1e3, version.unwrap_or("?").to_owned()))
    }
}
