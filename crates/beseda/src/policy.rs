//! The policy in words: for people, for programs, and as the page of the documentation.

use crate::cli;
use beseda_core::policy::{Deed, printed};
use serde_json::json;

/// Prints who may do what in which kind of room.
///
/// # Errors
/// Standard output cannot be written.
pub fn print(as_json: bool, as_markdown: bool) -> anyhow::Result<()> {
    cli::answer(if as_json {
        let lines = printed();
        let line = |(room, who, may): &(String, String, String)| json!({"room": room, "who": who, "may": may});
        format!("{}\n", lines.iter().map(line).collect::<serde_json::Value>())
    } else if as_markdown {
        page()
    } else {
        printed()
            .iter()
            .map(|(room, who, may)| format!("{room:<8} {who:<18} {may}\n"))
            .collect()
    })?;
    Ok(())
}

/// The page of the documentation.
fn page() -> String {
    let rows: String = printed()
        .iter()
        .map(|(room, who, may)| format!("| `{room}` | {who} | {} |\n", may.replace(' ', ", ")))
        .collect();
    let meanings: Vec<String> = Deed::WORDS
        .iter()
        .map(|(deed, word)| format!("*{word}*: {}.", meaning(*deed)))
        .collect();
    let meanings = meanings.join(" ");
    format!(
        "# Policy\n\nWho may do what in which kind of room. What no line allows is refused. This page is what `beseda policy \
         --markdown` prints.\n\n| room | who | may |\n|---|---|---|\n{rows}\n{meanings}\n\n\
         A message is changed and erased by who wrote it alone, and only while they are in its room. A room of an order is \
         opened by who has a place in the order. In the school, a teacher writes to every teacher and student, a student to \
         every teacher and to the students of their own classes. Which call answers whom, and how, is in the reviewed tables \
         of `crates/beseda/tests/it/matrix/tables`.\n"
    )
}

/// What the page says that a deed is.
fn meaning(deed: Deed) -> &'static str {
    match deed {
        Deed::See => "know that it is there, and who is in it",
        Deed::Read => "its messages",
        Deed::Send => "into it",
        Deed::Listen => "hear it live",
        Deed::Mark => "keep a receipt in it",
        Deed::Govern => "change the room itself, or take it away",
        Deed::StepIn => "read and send without being in it, by a call that is made for that (the order desk's)",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_the_policy_is_the_one_that_the_code_writes() {
        let page = include_str!("../../../docs/operating/policy.md");
        assert!(
            page == super::page(),
            "run: cargo run -p beseda -- policy --markdown > docs/operating/policy.md"
        );
    }
}
