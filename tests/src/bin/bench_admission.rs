//! How many commands per second the admission core commits: group commit over a store, without HTTP and without a provider.
//!
//! One request is two commands, `Admit` and `Settle`, each waiting for its own commit. Shapes: `hot`, everybody on one
//! wallet; `100`, a hundred organizations. `cargo xtask bench admission` runs this beside `pgbench`.
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use upivia_e2e::core::{Figures, Target, run};

const IN_FLIGHT: [usize; 4] = [1, 16, 64, 256];
const SHAPES: [(&str, usize); 2] = [("hot", 1), ("100", 100)];

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (mut seconds, mut only) = (3, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => seconds = args.next().context("--seconds N")?.parse()?,
            "--only" => only = Some(args.next().context("--only sqlite|postgres|memory")?),
            "--json" => {}
            other => anyhow::bail!("unknown argument {other}; known: --json, --seconds N, --only STORE"),
        }
    }
    for store in
        ["memory", "sqlite", "postgres"].into_iter().filter(|store| only.as_deref().is_none_or(|only| only == *store))
    {
        for (shape, organizations) in SHAPES {
            let target = Target::open(store, organizations).await?;
            for in_flight in IN_FLIGHT {
                run(&target, in_flight, Duration::from_millis(500)).await?;
                let figures = run(&target, in_flight, Duration::from_secs(seconds)).await?;
                print(store, shape, in_flight, &figures);
            }
            target.verify().await?;
        }
    }
    Ok(())
}

#[expect(clippy::float_arithmetic, reason = "rates and means of a bench")]
fn print(store: &str, shape: &str, in_flight: usize, figures: &Figures) {
    let requests = figures.commands as f64 / 2.0;
    let line = json!({
        "store": store,
        "shape": shape,
        "in_flight": in_flight,
        "commands_per_second": (figures.commands as f64 / figures.elapsed.as_secs_f64()).round(),
        "p50_us": figures.quantile_micros(50),
        "p99_us": figures.quantile_micros(99),
        "rows_written_per_request": figures.rows_written as f64 / requests,
        "commits_per_request": figures.commits as f64 / requests,
    });
    println!("{line}");
}
