//! Members that are all there or all absent, for the document.
//!
//! An option that is flattened into an object leaves nothing behind where it is none: not even a null, which is what the
//! derived schema would promise.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, Ref, RefOr, Schema, schema::AnyOfBuilder, schema::Type},
};

use super::figures::{CostFigures, Figures};

/// What it cost, or nothing.
pub(crate) struct PerhapsCost;

/// The figures of a check, or nothing.
pub(crate) struct PerhapsFigures;

/// The members of `T`, or none of them.
pub(in crate::v1) fn perhaps<T: ToSchema>() -> RefOr<Schema> {
    let nothing = ObjectBuilder::new().schema_type(Type::Object);
    RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(Ref::from_schema_name(T::name())).item(nothing).build()))
}

/// Names `T`, and what it is made of, in the document.
pub(in crate::v1) fn with_nested<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) {
    all.push((T::name().into_owned(), T::schema()));
    T::schemas(all);
}

impl PartialSchema for PerhapsCost {
    fn schema() -> RefOr<Schema> {
        perhaps::<CostFigures>()
    }
}

impl ToSchema for PerhapsCost {
    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        with_nested::<CostFigures>(all);
    }
}

impl PartialSchema for PerhapsFigures {
    fn schema() -> RefOr<Schema> {
        perhaps::<Figures>()
    }
}

impl ToSchema for PerhapsFigures {
    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        with_nested::<Figures>(all);
    }
}
