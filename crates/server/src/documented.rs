//! The commands that the documents show are those that the program takes.

use clap::Parser;

use crate::cli::Cli;

const DOCUMENTS: [(&str, &str, usize); 2] = [
    ("docs/operations.md", include_str!("../../../docs/operations.md"), 10),
    ("README.md", include_str!("../../../README.md"), 5),
];

/// Lines of code blocks, fenced or indented, that call the program: from its name on, without a comment.
fn commands(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if fenced || line.starts_with("    ") {
            commands.extend(command(line));
        }
    }
    commands
}

fn command(line: &str) -> Option<&str> {
    let mut rest = line.trim();
    // Variables may stand before it.
    while let Some((_, after)) = rest.split_once(' ').filter(|(first, _)| first.contains('=')) {
        rest = after.trim_start();
    }
    let command = rest.split(" #").next().unwrap_or_default().trim();
    command.starts_with("upivia ").then_some(command)
}

#[test]
fn every_documented_command_is_one() {
    for (name, text, least) in DOCUMENTS {
        let commands = commands(text);
        assert!(commands.len() >= least, "{name} shows only {commands:?}");
        for command in commands {
            let words = command.split_whitespace().map(|word| word.trim_matches('"'));
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{name}: `{command}`: {error}");
            }
        }
    }
}

#[test]
fn a_command_is_found_behind_variables_and_before_a_comment() {
    assert_eq!(command("    A=1 B=\"$C\" upivia serve     # go"), Some("upivia serve"));
    assert_eq!(command("curl http://h/?a=b upivia"), None);
    assert_eq!(commands("upivia is a program\n```sh\nupivia serve\n```\nupivia is"), ["upivia serve"]);
}
