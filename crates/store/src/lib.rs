//! Persistence on SQLite and PostgreSQL
