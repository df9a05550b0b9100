//! Every setting with its default. A field's name is its key in the file, and with `UPIVIA_` before it in the environment.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use upivia_http::{Limits, MetricsAccess};

use super::{
    CallbackSettings, Hidden, ModelSettings, PriceSettings, SignInTable, Span, WebhookTargets, number::number,
};

/// Keys that may come from the environment; prices come from the file only.
pub const ENVIRONMENT: &[&str] = &[
    "listen",
    "data_dir",
    "database_url",
    "master_key",
    "log",
    "answer_within",
    "provider_timeout",
    "node_lease",
    "stop_within",
    "poll_first",
    "poll_longest",
    "callback_secrets",
    "approval_lifetime",
    "pending_approvals",
    "rate_limit_per_second",
    "rate_limit_burst",
    "concurrency_limit",
    "headers_within",
    "body_within",
    "keep_alive",
    "metrics",
    "gauges_every",
    "openai_base_url",
    "openai_api_key",
    "base_url",
    "session_secret",
    "sign_in_oidc_issuer",
    "sign_in_oidc_client_id",
    "sign_in_oidc_client_secret",
    "sign_in_oidc_name",
    "sign_in_oidc_email_domains",
    "sign_in_oidc_auto_join",
    "smtp_url",
    "mail_from",
    "webhook_targets",
    "failpoints",
];

/// The settings of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address and port to serve on.
    pub listen: String,
    /// Where the embedded database, its lock and its master key are.
    pub data_dir: PathBuf,
    /// A PostgreSQL database; absent = the embedded one.
    pub database_url: Option<Hidden>,
    /// 32 bytes in base64; absent = generated into the data directory, on the embedded database only.
    pub master_key: Option<Hidden>,
    /// What is logged, for example `info` or `warn,upivia_application=debug`.
    pub log: String,
    /// A POST answers within this, if need be `running`.
    pub answer_within: Span,
    /// A provider's answer later than this is an unknown outcome.
    pub provider_timeout: Span,
    /// A process that is silent for so long is taken for dead.
    pub node_lease: Span,
    /// What is under way at the end of the process has so long to end.
    pub stop_within: Span,
    /// So long after a request was left running or unknown its provider is asked what became of it.
    pub poll_first: Span,
    /// Asked in vain, it is asked again after twice as long, up to this.
    pub poll_longest: Span,
    /// Providers that may report outcomes, each with the secret that signs its messages.
    pub callback_secrets: CallbackSettings,
    /// So long a person may take to approve.
    pub approval_lifetime: Span,
    /// So many requests of an agent may wait for a person.
    #[serde(deserialize_with = "number")]
    pub pending_approvals: u32,
    /// Requests in a second of one credential, and of one address without a valid one; 0 = without limit.
    #[serde(deserialize_with = "number")]
    pub rate_limit_per_second: u32,
    /// So many of them may come at once after a pause; 0 = without limit.
    #[serde(deserialize_with = "number")]
    pub rate_limit_burst: u32,
    /// Requests of one credential that are answered at the same time; 0 = without limit.
    #[serde(deserialize_with = "number")]
    pub concurrency_limit: u32,
    /// A client that takes longer for the headers of its first request is hung up on.
    pub headers_within: Span,
    /// A client that takes longer for a body is answered 408.
    pub body_within: Span,
    /// A connection on which nothing is asked for so long is closed; 0 = after every answer.
    pub keep_alive: Span,
    /// From where `/metrics` can be read: `off`, `loopback` or `open`.
    pub metrics: MetricsAccess,
    /// From one sample of the figures about money to the next.
    pub gauges_every: Span,
    /// An OpenAI-compatible API for live text generation; absent = OpenAI's own, where there is a key.
    pub openai_base_url: Option<String>,
    /// Its key.
    pub openai_api_key: Option<Hidden>,
    /// Where people find this server, as `https://upivia.example.com`; with https, cookies are sent that way only.
    pub base_url: Option<String>,
    /// What sessions are encrypted under, shared with a Next.js application; several, separated by blanks, to replace one. Absent =
    /// derived from the master key.
    pub session_secret: Option<Hidden>,
    /// How people sign in beside passwords; a table of its own.
    pub sign_in: SignInTable,
    /// The relay that live mails are handed to, as `smtp://user:password@host:587` or `smtps://…`.
    pub smtp_url: Option<Hidden>,
    /// Who mails come from, as `Example <no-reply@example.com>`; needed with `smtp_url`, and only with it.
    pub mail_from: Option<String>,
    /// Which addresses webhook endpoints may have: `public`, by https, or `any`, also by http.
    pub webhook_targets: WebhookTargets,
    /// Places where the process kills or stops itself; dev builds only.
    pub failpoints: Option<String>,
    /// Prices of models, beside and above those that are built in.
    pub models: Vec<ModelSettings>,
    /// Flat prices of operations, beside and above those that are built in.
    pub prices: Vec<PriceSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8787".to_owned(),
            data_dir: PathBuf::from("data"),
            database_url: None,
            master_key: None,
            // The HTTP library tells of every worker that it starts and stops.
            log: "info,actix_server=warn".to_owned(),
            answer_within: Span::seconds(45),
            provider_timeout: Span::seconds(120),
            node_lease: Span::seconds(15),
            stop_within: Span::seconds(20),
            poll_first: Span::seconds(1),
            poll_longest: Span::seconds(5 * 60),
            callback_secrets: CallbackSettings::default(),
            approval_lifetime: Span::seconds(24 * 60 * 60),
            pending_approvals: 20,
            rate_limit_per_second: 200,
            rate_limit_burst: 400,
            concurrency_limit: 256,
            headers_within: Span::seconds(10),
            body_within: Span::seconds(30),
            // Longer than proxies keep theirs, so that the proxy closes first and never writes into a closed connection.
            keep_alive: Span::seconds(75),
            metrics: MetricsAccess::Loopback,
            gauges_every: Span::seconds(60),
            openai_base_url: None,
            openai_api_key: None,
            base_url: None,
            session_secret: None,
            sign_in: SignInTable::default(),
            smtp_url: None,
            mail_from: None,
            webhook_targets: WebhookTargets::Public,
            failpoints: None,
            models: Vec::new(),
            prices: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether the one-file database is used.
    pub const fn is_embedded(&self) -> bool {
        self.database_url.is_none()
    }

    /// How much one caller may ask for.
    pub const fn limits(&self) -> Limits {
        Limits {
            per_second: self.rate_limit_per_second,
            burst: self.rate_limit_burst,
            concurrency: self.concurrency_limit,
        }
    }
}
