//! A provider of identity, as `[sign_in.oidc]`, and whom it lets in.

use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Deserializer, Serialize};
use upivia_application::sign_in::JoinTerms;
use upivia_sign_in::oidc::{OidcProvider, OidcSettings};

use super::{Hidden, Settings};

/// What the provider is called in paths: `/api/auth/callback/oidc`.
pub const PROVIDER: &str = "oidc";

/// The table `[sign_in]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInTable {
    /// Absent = passwords only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<OidcTable>,
}

/// The table `[sign_in.oidc]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcTable {
    /// The provider, exactly as it calls itself: `https://accounts.google.com`.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; absent for a client without one, which PKCE protects.
    #[serde(default)]
    pub client_secret: Option<Hidden>,
    /// What people read on the button.
    #[serde(default = "usual_name")]
    pub name: String,
    /// Only people whose verified address is in one of these; empty = whoever the provider knows. A list, or a text with
    /// commas.
    #[serde(default, deserialize_with = "words")]
    pub email_domains: Vec<String>,
    /// People whom nobody knows become members of this organization; absent = they are refused.
    #[serde(default)]
    pub auto_join: Option<String>,
}

fn usual_name() -> String {
    "Single sign-on".to_owned()
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Text(String),
    }
    let words = match Written::deserialize(deserializer)? {
        Written::List(words) => words,
        Written::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    let plain = words.iter().map(|word| word.trim().to_lowercase());
    Ok(plain.filter(|word| !word.is_empty()).collect())
}

/// The provider, what people call it, and whom it lets in, where one is configured. Nobody is asked yet.
///
/// # Errors
///
/// A setting that does not fit, or that another one needs; the words repeat no secret.
pub fn oidc(settings: &Settings) -> Result<Option<(OidcProvider, String, JoinTerms)>> {
    let Some(table) = &settings.sign_in.oidc else { return Ok(None) };
    let base = settings.base_url.as_deref().map(|base| base.trim().trim_end_matches('/'));
    let base = base.context("base_url is needed with sign_in.oidc: where the provider sends browsers back to")?;
    ensure!(!table.name.trim().is_empty(), "sign_in.oidc.name must not be empty");
    let provider = OidcProvider::new(OidcSettings {
        issuer: table.issuer.clone(),
        client_id: table.client_id.clone(),
        client_secret: table.client_secret.as_ref().map(Hidden::secret),
        redirect_url: format!("{base}/api/auth/callback/{PROVIDER}"),
    });
    Ok(Some((provider.context("sign_in.oidc")?, table.name.clone(), terms(table)?)))
}

fn terms(table: &OidcTable) -> Result<JoinTerms> {
    for domain in &table.email_domains {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        let fits = domain.bytes().all(plain) && domain.contains('.');
        ensure!(fits, "sign_in.oidc.email_domains: {domain:?} is no domain such as example.com");
    }
    let auto_join = table
        .auto_join
        .as_ref()
        .map(|id| id.parse().map_err(|_| anyhow!("sign_in.oidc.auto_join must be the id of an organization, org_…")));
    let terms = JoinTerms { email_domains: table.email_domains.clone(), auto_join: auto_join.transpose()? };
    ensure!(
        terms.auto_join.is_none() || !terms.email_domains.is_empty(),
        "sign_in.oidc.email_domains is needed with auto_join: otherwise whoever has an account at the provider joins"
    );
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Environment, Flags, check, load, show};

    const ORG: &str = "org_0000000000000000000000";

    fn table() -> OidcTable {
        OidcTable {
            issuer: "https://id.example".to_owned(),
            client_id: "upivia".to_owned(),
            client_secret: Some("hunter2".into()),
            name: usual_name(),
            email_domains: vec!["acme.example".to_owned()],
            auto_join: Some(ORG.to_owned()),
        }
    }

    fn settings(table: OidcTable) -> Settings {
        let base_url = Some("https://upivia.example/".to_owned());
        Settings { base_url, sign_in: SignInTable { oidc: Some(table) }, ..Settings::default() }
    }

    #[test]
    fn what_does_not_fit_names_itself_and_no_secret() {
        check(&settings(table())).unwrap();
        let without_base = Settings { base_url: None, ..settings(table()) };
        for (wrong, named) in [
            (without_base, "base_url"),
            (settings(OidcTable { issuer: "http://id.example".to_owned(), ..table() }), "issuer"),
            (settings(OidcTable { client_id: String::new(), ..table() }), "client id"),
            (settings(OidcTable { name: " ".to_owned(), ..table() }), "name"),
            (settings(OidcTable { email_domains: vec!["@acme.example".to_owned()], ..table() }), "email_domains"),
            (settings(OidcTable { email_domains: Vec::new(), ..table() }), "email_domains is needed"),
            (settings(OidcTable { auto_join: Some("acme".to_owned()), ..table() }), "auto_join"),
        ] {
            let refused = format!("{:#}", check(&wrong).unwrap_err());
            assert!(refused.contains(named) && !refused.contains("hunter2"), "{named}: {refused}");
        }
        assert!(oidc(&Settings::default()).unwrap().is_none());
    }

    #[test]
    fn each_member_comes_from_the_file_or_from_a_variable() {
        let directory = std::env::temp_dir().join(format!("upivia-oidc-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let read = |environment: Environment, directory: &Path| {
            assert_eq!(environment.unknown(), [""; 0]);
            load(&Flags::default(), &environment, directory).map(|loaded| loaded.settings.sign_in.oidc)
        };
        let all = Environment::from([
            ("UPIVIA_SIGN_IN_OIDC_ISSUER", "https://id.example"),
            ("UPIVIA_SIGN_IN_OIDC_CLIENT_ID", "upivia"),
            ("UPIVIA_SIGN_IN_OIDC_CLIENT_SECRET", "hunter2"),
            ("UPIVIA_SIGN_IN_OIDC_EMAIL_DOMAINS", " ACME.example, "),
            ("UPIVIA_SIGN_IN_OIDC_AUTO_JOIN", ORG),
        ]);
        assert_eq!(read(all, &directory).unwrap(), Some(table()));
        let file = "[sign_in.oidc]\nissuer = \"https://id.example\"\nclient_id = \"other\"\nname = \"Acme\"\n";
        std::fs::write(directory.join("upivia.toml"), file).unwrap();
        let named = Environment::from([("UPIVIA_SIGN_IN_OIDC_CLIENT_ID", "upivia")]);
        let (email_domains, client_secret, auto_join) = (Vec::new(), None, None);
        let expected = OidcTable { name: "Acme".to_owned(), email_domains, client_secret, auto_join, ..table() };
        assert_eq!(read(named, &directory).unwrap(), Some(expected));
        std::fs::remove_dir_all(&directory).unwrap();
        let alone = Environment::from([("UPIVIA_SIGN_IN_OIDC_CLIENT_ID", "upivia")]);
        let missing = format!("{:#}", read(alone, &directory).unwrap_err());
        assert!(missing.contains("issuer"), "{missing}");
    }

    #[test]
    fn what_is_shown_could_be_read_again_but_for_the_secret() {
        let shown = show(&settings(table())).unwrap();
        assert!(shown.contains("\n[sign_in.oidc]\n") && shown.contains("client_secret = \"***\""), "{shown}");
        let read: Settings = toml_of(&shown);
        let hidden = OidcTable { client_secret: Some("***".into()), ..table() };
        assert_eq!(read.sign_in.oidc, Some(hidden));
    }

    fn toml_of(text: &str) -> Settings {
        use figment::{
            Figment,
            providers::{Format, Toml},
        };
        Figment::from(Toml::string(text)).extract().unwrap()
    }
}
