//! The dependency graph, reduced to what the rules ask about.
//!
//! Development dependencies are left out: they may point anywhere, for they do not ship.

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process::Command;

/// What each workspace crate names in its manifest, and what each crate of the tree is built with.
#[derive(Default)]
pub struct Graph {
    pub members: BTreeMap<String, Vec<Named>>,
    pub built_with: BTreeMap<String, BTreeSet<String>>,
}

/// A dependency as a manifest names it.
#[derive(Clone)]
pub struct Named {
    pub name: String,
    pub optional: bool,
}

impl Graph {
    /// The workspace around the working directory, resolved for this machine.
    pub fn load() -> Result<Self> {
        let metadata = MetadataCommand::new().other_options(["--filter-platform".into(), host()?]).exec()?;
        Self::of(&metadata)
    }

    fn of(metadata: &Metadata) -> Result<Self> {
        let resolved = metadata.resolve.as_ref().context("cargo metadata did not resolve the dependencies")?;
        let names = metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
        let mut graph = Self::default();
        for package in metadata.workspace_packages() {
            graph.members.insert(package.name.to_string(), named_by(package));
        }
        for node in &resolved.nodes {
            let (from, to) = edges(node, &names);
            graph.built_with.entry(from).or_default().extend(to);
        }
        Ok(graph)
    }

    /// The shortest way from one crate to another along what is built, both ends included.
    pub fn path(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut came_from = BTreeMap::from([(from.to_owned(), None)]);
        let mut queue = VecDeque::from([from.to_owned()]);
        while let Some(here) = queue.pop_front() {
            if here == to {
                return Some(walk_back(&came_from, here));
            }
            for next in self.built_with.get(&here).into_iter().flatten() {
                if !came_from.contains_key(next) {
                    came_from.insert(next.clone(), Some(here.clone()));
                    queue.push_back(next.clone());
                }
            }
        }
        None
    }
}

fn walk_back(came_from: &BTreeMap<String, Option<String>>, end: String) -> Vec<String> {
    let mut path = vec![end];
    while let Some(Some(before)) = path.last().and_then(|here| came_from.get(here)) {
        path.push(before.clone());
    }
    path.reverse();
    path
}

fn named_by(package: &Package) -> Vec<Named> {
    let shipped = package.dependencies.iter().filter(|dependency| ships(dependency.kind));
    shipped.map(|dependency| Named { name: dependency.name.clone(), optional: dependency.optional }).collect()
}

fn edges(node: &Node, names: &BTreeMap<&PackageId, &str>) -> (String, Vec<String>) {
    let name = |id| names.get(id).map_or_else(String::new, |name| (*name).to_owned());
    let shipped = node.deps.iter().filter(|dependency| dependency.dep_kinds.iter().any(|info| ships(info.kind)));
    (name(&node.id), shipped.map(|dependency| name(&dependency.pkg)).collect())
}

fn ships(kind: DependencyKind) -> bool {
    kind != DependencyKind::Development
}

fn host() -> Result<String> {
    let told = crate::process::capture(Command::new("rustc").arg("-vV"))?;
    let line = told.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("rustc does not say which machine it is for")
}
