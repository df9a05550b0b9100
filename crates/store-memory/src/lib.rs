//! Every persistence port in memory, for tests and for embedding
