//! Every behaviour test by name, so that each database runs the same list.
//!
//! A test that is missing here is dead code, which the compiler reports.

#[macro_use]
#[path = "list_transactions.rs"]
mod transactions;

/// Makes a test of each behaviour: `suite!(run)`, or `suite!(ignored "why")` where the database is not compiled in.
macro_rules! suite {
    ($how:ident $($why:literal)?) => {
        transactions!($how $($why)?);
        suite! { @all $how ($($why)?)
            budgets {
                a_load_of_any_depth
                a_load_of_any_number_of_ids
                a_first_save
                a_save_of_one_row_at_each_depth
                a_save_of_many_rows_in_many_tables
                a_new_parent_that_receives_moved_rows
                a_delete
                a_touch
                a_save_beyond_the_bind_limit
                a_stale_save_beyond_the_bind_limit
            }
            cancelled {
                dropped_loads
                dropped_loads_on_a_connection_of_the_callers
                dropped_saves
                dropped_deletes
                dropped_saves_of_many
                dropped_saves_of_unversioned_parts
                dropped_beginnings
                dropped_calls_of_a_unit
                dropped_calls_of_a_units_repository
                dropped_ends_of_a_unit
                dropped_sql_of_your_own
                every_public_future_is_tried
            }
            cascades {
                a_removed_row_takes_what_stands_below_it
                rows_leave_a_parent_before_it_is_removed
                a_delete_takes_every_row
            }
            changes {
                an_untouched_aggregate_sends_nothing
                an_equal_assignment_is_no_change
                a_collection_replaced_by_an_equal_one_is_no_change
                a_collection_in_another_order_is_no_change
                a_change_that_is_taken_back_is_no_change
                the_whole_value_replaced_by_an_equal_one_is_no_change
                a_save_with_nothing_to_do_takes_no_connection
                changes_are_counted_by_table_before_the_save
                only_the_changed_columns_are_written
                a_change_of_what_a_reference_names_is_no_change
                an_equality_by_id_hides_no_change
                an_equality_that_never_holds_makes_no_change
            }
            columns {
                an_insert_only_column_cannot_change
                an_insert_only_column_is_written_with_its_row
                a_read_only_column_is_never_written
                a_skipped_field_is_no_column
                a_parent_field_is_filled_on_load
                a_parent_field_must_name_the_parent
                a_parent_field_of_a_new_aggregate_must_agree_too
                an_edited_parent_field_alone_is_refused
            }
            conformance {
                invoices
                boards
                rearranged_boards
                posts
                tickets
                documents
                baskets
            }
            conflicts {
                writers_on_different_children_meet_in_one_conflict
                the_loser_keeps_its_changes_and_stays_stale
                after_a_reload_the_change_can_be_redone
                a_version_from_the_future_is_refused
                a_copy_of_a_copy_conflicts_too
                equal_changes_of_two_writers_conflict_too
                writers_of_two_aggregates_do_not_meet
                an_update_after_a_delete_says_so
                a_conflict_reads_as_a_sentence_without_values
            }
            contended {
                a_lock_that_is_not_had_in_time
            }
            creates {
                a_new_aggregate_is_stored_whole
                the_second_creator_of_an_id_is_told
                of_many_creators_at_once_one_succeeds
                another_unique_column_is_not_the_id
                a_refused_row_below_leaves_nothing_of_the_aggregate
                a_refused_row_leaves_nothing_of_a_later_save
                what_is_not_there_is_not_found
            }
            crowds {
                of_50_savers_and_deleters_one_succeeds_in_each_round
                savers_and_deleters_of_one_aggregate
                savers_and_deleters_of_5_neighbours
                deletes_against_new_children
                creators_and_deleters_of_one_id
            }
            deletes {
                a_delete_takes_every_row_of_the_aggregate
                rows_that_were_not_loaded_go_too
                a_deleted_aggregate_is_unsaved_and_can_be_saved_anew
                a_stale_delete_is_refused
                a_delete_is_refused_when_only_a_child_had_changed
                a_second_delete_says_that_it_is_gone
                a_delete_takes_unsaved_changes_along
                a_delete_by_id_needs_the_version
                what_was_never_saved_cannot_be_deleted
            }
            depth {
                changes_at_every_depth_are_one_save
                rows_move_from_a_removed_parent_to_a_new_one
                parents_exchange_their_rows
                edit_at_depth_1
                edit_at_depth_2
                edit_at_depth_3
                edit_at_depth_5
                add_at_depth_1
                add_at_depth_2
                add_at_depth_3
                add_at_depth_5
                remove_at_depth_1
                remove_at_depth_2
                remove_at_depth_3
                remove_at_depth_5
                clear_at_depth_1
                clear_at_depth_2
                clear_at_depth_3
                clear_at_depth_5
                move_at_depth_2
                move_at_depth_3
                move_at_depth_5
                move_and_edit_at_depth_2
                move_and_edit_at_depth_3
                move_and_edit_at_depth_5
            }
            dropped {
                a_dropped_save_is_stored_whole_or_not_at_all
                a_dropped_first_save_can_be_made_up_for
            }
            duplicate_keys {
                beside_a_row_that_did_not_change
                before_all_rows
                in_the_aligned_prefix
                in_the_middle
                in_the_aligned_suffix
                under_two_parents
                under_two_parents_both_new
                under_one_parent_with_local_ids
                in_a_new_aggregate
                local_ids_may_repeat_under_other_parents
            }
            engines {
                what_others_refer_to_is_not_deleted
                a_transaction_that_the_engine_ended_spoils_no_connection
                a_write_that_a_trigger_swallows_is_no_success
                columns_may_be_declared_in_other_letters
                a_padded_key_is_refused_where_there_is_one
            }
            identity {
                another_value_assigned_is_refused
                swapped_values_are_refused_on_both_sides
                swapped_tracked_copies_keep_what_they_are
                an_edited_id_is_refused
                an_edited_part_of_a_composite_id_is_refused
                the_id_of_a_new_aggregate_may_change_until_it_is_saved
                a_new_id_below_the_root_is_another_row
                swapped_ids_below_the_root_are_swapped_values
            }
            inconsistent {
                a_required_child_without_its_row
                a_required_child_in_a_box_without_its_row
                two_rows_for_a_required_child
                two_rows_for_an_optional_child
                two_rows_of_one_key
                two_rows_of_one_root
                a_local_row_whose_parent_is_not_there
                two_local_rows_of_one_key
                a_null_where_the_field_has_none
                rows_of_a_root_that_is_not_there
                required_and_optional_children_are_saved_in_place
            }
            invariants {
                a_save_that_breaks_the_roots_rule_sends_nothing
                rules_are_checked_from_the_bottom_up
                a_new_aggregate_is_checked
                a_load_of_rows_that_break_a_rule_is_refused
            }
            keys {
                an_id_of_two_columns_finds_its_aggregate
                a_conflict_names_an_id_of_two_columns
                one_type_in_a_table_for_each_field
                one_table_under_a_foreign_key_for_each_field
                a_row_goes_from_one_field_to_another_over_the_same_table
                a_unique_value_goes_from_a_removed_row_to_a_new_one
                a_unique_value_goes_from_a_removed_row_to_another_one
            }
            loads {
                many_come_in_the_order_asked_with_repeats
                many_beyond_the_bind_limit
                a_load_on_the_callers_connection_sees_its_transaction
                many_beyond_the_bind_limit_on_the_callers_connection
                a_load_on_a_connection_outside_a_transaction
                a_load_on_the_callers_connection_has_a_span
                a_reload_takes_what_is_stored
            }
            local_ids {
                a_tree_of_equal_numbers_comes_back_as_it_was
                an_edit_reaches_one_of_the_equal_numbers
                rows_of_equal_numbers_change_in_one_save
                an_added_row_may_have_a_number_that_others_have
                a_removed_row_takes_what_stands_below_it
                a_move_is_a_remove_and_an_add
                parents_that_exchange_rows_of_equal_numbers_exchange_values
                a_renumbered_row_is_written_anew_with_what_stands_below_it
                rows_come_back_in_the_order_of_their_ids
            }
            out_of_band {
                an_update_of_a_removed_row
                one_of_many_updates_of_a_removed_row
                a_delete_of_a_removed_row
                a_move_of_a_removed_row
                an_update_of_a_row_that_went_to_another_aggregate
                an_update_of_a_row_that_went_to_another_parent_of_the_same_aggregate
                a_delete_of_a_row_that_went_to_another_aggregate
                a_move_of_a_row_that_went_to_another_aggregate
                an_added_row_whose_id_is_taken
                an_added_row_whose_place_was_filled
                a_local_row_of_another_aggregate_is_not_updated_instead
                an_added_row_whose_parent_was_removed
                after_a_reload_the_rows_that_are_there_can_be_saved
                a_change_behind_the_back_of_rows_that_are_not_written
            }
            races {
                one_of_16_writers_succeeds_in_each_round
                one_of_16_writers_succeeds_at_every_isolation_level
                writers_that_try_again_lose_nothing
                a_delete_races_with_saves
            }
            schema {
                a_missing_table
                a_missing_table_below
                an_unknown_column
                an_unknown_column_below
                an_unknown_foreign_key
                a_column_of_the_wrong_type
                a_column_of_the_wrong_type_below
                a_problem_that_was_repaired_is_forgotten
                a_table_that_was_changed_by_others_is_seen_as_it_is
                the_look_at_the_tables_happens_once
            }
            shapes {
                more_than_are_kept
                many_rows_of_every_type
                lists_beyond_the_bind_limit
            }
            torn_loads {
                no_load_during_saves_is_torn
                no_load_of_many_during_saves_is_torn
                a_loader_of_two_statements_is_caught
            }
            values {
                values_of_every_type_come_back
                rows_of_a_list_mix_nulls_and_values_of_every_type
                more_than_64_columns
                an_empty_text_is_not_null
                nan_is_kept_or_refused
                an_infinity_is_kept_or_refused
                negative_zero_is_kept_or_settled
                nanoseconds_are_cut_in_memory_after_the_save
                times_of_other_centuries
                a_save_that_fails_cuts_nothing
                a_stored_value_that_cannot_be_read_is_named
                a_comparison_of_the_users_decides
                a_newtype_of_a_uuid_finds_its_row
                no_value_stands_in_the_events
            }
            versions {
                first_save_writes_zero
                each_real_change_adds_one
                a_new_aggregate_starts_unsaved_whatever_its_field_says
                a_hand_edited_version_is_ignored_and_restored
                many_dirty_rows_are_one_bump
                touch_adds_one_to_a_clean_aggregate
                a_touch_of_a_stale_copy_is_refused
                a_root_with_only_id_and_version
                a_null_version_is_an_error_that_names_it
                a_negative_version_is_an_error_that_names_it
                the_last_version_is_never_passed
            }
        }
    };
    (@all $how:ident $why:tt $($topic:ident { $($test:ident)* })*) => {
        $(mod $topic { $(suite! { @$how $why $topic $test })* })*
    };
    (@run () $topic:ident $test:ident) => {
        #[test]
        fn $test() {
            aggregate_tests::run::<crate::Db>(async |lab| crate::behaviour::$topic::$test(lab).await);
        }
    };
    (@ignored ($why:literal) $topic:ident $test:ident) => {
        #[test]
        #[ignore = $why]
        fn $test() {}
    };
}
