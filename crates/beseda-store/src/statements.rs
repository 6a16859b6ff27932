//! Every statement, by name: a file each in `sql/`, in the words that SQLite and PostgreSQL share, and a second one
//! where PostgreSQL needs others.

/// A statement in the words of each database, and its place among all.
#[derive(Debug)]
pub(crate) struct Statement {
    /// Where its prepared form is kept.
    pub(crate) number: usize,
    /// The name of its file.
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    /// The same words, unless it has a file of its own.
    pub(crate) postgres: &'static str,
    /// Whether it reads rooms (as `r`), which a transaction that writes holds from then on, so that two who number
    /// messages at once take turns. On SQLite only one writes at all.
    pub(crate) holds: bool,
}

macro_rules! statements {
    ($($name:ident = $file:literal $(| $sibling:literal)? $(, $holds:ident)?;)*) => {
        /// Their order gives each its number.
        #[expect(non_camel_case_types, reason = "they are called as the statements are")]
        enum Number { $($name),* }

        $(pub(crate) const $name: &Statement = &Statement {
            number: Number::$name as usize,
            name: $file,
            sqlite: include_str!(concat!("../sql/", $file, ".sql")),
            postgres: include_str!(concat!("../sql/", last!($file $(, $sibling)?), ".sql")),
            holds: false $(|| stringify!($holds).len() > 0)?,
        };)*

        /// Every statement.
        pub(crate) const ALL: &[&Statement] = &[$($name),*];
    };
}

/// The second of two, where there are two.
macro_rules! last {
    ($one:literal) => {
        $one
    };
    ($one:literal, $other:literal) => {
        $other
    };
}

/// How many statements there are.
pub(crate) const COUNT: usize = ALL.len();

