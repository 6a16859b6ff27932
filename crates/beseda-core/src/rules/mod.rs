//! The rules: what a send, a read or a join does. Each is a function over somebody's transaction, at a time that is
//! handed in. A rule looks, decides, and then writes: a refusal costs its neighbours in the same commit nothing. What a
//! rule says of errors are its refusals; each fails with a fault besides, where the store fails.

mod access;
mod beside;
mod blocks;
mod canned_replies;
mod cases;
mod catch_up;
mod changes;
mod colleagues;
mod edit;
mod erase;
mod erase_person;
mod everything;
mod export;
mod files;
mod govern;
mod history;
mod hours;
pub mod import;
mod jobs;
mod members;
mod mend;
mod merge;
mod moved;
mod open;
mod order_access;
mod orders;
mod page;
mod people;
mod poll;
mod push;
mod react;
mod read;
mod reports;
mod rooms;
mod said_elsewhere;
mod school;
mod search;
mod seen;
mod send;
pub mod sign_in;
mod standing;
mod support;
mod touch;
mod updates;
mod window;

pub use access::{TicketTaken, api_key, is_set_up, make_admin, put_api_key, revoke_api_key, setup_code, take_ticket};
pub use beside::fill;
pub use blocks::block;
pub use canned_replies::{CannedReplies, canned_replies, canned_reply, put_canned_reply, remove_canned_reply};
pub use cases::{
    CaseChange, CasePage, SeenCase, case, case_page, cases_in, change_case, end_snooze, open_cases, open_notes,
};
pub use catch_up::{CaughtUp, Missed, begin_epoch, catch_up, cursor_of, hear_since, prove_kept, told_at};
pub use changes::{Changes, From, MembersChanged, changes, full_room, fulls, glimpse};
pub use colleagues::{is_colleague, search_colleagues};
pub use edit::{edit, edit_at};
pub use erase::{clear_room, erase, erase_at};
pub use erase_person::{At, BEGINNING, Reacted, erase_person, erase_reacted, erase_written, reacted, written};
pub use everything::messages_of;
pub use export::{Known, Made, Said, about, known_of, made_by, reported_by, said_by};
pub use files::{attachment, doom_files, unknown_files};
pub use govern::{
    MemberChange, RoomChange, alter_members, alter_room, change_members, change_room, member_called,
    members as members_of,
};
pub use history::{History, Since, history, history_back, listen, message_to_change, one_message};
pub use hours::{hours, put_hours};
pub use jobs::{hold_jobs, job_done, job_failed, revive_job, take_jobs};
pub use members::remove_member;
pub use mend::mend;
pub use merge::{NotMerged, merge};
pub use moved::{Moved, MovedChanges, Totals, changes_since, moved, places_called, token, totals, totals_of};
pub use open::{
    GroupWish, Set, open_by_key, open_group, open_order_room, open_pair, open_private, opened_room_of_order, put_room,
    room_of_order, standing_group, standing_order_room, standing_pair, standing_private,
};
pub use order_access::{OrderAccess, OrderFile, order_access, order_file};
pub use orders::{move_room, put_order, remove_order, remove_room, remove_room_of};
pub use page::{MessagesPage, PageNumber, Walked, page, page_of_rooms};
pub use people::{
    find_person, find_person_ever, new_own_person, person_to_put, put_group, put_person, remove_person, renew_hash,
    set_active, sign_out, until_let_in,
};
pub use poll::{Poll, Polled, poll};
pub use push::{
    PushChange, browser, change_push, push_is_gone, push_of, pushed, pushes, put_push, remove_push, try_push,
    whom_to_push,
};
pub use react::{Pins, pin, pins, react, versions};
pub use read::{ViewChange, mark, read, read_message, see_otherwise};
pub use reports::{Reported, Reports, ReportsAsked, Settlement, report, reports, settle};
pub use rooms::{room_to_change, room_view, rooms};
pub use said_elsewhere::{end_import, import_message};
pub use school::{SEARCH_CHARS, search_people};
pub use search::search;
pub use seen::{companions, keep_seen};
pub use send::{Sent, check_custom, check_draft, check_text, may_send, send, send_seen, send_system, send_system_in};
pub use standing::{Standing, Where, standing};
pub use support::{
    Introduction, case_by_name, case_for_staff, cases, cases_of, open_case, standing_case, unread_in_case,
};
pub use updates::{Stretch, changed_after, groups_updated, orders_updated, people_updated, rooms_updated};
pub use window::{Window, Windowed, message_of, window};

use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{Place, RoomId};

/// The place of somebody who may do this there.
fn place_for(look: &mut (impl Look + ?Sized), deed: Deed, room: RoomId, by: By<'_>) -> Result<Place, Error> {
    let place = look.place(room, by.person.id)?.ok_or(Refusal::NoSuchRoom)?;
    policy::require(deed, &place, by)?;
    Ok(place)
}
