//! The naive side: pgbench, two transactions per request, every row locked before it is read.

use crate::postgres::Cluster;
use crate::process::{capture_shown, run};
use anyhow::{Context, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How many callers at once; row locks have their best somewhere in between.
const CLIENTS: &[u32] = &[1, 16, 64, 256];

/// Sizes of a request's texts, as on our side.
const PAYLOAD_BYTES: usize = 340;
const RESULT_BYTES: usize = 470;
const EVENT_BYTES: usize = 220;

/// A plan cached while the tables are still small would scan them for the rest of the run and flatter our side.
const PLANNER: &str = "-c enable_seqscan=off -c enable_hashjoin=off";

/// One run of pgbench.
#[derive(Clone, Debug, Serialize)]
pub struct NaiveRun {
    pub clients: u32,
    pub commands_per_second: f64,
}

/// What is needed to run pgbench.
pub struct Naive<'a> {
    cluster: &'a Cluster,
    scripts: PathBuf,
    seconds: u32,
}

impl<'a> Naive<'a> {
    pub fn new(cluster: &'a Cluster, root: &Path, seconds: u32) -> Self {
        Self { cluster, scripts: root.join("xtask/pgbench"), seconds }
    }

    /// One run for each number of clients, each on fresh tables.
    pub fn measure(&self) -> Result<Vec<NaiveRun>> {
        CLIENTS.iter().map(|clients| self.measure_with(*clients)).collect()
    }

    fn measure_with(&self, clients: u32) -> Result<NaiveRun> {
        self.make_tables()?;
        let mut pgbench = self.cluster.program("pgbench");
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--define=n=0"]);
        pgbench.arg(format!("--client={clients}")).arg(format!("--time={}", self.seconds));
        for (name, bytes) in [("payload", PAYLOAD_BYTES), ("result", RESULT_BYTES), ("event", EVENT_BYTES)] {
            pgbench.arg(format!("--define={name}={}", "x".repeat(bytes)));
        }
        pgbench.env("PGOPTIONS", PLANNER);
        let printed = capture_shown(pgbench.arg("--file").arg(self.scripts.join("naive_request.sql")))?;
        Ok(NaiveRun { clients, commands_per_second: commands_per_second(&printed)? })
    }

    fn make_tables(&self) -> Result<()> {
        let mut psql = self.cluster.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--file"]);
        run(psql.arg(self.scripts.join("naive_schema.sql")).env("PGOPTIONS", "--client-min-messages=warning"))
    }
}

/// pgbench counts scripts; one script admits and settles one request: two commands.
#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
fn commands_per_second(printed: &str) -> Result<f64> {
    let figure = printed.lines().find_map(|line| line.strip_prefix("tps = "));
    let figure = figure.and_then(|rest| rest.split_whitespace().next()).context("pgbench printed no tps")?;
    Ok(figure.parse::<f64>().with_context(|| format!("not a number: {figure}"))? * 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_script_is_two_commands() -> Result<()> {
        let printed = "number of failed transactions: 0 (0.000%)\ntps = 411.5 (without initial connection time)\n";
        assert_eq!(commands_per_second(printed)?.to_string(), "823");
        assert!(commands_per_second("").is_err());
        Ok(())
    }
}
