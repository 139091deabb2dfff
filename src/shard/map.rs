//! Files mapped into memory: the only place that does so.
#![allow(unsafe_code)]

use memmap2::Mmap;
use std::fs::File;
use std::ops::Deref;
use std::path::Path;

/// A file's bytes, mapped read-only; an empty file is an empty slice.
#[derive(Debug)]
pub struct Map(Option<Mmap>);

impl Map {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// Where it cannot be opened or mapped.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        Self::of(&File::open(path)?)
    }

    /// Maps an open file.
    ///
    /// # Errors
    /// Where it cannot be mapped.
    pub fn of(file: &File) -> std::io::Result<Self> {
        if file.metadata()?.len() == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the map is read-only and private to this type; a file that another process writes to meanwhile can
        // change the bytes under us, which every reader of foreign bytes here must bear anyway (nothing is assumed of
        // them between two reads); one that is truncated ends the process with SIGBUS, as docs/reliability.md says.
        Ok(Self(Some(unsafe { Mmap::map(file)? })))
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or(&[])
    }
}
