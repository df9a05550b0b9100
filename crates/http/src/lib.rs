//! Routes, DTOs, authentication, the one error mapping, OpenAPI
