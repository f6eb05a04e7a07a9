//! One writer of a branch at a time.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use super::archive::folder;

/// The right to bring the events of a store into a log. Ends when it is dropped, or with the process.
#[derive(Debug)]
pub struct LogLock {
    _file: File,
}

impl LogLock {
    /// Takes it for the log at `log`; none while somebody else has it. It lies beside the log, as `<log>.lock`, because
    /// the log itself is renamed.
    ///
    /// # Errors
    /// When the file can't be made, or the system knows no locks there.
    pub fn take(log: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder(log))?;
        let mut path = OsString::from(log);
        path.push(".lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
