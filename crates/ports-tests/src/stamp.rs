//! The list of tests, and the macro that stamps them.

/// Makes every test of the suite a `#[test]` of the present module. The argument is the path of an `async fn` without
/// arguments that returns a fresh [`crate::Fixture`].
#[macro_export]
macro_rules! contract_suite {
    ($fixture:path) => {
        $crate::stamp! { $fixture;
            batches:
                answers_come_one_per_command_in_order,
                an_unknown_organization_is_not_found,
                a_batch_cannot_exceed_what_one_command_after_another_could_not,
                a_batch_knows_its_own_idempotency_keys,
                a_refused_command_leaves_the_others_alone,
                an_undecidable_command_fails_the_whole_batch,
                batches_take_organizations_in_one_order;
        }
    };
}

/// One `#[test]` per name.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp {
    ($fixture:path; $($module:ident: $($test:ident),* ;)*) => {$($(
        #[test]
        fn $test() {
            $crate::run($fixture, $crate::contract::$module::$test);
        }
    )*)*};
}
