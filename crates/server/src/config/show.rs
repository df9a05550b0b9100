//! The effective settings as a file that could be read again, but for the secrets.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::Settings;

/// TOML, secrets as three stars, absent settings as comments.
pub fn show(settings: &Settings) -> Result<String> {
    let Value::Object(members) = serde_json::to_value(settings)? else {
        anyhow::bail!("the settings are no table");
    };
    let mut text = String::new();
    // Tables come last: what followed one would belong to it.
    let (tables, plain): (Vec<_>, Vec<_>) = members
        .iter()
        .partition(|(_, value)| value.is_array() || value.as_object().is_some_and(|table| !table.is_empty()));
    plain.into_iter().try_for_each(|(key, value)| write_line(&mut text, key, value))?;
    for (key, list) in tables {
        if let Some(members) = list.as_object() {
            write_members(&mut text, key, members)?;
        }
        list.as_array().into_iter().flatten().try_for_each(|table| write_table(&mut text, key, table))?;
    }
    Ok(text)
}

/// A table, and those inside it after its own members.
fn write_members(text: &mut String, name: &str, members: &Map<String, Value>) -> Result<()> {
    let (tables, plain): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| value.is_object());
    if !plain.is_empty() {
        writeln!(text, "\n[{name}]")?;
    }
    plain.into_iter().try_for_each(|(key, value)| write_line(text, key, value))?;
    let mut inner = tables.into_iter().filter_map(|(key, value)| Some((key, value.as_object()?)));
    inner.try_for_each(|(key, members)| write_members(text, &format!("{name}.{key}"), members))
}

fn write_table(text: &mut String, key: &str, table: &Value) -> Result<()> {
    writeln!(text, "\n[[{key}]]")?;
    let members = table.as_object().context("a model is a table")?;
    members.iter().try_for_each(|(key, value)| write_line(text, key, value))
}

// A JSON string or number is a TOML string or number.
fn write_line(text: &mut String, key: &str, value: &Value) -> Result<()> {
    match value {
        Value::Null => writeln!(text, "# {key} is not set")?,
        plain => writeln!(text, "{key} = {plain}")?,
    }
    Ok(())
}
