//! The checker: what clients were promised against what is stored and what everybody is shown. Pure, so that tests can
//! feed it every kind of broken log and see each reported.

use std::collections::{HashMap, HashSet};

use super::finding::{Finding, Kind};
use super::list::Line;

/// A message as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub seq: i64,
    pub id: i64,
    pub sender: Option<i64>,
    pub client_id: Option<String>,
    pub text: String,
    pub erased: bool,
}

/// A draft and what its client was told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    pub person: i64,
    pub client_id: String,
    /// The message's number, if it was acked.
    pub acked: Option<i64>,
    /// What it says after the last acked edit.
    pub text: String,
    pub erased: bool,
}

/// How far somebody has read, in all three tellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub person: i64,
    /// `unread_count` over REST.
    pub said: i64,
    /// The same, counted message by message in the database.
    pub recount: i64,
    /// The receipt in the database.
    pub read_seq: i64,
    /// The newest message's seq that an acked mark was about; 0 for none.
    pub marked_seq: i64,
}

/// All that is known of a room after a number in it.
pub struct Evidence {
    pub room: i64,
    /// The number after which everything here begins.
    pub after_seq: i64,
    /// The newest number that the room itself keeps.
    pub room_seq: i64,
    pub rows: Vec<Row>,
    pub promises: Vec<Promise>,
    /// The list as the server gives it over REST.
    pub shown: Vec<Line>,
    /// Each client's list, with the client's name.
    pub lists: Vec<(String, Vec<Line>)>,
    pub receipts: Vec<Receipt>,
}

/// Everything that is wrong in a room.
pub fn check(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = numbers(evidence);
    findings.extend(promises(evidence));
    findings.extend(strangers(evidence));
    findings.extend(lists(evidence));
    findings.extend(evidence.receipts.iter().flat_map(receipt));
    findings
        .into_iter()
        .map(|finding| finding.in_room(evidence.room))
        .collect()
}

/// The numbers are dense, and ids rise with them.
fn numbers(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut last_seq, mut last_id) = (evidence.after_seq, 0);
    for row in &evidence.rows {
        if row.seq != last_seq + 1 {
            let says = format!("follows seq {last_seq}: the numbers between are missing or doubled");
            findings.push(Finding::new(Kind::Hole, says).at(row.seq));
        }
        if row.id <= last_id {
            let says = format!("has id {} after id {last_id}: numbers and ids differ in order", row.id);
            findings.push(Finding::new(Kind::Hole, says).at(row.seq));
        }
        (last_seq, last_id) = (row.seq, row.id);
    }
    if last_seq != evidence.room_seq {
        let says = format!("is the newest message, and the room counts {}", evidence.room_seq);
        findings.push(Finding::new(Kind::Hole, says).at(last_seq));
    }
    findings
}

fn rows_by_client_id(evidence: &Evidence) -> HashMap<&str, Vec<&Row>> {
    let mut rows: HashMap<&str, Vec<&Row>> = HashMap::new();
    for row in &evidence.rows {
        if let Some(client_id) = &row.client_id {
            rows.entry(client_id).or_default().push(row);
        }
    }
    rows
}

/// Every draft is stored exactly once, under the id that was promised, with the text and the fate that were acked.
fn promises(evidence: &Evidence) -> Vec<Finding> {
    let rows = rows_by_client_id(evidence);
    let mut findings = Vec::new();
    for promise in &evidence.promises {
        let stored = rows
            .get(promise.client_id.as_str())
            .map(Vec::as_slice)
            .unwrap_or_default();
        let finding = match (stored, promise.acked) {
            ([], Some(id)) => Some(Finding::new(
                Kind::Lost,
                format!("was acked as message {id} and is not stored"),
            )),
            ([], None) => Some(Finding::new(
                Kind::Lost,
                "is neither acked nor stored, however often it was sent",
            )),
            ([row], _) => broken(promise, row).map(|finding| finding.at(row.seq)),
            (several, _) => {
                let seqs: Vec<i64> = several.iter().map(|row| row.seq).collect();
                let says = format!("is stored {} times: seq {seqs:?}", several.len());
                Some(Finding::new(Kind::Doubled, says).at(seqs.first().copied().unwrap_or_default()))
            }
        };
        findings.extend(finding.map(|finding| finding.of(&promise.client_id)));
    }
    findings
}

