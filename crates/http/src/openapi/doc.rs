//! What the table says about a route for its readers.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

/// The documentation of a route. Credentials, permission and common errors are not repeated here: they follow from the row.
pub struct Doc {
    /// A name for generated clients, for example `createAgent`.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What a caller must know beyond that.
    pub details: &'static str,
    /// Query and headers; parts of the path are found by themselves.
    pub parameters: &'static [Parameter],
    /// The body, where the method has one.
    pub body: Option<Body>,
    /// The answers that are no errors.
    pub answers: &'static [Success],
    /// Statuses of errors that do not follow from the row, with what they mean here.
    pub errors: &'static [(u16, &'static str)],
}

/// Where a parameter is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the query of the URL.
    Query,
    /// As a header.
    Header,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// An instant in ISO 8601.
    Time,
    /// A number within bounds, with a default.
    Limit {
        /// Where the parameter is absent.
        default: u32,
        /// At most.
        most: u32,
    },
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// A parameter. None of them is required unless it says so.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it is sent.
    pub place: Place,
    /// What it means.
    pub meaning: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
}

/// A body.
pub struct Body {
    /// Its shape.
    pub schema: SchemaOf,
    /// One that works; JSON. The tests that walk the table send it.
    pub example: &'static str,
}

/// An answer that is no error.
pub struct Success {
    /// The status.
    pub status: u16,
    /// When it comes.
    pub meaning: &'static str,
    /// Its shape.
    pub schema: SchemaOf,
}

/// The schema of a type, as functions, so that a table can hold it.
#[derive(Clone, Copy)]
pub struct SchemaOf {
    media: &'static str,
    name: fn() -> Cow<'static, str>,
    schema: fn() -> RefOr<Schema>,
    nested: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Parameter {
    /// One that is sent in the query.
    pub const fn query(name: &'static str, meaning: &'static str, kind: Kind) -> Self {
        Self { name, place: Place::Query, meaning, kind, required: false }
    }
}

impl SchemaOf {
    /// The schema of that type.
    pub const fn of<T: ToSchema>() -> Self {
        Self { media: "application/json", name: T::name, schema: <T as PartialSchema>::schema, nested: T::schemas }
    }

    /// The schema of a type that is sent as HTML.
    pub const fn html<T: ToSchema>() -> Self {
        Self { media: "text/html", ..Self::of::<T>() }
    }

    /// The schema of a type that is sent as CSV.
    pub const fn csv<T: ToSchema>() -> Self {
        Self { media: "text/csv", ..Self::of::<T>() }
    }

    /// The content type under which it is sent.
    pub const fn media(&self) -> &'static str {
        self.media
    }

    /// Its name among the components.
    pub fn name(&self) -> Cow<'static, str> {
        (self.name)()
    }

    /// The schema and all that it refers to, by name.
    pub fn components(&self) -> Vec<(String, RefOr<Schema>)> {
        let mut all = vec![(self.name().into_owned(), (self.schema)())];
        (self.nested)(&mut all);
        all
    }
}
