//! One module per provider API, the sandbox and the registry
