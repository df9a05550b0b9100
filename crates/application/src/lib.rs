//! Use-cases over the domain: dispatch, administration, group commit, recovery
