//! What the stores on databases promise beside the contract suite about use-cases, queries, processes and views: how a store
//! begins, what it refuses to mix, and how it names what it cannot read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod nodes;
mod rows;
mod secrets;
mod start;
mod views;
mod work;

#[expect(dead_code, reason = "each test program uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

/// Each test on both databases.
macro_rules! on_both {
    ($($module:ident: $($test:ident),* ;)*) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    crate::$module::$test(crate::support::raw::Raw::sqlite().await).await;
                }
            )*)*
        }
        mod postgres {
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    crate::$module::$test(crate::support::raw::Raw::postgres().await).await;
                }
            )*)*
        }
    };
}

on_both!(
    nodes:
        unfinished_requests_are_found_among_many_organizations,
        a_clock_that_was_set_back_hides_nothing,
        a_lease_that_cannot_be_read_is_named;
    rows:
        rows_refer_to_their_own_organization_only,
        people_are_added_under_the_platforms_lock,
        a_row_that_cannot_be_read_is_named,
        a_service_is_no_pattern;
    secrets:
        an_organization_made_again_after_a_rollback_can_be_read,
        a_text_in_another_row_is_not_opened,
        a_mail_that_cannot_be_read_keeps_no_other_waiting,
        what_agents_ask_people_is_sealed;
    start:
        a_store_begins_with_the_platform_organization,
        a_wrong_master_key_is_refused,
        a_wrong_master_key_is_refused_also_without_the_check_value;
    views:
        dropped_views_give_their_connections_back,
        many_views_leave_readers_alone,
        a_row_that_a_view_cannot_read_is_named;
    work:
        nothing_is_done_after_the_deadline,
        a_suspension_survives_a_change_of_policy_in_its_transaction,
        an_empty_unit_of_work_changes_nothing;
);