/// What of a promise the stored message breaks.
fn broken(promise: &Promise, row: &Row) -> Option<Finding> {
    let changed = |says: String| Some(Finding::new(Kind::Changed, says));
    match promise.acked {
        Some(id) if id != row.id => {
            let says = format!("was acked as message {id} and is stored as message {}", row.id);
            return Some(Finding::new(Kind::Lost, says));
        }
        _ => {}
    }
    if row.sender != Some(promise.person) {
        return changed(format!(
            "was sent by person {} and is stored as by {:?}",
            promise.person, row.sender
        ));
    }
    match (promise.erased, row.erased) {
        (true, false) => changed(format!("was erased, acked, and is back: {:?}", row.text)),
        (false, true) => changed("is erased, which nobody asked for".to_owned()),
        (true, true) if !row.text.is_empty() => changed(format!("is erased and still holds {:?}", row.text)),
        (false, false) if row.text != promise.text => {
            changed(format!("should say {:?} and says {:?}", promise.text, row.text))
        }
        _ => None,
    }
}

/// Nothing is stored that nobody sent.
fn strangers(evidence: &Evidence) -> Vec<Finding> {
    let sent: HashSet<&str> = evidence
        .promises
        .iter()
        .map(|promise| promise.client_id.as_str())
        .collect();
    let strange = |row: &&Row| {
        row.client_id
            .as_deref()
            .is_none_or(|client_id| !sent.contains(client_id))
    };
    let finding = |row: &Row| {
        let finding = Finding::new(
            Kind::Stranger,
            format!("nobody sent message {}: {:?}", row.id, row.text),
        )
        .at(row.seq);
        row.client_id
            .as_deref()
            .map_or(finding.clone(), |client_id| finding.of(client_id))
    };
    evidence.rows.iter().filter(strange).map(finding).collect()
}

/// The server shows what is stored and not erased, in its order, and so does every client.
fn lists(evidence: &Evidence) -> Vec<Finding> {
    let kept: Vec<Line> = evidence
        .rows
        .iter()
        .filter(|row| !row.erased)
        .map(|row| Line {
            id: row.id,
            text: row.text.clone(),
        })
        .collect();
    let rows: HashMap<i64, &Row> = evidence.rows.iter().map(|row| (row.id, row)).collect();
    let mut findings = Vec::new();
    findings.extend(difference("the server's list over REST", &kept, &evidence.shown, &rows));
    for (client, list) in &evidence.lists {
        findings.extend(difference(&format!("the list of {client}"), &kept, list, &rows));
    }
    findings
}

/// The first place at which a list is not what it should be.
fn difference(whose: &str, kept: &[Line], list: &[Line], rows: &HashMap<i64, &Row>) -> Option<Finding> {
    let place = kept.iter().zip(list).position(|(kept, shown)| kept != shown);
    let place = place.or_else(|| (kept.len() != list.len()).then(|| kept.len().min(list.len())))?;
    let name = |line: Option<&Line>| {
        let Some(line) = line else { return "nothing".to_owned() };
        let seq = rows.get(&line.id).map(|row| row.seq);
        format!("message {} (seq {seq:?}) {:?}", line.id, line.text)
    };
    let (expected, found) = (kept.get(place), list.get(place));
    let lengths = format!("{} lines, {} expected", list.len(), kept.len());
    let says = format!(
        "{whose} ({lengths}) has {} where {} belongs",
        name(found),
        name(expected)
    );
    let finding = Finding::new(Kind::List, says);
    let row = expected.and_then(|line| rows.get(&line.id));
    Some(row.map_or(finding.clone(), |row| match &row.client_id {
        Some(client_id) => finding.at(row.seq).of(client_id),
        None => finding.at(row.seq),
    }))
}

