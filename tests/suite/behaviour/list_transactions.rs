//! The behaviour tests of transactions: units of work, isolation, locks, and what the version does not guard.

/// Makes a test of each, as `suite!` does.
macro_rules! transactions {
    ($how:ident $($why:literal)?) => {
        suite! { @all $how ($($why)?)
            guards {
                a_check_of_what_is_unchanged_writes_nothing
                a_check_of_what_was_changed_or_deleted_is_a_conflict
                a_check_of_what_the_unit_saves_itself_passes
                a_check_of_an_uncommitted_copy_is_refused
                a_check_beside_a_save_that_is_refused_stays
            }
            isolation {
                one_meaning_at_every_level
                a_stale_save_in_a_unit_at_every_level
                a_unit_reads_what_it_wrote_whole_at_every_level
                read_uncommitted_is_refused
                unrelated_writers_both_succeed_at_the_strictest_level
                neighbours_do_not_disturb_each_other
                a_unit_has_the_level_that_it_asks_for
                a_unit_that_names_its_level_works_whatever_the_default
            }
            locks {
                who_locks_later_waits_and_reads_what_was_saved
                who_saves_waits_for_who_locks
                a_locked_aggregate_is_of_one_version
                a_deadlock_is_contention_and_one_gets_through
                a_lock_of_what_is_not_there
                a_lock_that_a_unit_does_not_get_in_time
                a_statement_that_takes_too_long
                who_saves_waits_for_who_checks
            }
            unit_repositories {
                what_is_written_is_part_of_the_unit
                nothing_of_it_is_left_after_a_rollback
                one_stale_of_many_undoes_these_alone
                nothing_to_save_sends_nothing
                calls_that_overlap_hear_of_their_own_saves
                what_is_queued_meanwhile_is_not_undone_with_others
                an_explanation_in_a_unit_knows_what_the_unit_saved
                an_update_is_tried_once
                a_closed_pool_is_a_typed_error
                a_database_that_is_down_is_a_typed_error
            }
            units {
                aggregates_of_several_types_are_stored_together
                nothing_is_seen_from_outside_before_the_commit
                a_unit_that_is_rolled_back_or_dropped_stores_nothing
                an_aggregate_is_added_changed_and_deleted_in_one_unit
                each_save_of_a_unit_bumps_once
                a_unit_with_nothing_to_save_sends_begin_and_commit
                the_statements_of_a_unit_are_counted
                a_second_copy_of_an_aggregate_conflicts_with_the_first
                sql_of_your_own_runs_in_the_same_transaction
                a_unit_takes_over_a_transaction_of_the_callers
                a_read_only_unit_refuses_to_write
                a_closed_unit_says_so
                reading_many_in_a_unit
                a_unit_works_in_a_task
                a_repository_of_a_unit_writes_at_once
            }
            units_memory {
                a_rolled_back_version_is_not_taken_for_anothers
                after_a_rollback_the_same_save_works
                after_a_commit_memory_is_what_is_stored
                a_savepoint_takes_back_what_came_after_it
                savepoints_stand_inside_each_other
                after_a_commit_that_is_refused_all_is_as_before
                a_copy_in_an_open_unit_is_refused_elsewhere
                copies_and_units_live_apart
                a_call_that_is_dropped_is_finished
                a_commit_that_is_dropped_still_commits
            }
            units_own_sql {
                sql_of_your_own_that_fails
                sql_of_your_own_that_ends_the_transaction
                any_call_finds_out_that_the_transaction_is_gone
                what_your_own_sql_committed_is_not_rolled_back
                a_transaction_that_a_trigger_ends
                a_save_whose_transaction_a_trigger_ends
                a_callers_transaction_that_only_reads
                a_transaction_that_can_no_longer_write
            }
            units_refused {
                a_conflict
                an_id_that_is_taken
                a_row_that_the_database_refuses
                a_row_that_is_gone
                a_row_that_is_gone_far_into_a_large_save
                a_lock_that_is_not_had_in_time_in_a_unit
                what_was_queued_beside_a_refused_save_is_stored
                behind_a_savepoint_any_failure_can_be_taken_back
                a_commit_that_the_database_refuses
                a_commit_that_is_not_answered
                an_unknown_commit_that_a_closure_swallows
                a_table_that_is_missing_in_a_unit
                a_check_of_a_table_that_is_missing
                what_can_be_refused_at_once_is_not_queued
                an_id_that_the_unit_itself_took
            }
            units_together {
                opposite_orders_never_deadlock
                units_that_load_between_saves_never_deadlock
                money_moves_and_its_sum_stays
                a_closure_runs_again_after_a_conflict
                a_closure_stops_at_its_own_errors_and_at_the_limit
                a_closure_that_fails_leaves_no_unit_open
                of_two_that_check_what_the_other_saves_one_commits
                a_save_during_a_commit_is_not_forgotten
                own_sql_is_looked_after_whoever_else_talks
                saves_of_both_kinds_in_one_unit_never_deadlock
            }
            unnamed {
                a_repository_keeps_no_statement
                a_repository_keeps_none_where_it_sends_several
                loads_on_a_connection_of_the_callers_keep_none
                a_unit_keeps_none
                a_unit_that_lost_keeps_none
                a_save_counts_what_stands_around_it
            }
            unversioned {
                changes_there_alone_neither_bump_nor_check
                a_versioned_change_takes_unversioned_ones_along
                a_touch_bumps_with_unversioned_changes_too
                a_stale_copy_saves_unversioned_changes_and_stays_stale
                writers_of_both_kinds_succeed_in_either_order
                rows_keep_what_they_did_not_change
                rows_keep_json_of_either_type
                a_versioned_save_keeps_what_it_did_not_change
                of_one_column_the_last_writer_wins
                the_last_version_takes_unversioned_changes
                beyond_the_bind_limit_too
            }
            unversioned_races {
                many_savers_never_conflict
                authors_and_readers_lose_nothing_to_each_other
                a_delete_takes_the_row_that_it_waited_for
                a_delete_leaves_no_orphan
                a_delete_waits_under_the_strictest_isolation
                a_save_waits_for_a_delete_and_conflicts
                a_removed_row_takes_what_it_waited_for
                a_versioned_save_waits_and_succeeds
                a_delete_races_with_added_rows
            }
            unversioned_removals {
                a_save_after_a_delete_is_a_conflict
                a_row_that_a_versioned_save_removed_is_a_conflict
                a_row_that_an_unversioned_save_removed_is_out_of_band
                a_removed_row_takes_what_others_added_below_it
            }
            unversioned_units {
                a_stale_copy_saves_unversioned_changes_in_a_unit
                an_unversioned_save_in_a_unit_that_is_rolled_back
                a_unit_tells_what_a_missing_row_means
                a_check_beside_an_unversioned_save
                a_delete_in_a_unit_waits_for_an_unversioned_save
                no_level_leaves_rows_behind
            }
        }
    };
}
