//! What every repository does, by name: the same list for rows, on each database, and for the twin in memory.

/// Makes a test of each behaviour: `repositories!(run)`, or `repositories!(ignored "why")`.
macro_rules! repositories {
    ($how:ident $($why:literal)?) => {
        mod repository {
            repositories! { @all $how ($($why)?)
                calls {
                    many_are_found_in_the_order_asked
                    all_of_many_must_be_there
                    an_empty_list_of_ids_asks_for_nothing
                    a_save_reports_what_it_wrote
                    nothing_changed_writes_nothing
                    a_stale_save_and_a_stale_delete_are_conflicts
                    a_deleted_aggregate_is_unsaved
                    a_reload_takes_what_is_stored
                    a_touch_bumps_what_is_clean
                    a_refused_addition_gives_the_aggregate_back
                    what_is_stored_is_shared_with_nobody
                    everything_works_on_a_shared_object
                    a_skipped_field_is_not_stored
                    rows_come_back_in_the_order_of_their_ids
                    two_rows_with_one_key_are_refused
                    an_id_of_another_aggregates_row_is_refused
                    another_value_in_its_place_is_refused
                }
                all {
                    all_are_saved_and_reported_in_the_order_given
                    one_stale_saves_none_and_is_named
                    of_two_stale_ones_the_first_root_is_named
                    one_refused_saves_none
                    nothing_to_save_sends_nothing
                    after_a_refusal_the_same_save_works
                    two_copies_of_one_are_a_conflict
                    crossing_savers_of_many_all_get_through
                }
                rules {
                    a_broken_rule_is_never_stored
                    a_broken_rule_of_one_stores_none_of_many
                }
                unversioned {
                    what_no_version_guards_is_stored_at_any_version
                    what_others_wrote_there_meanwhile_stays
                    what_others_removed_is_a_conflict
                    a_remark_that_both_added_is_refused
                }
                moves {
                    a_moved_row_says_whom_it_stands_under_and_is_saved_again
                    what_others_moved_is_not_written_where_it_stood
                    a_table_of_the_fields_own_is_named
                    of_two_that_exchange_a_row_the_first_root_is_written_first
                }
                merges {
                    a_copy_that_went_through_json_is_merged
                    only_what_differs_is_written_and_bumped_once
                    an_unchanged_copy_writes_nothing
                    a_stale_copy_is_a_conflict
                    who_saves_between_merge_and_save_is_met
                    a_vanished_aggregate_is_not_added_again
                    a_version_that_was_never_issued_is_refused
                    a_copy_without_a_version_is_refused
                    any_version_is_overwritten_if_one_says_so
                    the_header_says_which_versions
                    what_no_version_guards_is_left_as_it_is
                    a_foreign_childs_id_is_refused
                    another_tenants_id_is_not_found
                    two_rows_with_one_key_are_refused
                    a_broken_rule_is_refused_by_the_save
                    an_insert_only_column_is_refused_by_the_save
                }
                explanations {
                    changes_of_both_sides_are_told_apart
                    an_aggregate_that_is_gone_is_explained
                    two_creators_of_one_id_are_explained
                    two_rows_for_one_place_overlap
                    a_page_can_show_it
                }
                updates {
                    an_update_returns_what_it_did
                    a_conflict_is_tried_again_on_fresh_state
                    the_closures_own_error_ends_it
                    what_is_not_there_ends_it
                    what_is_deleted_meanwhile_ends_it
                    its_error_becomes_the_librarys
                    the_last_error_says_what_was_tried
                    an_unknown_outcome_is_not_tried_again
                    many_writers_of_one_aggregate_lose_nothing
                }
                spans {
                    each_call_has_a_span
                    an_update_tells_its_retries
                    no_value_stands_in_a_span
                }
            }
        }
    };
    (@all $how:ident $why:tt $($topic:ident { $($test:ident)* })*) => {
        $(mod $topic { $(repositories! { @$how $why $topic $test })* })*
    };
    (@run () $topic:ident $test:ident) => {
        #[test]
        fn $test() {
            crate::source::run(async |source| crate::repositories::$topic::$test(source).await);
        }
    };
    (@ignored ($why:literal) $topic:ident $test:ident) => {
        #[test]
        #[ignore = $why]
        fn $test() {}
    };
}
