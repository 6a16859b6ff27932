//! Stories: what has to be true on every store, told through the rules. A store's own tests tell them with [`all`].
//!
//! Each story is a sentence. Whatever is random in it comes from the seed, which a failure names.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test-kit: a story that meets what it did not expect has failed"
)]

mod alike;
mod answers;
mod any_room;
mod beside;
mod cases;
mod clocks;
mod desk;
mod doors;
mod erasing;
mod files;
mod finding;
mod for_some;
mod governing;
mod hearing;
mod importing;
mod jobs;
mod keeping;
mod law;
mod life;
mod merging;
mod merging_beside;
mod moving;
mod named;
mod opening;
mod pushing;
mod reading;
mod refusing;
mod reporting;
mod rooms;
mod said_elsewhere;
mod searching;
mod searching_by_chance;
mod seeing;
mod sending;
mod stage;
mod updates;
mod walking;

use beseda_core::ports::{Audience, Store};
use parking_lot::Mutex;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub use stage::{Dice, Ear, HandClock, SeededRandom, Stage};

/// Makes an empty store whose commits the audience hears.
pub type Make<'a> = &'a (dyn Fn(Arc<dyn Audience>) -> Arc<dyn Store> + Sync);

/// So many are told at once: most of them wait for a disk or a database most of the time.
const AT_ONCE: usize = 4;

