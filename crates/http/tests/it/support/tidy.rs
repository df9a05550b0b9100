//! Bodies without what differs from run to run: ids become their kind and the order of their appearance.

use std::collections::HashMap;

use serde_json::Value;

/// The body with placeholders for ids, keys and hashes.
pub fn tidy(body: &Value) -> Value {
    let mut seen = Seen::default();
    seen.value(body)
}

#[derive(Default)]
struct Seen {
    names: HashMap<String, String>,
    counts: HashMap<String, usize>,
}

impl Seen {
    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), self.value(member))).collect(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::String(text) => Value::String(self.text(text)),
            plain => plain.clone(),
        }
    }

    /// Replaces every word that is an id, also inside sentences and names of meters.
    fn text(&mut self, text: &str) -> String {
        let mut tidy = String::new();
        for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            tidy.push_str(&self.word(word));
            tidy.push_str(&part[word.len()..]);
        }
        tidy
    }

    fn word(&mut self, word: &str) -> String {
        if word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit()) {
            return "[digest]".to_owned();
        }
        let Some((kind, rest)) = word.rsplit_once('_') else { return word.to_owned() };
        if rest.len() < 20 || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return word.to_owned();
        }
        if let Some(name) = self.names.get(word) {
            return name.clone();
        }
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count += 1;
        let name = format!("[{kind} {count}]");
        self.names.insert(word.to_owned(), name.clone());
        name
    }
}
