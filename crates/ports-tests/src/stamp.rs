//! The list of tests, and the macro that stamps them.

/// Makes every test of the suite a `#[test]` of the present module. The argument is the path of an `async fn` without
/// arguments that returns a fresh [`crate::Fixture`].
#[macro_export]
macro_rules! contract_suite {
    ($fixture:path) => {
        $crate::stamp! { $fixture;
            approvals:
                a_question_is_listed_with_its_answer,
                an_approval_gives_the_request_a_hold,
                two_approvers_at_once_admit_once,
                an_approval_is_found_again,
                an_approval_meets_a_rejection_once,
                questions_that_are_over_are_found_and_end,
                a_dearer_question_takes_the_place_of_the_first,
                questions_stand_in_pages_by_sequence;
            batches:
                answers_come_one_per_command_in_order,
                an_unknown_organization_is_not_found,
                a_batch_cannot_exceed_what_one_command_after_another_could_not,
                a_batch_knows_its_own_idempotency_keys,
                a_refused_command_leaves_the_others_alone,
                an_undecidable_command_fails_the_whole_batch,
                batches_take_organizations_in_one_order,
                a_large_batch_is_one_batch;
            budgets:
                members_of_teams_survive,
                a_member_is_unique,
                budget_requests_survive_with_their_answers,
                who_runs_the_installation_is_remembered,
                an_allocation_is_found_inside,
                the_last_cents_of_a_pool_go_once;
            conflicts:
                two_settlements_at_once_are_one_charge,
                a_request_is_dispatched_or_voided,
                transfers_at_once_never_overdraw,
                use_cases_and_batches_share_one_limit,
                one_secret_for_two_organizations_opens_one;
            corrections:
                an_adjustment_moves_the_difference,
                an_adjustment_to_the_same_cost_moves_nothing,
                an_adjustment_never_overdraws_the_account,
                only_an_ended_request_is_adjusted,
                a_late_answer_corrects_the_charge,
                a_late_answer_charges_what_seemed_to_have_failed,
                a_contradiction_is_written_down_once,
                evidence_against_a_person_never_reaches_the_account,
                a_transfer_moves_what_is_there,
                amounts_beyond_the_range_are_refused,
                debts_are_paid_first_and_stop_spending;
            decisions:
                refusals_survive_with_their_reasons,
                a_question_survives_with_its_end,
                a_budget_report_survives,
                what_is_no_request_leaves_none;
            faults:
                a_lost_answer_of_a_commit_is_found_again,
                a_unit_of_work_may_lose_its_answer_too,
                one_poisoned_command_in_sixty_four_leaves_nothing,
                a_panic_inside_a_batch_leaves_nothing,
                a_batch_goes_on_when_its_caller_leaves,
                a_unit_of_work_goes_on_when_its_caller_leaves;
            isolation:
                queries_find_nothing_of_another_organization,
                commands_reach_nothing_of_another_organization,
                transactions_find_nothing_of_another_organization,
                a_binding_for_a_foreign_agent_changes_nothing,
                a_credential_is_found_by_its_hash;
            journals:
                the_journal_only_grows,
                events_stand_in_the_order_of_the_commands,
                filters_give_exactly_what_fits,
                pages_follow_each_other_by_sequence,
                any_text_survives_in_an_event;
            keys:
                the_same_attempt_is_the_same_request,
                another_payload_under_the_same_key_is_a_conflict,
                a_blocked_attempt_stays_blocked,
                keys_belong_to_an_agent_and_a_mode,
                a_revoked_credential_is_told_nothing,
                long_keys_are_kept_whole,
                one_attempt_on_two_nodes_is_one_request;
            lineages:
                a_childs_requests_count_in_its_ancestors_bindings,
                an_ancestors_policy_holds_below_it,
                a_childs_own_account_is_its_limit;
            lives:
                an_admission_holds_and_a_settlement_pays,
                a_settlement_of_nothing_frees_the_hold,
                a_failure_frees_the_hold,
                a_failure_that_cost_something_is_paid,
                what_was_never_sent_gives_its_unit_back,
                a_request_can_be_voided_before_it_is_dispatched,
                a_running_request_keeps_its_hold_until_the_provider_reports,
                a_person_resolves_what_nobody_knows,
                a_takeover_fences_the_dead_owner,
                live_and_test_money_are_two_worlds;
            locks:
                a_held_organization_is_left_out,
                a_batch_waits_for_its_turn,
                nobody_waits_for_ever,
                organizations_do_not_wait_for_each_other,
                readers_do_not_wait;
            nodes:
                the_dead_stay_dead,
                nobody_buries_themselves,
                where_one_process_writes_all_others_are_dead,
                who_left_nothing_is_forgotten,
                what_the_dead_left_is_found,
                open_outcomes_are_found_below_the_watermark,
                a_takeover_empties_the_list,
                the_latest_time_of_any_ledger_is_known,
                leases_of_a_future_end_and_what_they_left_is_found;
            outcomes:
                open_outcomes_are_listed_until_they_end,
                late_evidence_is_listed_whatever_became_of_its_request,
                open_outcomes_are_filtered,
                open_outcomes_stand_in_pages_by_sequence,
                the_events_of_one_request_are_found_between_two_sequences;
            overruns:
                a_cost_above_its_hold_is_an_overrun,
                three_overruns_in_a_day_suspend_the_operation,
                overruns_of_different_days_do_not_add_up,
                a_suspension_lets_open_requests_end,
                a_lifted_suspension_holds_on_every_node_at_once,
                a_suspension_is_lifted_and_begun_in_one_transaction,
                three_more_overruns_suspend_again;
            people:
                a_sign_in_survives_and_is_replaced,
                a_persons_organizations_are_the_oldest_first,
                a_token_is_listed_where_it_opens,
                a_token_that_moved_opens_the_other_organization_only,
                a_removed_token_opens_nothing;
            policies:
                a_revoked_key_is_dead_at_once,
                a_new_key_opens_until_it_expires,
                a_paused_agent_stops_at_once,
                a_lowered_cap_holds_at_once,
                a_changed_binding_holds_at_once,
                a_new_agent_is_known_at_once,
                policy_bumps_the_epoch,
                a_policy_that_was_rolled_back_is_not_remembered;
            races:
                a_daily_count_is_exact,
                a_monthly_cap_is_exact,
                an_agents_cap_is_exact,
                a_wallet_is_exact,
                nothing_is_admitted_behind_a_stop,
                the_first_requests_of_a_window_do_not_overtake_each_other;
            receipts:
                the_first_receipt_is_kept,
                receipts_at_once_agree_on_one,
                receipts_of_others_are_not_found;
            replays:
                a_repeated_command_answers_as_before_and_moves_nothing,
                a_repeated_admission_answers_the_present_state,
                a_repeated_transfer_moves_nothing,
                a_repeated_correction_does_not_undo_a_later_one,
                a_batch_may_be_half_known,
                a_refusal_is_not_an_outcome;
            requests:
                an_admission_survives_byte_for_byte,
                a_result_survives,
                every_state_survives,
                a_request_is_located_by_its_id_alone;
            rows:
                an_agent_survives_whole,
                lists_give_the_oldest_first,
                agents_that_end_are_found,
                open_requests_of_an_agent_are_found,
                bindings_come_by_operation,
                credentials_survive_whole,
                an_organizations_rows_survive;
            scans:
                a_view_stands_still,
                every_view_adds_up_while_writers_go_on,
                pages_of_a_scan_are_in_order,
                a_scan_tells_organizations_apart,
                open_holds_are_those_of_the_meters,
                what_was_moved_is_summed_up,
                waiting_questions_are_counted;
            spawns:
                what_a_tree_does_not_spend_goes_back,
                late_corrections_go_to_who_got_the_rest,
                a_batch_may_end_and_correct_a_childs_request,
                a_gift_is_all_or_nothing_and_once,
                gifts_and_requests_share_the_last_cents,
                descendants_are_found,
                an_origin_survives;
            teams:
                a_pool_pays_for_its_team,
                a_teams_month_holds_for_all_its_agents,
                an_allocation_pays_for_its_worker,
                a_workers_limits_hold,
                a_refusal_names_every_limit;
            transactions:
                a_transaction_reads_what_it_wrote,
                a_command_inside_sees_the_transactions_own_changes,
                a_whole_life_fits_into_one_transaction,
                a_command_inside_may_have_been_applied_before,
                a_new_organization_works_in_the_transaction_that_makes_it,
                two_organizations_change_together,
                what_is_not_held_is_not_changed;
            uniqueness:
                an_address_is_unique,
                a_membership_is_unique,
                a_credentials_hash_is_unique,
                ids_are_unique;
            units:
                a_rollback_leaves_nothing,
                a_panic_inside_a_unit_of_work_leaves_nothing,
                a_unit_of_work_that_takes_too_long_leaves_nothing,
                success_means_that_everything_was_written,
                a_use_case_gives_back_its_own_result;
            usage:
                summaries_tell_what_requests_were_asked_with,
                agents_keep_their_names,
                totals_count_a_request_once_where_it_was_admitted,
                totals_are_what_windows_have_used,
                totals_are_filtered,
                a_time_finds_its_place_in_a_journal,
                thousands_of_events_are_paged_while_writers_go_on;
            windows:
                a_day_begins_at_the_organizations_midnight,
                a_hold_belongs_to_the_month_of_its_admission,
                a_unit_goes_back_to_its_own_day,
                time_never_goes_back_for_an_organization,
                each_organization_has_its_own_time,
                the_time_of_a_transaction_never_goes_back,
                a_clock_that_ran_ahead_is_repaired,
                a_time_that_is_not_ahead_stays;
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

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// The names that look like a test of the suite.
    fn promises(source: &str) -> impl Iterator<Item = &str> {
        source.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.strip_suffix("(world: World) {"))
    }

    #[test]
    fn every_promise_is_stamped() {
        let listed = include_str!("stamp.rs");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract");
        let mut found = 0;
        for file in fs::read_dir(folder).unwrap() {
            let source = fs::read_to_string(file.unwrap().path()).unwrap();
            for name in promises(&source) {
                let entry = |end| listed.contains(&format!("                {name}{end}\n"));
                assert!(entry(",") || entry(";"), "{name} is in no list: it would never run");
                found += 1;
            }
            assert_eq!(promises(&source).count(), source.matches("pub async fn").count(), "a promise of another shape");
        }
        assert!(found > 100, "only {found} promises were found");
    }
}
