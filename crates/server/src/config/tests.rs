//! The order of the sources, and what is refused.

use std::{fs, path::PathBuf};

use upivia_http::MetricsAccess;

use super::*;

/// A directory of its own, gone after the test.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("upivia-config-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn with_file(name: &str, text: &str) -> Self {
        let dir = Self::new(name);
        fs::write(dir.0.join("upivia.toml"), text).unwrap();
        dir
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn error(dir: &Dir, environment: Environment) -> String {
    format!("{:#}", load(&Flags::default(), &environment, &dir.0).unwrap_err())
}

#[test]
fn without_anything_the_defaults_hold_and_are_sound() {
    let dir = Dir::new("defaults");
    let loaded = load(&Flags::default(), &Environment::default(), &dir.0).unwrap();
    assert_eq!((loaded.settings, loaded.file), (Settings::default(), None));
    check(&Settings::default()).unwrap();
}

#[test]
fn each_source_is_stronger_than_the_one_before() {
    let dir = Dir::with_file("order", "listen = \"h:1\"\nlog = \"file\"\nanswer_within = 10\nnode_lease = \"3s\"\n");
    let environment =
        Environment::from([("UPIVIA_LOG", "environment"), ("UPIVIA_ANSWER_WITHIN", "500ms"), ("UPIVIA_LISTEN", "h:2")]);
    let flags = Flags { listen: Some("h:3".to_owned()), ..Flags::default() };
    let settings = load(&flags, &environment, &dir.0).unwrap().settings;
    assert_eq!(settings.listen, "h:3");
    assert_eq!(settings.log, "environment");
    assert_eq!(settings.answer_within, "500ms".parse().unwrap());
    assert_eq!(settings.node_lease, Span::seconds(3));
    assert_eq!(settings.provider_timeout, Settings::default().provider_timeout);
}

#[test]
fn every_setting_but_prices_has_a_variable() {
    let serde_json::Value::Object(members) = serde_json::to_value(Settings::default()).unwrap() else { panic!() };
    // The members of that table have variables of their own.
    for key in members.keys().filter(|key| !["models", "prices", "sign_in"].contains(&key.as_str())) {
        let name = format!("UPIVIA_{}", key.to_uppercase());
        assert!(Environment::from([(name.as_str(), "x")]).unknown().is_empty(), "{name}");
    }
}

#[test]
fn an_empty_variable_is_not_set_and_digits_are_text() {
    let environment = Environment::from([("UPIVIA_DATABASE_URL", ""), ("UPIVIA_OPENAI_API_KEY", "12345")]);
    let settings = load(&Flags::default(), &environment, &Dir::new("text").0).unwrap().settings;
    assert_eq!(settings.database_url, None);
    assert_eq!(settings.openai_api_key.unwrap().expose(), "12345");
}

#[test]
fn limits_come_as_numbers_from_the_file_and_as_text_from_the_environment() {
    let dir = Dir::with_file("limits", "rate_limit_per_second = 7\nrate_limit_burst = 8\n");
    let environment = Environment::from([
        ("UPIVIA_RATE_LIMIT_BURST", "9"),
        ("UPIVIA_CONCURRENCY_LIMIT", "0"),
        ("UPIVIA_PENDING_APPROVALS", "3"),
    ]);
    let settings = load(&Flags::default(), &environment, &dir.0).unwrap().settings;
    let limits = settings.limits();
    assert_eq!((limits.per_second, limits.burst, limits.concurrency), (7, 9, 0));
    assert_eq!(settings.pending_approvals, 3);
    for bad in ["-1", "many", "1.5", "4294967296"] {
        let refused = error(&Dir::new("bad-limit"), Environment::from([("UPIVIA_CONCURRENCY_LIMIT", bad)]));
        assert!(refused.contains("UPIVIA_CONCURRENCY_LIMIT"), "{bad}: {refused}");
    }
    assert_eq!(Settings::default().limits(), upivia_http::Limits::default());
}

#[test]
fn metrics_are_for_this_machine_unless_a_setting_says_otherwise() {
    let read = |text| {
        let environment = Environment::from([("UPIVIA_METRICS", text)]);
        load(&Flags::default(), &environment, &Dir::new(&format!("metrics-{text}")).0)
    };
    assert_eq!(Settings::default().metrics, MetricsAccess::Loopback);
    for (text, access) in [("off", MetricsAccess::Off), ("open", MetricsAccess::Open), ("", MetricsAccess::Loopback)] {
        assert_eq!(read(text).unwrap().settings.metrics, access, "{text}");
    }
    let refused = format!("{:#}", read("everybody").unwrap_err());
    assert!(refused.contains("UPIVIA_METRICS") && refused.contains("loopback"), "{refused}");
}

