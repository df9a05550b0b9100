//! The table of layers: what each crate may name in its manifest, and what its tree must never contain.
//!
//! `closed` lists hold what rules and use-cases are written with and do not grow with convenience. In the other rows a
//! new outside crate is one line with its reason. `deny.toml` repeats the laws for whoever runs cargo-deny.

/// All rows, and the crates that belong to some rows only.
pub struct Table {
    pub rows: &'static [Row],
    pub held: &'static [Held],
}

/// One crate of the workspace.
pub struct Row {
    pub package: &'static str,
    /// The outside list is law, not habit.
    pub closed: bool,
    /// Crates of this workspace it may be built with.
    pub inside: &'static [&'static str],
    /// Outside crates it may name, each with what for.
    pub outside: &'static [(&'static str, &'static str)],
    /// Those of `outside` that must be behind a feature.
    pub optional: &'static [&'static str],
    /// Crates that its tree must not contain, however deep.
    pub never: &'static [&'static str],
}

/// An outside crate that only some crates may name.
pub struct Held {
    pub name: &'static str,
    pub by: &'static [&'static str],
    pub reason: &'static str,
}

pub const TABLE: Table = Table { rows: ROWS, held: HELD };

const HELD: &[Held] = &[
    Held {
        name: "reqwest",
        by: &["upivia-egress", "upivia-providers", "upivia-sign-in", "upivia-webhooks", "upivia-e2e"],
        reason: "only the providers can call whom we pay, so that every paid call passes dispatch and its hold",
    },
    Held { name: "diesel", by: &["upivia-store"], reason: "only the store knows SQL" },
    Held { name: "diesel-async", by: &["upivia-store"], reason: "only the store knows SQL" },
    Held {
        name: "actix-web",
        by: &["upivia-http", "upivia-server", "upivia-e2e"],
        reason: "only the border speaks HTTP to callers",
    },
    Held { name: "lettre", by: &["upivia-mail"], reason: "one place decides what is claimed of a mail" },
    Held { name: "upivia-ports-tests", by: &[], reason: "the contract suite is a development dependency" },
    Held { name: "upivia-e2e", by: &[], reason: "nothing is built on the end-to-end tests" },
];

