//! Who executes what: the sandbox for play money, and for live money only what the operator configured.

use std::{collections::HashMap, fmt, sync::Arc};

use upivia_domain::{
    Mode,
    catalog::{Catalog, Operation, OperationName},
    ports::{Provider, ProviderRegistry},
};

use crate::{OpenAi, Sandbox, sandbox};

/// The service whose operations the ledger answers itself; no provider is ever asked.
const PLATFORM: &str = "platform";

/// The providers of both worlds.
pub struct Registry {
    catalog: Arc<Catalog>,
    sandbox: Arc<dyn Provider>,
    live: HashMap<OperationName, Arc<dyn Provider>>,
}

/// Why a provider cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryError {
    /// Live money must never buy play results.
    SandboxForLive,
    /// The catalogue has no such operation, so it has no price.
    NotOnOffer(String),
    /// Two providers for one operation.
    Taken(OperationName),
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SandboxForLive => f.write_str("the sandbox executes nothing for live money"),
            Self::NotOnOffer(operation) => write!(f, "{operation} is not in the catalogue"),
            Self::Taken(operation) => write!(f, "{operation} has a provider already"),
        }
    }
}

impl std::error::Error for RegistryError {}

impl Registry {
    /// The sandbox for test mode, and nobody yet for live mode.
    pub fn new(catalog: Arc<Catalog>, sandbox: Sandbox) -> Self {
        Self { catalog, sandbox: Arc::new(sandbox), live: HashMap::new() }
    }

    /// Text generation in live mode.
    ///
    /// # Errors
    ///
    /// See [`Registry::with_live`].
    pub fn with_openai(self, provider: OpenAi) -> Result<Self, RegistryError> {
        self.with_live("text_generation.generate", Arc::new(provider))
    }

    /// A provider of one operation in live mode.
    ///
    /// # Errors
    ///
    /// The operation is not on offer or has a provider, or the provider is the sandbox.
    pub fn with_live(mut self, operation: &str, provider: Arc<dyn Provider>) -> Result<Self, RegistryError> {
        if provider.name().as_str() == sandbox::NAME {
            return Err(RegistryError::SandboxForLive);
        }
        let on_offer = operation.parse().ok().filter(|name| self.catalog.find(name).is_some());
        let name: OperationName = on_offer.ok_or_else(|| RegistryError::NotOnOffer(operation.to_owned()))?;
        match self.live.insert(name.clone(), provider) {
            None => Ok(self),
            Some(_) => Err(RegistryError::Taken(name)),
        }
    }
}

impl ProviderRegistry for Registry {
    fn find(&self, operation: &OperationName, mode: Mode) -> Option<Arc<dyn Provider>> {
        let runs = |operation: &Operation| operation.modes.contains(&mode) && operation.name.service() != PLATFORM;
        let is_sold = self.catalog.find(operation).is_some_and(runs);
        match mode {
            Mode::Test => is_sold.then(|| Arc::clone(&self.sandbox)),
            Mode::Live => self.live.get(operation).filter(|_| is_sold).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use upivia_domain::{Secret, catalog::PriceTable};

    use super::*;
    use crate::{OpenAiSettings, catalog};

    fn registry() -> Registry {
        let catalog = Arc::new(catalog([]));
        Registry::new(Arc::clone(&catalog), Sandbox::new(catalog, Duration::from_secs(1)))
    }

    fn openai() -> OpenAi {
        let settings = OpenAiSettings::new("https://api.openai.com/v1", Secret::new("sk-1".to_owned()));
        OpenAi::new(settings, Arc::new(catalog([]))).unwrap()
    }

    fn found(registry: &Registry, operation: &str, mode: Mode) -> Option<String> {
        registry.find(&operation.parse().unwrap(), mode).map(|provider| provider.name().to_string())
    }

    #[test]
    fn play_money_reaches_only_the_sandbox_and_live_money_never_does() {
        let registry = registry().with_openai(openai()).unwrap();
        let catalog = catalog([]);
        for name in
            catalog.iter().map(|operation| operation.name.as_str()).filter(|name| !name.starts_with("platform."))
        {
            assert_eq!(found(&registry, name, Mode::Test).as_deref(), Some("sandbox"), "{name}");
            assert_ne!(found(&registry, name, Mode::Live).as_deref(), Some("sandbox"), "{name}");
        }
        assert_eq!(found(&registry, "text_generation.generate", Mode::Live).as_deref(), Some("openai"));
        assert_eq!(found(&registry, "email.send", Mode::Live), None);
    }

    #[test]
    fn an_operation_runs_only_in_its_modes() {
        let only_test = |operation: &Operation| Operation { modes: vec![Mode::Test], ..operation.clone() };
        let catalog = Arc::new(Catalog::new(catalog([]).iter().map(only_test), PriceTable::default()));
        let registry = Registry::new(Arc::clone(&catalog), Sandbox::new(catalog, Duration::from_secs(1)));
        let registry = registry.with_openai(openai()).unwrap();
        assert_eq!(found(&registry, "text_generation.generate", Mode::Live), None);
        assert_eq!(found(&registry, "text_generation.generate", Mode::Test).as_deref(), Some("sandbox"));
    }

    #[test]
    fn nobody_executes_what_is_not_sold() {
        for name in ["platform.check_budget", "fax.send"] {
            assert_eq!(found(&registry(), name, Mode::Test), None);
        }
    }

    #[test]
    fn wrong_registrations_are_refused() {
        let sandbox = Arc::new(Sandbox::new(Arc::new(catalog([])), Duration::from_secs(1)));
        assert_eq!(registry().with_live("email.send", sandbox).err(), Some(RegistryError::SandboxForLive));
        let unknown = registry().with_live("fax.send", Arc::new(openai())).err();
        assert_eq!(unknown, Some(RegistryError::NotOnOffer("fax.send".to_owned())));
        let twice = registry().with_openai(openai()).unwrap().with_openai(openai()).err();
        assert!(matches!(twice, Some(RegistryError::Taken(_))));
    }
}
