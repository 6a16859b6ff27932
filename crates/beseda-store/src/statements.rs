//! Every statement, by name: one file each in `sql/`, in the words that SQLite and PostgreSQL share.

macro_rules! statements {
    ($($name:ident = $file:literal;)*) => {
        $(pub(crate) const $name: &str = include_str!(concat!("../sql/", $file, ".sql"));)*

        /// Every statement with the name of its file.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$(($file, $name)),*];
    };
}

statements! {
    ERASED_BLOCKS_COUNT = "erased_blocks/count";
    ERASED_BLOCKS_OF_ROOM = "erased_blocks/of_room";
    GROUP_STUDENTS_CLEAR = "group_students/clear";
    GROUP_STUDENTS_PUT = "group_students/put";
    GROUPS_PUT = "groups/put";
    MEMBERS_JOIN = "members/join";
    MEMBERS_KEEP_RECEIPT = "members/keep_receipt";
    MEMBERS_LEAVE = "members/leave";
    MEMBERS_OF_ROOM = "members/of_room";
    MEMBERS_OF_ROOMS = "members/of_rooms";
    MEMBERS_OTHERS_MARK = "members/others_mark";
    MEMBERS_SKIP_ERASED = "members/skip_erased";
    MEMBERS_SKIP_OWN = "members/skip_own";
    MESSAGES_AFTER = "messages/after";
    MESSAGES_AT = "messages/at";
    MESSAGES_BEFORE = "messages/before";
    MESSAGES_BY_CLIENT = "messages/by_client";
    MESSAGES_COUNT_SKIPPED = "messages/count_skipped";
    MESSAGES_ERASED_BETWEEN = "messages/erased_between";
    MESSAGES_GET = "messages/get";
    MESSAGES_ID_AT = "messages/id_at";
    MESSAGES_INSERT = "messages/insert";
    MESSAGES_KEEP = "messages/keep";
    MESSAGES_SHOWN_BEFORE = "messages/shown_before";
    MESSAGES_TOUCHED_AFTER = "messages/touched_after";
    MESSAGES_UNTOUCHED_AFTER = "messages/untouched_after";
    ORDERS_GET = "orders/get";
    ORDERS_PUT = "orders/put";
    PEOPLE_ACCOUNT = "people/account";
    PEOPLE_GET = "people/get";
    PEOPLE_NEXT = "people/next";
    PEOPLE_PUT = "people/put";
    REFRESH_TOKENS_GET = "refresh_tokens/get";
    REFRESH_TOKENS_PUT = "refresh_tokens/put";
    REFRESH_TOKENS_REVOKE_FAMILY = "refresh_tokens/revoke_family";
    REFRESH_TOKENS_SWEEP = "refresh_tokens/sweep";
    ROOMS_BY_KEY = "rooms/by_key";
    ROOMS_COUNT_OF_PERSON = "rooms/count_of_person";
    ROOMS_GET = "rooms/get";
    ROOMS_KEEP = "rooms/keep";
    ROOMS_KEEP_NUMBERS = "rooms/keep_numbers";
    ROOMS_OF_PERSON = "rooms/of_person";
    ROOMS_OPEN = "rooms/open";
    ROOMS_PLACE = "rooms/place";
    ROOMS_PLACES = "rooms/places";
    ROOMS_REMOVE = "rooms/remove";
    SCHEMA_COUNT_OTHERS = "schema/count_others";
    SESSIONS_END = "sessions/end";
    SESSIONS_END_OF_PERSON = "sessions/end_of_person";
    SESSIONS_GET = "sessions/get";
    SESSIONS_PUT = "sessions/put";
    SESSIONS_SWEEP = "sessions/sweep";
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::open::in_memory;
    use rusqlite::{Connection, params_from_iter};
    use std::path::Path;

    /// SQLite numbers parameters by where they stand first, PostgreSQL by their name: they must agree, because values
    /// are bound in order.
    #[test]
    fn every_statement_prepares() {
        let conn = in_memory();
        for (file, sql) in ALL {
            let statement = conn.prepare(sql).unwrap_or_else(|error| panic!("{file}: {error}"));
            for at in 1..=statement.parameter_count() {
                assert_eq!(statement.parameter_name(at), Some(format!("${at}").as_str()), "{file}");
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
        let mut files = Vec::new();
        for table in std::fs::read_dir(&root).unwrap() {
            for file in std::fs::read_dir(table.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("-- "), "{path:?} does not say what it is for");
                files.push(
                    path.strip_prefix(&root)
                        .unwrap()
                        .with_extension("")
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
        files.sort();
        let mut known: Vec<_> = ALL.iter().map(|(file, _)| (*file).to_owned()).collect();
        known.sort();
        assert_eq!(files, known);
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
        for (file, sql) in ALL {
            for step in plan(&conn, sql) {
                // A page is what has been read by then, and bounded; the list of tables is short.
                let short = ["SCAN page", "SCAN sqlite_schema"].contains(&step.as_str());
                assert!(!step.starts_with("SCAN") || short, "{file}: {step}");
            }
        }
    }

    #[test]
    fn each_partial_index_is_used_by_what_it_is_for() {
        let conn = in_memory();
        for (sql, index) in [
            (super::MESSAGES_ERASED_BETWEEN, "messages_erased"),
            (super::MESSAGES_TOUCHED_AFTER, "messages_touched"),
            (super::MESSAGES_BY_CLIENT, "messages_client"),
            (super::PEOPLE_ACCOUNT, "people_email"),
        ] {
            let steps = plan(&conn, sql);
            assert!(steps.iter().any(|step| step.contains(index)), "{index}: {steps:?}");
        }
    }
}
