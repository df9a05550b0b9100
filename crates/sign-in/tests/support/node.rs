//! Node.js with the packages that `cargo xtask test` installs.

use std::{env, path::PathBuf};

use tokio::process::Command;

/// Node.js, about to run a script among the packages. Ends with the value.
///
/// # Panics
///
/// Without the packages: what these tests prove cannot be proved without them, so nothing is skipped.
pub fn node(script: &str) -> Command {
    let prepared = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/xtask/node"));
    let folder = env::var_os("UPIVIA_TEST_NODE_FOLDER").map_or(prepared, PathBuf::from);
    assert!(
        folder.join("installed.json").exists(),
        "no packages for Node.js: run `cargo xtask test --only unit`, or set UPIVIA_TEST_NODE_FOLDER and UPIVIA_TEST_NODE"
    );
    let mut command = Command::new(env::var_os("UPIVIA_TEST_NODE").unwrap_or_else(|| "node".into()));
    // A script on the command line finds packages from the working directory.
    command.args(["--input-type=module", "--eval", script]).current_dir(folder).kill_on_drop(true);
    command
}
