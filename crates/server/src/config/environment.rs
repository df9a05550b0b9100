//! The environment as a source of settings. Every value is text: a key that looks like a number stays one's own key.

use std::collections::BTreeMap;

use figment::{
    Error, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};

use super::settings::ENVIRONMENT;

const PREFIX: &str = "UPIVIA_";
/// The table inside a table: its members have both names before theirs.
const NESTED: [&str; 2] = ["sign_in", "oidc"];
const NESTED_PREFIX: &str = "sign_in_oidc_";
/// Variables with our prefix that are no settings: the file's own name, and what the tests use.
const OTHERS: [&str; 2] = ["UPIVIA_CONFIG", "UPIVIA_TEST_"];

/// The variables that a process was started with.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process; what is no text cannot be meant for us.
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Variables with our prefix that mean nothing: most likely misspelt.
    pub fn unknown(&self) -> Vec<&str> {
        let names = self.0.keys().map(String::as_str).filter(|name| name.starts_with(PREFIX));
        names.filter(|name| !OTHERS.iter().any(|other| name.starts_with(other)) && key_of(name).is_none()).collect()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment").interpolater(|_, keys| format!("{PREFIX}{}", keys.join("_").to_uppercase()))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let set = self.0.keys().filter_map(|name| Some((key_of(name)?, Value::from(self.get(name)?))));
        let (nested, plain): (Vec<_>, Vec<_>) = set.partition(|(key, _)| key.starts_with(NESTED_PREFIX));
        let mut all: Dict = plain.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let members =
            nested.into_iter().filter_map(|(key, value)| Some((key.strip_prefix(NESTED_PREFIX)?.to_owned(), value)));
        let members: Dict = members.collect();
        if !members.is_empty() {
            let [outer, inner] = NESTED.map(str::to_owned);
            all.insert(outer, Value::from(Dict::from([(inner, Value::from(members))])));
        }
        Ok(Map::from([(Profile::Default, all)]))
    }
}

fn key_of(variable: &str) -> Option<&'static str> {
    let name = variable.strip_prefix(PREFIX)?;
    ENVIRONMENT.iter().copied().find(|key| key.to_uppercase() == name)
}
