//! The rules, as one function from a graph and a table to sentences about what breaks them.

use super::graph::{Graph, Named};
use super::table::{Row, Table};

/// One sentence for every broken rule, in the order of the crates' names.
pub fn problems(graph: &Graph, table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for (member, named) in &graph.members {
        match table.rows.iter().find(|row| row.package == member) {
            Some(row) => found.extend(named.iter().filter_map(|dependency| misplaced(row, dependency, graph))),
            None => found.push(format!("`{member}` has no row in the table")),
        }
        found.extend(held_by_another(member, named, table));
    }
    found.extend(stale_rows(graph, table));
    found.extend(broken_laws(graph, table));
    found
}

fn misplaced(row: &Row, dependency: &Named, graph: &Graph) -> Option<String> {
    let (package, name) = (row.package, dependency.name.as_str());
    if graph.members.contains_key(name) {
        let allowed = row.inside.contains(&name);
        return (!allowed).then(|| format!("`{package}` depends on `{name}`: its layer does not see that crate"));
    }
    let Some((_, reason)) = row.outside.iter().find(|(allowed, _)| *allowed == name) else {
        return Some(format!("`{package}` depends on `{name}`: {}", how_to_allow(row)));
    };
    let must_be_optional = row.optional.contains(&name) && !dependency.optional;
    must_be_optional.then(|| format!("`{package}` depends on `{name}`, which must be optional there ({reason})"))
}

fn how_to_allow(row: &Row) -> &'static str {
    if row.closed { "the list of this crate is closed" } else { "not in its list; a new crate there needs a reason" }
}

fn held_by_another<'a>(member: &'a str, named: &'a [Named], table: &'a Table) -> impl Iterator<Item = String> + 'a {
    let held = named.iter().filter_map(|dependency| table.held.iter().find(|held| held.name == dependency.name));
    let stolen = held.filter(move |held| !held.by.contains(&member));
    stolen.map(move |held| format!("`{member}` depends on `{}`: {}", held.name, held.reason))
}

fn stale_rows<'a>(graph: &'a Graph, table: &'a Table) -> impl Iterator<Item = String> + 'a {
    let stale = table.rows.iter().filter(|row| !graph.members.contains_key(row.package));
    stale.map(|row| format!("the table has a row for `{}`, which is not in the workspace", row.package))
}

fn broken_laws<'a>(graph: &'a Graph, table: &'a Table) -> impl Iterator<Item = String> + 'a {
    let pairs = table.rows.iter().flat_map(|row| row.never.iter().map(move |never| (row.package, *never)));
    let paths = pairs.filter_map(|(package, never)| Some((package, never, graph.path(package, never)?)));
    paths.map(|(package, never, path)| {
        format!("`{package}` must never contain `{never}`, but it does: {}", path.join(" -> "))
    })
}

#[cfg(test)]
mod tests {
    use super::super::table::Held;
    use super::*;

    const TABLE: Table = Table {
        rows: &[
            Row {
                package: "rules",
                closed: true,
                inside: &[],
                outside: &[("words", "text"), ("mocks", "tests")],
                optional: &["mocks"],
                never: &["runtime"],
            },
            Row {
                package: "store",
                closed: false,
                inside: &["rules"],
                outside: &[("words", "text"), ("database", "rows")],
                optional: &[],
                never: &[],
            },
            Row { package: "suite", closed: false, inside: &["rules"], outside: &[], optional: &[], never: &[] },
        ],
        held: &[Held { name: "database", by: &["store"], reason: "only the store talks to it" }],
    };

    fn graph(members: &[(&str, &[&str])], others: &[(&str, &[&str])]) -> Graph {
        let mut graph = Graph::default();
        for (name, dependencies) in members {
            let named = dependencies.iter().map(|name| Named { name: (*name).to_owned(), optional: *name == "mocks" });
            graph.members.insert((*name).to_owned(), named.collect());
        }
        for (name, dependencies) in members.iter().chain(others) {
            let built_with = dependencies.iter().map(|name| (*name).to_owned()).collect();
            graph.built_with.insert((*name).to_owned(), built_with);
        }
        graph
    }

    fn problems_of(members: &[(&str, &[&str])], others: &[(&str, &[&str])]) -> Vec<String> {
        problems(&graph(members, others), &TABLE)
    }

    #[test]
    fn a_workspace_that_keeps_to_the_table_has_no_problem() {
        let members: &[(&str, &[&str])] =
            &[("rules", &["words", "mocks"]), ("store", &["rules", "database"]), ("suite", &["rules"])];
        assert_eq!(problems_of(members, &[("database", &["runtime"])]), Vec::<String>::new());
    }

    #[test]
    fn a_new_outside_crate_is_named_with_the_way_to_allow_it() {
        let found = problems_of(&[("rules", &["clock"]), ("store", &["clock"]), ("suite", &[])], &[]);
        assert_eq!(
            found,
            [
                "`rules` depends on `clock`: the list of this crate is closed",
                "`store` depends on `clock`: not in its list; a new crate there needs a reason",
            ]
        );
    }

    #[test]
    fn a_layer_sees_only_the_crates_below_it() {
        let found = problems_of(&[("rules", &["suite"]), ("store", &["suite"]), ("suite", &[])], &[]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[1], "`store` depends on `suite`: its layer does not see that crate");
    }

    #[test]
    fn a_law_is_kept_through_other_crates_and_the_way_is_shown() {
        let members: &[(&str, &[&str])] = &[("rules", &["words"]), ("store", &[]), ("suite", &[])];
        let found = problems_of(members, &[("words", &["letters"]), ("letters", &["runtime"])]);
        assert_eq!(found, ["`rules` must never contain `runtime`, but it does: rules -> words -> letters -> runtime"]);
    }

    #[test]
    fn a_held_crate_belongs_to_its_holders() {
        let found = problems_of(&[("rules", &[]), ("store", &["database"]), ("suite", &["database"])], &[]);
        assert!(found.contains(&"`suite` depends on `database`: only the store talks to it".to_owned()), "{found:?}");
        assert_eq!(found.len(), 2, "the list of `suite` does not have it either: {found:?}");
    }

    #[test]
    fn what_must_be_optional_is_refused_when_it_is_not() {
        let mut graph = graph(&[("rules", &["mocks"]), ("store", &[]), ("suite", &[])], &[]);
        let named = graph.members.get_mut("rules").expect("just put there");
        named[0].optional = false;
        let found = problems(&graph, &TABLE);
        assert_eq!(found, ["`rules` depends on `mocks`, which must be optional there (tests)"]);
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_told() {
        let found = problems_of(&[("rules", &[]), ("store", &[]), ("extra", &[])], &[]);
        assert_eq!(
            found,
            ["`extra` has no row in the table", "the table has a row for `suite`, which is not in the workspace"]
        );
    }
}
