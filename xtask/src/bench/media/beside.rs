//! The photos beside the commit before and beside what others use, in rounds that take turns: ratios, and their bounds.

use super::ROUNDS;
use super::measure::{Cost, File, Measure, Rounds};
use super::peers::{self, Does};
use crate::peer;

/// What the memory of two runs of the same program differs by, in MB: a page here, an arena there.
const MEMORY_NOISE_MB: f64 = 0.5;

/// The most that a class of photos may cost, as ratios of CPU: to the commit before, and to sharp.
struct Bounds {
    class: &'static str,
    before: Option<f64>,
    sharp: f64,
}

const BOUNDS: [Bounds; 3] = [
    Bounds { class: "png", before: Some(0.55), sharp: 0.85 },
    Bounds { class: "palette", before: None, sharp: 1.0 },
    Bounds { class: "jpeg", before: None, sharp: 0.9 },
];

/// Prints a line for each photo; returns what is beyond its bounds, in words.
///
/// # Errors
/// In words: what could not be measured.
pub(super) fn compare(measure: &Measure, files: &[File]) -> Result<Vec<String>, String> {
    let others = peers::installed()?;
    let before = Measure::build_of_the_commit_before()?;
    println!(
        "\nclean and thumbnail beside {} (the same), sharp and Pillow (thumbnail alone), ExifTool (cleaning alone); \
         CPU, best of {ROUNDS}, and ours as a ratio",
        peer::COMMIT
    );
    let mut beyond = Vec::new();
    let mut versions = Vec::new();
    for file in files.iter().filter(|file| file.is_made_photo()) {
        let (mut ours, mut earlier) = (Rounds::none(), Rounds::none());
        let mut least = [f64::MAX; 3];
        for _ in 0..ROUNDS {
            measure.round(&file.shown(), &mut ours)?;
            before.round(&file.shown(), &mut earlier)?;
            for (least, peer) in least.iter_mut().zip(&others) {
                let (cpu_ms, version) = peer.cpu_ms(&file.path)?;
                *least = least.min(cpu_ms);
                let named = format!("{} {version}", peer.name);
                if !versions.contains(&named) {
                    versions.push(named);
                }
            }
        }
        let (ours, earlier) = (ours.cost(), earlier.cost());
        print_line(file, &ours, &earlier, least, &others);
        let [sharp, ..] = least;
        beyond.extend(judge(file, &ours, &earlier, sharp));
    }
    println!("{}", versions.join(", "));
    Ok(beyond)
}

fn print_line(file: &File, ours: &Cost, earlier: &Cost, least: [f64; 3], others: &[peers::Peer]) {
    let before = if earlier.outcome == "shown" {
        let ratio = ours.cpu_ms / earlier.cpu_ms;
        format!("{ratio:>5.2} × {} ({:.1} MB)", peer::COMMIT, earlier.memory_mb)
    } else {
        format!("{} said: {}", peer::COMMIT, earlier.outcome)
    };
    print!("{:>7.1} ms  {:>4.1} MB  {before}", ours.cpu_ms, ours.memory_mb);
    for (least, peer) in least.iter().zip(others) {
        let what = if peer.does == Does::Cleaning { " cleaning" } else { "" };
        print!("  {:>5.2} × {}{what}", ours.cpu_ms / least, peer.name);
    }
    println!("  {}", file.name);
}

fn judge(file: &File, ours: &Cost, earlier: &Cost, sharp: f64) -> Vec<String> {
    let Some(bounds) = BOUNDS.iter().find(|bounds| bounds.class == file.class) else {
        return Vec::new();
    };
    let ratio = |of: f64| ours.cpu_ms / of;
    let mut beyond = Vec::new();
    if let Some(most) = bounds.before
        && ratio(earlier.cpu_ms) > most
    {
        beyond.push(format!("{}: more than {most} × {}", file.name, peer::COMMIT));
    }
    if ratio(sharp) > bounds.sharp {
        beyond.push(format!("{}: more than {} × sharp", file.name, bounds.sharp));
    }
    if ours.memory_mb > earlier.memory_mb + MEMORY_NOISE_MB {
        beyond.push(format!("{}: more memory than {}", file.name, peer::COMMIT));
    }
    beyond
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(cpu_ms: f64, memory_mb: f64) -> Cost {
        Cost { bytes: 1.0, cpu_ms, memory_mb, outcome: "shown".to_owned() }
    }

    #[test]
    fn a_photo_is_judged_by_the_bounds_of_its_class() {
        let file = |class: &str| File {
            path: "photo".into(),
            name: "photo".to_owned(),
            class: class.to_owned(),
        };
        let judged = |class, cpu_ms, memory_mb| {
            judge(&file(class), &cost(cpu_ms, memory_mb), &cost(100.0, 4.0), 60.0).len()
        };
        assert_eq!(judged("png", 50.0, 4.0), 0);
        assert_eq!(judged("png", 56.0, 4.0), 2);
        assert_eq!(judged("palette", 60.0, 4.0), 0);
        assert_eq!(judged("palette", 61.0, 4.0), 1);
        assert_eq!(judged("jpeg", 50.0, 5.0), 1);
        assert_eq!(judged("told", 900.0, 90.0), 0);
    }
}
