//! What the nodes share.

use std::path::PathBuf;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file, of nodes on one machine.
    Sqlite,
}

/// One branch of its own in it.
#[derive(Debug)]
pub(crate) struct House {
    folder: tempfile::TempDir,
}

impl Database {
    pub(crate) async fn house(self) -> House {
        match self {
            Self::Sqlite => House { folder: tempfile::tempdir().expect("a folder") },
        }
    }
}

impl House {
    pub(crate) fn branch(&self) -> &str {
        "main"
    }

    /// How a node finds it.
    pub(crate) fn url(&self, _node: usize) -> String {
        let file: PathBuf = self.folder.path().join("branch.db");
        format!("sqlite://{}", file.display())
    }
}
