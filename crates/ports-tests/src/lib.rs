//! The contract suite of the persistence ports
