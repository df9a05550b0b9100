//! What the stages share: the workspace and, where a stage uses them, Python, Node.js and a running PostgreSQL.

use super::mark::Mark;
use crate::node::Node;
use crate::postgres::{Binaries, CONNECTIONS_FOR_TESTS, Cluster};
use crate::python::Python;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Services start before the first stage that uses them and stop when this is dropped.
pub struct Setup {
    pub workspace: Workspace,
    services: Option<Services>,
    full: bool,
}

struct Services {
    python: Python,
    node: Node,
    cluster: Cluster,
    mark: Mark,
}

impl Setup {
    pub fn new(workspace: Workspace, full: bool) -> Self {
        Self { workspace, services: None, full }
    }

    /// Starts the services unless they run.
    pub fn start_services(&mut self) -> Result<()> {
        if self.services.is_none() {
            self.services = Some(Services::start(&self.workspace.state(), self.full)?);
        }
        Ok(())
    }

    /// The Python of the tests.
    pub fn python(&self) -> Result<&Path> {
        Ok(self.services()?.python.interpreter())
    }

    /// Gives a command what the tests read from their environment.
    pub fn export<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("UPIVIA_TEST_BIN", self.workspace.built("debug/upivia"));
        command.env_remove("UPIVIA_TEST_FULL");
        if self.full {
            command.env("UPIVIA_TEST_FULL", "1");
        }
        if let Some(services) = &self.services {
            services.cluster.export(command);
            services.node.export(command);
            command.env("UPIVIA_TEST_PYTHON", services.python.interpreter());
            command.env("UPIVIA_TEST_POSTGRES_MARK", services.mark.path());
        }
        command
    }

    /// Runs a stage and fails if no test of it left a mark of having used PostgreSQL.
    pub fn watch_postgres(&self, stage: impl FnOnce() -> Result<()>) -> Result<()> {
        let mark = &self.services()?.mark;
        let before = mark.lines()?;
        stage()?;
        let ran = mark.lines()?.saturating_sub(before);
        ensure!(ran > 0, "no test ran on PostgreSQL: none wrote to UPIVIA_TEST_POSTGRES_MARK");
        println!("{ran} tests ran on PostgreSQL");
        Ok(())
    }

    fn services(&self) -> Result<&Services> {
        self.services.as_ref().context("the services were not started")
    }
}

impl Services {
    fn start(state: &Path, full: bool) -> Result<Self> {
        std::fs::create_dir_all(state).with_context(|| format!("cannot make {}", state.display()))?;
        let python = Python::prepare(state)?;
        if full {
            python.complete(state)?;
        }
        let node = Node::prepare(state, &python)?;
        let cluster = Cluster::start(Binaries::find(state)?, CONNECTIONS_FOR_TESTS)?;
        println!("PostgreSQL runs at {}", cluster.url());
        Ok(Self { python, node, cluster, mark: Mark::create(state)? })
    }
}
