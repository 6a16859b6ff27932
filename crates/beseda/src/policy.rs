//! The policy in words: for people, for programs, and as the page of the documentation.

use crate::cli;
use beseda_core::policy::{Deed, Right, printed};
use beseda_core::words::{KindRules, OwnKinds, OwnWord};
use serde_json::json;

/// Kind of room, who, what.
type Line = (String, String, String);

/// Prints who may do what in which kind of room: in those of the contracts, and in those that the settings speak of.
///
/// # Errors
/// Standard output cannot be written.
pub fn print(own: &OwnKinds, as_json: bool, as_markdown: bool) -> anyhow::Result<()> {
    let lines = printed()
        .into_iter()
        .chain(own.kinds.iter().flat_map(|(word, rules)| of_kind(word, rules)));
    cli::answer(if as_json {
        let line = |(room, who, may): Line| json!({"room": room, "who": who, "may": may});
        format!("{}\n", lines.map(line).collect::<serde_json::Value>())
    } else if as_markdown {
        page()
    } else {
        lines
            .map(|(room, who, may)| format!("{room:<8} {who:<18} {may}\n"))
            .collect()
    })?;
    Ok(())
}

/// What the settings say of one kind. Where it names no roles, members take part as in any kind.
fn of_kind(word: &OwnWord, rules: &KindRules) -> Vec<Line> {
    let line = |who: String, deeds: &[Deed]| {
        let may: Vec<&str> = deeds.iter().map(|deed| deed.word()).collect();
        (word.word().to_owned(), who, may.join(" "))
    };
    let members = match &rules.roles {
        Some(roles) => roles
            .iter()
            .map(|(role, deeds)| line(format!("member being {}", role.word()), deeds))
            .collect(),
        None => vec![line("member".to_owned(), Right::TakePart.deeds())],
    };
    let staff = rules
        .staff
        .iter()
        .map(|(role, deeds)| line(role.word().to_owned(), deeds));
    let closed = rules.closed.as_deref().unwrap_or(Right::Read.deeds());
    let title = (!rules.title.is_empty()).then(|| (word.word().to_owned(), "called".to_owned(), rules.title.clone()));
    title
        .into_iter()
        .chain(members)
        .chain(staff)
        .chain([line("all, once closed".to_owned(), closed)])
        .collect()
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
        Deed::Settle => "list what people report of its messages, and settle it; so does who governs it by their role",
        Deed::Desk => {
            "work at the desk, where such rooms have one: their cases, notes beside them, canned replies, transcripts"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::{MemberRole, Role, RoomKind};

    #[test]
    fn what_the_settings_say_of_a_kind_is_printed() {
        let Some(RoomKind::Own(word)) = RoomKind::from_word("deal") else {
            panic!("a kind of an application's own")
        };
        let seller = MemberRole::from_word("seller").expect("a role");
        let mut rules = KindRules {
            title: "Deal".to_owned(),
            roles: Some(vec![(seller, Right::TakePart.deeds().to_vec())]),
            staff: vec![(Role::Mom, Right::StepIn.deeds().to_vec())],
            ..KindRules::default()
        };
        let lines = |rules: &KindRules| {
            let lines = of_kind(&word, rules);
            lines
                .into_iter()
                .map(|(room, who, may)| format!("{room}: {who}: {may}"))
                .collect::<Vec<_>>()
        };
        let closed = "deal: all, once closed: see read listen mark";
        assert_eq!(
            lines(&rules),
            [
                "deal: called: Deal",
                "deal: member being seller: see read send listen mark",
                "deal: mom: step_in",
                closed
            ]
        );
        rules.roles = None;
        rules.closed = Some(Vec::new());
        assert_eq!(
            lines(&rules),
            [
                "deal: called: Deal",
                "deal: member: see read send listen mark",
                "deal: mom: step_in",
                "deal: all, once closed: "
            ]
        );
    }

    #[test]
    fn the_page_of_the_policy_is_the_one_that_the_code_writes() {
        let page = include_str!("../../../docs/operating/policy.md");
        assert!(
            page == super::page(),
            "run: cargo run -p beseda -- policy --markdown > docs/operating/policy.md"
        );
    }
}
