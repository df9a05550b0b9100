//! Bindings: which operations an agent may use, and how much of each.

use crate::{AgentId, NanoUsd, catalog::OperationName};

/// Leave for an agent to use one operation. One per agent and operation; the last write wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The agent.
    pub agent: AgentId,
    /// The operation.
    pub operation: OperationName,
    /// How much and how often.
    pub terms: BindingTerms,
}

/// The limits inside a binding. They hold for live and for test money, each with its own usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BindingTerms {
    /// Money in a month; absent = no limit.
    pub month_cap: Option<NanoUsd>,
    /// Requests in a day; absent = no limit.
    pub day_count: Option<u32>,
    /// A dearer request waits for a person; absent = never.
    pub approval_threshold: Option<NanoUsd>,
}

impl BindingTerms {
    /// Whether they allow nothing that the others do not.
    pub fn are_within(&self, others: &Self) -> bool {
        is_within(self.month_cap, others.month_cap)
            && is_within(self.day_count, others.day_count)
            && is_within(self.approval_threshold, others.approval_threshold)
    }

    /// What both allow.
    #[must_use]
    pub fn narrowed_by(&self, others: &Self) -> Self {
        Self {
            month_cap: lower(self.month_cap, others.month_cap),
            day_count: lower(self.day_count, others.day_count),
            approval_threshold: lower(self.approval_threshold, others.approval_threshold),
        }
    }
}

// An absent limit allows everything.
fn is_within<T: Ord>(own: Option<T>, other: Option<T>) -> bool {
    match (own, other) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(own), Some(other)) => own <= other,
    }
}

fn lower<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms() -> impl Strategy<Value = BindingTerms> {
        let cap = || prop::option::of((0_i64..4).prop_map(NanoUsd::from_nanos));
        (cap(), prop::option::of(0_u32..4), cap()).prop_map(|(month_cap, day_count, approval_threshold)| BindingTerms {
            month_cap,
            day_count,
            approval_threshold,
        })
    }

    proptest! {
        #[test]
        fn what_is_narrowed_is_within_both(a in terms(), b in terms()) {
            let narrowed = a.narrowed_by(&b);
            prop_assert!(narrowed.are_within(&a) && narrowed.are_within(&b));
            prop_assert_eq!(a.are_within(&b), narrowed == a);
        }
    }
}