fn receipt(receipt: &Receipt) -> Vec<Finding> {
    let person = receipt.person;
    let mut findings = Vec::new();
    if receipt.said != receipt.recount {
        let says = format!(
            "person {person} is told of {} unread and has {} (read up to seq {})",
            receipt.said, receipt.recount, receipt.read_seq
        );
        findings.push(Finding::new(Kind::Unread, says));
    }
    if receipt.read_seq < receipt.marked_seq {
        let says = format!(
            "person {person} marked as read, acked, up to seq {} and the receipt stands at {}",
            receipt.marked_seq, receipt.read_seq
        );
        findings.push(Finding::new(Kind::Receipt, says).at(receipt.marked_seq));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five messages of one room after seq 10, all in order: the third edited, the fourth erased.
    fn sound() -> Evidence {
        let text = |n: i64| {
            if n == 3 {
                "edited".to_owned()
            } else {
                format!("w0-{n} text")
            }
        };
        let rows: Vec<Row> = (1..=5)
            .map(|n| Row {
                seq: 10 + n,
                id: 100 + 2 * n,
                sender: Some(7),
                client_id: Some(format!("w0-{n}")),
                text: if n == 4 { String::new() } else { text(n) },
                erased: n == 4,
            })
            .collect();
        let promises = (1..=5)
            .map(|n| Promise {
                person: 7,
                client_id: format!("w0-{n}"),
                acked: Some(100 + 2 * n),
                text: text(n),
                erased: n == 4,
            })
            .collect();
        let shown: Vec<Line> = rows
            .iter()
            .filter(|row| !row.erased)
            .map(|row| Line {
                id: row.id,
                text: row.text.clone(),
            })
            .collect();
        let lists = vec![
            ("client 0".to_owned(), shown.clone()),
            ("client 1".to_owned(), shown.clone()),
        ];
        let receipts = vec![Receipt {
            person: 8,
            said: 2,
            recount: 2,
            read_seq: 12,
            marked_seq: 12,
        }];
        Evidence {
            room: 1,
            after_seq: 10,
            room_seq: 15,
            rows,
            promises,
            shown,
            lists,
            receipts,
        }
    }

    fn kinds(evidence: &Evidence) -> Vec<Kind> {
        check(evidence).into_iter().map(|finding| finding.kind).collect()
    }

    #[track_caller]
    fn only(evidence: &Evidence, kind: Kind) -> Finding {
        let findings = check(evidence);
        assert!(
            findings.iter().any(|finding| finding.kind == kind),
            "{kind:?} not among {findings:?}"
        );
        findings
            .into_iter()
            .find(|finding| finding.kind == kind)
            .expect("it is there")
    }

    #[test]
    fn a_sound_log_has_no_findings() {
        assert_eq!(check(&sound()), []);
    }

    #[test]
    fn a_lost_message_is_found() {
        let mut evidence = sound();
        evidence.rows.remove(4);
        evidence.room_seq = 14;
        evidence.shown.pop();
        evidence.lists.iter_mut().for_each(|(_, list)| list.truncate(3));
        assert_eq!(kinds(&evidence), [Kind::Lost], "the last one: no hole shows it");
        let finding = only(&evidence, Kind::Lost);
        assert_eq!((finding.room, finding.client_id.as_deref()), (Some(1), Some("w0-5")));
    }

    #[test]
    fn a_message_that_took_the_place_of_an_acked_one_is_found() {
        let mut evidence = sound();
        evidence.rows[1].id += 1;
        assert!(
            only(&evidence, Kind::Lost).says.contains("104"),
            "acked under another id"
        );
        let mut evidence = sound();
        evidence.promises[0].acked = None;
        assert_eq!(check(&evidence), [], "stored and not acked is no loss");
    }

    #[test]
    fn a_doubled_message_is_found() {
        let mut evidence = sound();
        let again = Row {
            seq: 16,
            id: 120,
            ..evidence.rows[0].clone()
        };
        let line = Line {
            id: 120,
            text: again.text.clone(),
        };
        evidence.rows.push(again);
        evidence.room_seq = 16;
        evidence.shown.push(line.clone());
        evidence.lists.iter_mut().for_each(|(_, list)| list.push(line.clone()));
        assert_eq!(kinds(&evidence), [Kind::Doubled]);
        assert!(only(&evidence, Kind::Doubled).says.contains("[11, 16]"));
    }

    #[test]
    fn a_hole_is_found_at_the_start_and_inside() {
        let mut evidence = sound();
        evidence.rows.iter_mut().skip(2).for_each(|row| row.seq += 1);
        let finding = only(&evidence, Kind::Hole);
        assert_eq!(finding.seq, Some(14));
        let mut evidence = sound();
        evidence.room_seq = 16;
        assert_eq!(kinds(&evidence), [Kind::Hole]);
        let mut evidence = sound();
        evidence.after_seq = 9;
        assert_eq!(only(&evidence, Kind::Hole).seq, Some(11));
    }

    #[test]
    fn ids_that_do_not_rise_with_the_numbers_are_found() {
        let mut evidence = sound();
        (evidence.rows[0].id, evidence.rows[1].id) = (evidence.rows[1].id, evidence.rows[0].id);
        only(&evidence, Kind::Hole);
    }

    #[test]
    fn a_reordered_list_is_found_on_either_side() {
        let mut evidence = sound();
        evidence.lists[1].1.swap(1, 2);
        let finding = only(&evidence, Kind::List);
        assert!(finding.says.contains("client 1"), "{finding}");
        assert_eq!(finding.seq, Some(12));
        let mut evidence = sound();
        evidence.shown.swap(0, 1);
        assert!(only(&evidence, Kind::List).says.contains("REST"));
    }

    #[test]
    fn a_list_that_lacks_doubles_or_keeps_a_line_is_found() {
        let mut lacks = sound();
        lacks.lists[0].1.pop();
        let mut doubles = sound();
        let line = doubles.lists[0].1[3].clone();
        doubles.lists[0].1.push(line);
        let mut erased = sound();
        erased.lists[0].1.insert(
            3,
            Line {
                id: 108,
                text: "w0-4 text".to_owned(),
            },
        );
        let mut stale = sound();
        stale.lists[0].1[2].text = "w0-3 text".to_owned();
        for evidence in [lacks, doubles, erased, stale] {
            assert_eq!(kinds(&evidence), [Kind::List]);
        }
    }

    #[test]
    fn an_undone_change_is_found() {
        let mut edit = sound();
        edit.rows[2].text = "w0-3 text".to_owned();
        let mut erasure = sound();
        erasure.rows[3].erased = false;
        let mut remains = sound();
        remains.rows[3].text = "w0-4 text".to_owned();
        let mut unasked = sound();
        unasked.rows[0].erased = true;
        let mut author = sound();
        author.rows[0].sender = Some(8);
        for evidence in [edit, erasure, remains, unasked, author] {
            only(&evidence, Kind::Changed);
        }
    }

    #[test]
    fn what_nobody_sent_is_found() {
        let mut evidence = sound();
        evidence.promises.remove(1);
        assert_eq!(kinds(&evidence), [Kind::Stranger]);
        let mut evidence = sound();
        evidence.rows[1].client_id = None;
        only(&evidence, Kind::Stranger);
    }

    #[test]
    fn a_wrong_count_and_a_receipt_that_went_back_are_found() {
        let mut evidence = sound();
        evidence.receipts[0].said = 3;
        assert_eq!(kinds(&evidence), [Kind::Unread]);
        let mut evidence = sound();
        evidence.receipts[0].read_seq = 11;
        assert_eq!(kinds(&evidence), [Kind::Receipt]);
    }
}