statements! {
    API_KEYS_ALL = "api_keys/all";
    API_KEYS_GET = "api_keys/get";
    API_KEYS_PUT = "api_keys/put";
    ATTACHMENTS_CLEAR = "attachments/clear";
    ATTACHMENTS_GET = "attachments/get";
    ATTACHMENTS_OF_MESSAGES = "attachments/of_messages" | "attachments/of_messages.postgres";
    ATTACHMENTS_PUT = "attachments/put";
    BACKENDS_END = "backends/end" | "backends/end.postgres";
    BACKENDS_OWN = "backends/own" | "backends/own.postgres";
    BLOCKS_AGAINST = "blocks/against";
    BLOCKS_HAS = "blocks/has";
    BLOCKS_OF_PERSON = "blocks/of_person";
    BLOCKS_PUT = "blocks/put";
    BLOCKS_REMOVE = "blocks/remove";
    CANNED_REPLIES_COUNT = "canned_replies/count";
    CANNED_REPLIES_GET = "canned_replies/get";
    CANNED_REPLIES_PAGE = "canned_replies/page";
    CANNED_REPLIES_PUT = "canned_replies/put";
    CANNED_REPLIES_REMOVE = "canned_replies/remove";
    CANNED_REPLIES_TYPED = "canned_replies/typed";
    CASES_COUNT = "cases/count";
    CASES_FORGET_ROLES = "cases/forget_roles";
    CASES_NEWEST = "cases/newest";
    CASES_OF_ROOM = "cases/of_room";
    CASES_OF_VISITOR = "cases/of_visitor";
    CASES_OLDEST = "cases/oldest";
    CASES_PAGE = "cases/page";
    CASES_PUT = "cases/put";
    CASES_PUT_ROLES = "cases/put_roles";
    CASES_ROLES = "cases/roles";
    DEPARTURES_BETWEEN = "departures/between";
    DEPARTURES_FORGET = "departures/forget";
    DEPARTURES_PUT = "departures/put";
    DEPARTURES_SHOWN_OUT = "departures/shown_out";
    DEPARTURES_SHOW_OUT = "departures/show_out";
    EPOCHS_GET = "epochs/get";
    EPOCHS_PROVE = "epochs/prove";
    EPOCHS_PUT = "epochs/put";
    ERASED_BLOCKS_COUNT = "erased_blocks/count";
    ERASED_BLOCKS_OF_ROOM = "erased_blocks/of_room";
    EXTRAS_ANSWERS = "extras/answers";
    EXTRAS_CLEAR = "extras/clear";
    EXTRAS_HAND_OVER = "extras/hand_over";
    EXTRAS_OF_MESSAGES = "extras/of_messages" | "extras/of_messages.postgres";
    EXTRAS_PINNED = "extras/pinned";
    EXTRAS_PUT = "extras/put";
    FILES_BY_HASH = "files/by_hash";
    FILES_DOOM = "files/doom";
    FILES_DOOMED = "files/doomed";
    FILES_DOOM_ONE = "files/doom_one";
    FILES_FORGET = "files/forget";
    FILES_INSERT = "files/insert";
    FILES_KNOWS = "files/knows";
    FILES_MEND = "files/mend";
    FILES_RESERVE = "files/reserve";
    GROUPS_GET = "groups/get";
    GROUPS_NEXT = "groups/next";
    GROUPS_NUMBER = "groups/number";
    GROUPS_OF_PERSON = "groups/of_person";
    GROUPS_PUT = "groups/put";
    GROUPS_REMOVE = "groups/remove";
    GROUP_STUDENTS_CLEAR = "group_students/clear";
    GROUP_STUDENTS_OF_GROUP = "group_students/of_group";
    GROUP_STUDENTS_PUT = "group_students/put";
    GROUP_STUDENTS_SHARE = "group_students/share";
    HOURS_GET = "hours/get";
    HOURS_PUT = "hours/put";
    IMPORTS_ALONE = "imports/alone" | "imports/alone.postgres";
    IMPORTS_DRAW_ABOVE = "imports/draw_above" | "imports/draw_above.postgres";
    IMPORTS_JOIN = "imports/join";
    IMPORTS_KEEP_MESSAGES = "imports/keep_messages" | "imports/keep_messages.postgres";
    IMPORTS_LAST_UNTIL = "imports/last_until";
    IMPORTS_MESSAGES = "imports/messages";
    IMPORTS_MOVE_ON = "imports/move_on" | "imports/move_on.postgres";
    IMPORTS_OPEN_ROOM = "imports/open_room" | "imports/open_room.postgres";
    IMPORTS_ROOMS = "imports/rooms" | "imports/rooms.postgres", holds;
    IMPORTS_SKIP_OWN = "imports/skip_own" | "imports/skip_own.postgres";
    JOBS_COUNT = "jobs/count";
    JOBS_DUE = "jobs/due" | "jobs/due.postgres";
    JOBS_GET = "jobs/get";
    JOBS_KEEP = "jobs/keep";
    JOBS_LIST = "jobs/list";
    JOBS_MEND = "jobs/mend";
    JOBS_NEXT = "jobs/next";
    JOBS_PUT = "jobs/put";
    JOBS_REMOVE = "jobs/remove";
    LAST_SEEN_FORGET = "last_seen/forget";
    LAST_SEEN_OF_PEOPLE = "last_seen/of_people" | "last_seen/of_people.postgres";
    LAST_SEEN_PUT = "last_seen/put" | "last_seen/put.postgres";
    MEMBERS_AFTER = "members/after";
    MEMBERS_COMPANIONS = "members/companions" | "members/companions.postgres";
    MEMBERS_COUNTS = "members/counts" | "members/counts.postgres";
    MEMBERS_COUNT_OF_PERSON = "members/count_of_person";
    MEMBERS_COUNT_RECEIPT = "members/count_receipt";
    MEMBERS_JOIN = "members/join";
    MEMBERS_JOINED_BETWEEN = "members/joined_between";
    MEMBERS_KEEP_RECEIPT = "members/keep_receipt";
    MEMBERS_KEEP_ROLE = "members/keep_role";
    MEMBERS_LEAVE = "members/leave";
    MEMBERS_OF_ROOM = "members/of_room";
    MEMBERS_OF_ROOMS = "members/of_rooms" | "members/of_rooms.postgres";
    MEMBERS_OTHERS = "members/others" | "members/others.postgres";
    MEMBERS_OTHERS_MARK = "members/others_mark";
    MEMBERS_READERS = "members/readers";
    MEMBERS_RECEIPTS_AFTER = "members/receipts_after";
    MEMBERS_SHARE = "members/share";
    MEMBERS_SKIP_ERASED = "members/skip_erased";
    MEMBERS_SKIP_OTHERS = "members/skip_others" | "members/skip_others.postgres";
    MEMBERS_SKIP_OWN = "members/skip_own";
    MEMBERS_SKIP_THEIRS = "members/skip_theirs" | "members/skip_theirs.postgres";
    MENTIONS_CLEAR = "mentions/clear";
    MENTIONS_FIRST_OF_TWO = "mentions/first_of_two";
    MENTIONS_HAND_OVER = "mentions/hand_over";
    MENTIONS_OF_MESSAGES = "mentions/of_messages" | "mentions/of_messages.postgres";
    MENTIONS_PUT = "mentions/put";
    MENTIONS_UNREAD = "mentions/unread" | "mentions/unread.postgres";
    MERGES_GET = "merges/get";
    MERGES_PUT = "merges/put";
    MESSAGES_AFTER = "messages/after";
    MESSAGES_AT = "messages/at";
    MESSAGES_BEFORE = "messages/before";
    MESSAGES_BY_CLIENT = "messages/by_client";
    MESSAGES_BY_SYSTEM_CLIENT = "messages/by_system_client";
    MESSAGES_COUNT_SKIPPED = "messages/count_skipped";
    MESSAGES_DRAW = "messages/draw" | "messages/draw.postgres";
    MESSAGES_ERASED_BETWEEN = "messages/erased_between";
    MESSAGES_GET = "messages/get";
    MESSAGES_HAND_OVER = "messages/hand_over" | "messages/hand_over.postgres";
    MESSAGES_HIDDEN_FROM = "messages/hidden_from";
    MESSAGES_ID_AT = "messages/id_at";
    MESSAGES_INSERT = "messages/insert" | "messages/insert.postgres";
    MESSAGES_INSERT_MANY = "messages/insert_many" | "messages/insert_many.postgres";
    MESSAGES_INSERT_SYSTEM = "messages/insert_system" | "messages/insert_system.postgres";
    MESSAGES_KEEP = "messages/keep";
    MESSAGES_NAME_SENDER = "messages/name_sender";
    MESSAGES_OF_ROOMS = "messages/of_rooms" | "messages/of_rooms.postgres";
    MESSAGES_SAID_FROM = "messages/said_from";
    MESSAGES_SENT_AFTER = "messages/sent_after";
    MESSAGES_SHOWN_BEFORE = "messages/shown_before";
    MESSAGES_SOME = "messages/some" | "messages/some.postgres";
    MESSAGES_THEIRS = "messages/theirs";
    MESSAGES_TOUCH = "messages/touch";
    MESSAGES_TOUCHED_AFTER = "messages/touched_after";
    MESSAGES_WRITTEN_BY = "messages/written_by";
    NOTICES_AFTER = "notices/after";
    NOTICES_CALL = "notices/call" | "notices/call.postgres";
    NOTICES_PUT = "notices/put";
    NOTICES_RANGE = "notices/range";
    NOTICES_SWEEP = "notices/sweep";
    NOTICES_TURN = "notices/turn" | "notices/turn.postgres";
    ORDERS_GET = "orders/get";
    ORDERS_NEXT = "orders/next";
    ORDERS_NUMBER = "orders/number";
    ORDERS_OF_PERSON = "orders/of_person";
    ORDERS_PUT = "orders/put";
    ORDERS_REMOVE = "orders/remove";
    PEOPLE_ACCOUNT = "people/account" | "people/account.postgres";
    PEOPLE_ACCOUNT_OF = "people/account_of";
    PEOPLE_AFTER = "people/after";
    PEOPLE_FREE_HOST_ID = "people/free_host_id";
    PEOPLE_GET = "people/get";
    PEOPLE_HAVE_TEXTS = "people/have_texts" | "people/have_texts.postgres";
    PEOPLE_KEEP_SEARCH = "people/keep_search";
    PEOPLE_NAME_TAKEN = "people/name_taken" | "people/name_taken.postgres";
    PEOPLE_NEXT = "people/next";
    PEOPLE_OF_HOST = "people/of_host";
    PEOPLE_OF_NUMBERS = "people/of_numbers" | "people/of_numbers.postgres";
    PEOPLE_PUT = "people/put";
    PEOPLE_REMOVE_PASSWORD = "people/remove_password";
    PEOPLE_SEARCH_BY_ROLE = "people/search_by_role";
    PEOPLE_SEARCH_CLASSMATES = "people/search_classmates";
    PEOPLE_WITHOUT_SEARCH = "people/without_search";
    PUSH_SETTINGS_GET = "push_settings/get";
    PUSH_SETTINGS_PUT = "push_settings/put";
    PUSH_SETTINGS_REMOVE = "push_settings/remove";
    PUSH_SUBSCRIPTIONS_ANY = "push_subscriptions/any";
    PUSH_SUBSCRIPTIONS_AT = "push_subscriptions/at";
    PUSH_SUBSCRIPTIONS_GET = "push_subscriptions/get";
    PUSH_SUBSCRIPTIONS_IN_ROOMS = "push_subscriptions/in_rooms" | "push_subscriptions/in_rooms.postgres";
    PUSH_SUBSCRIPTIONS_OF_PERSON = "push_subscriptions/of_person";
    PUSH_SUBSCRIPTIONS_PUT = "push_subscriptions/put";
    PUSH_SUBSCRIPTIONS_REMOVE = "push_subscriptions/remove";
    PUSH_SUBSCRIPTIONS_REMOVE_OF_PERSON = "push_subscriptions/remove_of_person";
    PUSH_SUBSCRIPTIONS_REMOVE_OF_PROOF = "push_subscriptions/remove_of_proof";
    REACTIONS_CLEAR = "reactions/clear";
    REACTIONS_FIRST_OF_TWO = "reactions/first_of_two";
    REACTIONS_HAND_OVER = "reactions/hand_over";
    REACTIONS_OF_MESSAGES = "reactions/of_messages" | "reactions/of_messages.postgres";
    REACTIONS_OF_PERSON = "reactions/of_person";
    REACTIONS_PUT = "reactions/put";
    REACTIONS_REMOVE = "reactions/remove";
    READERS_HAND_OVER = "readers/hand_over";
    READERS_OF_MESSAGES = "readers/of_messages" | "readers/of_messages.postgres";
    READERS_ONE_OF_TWO = "readers/one_of_two";
    READERS_PUT = "readers/put";
    REFRESH_TOKENS_GET = "refresh_tokens/get";
    REFRESH_TOKENS_MEND = "refresh_tokens/mend";
    REFRESH_TOKENS_PUT = "refresh_tokens/put";
    REFRESH_TOKENS_REVOKE_FAMILY = "refresh_tokens/revoke_family";
    REFRESH_TOKENS_REVOKE_OF_PERSON = "refresh_tokens/revoke_of_person";
    REFRESH_TOKENS_SWEEP = "refresh_tokens/sweep";
    REPORTS_DROP_YOUNGER = "reports/drop_younger";
    REPORTS_GET = "reports/get";
    REPORTS_HAND_OVER = "reports/hand_over";
    REPORTS_HAND_OVER_SETTLED = "reports/hand_over_settled";
    REPORTS_KEEP = "reports/keep";
    REPORTS_KINDS = "reports/kinds";
    REPORTS_MOVE = "reports/move";
    REPORTS_OF_KIND = "reports/of_kind";
    REPORTS_OF_MESSAGE = "reports/of_message";
    REPORTS_OF_PERSON = "reports/of_person";
    REPORTS_OF_ROOM = "reports/of_room";
    REPORTS_PUT = "reports/put";
    REPORTS_REMOVE_OF_PERSON = "reports/remove_of_person";
    REPORTS_REMOVE_OF_ROOM = "reports/remove_of_room";
    ROOMS_AFTER = "rooms/after";
    ROOMS_ALL_OF_PERSON = "rooms/all_of_person";
    ROOMS_BY_KEY = "rooms/by_key", holds;
    ROOMS_BY_UUID = "rooms/by_uuid", holds;
    ROOMS_COUNT_OF_PERSON = "rooms/count_of_person";
    ROOMS_COUNT_RECEIPT = "rooms/count_receipt";
    ROOMS_EVER_OF_PERSON = "rooms/ever_of_person";
    ROOMS_FORGET_GROUP = "rooms/forget_group";
    ROOMS_GET = "rooms/get", holds;
    ROOMS_GONE_AFTER = "rooms/gone_after";
    ROOMS_GRANTED = "rooms/granted", holds;
    ROOMS_KEEP = "rooms/keep";
    ROOMS_KEEP_BLOCKED = "rooms/keep_blocked";
    ROOMS_KEEP_NUMBERS = "rooms/keep_numbers";
    ROOMS_KNOW_ORDER = "rooms/know_order";
    ROOMS_LAST = "rooms/last";
    ROOMS_MOVED_AFTER = "rooms/moved_after";
    ROOMS_MOVE_ON = "rooms/move_on";
    ROOMS_OF_GROUP = "rooms/of_group", holds;
    ROOMS_OF_PERSON = "rooms/of_person";
    ROOMS_OPEN = "rooms/open" | "rooms/open.postgres";
    ROOMS_PLACE = "rooms/place", holds;
    ROOMS_PLACES = "rooms/places";
    ROOMS_PLACES_OF = "rooms/places_of" | "rooms/places_of.postgres", holds;
    ROOMS_REMOVE = "rooms/remove";
    ROOMS_STIR = "rooms/stir" | "rooms/stir.postgres";
    ROOMS_UNTITLE = "rooms/untitle";
    ROOM_LOOKS_OF_ROOMS = "room_looks/of_rooms" | "room_looks/of_rooms.postgres";
    ROOM_LOOKS_PUT = "room_looks/put";
    SAID_COUNT = "said/count";
    SAID_GET = "said/get";
    SCHEMA_APPLIED = "schema/applied" | "schema/applied.postgres";
    SCHEMA_APPLY = "schema/apply" | "schema/apply.postgres";
    SCHEMA_COUNT_OTHERS = "schema/count_others" | "schema/count_others.postgres";
    SCHEMA_HAS_HISTORY = "schema/has_history" | "schema/has_history.postgres";
    SCHEMA_HISTORY = "schema/history" | "schema/history.postgres";
    SEARCH_BEGIN_ANEW = "search/begin_anew";
    SEARCH_CHANGED = "search/changed" | "search/changed.postgres";
    SEARCH_CLEAR_CHANGED = "search/clear_changed";
    SEARCH_CLEAR_GONE = "search/clear_gone";
    SEARCH_CLEAR_PAGES = "search/clear_pages";
    SEARCH_CLEAR_SEGMENTS = "search/clear_segments";
    SEARCH_CLEAR_STRETCHES = "search/clear_stretches";
    SEARCH_DROP_GONE = "search/drop_gone" | "search/drop_gone.postgres";
    SEARCH_DROP_PAGES = "search/drop_pages";
    SEARCH_DROP_SEGMENTS = "search/drop_segments";
    SEARCH_FAR = "search/far" | "search/far.postgres";
    SEARCH_FORGET_CHANGED = "search/forget_changed";
    SEARCH_FREE_SHELF = "search/free_shelf";
    SEARCH_GO_BACK = "search/go_back";
    SEARCH_GONE = "search/gone";
    SEARCH_KEEP_CHANGED = "search/keep_changed" | "search/keep_changed.postgres";
    SEARCH_KEEP_GONE = "search/keep_gone";
    SEARCH_KEEP_MARK = "search/keep_mark" | "search/keep_mark.postgres";
    SEARCH_KEEP_PAGES = "search/keep_pages" | "search/keep_pages.postgres";
    SEARCH_KEEP_SEGMENT = "search/keep_segment";
    SEARCH_KEEP_STRETCHES = "search/keep_stretches" | "search/keep_stretches.postgres";
    SEARCH_MADE_BY = "search/made_by";
    SEARCH_MARK = "search/mark";
    SEARCH_MORE_PAGES = "search/more_pages" | "search/more_pages.postgres";
    SEARCH_PAGES = "search/pages" | "search/pages.postgres";
    SEARCH_PAGES_BETWEEN = "search/pages_between";
    SEARCH_PROVE_AGAIN = "search/prove_again";
    SEARCH_IN_MORE_ROOMS = "search/in_more_rooms";
    SEARCH_ROOMS = "search/rooms";
    SEARCH_SEGMENTS = "search/segments";
    SEARCH_SENT_BETWEEN = "search/sent_between";
    SEARCH_SHELVES = "search/shelves";
    SEARCH_SIFTED = "search/sifted" | "search/sifted.postgres";
    SEARCH_STANDING = "search/standing" | "search/standing.postgres";
    SEARCH_STRETCHES = "search/stretches" | "search/stretches.postgres";
    SEARCH_TO_INDEX = "search/to_index";
    SEARCH_TO_PURGE = "search/to_purge";
    SEARCH_UNINDEXED = "search/unindexed";
    SERVERS_ALONE = "servers/alone" | "servers/alone.postgres";
    SESSIONS_END = "sessions/end";
    SESSIONS_END_OF_PERSON = "sessions/end_of_person";
    SESSIONS_GET = "sessions/get";
    SESSIONS_MEND = "sessions/mend";
    SESSIONS_PUT = "sessions/put";
    SESSIONS_SWEEP = "sessions/sweep";
    SETUP_CODES_ANY = "setup_codes/any";
    SETUP_CODES_GET = "setup_codes/get";
    SETUP_CODES_PUT = "setup_codes/put";
    TICKETS_MEND = "tickets/mend";
    TICKETS_PUT = "tickets/put";
    TICKETS_SWEEP = "tickets/sweep";
    TICKETS_TAKE = "tickets/take";
    TICKS_COUNT = "ticks/count" | "ticks/count.postgres";
    TICKS_SETTLED = "ticks/settled";
    UPDATES_FORGET = "updates/forget";
    UPDATES_GROUPS = "updates/groups";
    UPDATES_ORDERS = "updates/orders";
    UPDATES_PEOPLE = "updates/people";
    UPDATES_PUT = "updates/put";
    UPDATES_ROOMS = "updates/rooms";
    VERSIONS_CLEAR = "versions/clear";
    VERSIONS_OF_MESSAGE = "versions/of_message";
    VERSIONS_PUT = "versions/put";
    WHOLE_ANYBODY = "whole/anybody";
    WHOLE_COUNTS = "whole/counts";
    WHOLE_FILES = "whole/files";
    WHOLE_FORGET_DEPARTED = "whole/forget_departed";
    WHOLE_FORGET_TICKS = "whole/forget_ticks";
    WHOLE_ROOMS_WITHOUT_CASE = "whole/rooms_without_case";
    WHOLE_FORGET_UNCLAIMED = "whole/forget_unclaimed";
    WHOLE_HANGING = "whole/hanging";
    WHOLE_SEQS = "whole/seqs";
    WHOLE_UNREAD = "whole/unread";
}

