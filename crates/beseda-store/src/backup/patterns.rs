//! Statements over a table, a schema or a sequence that is named only when they run. Each is a file in `sql/patterns/`, in the
//! words of both engines unless its name says which; the names that are filled in are words of ours.

/// A statement with places to fill in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern(&'static str);

macro_rules! patterns {
    ($($name:ident = $file:literal;)*) => {
        $(pub(crate) const $name: Pattern = Pattern(include_str!(concat!("../../sql/patterns/", $file, ".sql")));)*

        #[cfg(test)]
        const ALL: &[(&str, Pattern)] = &[$(($file, $name)),*];
    };
}

patterns! {
    READ = "read";
    INSERT = "insert";
    HAS = "has.sqlite";
    TABLES = "tables.sqlite";
    COLUMNS = "columns.sqlite";
    GIVEN = "given.sqlite";
    FORGET_GIVEN = "forget_given.sqlite";
    KEEP_GIVEN = "keep_given.sqlite";
    SEQUENCE = "sequence.postgres";
    GIVEN_POSTGRES = "given.postgres";
    KEEP_GIVEN_POSTGRES = "keep_given.postgres";
    KEEP_MESSAGE_IDS = "keep_message_ids.postgres";
    THINGS = "things.postgres";
    SCHEMA = "schema.postgres";
    MAKE_ASIDE = "make_aside.postgres";
    MOVE_ASIDE = "move_aside.postgres";
    DROP_ASIDE = "drop_aside.postgres";
}

impl Pattern {
    /// The statement, with each place filled in by its name.
    pub(crate) fn with(self, places: &[(&str, &str)]) -> String {
        let filled = places.iter().fold(self.0.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        filled.trim_end().to_owned()
    }

    /// The statement, over a table.
    pub(crate) fn over(self, table: &str) -> String {
        self.with(&[("table", table)])
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, MOVE_ASIDE, Pattern};
    use std::path::Path;

    #[test]
    fn every_place_is_filled_in() {
        let filled = MOVE_ASIDE.with(&[("kind", "TABLE"), ("table", "rooms"), ("aside", "old")]);
        assert!(filled.ends_with("ALTER TABLE \"rooms\" SET SCHEMA \"old\""), "{filled}");
    }

    #[test]
    fn every_file_is_a_pattern_and_says_what_it_is_for() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/patterns");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut known: Vec<String> = ALL.iter().map(|(name, _)| format!("{name}.sql")).collect();
        files.sort();
        known.sort();
        assert_eq!(files, known);
        for (name, Pattern(text)) in ALL {
            assert!(text.starts_with("-- "), "{name} does not say what it is for");
        }
    }
}
