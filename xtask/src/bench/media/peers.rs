//! The same photo through what others use, where it is installed: told beside ours, never needed.

use std::path::Path;
use std::process::Command;

const PILLOW: &str = "
import sys, time, resource
from PIL import Image
best = 1e9
for _ in range(5):
    start = time.process_time()
    picture = Image.open(sys.argv[1])
    picture.thumbnail((320, 320))
    picture.convert('RGB').save('/dev/null', 'JPEG', quality=80)
    best = min(best, time.process_time() - start)
print('Pillow thumbnail: %.1f ms CPU, %.0f MB' % (best * 1e3, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
";

const SHARP: &str = "
const sharp = require('sharp');
sharp.concurrency(1);
sharp.cache(false);
(async () => {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = process.cpuUsage();
    await sharp(process.argv[1]).rotate().resize(320, 320, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e3);
  }
  console.log(`sharp thumbnail: ${best.toFixed(1)} ms CPU, ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
})();
";

/// One line for each peer that is there.
pub(super) fn print(photo: &Path) {
    println!(
        "\nothers on the first photo (thumbnail alone, best of 5; memory of the whole process)"
    );
    for (name, program, flag, script) in
        [("Pillow", "python3", "-c", PILLOW), ("sharp", "node", "-e", SHARP)]
    {
        let answer = Command::new(program).args([flag, script]).arg(photo).output();
        match answer {
            Ok(answer) if answer.status.success() => {
                print!("{}", String::from_utf8_lossy(&answer.stdout));
            }
            _ => println!("{name}: not installed"),
        }
    }
}
