//! `cargo xtask layers`: the manifests and the dependency tree against the table of layers.
//!
//! Code is not read here: what a crate cannot name in its manifest, it cannot use.

mod check;
mod graph;
mod table;

use anyhow::{Result, bail};

/// Prints every broken rule and fails if there is one.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        return Err(crate::args::unknown(arg));
    }
    let graph = graph::Graph::load()?;
    let problems = check::problems(&graph, &table::TABLE);
    for problem in &problems {
        eprintln!("layers: {problem}");
    }
    if !problems.is_empty() {
        bail!("{} dependencies break the layers (xtask/src/layers/table.rs)", problems.len());
    }
    println!("layers: {} crates keep to the table", table::TABLE.rows.len());
    Ok(())
}
