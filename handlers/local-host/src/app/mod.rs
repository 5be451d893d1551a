//! An app as it lies in a folder: host.json, settings and one function.json per function.

pub(crate) mod function;
pub(crate) mod host_json;
mod json_comments;
pub(crate) mod names;
pub(crate) mod retry;
mod section;
pub(crate) mod settings;
pub(crate) mod time_span;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use function::FunctionSpec;
use host_json::HostJson;
use settings::Settings;

/// Why an app cannot be played at all. A bad function alone is skipped instead.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("{}: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("host.json: {0}")]
    HostJson(String),
    #[error("local.settings.json: {0}")]
    LocalSettings(String),
    #[error("FUNCTIONS_WORKER_RUNTIME is '{0}': only 'custom' is played")]
    Runtime(String),
}

pub(crate) struct App {
    pub dir: PathBuf,
    pub settings: Settings,
    pub host: HostJson,
    /// In alphabetical order of name: that is the order in which routes are tried.
    pub functions: Vec<Arc<FunctionSpec>>,
    /// Functions that were skipped, with the host's reason.
    pub refused: Vec<(String, String)>,
}

impl App {
    pub fn load(dir: &Path) -> Result<Self, AppError> {
        let settings = Settings::load(dir)?;
        let runtime = settings.get("FUNCTIONS_WORKER_RUNTIME").unwrap_or_default();
        if !matches!(runtime, "" | "custom") {
            return Err(AppError::Runtime(runtime.to_owned()));
        }
        let host = HostJson::load(dir, &settings)?;
        let mut functions: Vec<Arc<FunctionSpec>> = Vec::new();
        let mut refused = Vec::new();
        for (name, text) in function_files(dir)? {
            let read = FunctionSpec::read(&name, &text, &host, &settings)
                .and_then(|spec| names::unclaimed(spec, &functions));
            match read {
                Ok(spec) => functions.push(Arc::new(spec)),
                Err(reason) => refused.push((name, reason)),
            }
        }
        Ok(Self { dir: dir.to_owned(), settings, host, functions, refused })
    }

    /// Finds a function by its name, whose case does not matter.
    pub fn function(&self, name: &str) -> Option<&Arc<FunctionSpec>> {
        self.functions.iter().find(|function| function.name.eq_ignore_ascii_case(name))
    }
}

/// Every `<name>/function.json`, sorted by name.
fn function_files(dir: &Path) -> Result<Vec<(String, String)>, AppError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |cause| AppError::Unreadable { path, cause }
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable(dir))? {
        let folder = entry.map_err(unreadable(dir))?.path();
        let file = folder.join("function.json");
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        if file.is_file() {
            let text = std::fs::read_to_string(&file).map_err(unreadable(&file))?;
            files.push((name.to_owned(), text));
        }
    }
    files.sort_by_cached_key(|(name, _)| (name.to_ascii_lowercase(), name.clone()));
    Ok(files)
}