const ROWS: &[Row] = &[
    Row {
        package: "upivia-domain",
        closed: true,
        inside: &[],
        outside: &[
            ("async-trait", "ports are traits used as objects"),
            ("chrono", "windows begin and end in an organization's zone"),
            ("chrono-tz", "the zones"),
            ("mockall", "mocks of the ports for the tests of other crates"),
            ("serde", "values that are stored or answered"),
            ("serde_json", "payloads that the rules carry without reading"),
            ("sha2", "digests and the audit chain"),
            ("thiserror", "one small error per aggregate"),
            ("uuid", "ids"),
        ],
        optional: &["mockall"],
        never: &["tokio", "diesel", "reqwest", "actix-web", "ring"],
    },
    Row {
        package: "upivia-application",
        closed: true,
        inside: &["upivia-domain"],
        outside: &[
            ("async-trait", "implements ports"),
            ("futures", "waits for several callers of one batch"),
            ("serde_json", "payloads on their way to a provider"),
            ("thiserror", "errors of use-cases are enums"),
            ("tokio", "channels, timers and tasks of group commit and recovery"),
            ("tracing", "logs"),
        ],
        optional: &[],
        never: &["diesel", "reqwest", "actix-web", "ring", "hyper", "libsqlite3-sys", "tokio-postgres"],
    },
    Row {
        package: "upivia-store",
        closed: false,
        inside: &["upivia-domain"],
        outside: &[
            ("async-trait", "implements ports"),
            ("diesel", "the queries, once for both databases"),
            ("diesel-async", "the connections and their pool"),
            ("diesel_migrations", "migrations inside the binary"),
            ("futures", "drives the single SQLite writer on its thread"),
            ("libsqlite3-sys", "SQLite built in, one version on every machine"),
            ("ring", "encrypts secrets at rest"),
            ("serde", "JSON columns"),
            ("serde_json", "JSON columns"),
            ("thiserror", "the store's own errors"),
            ("tokio", "channels to the writer"),
            ("tracing", "logs"),
        ],
        optional: &[],
        never: &["actix-web", "reqwest", "upivia-application"],
    },
    Row {
        package: "upivia-store-memory",
        closed: false,
        inside: &["upivia-domain"],
        outside: &[
            ("async-trait", "implements ports"),
            ("serde_json", "JSON values it keeps"),
            ("tokio", "a lock held across an await"),
        ],
        optional: &[],
        never: &["diesel", "reqwest", "actix-web"],
    },
    Row {
        package: "upivia-egress",
        closed: false,
        inside: &[],
        outside: &[
            ("reqwest", "the client whose way is guarded"),
            ("rustls", "TLS with the crypto provider chosen here"),
            ("tokio", "resolves names"),
        ],
        optional: &[],
        never: &["diesel", "actix-web", "upivia-application"],
    },
    Row {
        package: "upivia-providers",
        closed: false,
        inside: &["upivia-domain", "upivia-egress"],
        outside: &[
            ("async-trait", "implements ports"),
            ("jsonschema", "checks a payload against its operation's schema"),
            ("reqwest", "calls the providers"),
            ("serde", "the providers' wire formats"),
            ("serde_json", "the providers' wire formats"),
            ("tokio", "time limits and streams"),
            ("tracing", "logs"),
        ],
        optional: &[],
        never: &["diesel", "actix-web", "upivia-application"],
    },
    Row {
        package: "upivia-mail",
        closed: false,
        inside: &["upivia-domain"],
        outside: &[
            ("async-trait", "implements ports"),
            ("lettre", "writes mails and speaks SMTP"),
            ("serde_json", "payloads and results"),
            ("tokio", "time limits and connections"),
            ("tracing", "logs"),
        ],
        optional: &[],
        never: &["diesel", "actix-web", "reqwest", "upivia-application"],
    },
    Row {
        package: "upivia-sign-in",
        closed: false,
        inside: &["upivia-domain"],
        outside: &[
            ("aes", "the cipher of Auth.js sessions"),
            ("argon2", "hashes passwords"),
            ("async-trait", "implements ports"),
            ("base64", "the parts of a token"),
            ("cbc", "the cipher's mode in Auth.js sessions"),
            ("chrono", "the time that identity tokens are judged by"),
            ("openidconnect", "the protocol of identity providers"),
            ("reqwest", "asks the identity provider"),
            ("ring", "keys, digests and the cipher of NextAuth sessions"),
            ("rustls", "TLS with the crypto provider chosen here"),
            ("serde", "headers and claims of tokens"),
            ("serde_json", "headers and claims of tokens"),
            ("thiserror", "what settings are refused for"),
            ("tokio", "threads that may block, locks, time"),
            ("tracing", "logs"),
        ],
        optional: &[],
        never: &["diesel", "actix-web", "upivia-application"],
    },
    Row {
        package: "upivia-webhooks",
        closed: false,
        inside: &["upivia-domain", "upivia-egress"],
        outside: &[
            ("async-trait", "implements ports"),
            ("base64", "secrets and signatures as Standard Webhooks writes them"),
            ("reqwest", "calls the endpoints"),
            ("ring", "signs and compares in constant time"),
            ("thiserror", "why a signature is not believed"),
            ("tracing", "logs"),
        ],
        optional: &[],
        never: &["diesel", "actix-web", "upivia-application"],
    },
    Row {
        package: "upivia-ports-tests",
        closed: false,
        inside: &["upivia-domain"],
        outside: &[
            ("async-trait", "fakes of ports"),
            ("futures", "races many callers"),
            ("serde_json", "payloads"),
            ("tokio", "runs the contract on tasks"),
        ],
        optional: &[],
        never: &["diesel", "reqwest", "actix-web"],
    },
    Row {
        package: "upivia-http",
        closed: false,
        inside: &["upivia-domain", "upivia-application"],
        outside: &[
            ("actix-web", "the server"),
            ("base64", "cursors and credentials in headers"),
            ("futures", "streams and middleware"),
            ("ring", "compares and signs credentials"),
            ("serde", "DTOs"),
            ("serde_json", "DTOs"),
            ("thiserror", "the errors of the border"),
            ("tokio", "runs a use-case to its end when the caller hangs up"),
            ("tracing", "logs"),
            ("utoipa", "the OpenAPI document"),
        ],
        optional: &[],
        never: &["upivia-store", "upivia-store-memory", "upivia-providers", "upivia-webhooks", "diesel", "reqwest"],
    },
    Row {
        package: "upivia-server",
        closed: false,
        inside: &[
            "upivia-domain",
            "upivia-application",
            "upivia-store",
            "upivia-providers",
            "upivia-mail",
            "upivia-sign-in",
            "upivia-webhooks",
            "upivia-http",
        ],
        outside: &[
            ("actix-web", "listens and shuts down"),
            ("anyhow", "errors that only a person reads"),
            ("clap", "commands and flags"),
            ("figment", "one configuration out of file, environment and flags"),
            ("ring", "the digest of a copy, the sender of a message"),
            ("rustls", "chooses the crypto provider once, at start"),
            ("serde", "the configuration"),
            ("serde_json", "output of the commands"),
            ("tokio", "the runtime and its signals"),
            ("tracing", "logs"),
            ("tracing-subscriber", "where logs go"),
            ("uuid", "mints ids behind the port"),
        ],
        optional: &[],
        never: &["upivia-store-memory"],
    },
    Row {
        package: "upivia-e2e",
        closed: false,
        inside: &["upivia-domain", "upivia-application", "upivia-store", "upivia-store-memory", "upivia-webhooks"],
        outside: &[
            ("actix-web", "fake providers"),
            ("anyhow", "errors that only a person reads"),
            ("futures", "many callers at once"),
            ("reqwest", "the caller"),
            ("rustls", "chooses the crypto provider"),
            ("serde", "answers"),
            ("serde_json", "answers"),
            ("tokio", "the runtime"),
        ],
        optional: &[],
        never: &[],
    },
    Row {
        package: "xtask",
        closed: false,
        inside: &[],
        outside: &[
            ("anyhow", "errors that only a person reads"),
            ("cargo_metadata", "the manifests and the tree"),
            ("serde", "the lines of a bench"),
            ("serde_json", "the lines of a bench"),
        ],
        optional: &[],
        never: &["diesel", "actix-web", "tokio"],
    },
];
