//! The library's errors: each names the place and the remedy.

use std::path::PathBuf;

/// Result with the library's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can stop a command. Damaged input is not among these: it is counted as [`crate::shard::Damage`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: {action}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as "cannot open".
        action: &'static str,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Input that cannot be worked with, with the remedy.
    #[error("{message}")]
    Input {
        /// One line that names the file and the record.
        message: String,
        /// What the user can do, as a command where there is one.
        hint: Option<String>,
    },
    /// An index that is damaged, of another version, or built with other parameters.
    #[error("{}: {message}", path.display())]
    Index {
        /// The index folder or the file in it.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A run directory that cannot be used.
    #[error("{}: {message}", path.display())]
    Run {
        /// The run folder.
        path: PathBuf,
        /// What is wrong.
        message: String,
        /// What the user can do.
        hint: Option<String>,
    },
    /// The user interrupted; the run can be resumed.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Wraps an I/O error with its path and what was tried.
    pub fn io(path: impl Into<PathBuf>, action: &'static str, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), action, source }
    }

    /// An input error with a hint.
    pub fn input(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        Self::Input { message: message.into(), hint: hint.into() }
    }

    /// An index error.
    pub fn index(path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self::Index { path: path.into(), message: message.into() }
    }

    /// A run error.
    pub fn run(path: impl Into<PathBuf>, message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        Self::Run { path: path.into(), message: message.into(), hint: hint.into() }
    }

    /// What the user can do about it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Input { hint, .. } | Self::Run { hint, .. } => hint.as_deref(),
            _ => None,
        }
    }
}