#[test]
fn unknown_keys_and_bad_values_name_themselves_and_their_source() {
    let unknown = error(&Dir::with_file("unknown", "lisen = \"h:1\"\n"), Environment::default());
    assert!(unknown.contains("lisen") && unknown.contains("upivia.toml"), "{unknown}");
    let value = error(&Dir::new("value"), Environment::from([("UPIVIA_NODE_LEASE", "soon")]));
    assert!(value.contains("UPIVIA_NODE_LEASE") && value.contains("45s"), "{value}");
    let missing = error(&Dir::new("missing"), Environment::from([("UPIVIA_CONFIG", "nowhere.toml")]));
    assert!(missing.contains("nowhere.toml"), "{missing}");
    assert_eq!(
        Environment::from([("UPIVIA_LISEN", "x"), ("UPIVIA_CONFIG", "y"), ("HOME", "z")]).unknown(),
        ["UPIVIA_LISEN"]
    );
}

#[test]
fn what_is_shown_hides_secrets_and_can_be_read_again() {
    let file = "openai_api_key = \"sk-secret\"\n[[models]]\nmodel = \"acme/large\"\ninput_nanos_per_million = 150_000_000\n\
                output_nanos_per_million = 600_000_000\nlargest_max_tokens = 4096\n[[prices]]\noperation = \"email.send\"\nversion = 2\n\
                effective_from = \"2027-01-01\"\nnanos = 2_000_000\n";
    let settings = load(&Flags::default(), &Environment::default(), &Dir::with_file("show", file).0).unwrap().settings;
    assert_eq!(settings.models[0].input_nanos_per_million, 150_000_000);
    check(&settings).unwrap();
    let shown = show(&settings).unwrap();
    assert!(shown.contains("openai_api_key = \"***\"") && !shown.contains("sk-secret"), "{shown}");
    let mut again =
        load(&Flags::default(), &Environment::default(), &Dir::with_file("again", &shown).0).unwrap().settings;
    again.openai_api_key = settings.openai_api_key.clone();
    assert_eq!(again, settings);
}

#[test]
fn secrets_of_callers_are_a_table_or_text_and_are_not_shown() {
    let written = "[callback_secrets]\nsandbox = \"a secret of sixteen\"\nacme = \"another secret of it\"\n";
    let file =
        load(&Flags::default(), &Environment::default(), &Dir::with_file("callers", written).0).unwrap().settings;
    let text = "sandbox=a secret of sixteen,acme=another secret of it";
    let environment = Environment::from([("UPIVIA_CALLBACK_SECRETS", text)]);
    let dir = Dir::with_file("callers-too", "[callback_secrets]\nacme = \"a weaker source of it\"\n");
    assert_eq!(load(&Flags::default(), &environment, &dir.0).unwrap().settings, file);
    check(&file).unwrap();
    let shown = show(&file).unwrap();
    assert!(shown.contains("[callback_secrets]\nacme = \"***\"") && !shown.contains("of it"), "{shown}");
    for wrong in ["hush", "sandbox=hush,", "acme=hush,acme=hush"] {
        let refused = error(&dir, Environment::from([("UPIVIA_CALLBACK_SECRETS", wrong)]));
        assert!(refused.contains("UPIVIA_CALLBACK_SECRETS") && !refused.contains("hush"), "{refused}");
    }
}

#[test]
fn contradictions_are_refused_in_words() {
    let refused = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        format!("{:#}", check(&settings).unwrap_err())
    };
    assert!(refused(|s| s.listen = "8080".to_owned()).contains("listen"));
    assert!(refused(|s| s.database_url = Some("mysql://h/d".into())).contains("postgres://"));
    assert!(refused(|s| s.database_url = Some("postgres://h/d".into())).contains("UPIVIA_MASTER_KEY"));
    assert!(refused(|s| s.master_key = Some("short".into())).contains("master key"));
    assert!(refused(|s| s.answer_within = Span::seconds(60)).contains("answer_within"));
    assert!(refused(|s| s.headers_within = Span::seconds(0)).contains("headers_within"));
    assert!(refused(|s| s.body_within = Span::seconds(0)).contains("body_within"));
    assert!(refused(|s| s.node_lease = Span::seconds(0)).contains("node_lease"));
    assert!(refused(|s| s.poll_first = Span::seconds(0)).contains("poll_first"));
    assert!(refused(|s| s.poll_longest = "10ms".parse().unwrap()).contains("poll_longest"));
    assert!(refused(|s| s.log = "info=warn=debug".to_owned()).contains("log"));
    #[cfg(debug_assertions)]
    assert!(refused(|s| s.failpoints = Some("nowhere=kill@1".to_owned())).contains("nowhere"));
    assert!(refused(|s| s.openai_base_url = Some("h:1".to_owned())).contains("openai_base_url"));
}
