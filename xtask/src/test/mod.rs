//! `cargo xtask test`: everything the tests need, then the stages in order, until the first that fails.

mod mark;
mod setup;
mod stages;

use crate::args;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use setup::Setup;
use stages::{STAGES, Stage};
use std::time::Instant;

/// What the caller chose.
#[derive(Default)]
struct Options {
    full: bool,
    only: Vec<String>,
}

/// Runs the chosen stages.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    let stages = options.stages()?;
    let began = Instant::now();
    let mut setup = Setup::new(Workspace::load()?, options.full);
    for stage in &stages {
        run_stage(stage, &mut setup)?;
    }
    println!("\n{} of {} stages passed in {:.1?}", stages.len(), STAGES.len(), began.elapsed());
    Ok(())
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--full" => options.full = true,
                "--only" => options.only.push(args::value(&mut args, "--only")?.to_owned()),
                other => return Err(args::unknown(other)),
            }
        }
        Ok(options)
    }

    fn stages(&self) -> Result<Vec<&'static Stage>> {
        if let Some(unknown) = self.only.iter().find(|name| STAGES.iter().all(|stage| stage.name != name.as_str())) {
            let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
            anyhow::bail!("no stage `{unknown}`; there are {}", names.join(", "));
        }
        let chosen = |stage: &&Stage| self.only.is_empty() || self.only.iter().any(|name| name == stage.name);
        Ok(STAGES.iter().filter(chosen).collect())
    }
}

fn run_stage(stage: &Stage, setup: &mut Setup) -> Result<()> {
    let name = stage.name;
    println!("\n== {name} ==");
    let began = Instant::now();
    let ended = if stage.uses_services { run_on_postgres(stage, setup) } else { (stage.run)(setup) };
    let took = began.elapsed();
    ended
        .with_context(|| format!("stage `{name}` failed after {took:.1?} (alone: `cargo xtask test --only {name}`)"))?;
    println!("== {name}: passed in {took:.1?} ==");
    Ok(())
}

fn run_on_postgres(stage: &Stage, setup: &mut Setup) -> Result<()> {
    setup.start_services()?;
    setup.watch_postgres(|| (stage.run)(setup))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(args: &[&str]) -> Result<Vec<&'static str>> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        Ok(Options::parse(&args)?.stages()?.iter().map(|stage| stage.name).collect())
    }

    #[test]
    fn without_a_choice_every_stage_runs() -> Result<()> {
        assert_eq!(chosen(&["--full"])?.len(), STAGES.len());
        Ok(())
    }

    #[test]
    fn chosen_stages_keep_their_order() -> Result<()> {
        assert_eq!(chosen(&["--only", "unit", "--only", "fmt"])?, ["fmt", "unit"]);
        Ok(())
    }

    #[test]
    fn a_misspelt_stage_or_flag_is_an_error() {
        assert!(chosen(&["--only", "units"]).is_err());
        assert!(chosen(&["--only"]).is_err());
        assert!(chosen(&["--fast"]).is_err());
    }
}