#[cfg(test)]
mod tests {
    use super::{ALL, Statement};
    use crate::engine::postgres::tests::connected_to;
    use crate::engine::postgres::{Begin, Writing};
    use crate::sqlite::open::in_memory;
    use beseda_testkit::Ground;
    use rusqlite::{Connection, params_from_iter};
    use std::path::Path;

    /// SQLite numbers parameters by where they stand first, PostgreSQL by their name: they must agree, because values
    /// are bound in order.
    #[test]
    fn every_statement_prepares_on_sqlite() {
        let conn = in_memory();
        for Statement { name, sqlite, .. } in ALL {
            let statement = conn.prepare(sqlite).unwrap_or_else(|error| panic!("{name}: {error}"));
            for at in 1..=statement.parameter_count() {
                assert_eq!(statement.parameter_name(at), Some(format!("${at}").as_str()), "{name}");
            }
        }
    }

    #[test]
    fn every_statement_prepares_on_postgresql_and_takes_as_many_values() {
        let ground = Ground::new();
        let mut engine = connected_to(&ground);
        let conn = in_memory();
        let alone = Writing {
            in_places: false,
            many: false,
        };
        for begin in [Begin::Looking, Begin::Writing(alone)] {
            for statement in ALL {
                engine.begin(begin).unwrap();
                let taken = engine
                    .parameters(statement)
                    .unwrap_or_else(|fault| panic!("{}: {fault}", statement.name));
                assert_eq!(
                    taken,
                    conn.prepare(statement.sqlite).unwrap().parameter_count(),
                    "{}",
                    statement.name
                );
                engine.roll_back().unwrap();
            }
        }
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the text of a statement is compared with its file"
    )]
    fn every_file_is_a_statement_and_says_what_it_is_for() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
        let (mut files, mut siblings) = (Vec::new(), Vec::new());
        // What is asked by hand runs in nobody's transaction (`inspect.rs`); and what names its table only when it runs is no
        // statement yet, and has a test of its own.
        let tables = std::fs::read_dir(&root).unwrap().map(|table| table.unwrap().path());
        for table in tables.filter(|table| !["by_hand", "patterns"].iter().any(|other| table.ends_with(other))) {
            for file in std::fs::read_dir(table).unwrap() {
                let path = file.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("-- "), "{path:?} does not say what it is for");
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                let name = name.strip_suffix(".sql").unwrap();
                match name.strip_suffix(".postgres") {
                    Some(name) => siblings.push((name.to_owned(), text)),
                    None => files.push(name.to_owned()),
                }
            }
        }
        files.sort();
        let mut known: Vec<_> = ALL.iter().map(|statement| statement.name.to_owned()).collect();
        known.sort();
        assert_eq!(files, known);
        let unused = siblings.into_iter().find(|(name, text)| {
            let statement = ALL.iter().find(|statement| statement.name == *name);
            statement.is_none_or(|statement| statement.postgres != *text || statement.sqlite == *text)
        });
        assert_eq!(unused, None, "of PostgreSQL's own, and another one is run or the same");
    }

    fn plan(conn: &Connection, sql: &str) -> Vec<String> {
        let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = vec![1_i64; plan.parameter_count()];
        let steps = plan.query_map(params_from_iter(values), |row| row.get(3)).unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn no_statement_reads_a_whole_table() {
        let conn = in_memory();
        // But those that look at everything, which nobody waits for.
        for Statement { name: file, sqlite, .. } in ALL.iter().filter(|one| !one.name.starts_with("whole/")) {
            for step in plan(&conn, sqlite) {
                // A page is what has been read by then, and bounded, and so is what is asked for; a constant row is no
                // table, what counts transactions has one row, and the lists of tables, of migrations, of API keys, of setup
                // codes, of kinds with a desk, of canned replies and of segments of what is searched (one for 65,536 messages, and some) are short.
                let short = [
                    "SCAN page",
                    "SCAN e VIRTUAL TABLE INDEX 1:",
                    "SCAN CONSTANT ROW",
                    "SCAN sqlite_schema",
                    "SCAN k",
                    "SCAN gone",
                    "SCAN ticks",
                    "SCAN setup_codes",
                    "SCAN desk_kinds",
                    "SCAN s USING COVERING INDEX sqlite_autoindex_search_segments_1",
                    "SCAN canned_replies USING COVERING INDEX sqlite_autoindex_canned_replies_2",
                    "SCAN l VIRTUAL TABLE INDEX 1:",
                    "SCAN h USING COVERING INDEX sqlite_autoindex_refinery_schema_history_1",
                ];
                let short = short.contains(&step.as_str());
                assert!(!step.starts_with("SCAN") || short, "{file}: {step}");
            }
        }
    }

    #[test]
    fn each_index_is_used_by_what_it_is_for() {
        let conn = in_memory();
        for (sql, index) in [
            (super::MESSAGES_ERASED_BETWEEN, "messages_erased"),
            (super::MESSAGES_TOUCHED_AFTER, "messages_touched"),
            (super::MESSAGES_BY_CLIENT, "messages_client"),
            (super::MESSAGES_HIDDEN_FROM, "messages_for_some"),
            (super::EXTRAS_ANSWERS, "extras_replies"),
            (super::EXTRAS_PINNED, "extras_pinned"),
            (super::MENTIONS_OF_MESSAGES, "mentions_message"),
            (super::ROOMS_GONE_AFTER, "departures_person"),
            (super::PEOPLE_ACCOUNT, "people_email"),
            (super::PEOPLE_WITHOUT_SEARCH, "people_without_search"),
            (super::GROUPS_OF_PERSON, "groups_teacher"),
            (super::ROOMS_OF_GROUP, "rooms_group"),
            (super::CASES_PAGE, "rooms_support"),
            (super::CASES_COUNT, "rooms_support"),
            (super::CASES_NEWEST, "cases_state"),
            (super::CASES_OLDEST, "cases_state"),
            (super::FILES_BY_HASH, "files_bytes"),
            (super::FILES_DOOM, "files_reserved"),
            (super::FILES_DOOMED, "files_doomed"),
            (super::JOBS_COUNT, "jobs_due"),
            (super::JOBS_DUE, "jobs_due"),
            (super::JOBS_LIST, "jobs_due"),
            (super::JOBS_NEXT, "jobs_due"),
            (super::PUSH_SUBSCRIPTIONS_OF_PERSON, "push_subscriptions_person"),
            (super::REPORTS_KINDS, "reports_kind"),
            (super::REPORTS_OF_KIND, "reports_kind"),
            (super::REPORTS_OF_ROOM, "reports_room"),
            (super::REPORTS_OF_PERSON, "reports_person"),
            (super::REPORTS_HAND_OVER_SETTLED, "reports_settled"),
        ] {
            let steps = plan(&conn, sql.sqlite);
            assert!(steps.iter().any(|step| step.contains(index)), "{index}: {steps:?}");
        }
    }
}
