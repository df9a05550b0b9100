//! Finding a shell command in printed text, and running it as a person would: pasted into `sh`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::binary::{self, Finished};

/// The first `curl` command in a text: its line, and those that a backslash or an open quote continues.
pub fn command_in(text: &str) -> Result<String> {
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with("curl "));
    let mut command = lines.next().with_context(|| format!("no curl line in {text:?}"))?.trim_start().to_owned();
    while command.ends_with('\\') || command.matches('\'').count() % 2 == 1 {
        let next = lines.next().with_context(|| format!("the curl command does not end: {command:?}"))?;
        command.push('\n');
        command.push_str(next);
    }
    Ok(command)
}

/// The first word of a text that starts with `prefix`, without quotes or punctuation around it.
#[must_use]
pub fn word<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.find(prefix)?;
    let rest = &text[start..];
    let end = rest.find(|c: char| c.is_whitespace() || "\"'`,)".contains(c)).unwrap_or(rest.len());
    Some(&rest[..end])
}

/// Runs a command line through `sh -c` in a directory.
pub fn paste(line: &str, dir: &Path) -> Result<Finished> {
    binary::run(Command::new("sh").args(["-c", line]).current_dir(dir))
}

#[cfg(test)]
mod tests {
    use super::{command_in, word};

    #[test]
    fn a_curl_command_is_found_whole() -> anyhow::Result<()> {
        let text = "Try it:\n  curl -X POST http://h \\\n    -d '{\"a\":\n 1}'\nDone";
        assert_eq!(command_in(text)?, "curl -X POST http://h \\\n    -d '{\"a\":\n 1}'");
        assert!(command_in("nothing").is_err());
        Ok(())
    }

    #[test]
    fn a_word_ends_at_a_quote() {
        assert_eq!(word("key \"agent_key_test_abc\" here", "agent_key_test_"), Some("agent_key_test_abc"));
        assert_eq!(word("none", "agent_key_test_"), None);
    }
}