/// A sentence about every store.
#[derive(Clone, Copy)]
pub struct Story {
    /// The sentence.
    pub name: &'static str,
    /// Tells it on an empty store of its own, with a seed for what is random; panics where it is not true.
    pub tell: fn(Make<'_>, u64),
}

macro_rules! stories {
    ($($chapter:ident::$name:ident),* $(,)?) => {
        /// All stories.
        pub const STORIES: &[Story] = &[$(Story { name: stringify!($name), tell: $chapter::$name }),*];
    };
}

stories![
    sending::a_message_is_taken_once,
    sending::two_hundred_senders_of_one_client_id_make_one_message,
    sending::numbers_are_dense_whoever_sends_at_once,
    sending::a_refused_rule_changes_nothing_and_announces_nothing,
    sending::a_failed_neighbour_takes_nothing_from_the_others,
    refusing::no_rule_refuses_after_it_has_written,
    rooms::two_hundred_who_open_at_once_get_one_room,
    rooms::who_left_or_never_came_cannot_tell_the_room_from_a_missing_one,
    rooms::a_removed_room_is_found_by_nothing_and_frees_its_key,
    rooms::a_moved_room_follows_its_order,
    rooms::the_room_last_changed_comes_first,
    opening::two_peoples_room_has_both_in_it,
    opening::a_grant_that_cannot_be_costs_itself_alone,
    opening::a_class_takes_its_room_with_it,
    opening::a_room_follows_its_order_and_grants_do_not,
    opening::a_group_is_put_taken_away_and_put_again,
    opening::a_kind_of_the_applications_own_needs_no_word_of_configuration,
    opening::who_opens_a_set_twice_under_one_name_is_given_the_first_one,
    opening::a_visitors_room_is_opened_once_under_one_name,
    opening::signing_out_twice_within_a_second_ends_what_was_given_in_between,
    reading::unread_equals_a_recount,
    reading::the_desk_has_unread_what_others_said_behind_each_own_mark,
    reading::receipts_only_move_forward,
    reading::pages_one_after_the_other_are_the_whole_list,
    reading::pages_of_a_long_room_are_right_at_the_edges_of_its_blocks,
    walking::a_walk_backwards_gives_every_message_once,
    walking::a_page_behind_another_skips_nothing_that_was_erased_meanwhile,
    walking::who_comes_back_misses_nothing_while_another_window_goes_on,
    walking::a_poller_hears_what_became_of_every_message,
    reading::everything_by_pages_is_everything_in_one_order,
    reading::an_erased_message_is_read_by_nobody,
    reading::a_clock_that_goes_back_a_little_turns_nothing_round,
    clocks::a_message_has_the_real_time_whatever_came_before_it,
    clocks::no_two_messages_of_a_room_share_a_moment_whatever_the_clock_does,
    clocks::rooms_are_listed_by_what_happened_last_whatever_the_clock_said,
    clocks::who_was_signed_out_by_a_clock_that_was_ahead_comes_in_again,
    clocks::what_the_host_says_is_heard_again_after_a_clock_that_was_ahead,
    clocks::what_a_clock_that_was_ahead_has_begun_ends_in_time,
    hearing::a_snapshot_and_the_changes_after_it_are_the_next_snapshot,
    law::any_room_is_kept_as_the_model_keeps_it,
    law::whoever_applies_every_change_of_any_room_knows_it_as_it_is,
    hearing::who_is_fed_in_pages_is_told_of_a_message_before_its_changes,
    hearing::a_cursor_of_another_life_or_of_a_future_that_never_came_begins_anew,
    hearing::heads_rise_by_one_in_the_order_of_the_commits,
    hearing::what_is_heard_is_what_is_kept,
    beside::an_answer_quotes_what_it_answers_as_that_is_now,
    beside::reactions_stand_in_their_order_each_once,
    beside::pins_stand_in_the_order_in_which_they_were_set,
    beside::unread_mentions_are_counted_as_messages_are,
    beside::what_a_message_said_before_is_kept_for_who_governs,
    for_some::a_message_for_some_is_nowhere_for_the_others,
    for_some::who_joins_later_or_comes_back_sees_what_is_theirs,
    for_some::pages_of_a_long_room_are_right_where_messages_are_for_some,
    pushing::whoever_has_a_browser_is_told_what_others_say_and_has_not_read_it,
    pushing::a_room_that_makes_no_noise_tells_nobody_and_neither_does_who_is_blocked,
    pushing::a_message_for_some_is_told_to_those_alone_and_the_applications_to_all,
    pushing::a_browser_is_one_persons_and_each_has_so_many,
    pushing::a_browser_is_forgotten_with_what_let_its_person_in,
    pushing::how_somebody_is_told_stays_where_nothing_is_said,
    pushing::who_tries_their_browsers_is_promised_each,
    moving::each_change_moves_its_room_and_no_other,
    moving::a_room_that_is_left_or_taken_away_is_gone_until_one_is_in_it_again,
    moving::a_token_of_another_life_or_of_a_future_that_never_came_tells_everything,
    moving::changes_of_many_rooms_come_in_pages_each_room_once,
    moving::who_watches_while_others_write_misses_nothing,
    governing::what_members_may_do_follows_from_what_they_are_in_the_room,
    governing::a_closed_room_leaves_what_its_kind_leaves,
    governing::views_and_marks_move_the_cursor_and_nothing_else,
    governing::who_is_blocked_is_not_heard_in_a_room_of_two,
    governing::whoever_shares_a_room_is_a_companion,
    keeping::a_store_answers_as_the_model_does,
    keeping::an_account_is_found_by_username_then_email_then_phone,
    keeping::sessions_and_refresh_tokens_end,
    alike::two_stores_that_keep_the_same_answer_alike,
    doors::a_ticket_is_taken_once,
    doors::a_ticket_of_somebody_shut_out_is_gone_all_the_same,
    doors::an_api_key_keeps_its_name_until_it_is_revoked,
    doors::a_setup_code_is_kept_for_ever_and_changes_only_when_it_is_used,
    named::two_people_have_one_room_whatever_they_are_called,
    named::an_order_and_its_room_are_found_by_what_the_host_calls_it,
    named::a_class_is_found_by_what_the_host_calls_it,
    named::whoever_is_put_in_the_place_of_somebody_deleted_comes_into_none_of_their_rooms,
    named::a_number_of_ours_is_one_persons_whoever_else_is_called_so,
    named::who_comes_back_has_read_what_they_had_read,
    named::an_order_that_names_somebody_deleted_has_its_room_as_it_is,
    named::a_grant_is_taken_back_and_given_again_by_what_is_signed_later,
    named::a_visitor_is_called_in_each_room_what_they_called_themselves_there,
    doors::a_host_calls_a_person_by_a_name_that_stays_theirs,
    doors::whoever_is_put_in_the_place_of_somebody_deleted_is_somebody_else,
    doors::what_a_person_has_proved_ends_together,
    files::a_claimed_file_is_never_given_up_in_whatever_order_things_happen,
    files::a_file_is_shown_with_its_message_and_gone_with_it,
    files::a_picture_keeps_its_first_blurred_look_of_whatever_length,
    files::a_removed_room_shows_its_files_to_nobody_and_keeps_them,
    files::a_cleared_room_keeps_no_text_and_gives_up_what_hangs_nowhere_else,
    jobs::a_job_is_kept_with_its_cause_or_not_at_all,
    jobs::the_same_promise_is_one_job_until_it_is_done,
    jobs::jobs_are_taken_by_one_at_a_time_the_first_due_first,
    jobs::eight_who_take_at_once_get_each_job_once,
    jobs::a_job_that_fails_is_tried_again_later_and_dead_after_its_last_try,
    jobs::a_job_that_ends_its_server_at_each_try_dies_like_any_other,
    finding::people_are_found_by_their_names_in_any_case_and_by_nothing_else,
    finding::classmates_are_those_of_the_groups_that_one_attends,
    finding::a_group_is_found_by_its_people_until_it_is_gone,
    finding::people_and_rooms_are_listed_by_their_numbers,
    finding::to_a_contract_other_kinds_of_rooms_are_not_there,
    finding::the_desk_lists_every_visitors_room_the_last_changed_first,
    finding::a_visitors_room_is_found_by_its_name_until_it_or_the_visitor_is_gone,
    finding::a_client_id_of_the_system_is_taken_once,
    updates::whoever_walks_while_things_change_misses_nothing,
    updates::who_asks_for_what_was_changed_after_a_moment_is_given_little_else,
    erasing::of_who_is_erased_no_text_file_or_name_is_left,
    erasing::of_a_visitor_who_is_erased_the_desk_knows_nothing,
    erasing::what_stands_beside_messages_goes_with_who_is_erased,
    merging::whatever_was_theirs_is_the_others_and_is_told,
    merging::a_second_time_nothing_is_merged_and_what_makes_no_sense_never,
    merging::two_rooms_with_one_person_become_one_log_by_time,
    merging::a_room_of_two_follows_who_they_are_and_closes_where_they_are_one,
    merging::a_visitor_who_turns_out_to_be_a_customer_keeps_their_conversation,
    merging_beside::what_stands_beside_messages_is_the_others_too,
    merging_beside::how_who_stays_sees_a_room_stays_and_what_they_had_not_comes_to_them,
    merging_beside::two_logs_become_one_with_all_that_stands_beside_their_messages,
    merging_beside::who_blocked_one_of_them_has_blocked_who_they_are,
    cases::whose_turn_it_is_follows_from_what_is_said,
    cases::a_case_is_taken_by_one_and_only_knowingly_from_another,
    cases::a_case_is_snoozed_until_a_moment_or_a_word,
    cases::a_case_has_so_many_tags_each_once_and_in_order,
    said_elsewhere::what_was_said_elsewhere_comes_in_by_time_and_once,
    cases::notes_are_for_whoever_works_at_the_desk_and_reads_the_room,
    cases::each_of_the_staff_lists_the_cases_that_are_theirs_to_answer,
    desk::canned_replies_are_the_desks_and_each_has_its_shortcut,
    desk::a_desk_has_so_many_canned_replies_and_no_more,
    desk::hours_are_for_everybody_and_said_by_who_answers_for_the_desk,
    reporting::a_message_is_reported_once_and_settled_by_who_answers_for_its_kind,
    reporting::a_message_for_some_is_reported_by_these_and_shown_to_no_other,
    reporting::reports_are_listed_by_pages_the_last_first,
    reporting::what_is_reported_goes_with_its_room_and_follows_its_message_and_whoever_reports,
    reporting::of_who_is_erased_no_report_is_left_and_what_they_settled_is,
    seeing::when_somebody_was_last_there_is_the_later_moment_and_goes_with_them,
    importing::what_another_chat_kept_comes_in_once_wherever_it_was_cut_off,
    importing::what_was_taken_away_here_does_not_come_again,
    importing::a_number_that_is_taken_is_told_and_nothing_comes_in_between,
    importing::receipts_of_another_chat_move_ours_forward_alone,
    searching::a_word_is_found_in_every_inflection_and_every_writing,
    searching::nobody_finds_what_was_said_where_they_are_not,
    searching::what_was_edited_or_erased_is_found_as_it_is_now,
    searching::a_search_is_narrowed_by_room_kind_author_time_and_file,
    searching::a_search_ends_at_what_it_may_look_at_and_goes_on_there,
    searching::a_search_ends_at_what_it_may_read_and_goes_on_there,
    searching::of_many_rooms_ones_own_are_looked_through,
    searching::nothing_of_what_was_erased_stays_in_the_index,
    searching::what_is_for_some_is_found_by_these_alone,
    searching::what_came_in_below_others_is_found_as_well,
    searching::what_came_in_while_others_were_on_their_way_is_found_as_well,
    searching::what_is_found_is_as_asking_for_it_gives_it,
    searching_by_chance::a_search_finds_what_reading_everything_finds,
];

/// Tells every story.
///
/// # Panics
/// With the names of the stories that are not true on this store, and the seed.
pub fn all(make: Make<'_>, seed: u64) {
    tell(&STORIES.iter().collect::<Vec<_>>(), make, seed);
}

/// Tells only the stories of chance that hold a store against the one in memory: more seeds find more with them.
///
/// # Panics
/// As [`all`].
pub fn compared(make: Make<'_>, seed: u64) {
    let names = [
        "a_store_answers_as_the_model_does",
        "two_stores_that_keep_the_same_answer_alike",
        "any_room_is_kept_as_the_model_keeps_it",
        "a_search_finds_what_reading_everything_finds",
    ];
    let stories: Vec<_> = STORIES.iter().filter(|story| names.contains(&story.name)).collect();
    assert_eq!(stories.len(), names.len(), "one of them is called something else");
    tell(&stories, make, seed);
}

fn tell(stories: &[&Story], make: Make<'_>, seed: u64) {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let tell_some = || {
        while let Some(story) = stories.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(why) = catch_unwind(AssertUnwindSafe(|| (story.tell)(make, seed))) {
                failed
                    .lock()
                    .push(format!("{}: {}", story.name, words_of(why.as_ref())));
            }
        }
    };
    thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(tell_some))));
    let (count, failed) = (stories.len(), failed.into_inner());
    assert!(
        failed.is_empty(),
        "{} of {count} stories failed, seed {seed}:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// What a panic said.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    fn model(reruns: bool) -> impl Fn(Arc<dyn Audience>) -> Arc<dyn Store> + Sync {
        move |audience| {
            let model = Model::new();
            model.set_audience(audience);
            model.rerun_every_change(reruns);
            Arc::new(model)
        }
    }

    #[test]
    fn every_story_is_true_of_the_model() {
        for seed in 1..=8 {
            all(&model(false), seed);
        }
    }

    #[test]
    fn every_story_is_true_when_each_change_runs_twice() {
        all(&model(true), 9);
    }
}
