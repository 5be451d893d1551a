//! A copy of a data folder, without what belongs to a running system.

use std::fs;
use std::io;
use std::path::Path;

/// The lock of who uses the folder; and the host's own notes, which would make it think that years
/// of timers are past due.
const LEFT_OUT: [&str; 2] = ["in-use", "host"];

pub fn copy(from: &Path, to: &Path) -> Result<(), String> {
    copy_folder(from, to).map_err(|error| format!("{} cannot be copied: {error}", from.display()))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|left_out| *left_out == name) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(name));
        if entry.file_type()?.is_dir() {
            copy_folder(&from, &to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}
