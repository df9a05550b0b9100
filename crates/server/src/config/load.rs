//! Defaults < file < environment < flags.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use figment::{
    Figment, Profile,
    providers::{Format, Serialized, Toml},
};
use serde::Serialize;

use super::{Environment, Settings};

/// Read where nothing else is named, if it is there.
const USUAL_FILE: &str = "upivia.toml";

/// What flags say; they win.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// The file, which is no setting.
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// See [`Settings::listen`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// See [`Settings::data_dir`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// See [`Settings::log`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// The effective settings, and the file they came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

/// Puts the sources together.
///
/// # Errors
///
/// A file that was named and is not there, an unknown key in it, a value that is not one.
pub fn load(flags: &Flags, environment: &Environment, directory: &Path) -> Result<Loaded> {
    let file = file(flags, environment, directory)?;
    let mut sources = Figment::from(Serialized::defaults(Settings::default()));
    if let Some(path) = &file {
        sources = sources.merge(Toml::file_exact(path));
    }
    let sources = sources.merge(environment).merge(Serialized::defaults(flags));
    let settings = sources.extract().map_err(|errors| in_words(&errors))?;
    Ok(Loaded { settings, file })
}

fn file(flags: &Flags, environment: &Environment, directory: &Path) -> Result<Option<PathBuf>> {
    let named = flags.config.clone().or_else(|| environment.get("UPIVIA_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        let path = directory.join(path);
        std::fs::metadata(&path).with_context(|| format!("the configuration file {}", path.display()))?;
        ensure!(path.is_file(), "{} is no file", path.display());
        return Ok(Some(path));
    }
    let usual = directory.join(USUAL_FILE);
    Ok(usual.is_file().then_some(usual))
}

/// Every wrong value with where it was found.
fn in_words(errors: &figment::Error) -> anyhow::Error {
    anyhow::Error::msg(errors.clone().into_iter().map(one_in_words).collect::<Vec<_>>().join("\n"))
}

fn one_in_words(error: figment::Error) -> String {
    let Some(metadata) = &error.metadata else { return error.kind.to_string() };
    let (name, origin) = match &metadata.source {
        Some(source) => (error.path.join("."), source.to_string()),
        None => (metadata.interpolate(&Profile::Default, &error.path), metadata.name.to_string()),
    };
    let colon = if name.is_empty() { "" } else { ": " };
    format!("{name}{colon}{} (in {origin})", error.kind)
}
