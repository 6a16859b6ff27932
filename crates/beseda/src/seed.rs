//! Seeds: people, groups and orders from a JSON file, put in by the ids that the host has for them, as often as one likes.

use anyhow::{Context, anyhow, bail};
use beseda_core::ports::Tx;
use beseda_core::words::{
    Group, GroupId, HostId, NewPerson, Order, OrderId, OwnWord, Person, PersonId, RESERVED_SPACE, Role, Time,
};
use beseda_core::{Chat, Error, rules};
use beseda_live::ask;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// How many rows go into one transaction: other work of a running server gets its turn in between.
const ROWS_A_COMMIT: usize = 500;

/// What a seed file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// People.
    pub people: Vec<SeedPerson>,
    /// Groups: classes of the school.
    pub groups: Vec<SeedGroup>,
    /// Orders.
    pub orders: Vec<SeedOrder>,
}

/// A person of a seed. Without a password they come in by token only, or keep the password that they have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPerson {
    pub id: HostId<'static>,
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub first_name: String,
    #[serde(default)]
    pub last_name: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub password: Option<String>,
}

/// A group of a seed; `teacher` and `students` are ids of people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedGroup {
    pub id: GroupId,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub teacher: Option<HostId<'static>>,
    #[serde(default)]
    pub students: Vec<HostId<'static>>,
}

/// An order of a seed; `client`, `expert` and `operator` are ids of people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedOrder {
    pub id: OrderId,
    #[serde(default)]
    pub number: String,
    #[serde(default)]
    pub client: Option<HostId<'static>>,
    #[serde(default)]
    pub expert: Option<HostId<'static>>,
    #[serde(default)]
    pub operator: Option<HostId<'static>>,
    #[serde(default)]
    pub status: String,
}

/// What a seed file looks like, in short.
const LOOKS_LIKE: &str =
    r#"a seed looks like {"people": [{"id": 1, "role": "client"}], "orders": [{"id": 17, "client": 1}]}"#;

/// The text of a file of JSON. Editors on Windows put a mark before it, which says nothing; UTF-16 is refused by its name.
fn text(bytes: &[u8]) -> anyhow::Result<&str> {
    let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    // JSON begins with a sign of ASCII: where every second byte is nothing, it is UTF-16 without the mark.
    if is_wide || matches!(bytes, [0, 1..=255, ..] | [1..=255, 0, ..]) {
        bail!("it is UTF-16, and JSON is UTF-8: save it as UTF-8, as `iconv -f UTF-16 -t UTF-8` does");
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        anyhow!("it is no UTF-8: look at line {line}; `iconv -f CP1251 -t UTF-8` brings a file of Windows there")
    })
}

/// The text, if it can be a seed at all.
fn object(text: &str) -> anyhow::Result<&str> {
    match text.trim_start().chars().next() {
        Some('{') => Ok(text),
        None => bail!("it is empty; {LOOKS_LIKE}"),
        Some('[') => bail!("it is a list, and a seed is an object of lists; {LOOKS_LIKE}"),
        Some(_) => bail!("it is no object of JSON; {LOOKS_LIKE}"),
    }
}

impl Seed {
    /// Reads a seed and checks what can be checked without the database.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let value = object(text(bytes)?)?;
        let seed: Self = serde_json::from_str(value).context("the seed is not what a seed file looks like")?;
        let mut ids = HashSet::new();
        for person in &seed.people {
            let id = &person.id;
            if !ids.insert(id) {
                bail!("people: the id {id} stands twice");
            }
            role_of(person)?;
        }
        if let Some(id) = seed.ids().find(|id| id.is_reserved()) {
            bail!("the id {id} is of the namespace `{RESERVED_SPACE}`, which is the server's own");
        }
        Ok(seed)
    }

    /// What it calls people, groups and orders.
    fn ids(&self) -> impl Iterator<Item = &HostId<'static>> {
        let people = self.people.iter().map(|person| &person.id);
        let groups = self.groups.iter().map(|group| &group.id.0);
        people.chain(groups).chain(self.orders.iter().map(|order| &order.id.0))
    }

    /// Puts everything in: how much that is. `hash` makes the hash of a password, or none where the one that is kept (its
    /// second argument) is of the same; it may take its time.
    ///
    /// # Errors
    /// What could not be put in, and why. Rows before it are kept, each of them whole, and the error says how many; doing
    /// it again does no harm.
    pub async fn put(
        self,
        chat: &Chat,
        hash: impl Fn(&str, Option<&str>) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<Kept> {
        let mut kept = Kept::default();
        let done = self.put_all(chat, hash, &mut kept).await;
        done.with_context(|| format!("put {kept}, and nothing more"))?;
        Ok(kept)
    }

    async fn put_all(
        self,
        chat: &Chat,
        hash: impl Fn(&str, Option<&str>) -> anyhow::Result<Option<String>>,
        kept: &mut Kept,
    ) -> anyhow::Result<()> {
        let hashes = self.kept_hashes(chat).await?;
        let mut people = Vec::with_capacity(self.people.len());
        for person in &self.people {
            let hashed = hashes.get(&person.id).map(String::as_str);
            let password_hash = match &person.password {
                Some(password) => hash(password, hashed)?,
                None => None,
            };
            people.push((person.clone(), password_hash));
        }
        put_rows(chat, "people", people, put_person, &mut kept.people).await?;
        put_rows(chat, "groups", self.groups, put_group, &mut kept.groups).await?;
        put_rows(chat, "orders", self.orders, put_order, &mut kept.orders).await
    }
}

/// How many rows of each list are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    pub people: usize,
    pub groups: usize,
    pub orders: usize,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { people, groups, orders } = self;
        write!(f, "{people} people, {groups} groups and {orders} orders")
    }
}

impl Seed {
    /// The hashes of those whose passwords are in the file and who have one already. A password that is theirs already
    /// is not put again: that would sign them out.
    async fn kept_hashes(&self, chat: &Chat) -> anyhow::Result<HashMap<HostId<'static>, String>> {
        let with_password = self.people.iter().filter(|person| person.password.is_some());
        let ids: Vec<_> = with_password.map(|person| person.id.clone()).collect();
        let kept = ask::look(chat, move |look| {
            let mut kept = HashMap::new();
            for id in ids {
                let Some(person) = look.person_of_host(&id)? else {
                    continue;
                };
                let account = look.account_of(person.id)?;
                if let Some(hash) = account.and_then(|account| account.password_hash) {
                    kept.insert(id, hash);
                }
            }
            Ok(kept)
        });
        Ok(kept.await?)
    }
}

/// Puts a person whom the file knows; one who was deactivated stays so, in the place of one who was deleted comes somebody
/// new.
fn put_person(tx: &mut dyn Tx, now: Time, (seed, password_hash): &(SeedPerson, Option<String>)) -> Result<(), NotPut> {
    let (before, _) = rules::person_to_put(tx, &seed.id)?;
    let new = NewPerson {
        person: Person {
            username: seed.username.clone(),
            email: seed.email.clone(),
            phone: seed.phone.clone(),
            first_name: seed.first_name.clone(),
            last_name: seed.last_name.clone(),
            // The file was read: its words for roles are known.
            role: Role::in_any_case(&seed.role).unwrap_or(Role::User),
            ..before
        },
        password_hash: password_hash.clone(),
    };
    Ok(rules::put_person(tx, now, &new).map(drop)?)
}

fn put_group(tx: &mut dyn Tx, now: Time, seed: &SeedGroup) -> Result<(), NotPut> {
    let group = Group {
        id: seed.id.clone(),
        name: seed.name.clone(),
        teacher: numbers(tx, "teacher", &seed.teacher)?.pop(),
        students: numbers(tx, "students", &seed.students)?,
    };
    Ok(rules::put_group(tx, now, &group).map(drop)?)
}

fn put_order(tx: &mut dyn Tx, now: Time, seed: &SeedOrder) -> Result<(), NotPut> {
    let order = Order {
        id: seed.id.clone(),
        number: seed.number.clone(),
        client: numbers(tx, "client", &seed.client)?.pop(),
        expert: numbers(tx, "expert", &seed.expert)?.pop(),
        operator: numbers(tx, "operator", &seed.operator)?.pop(),
        status: seed.status.clone(),
    };
    Ok(rules::put_order(tx, now, &order, None)?)
}

/// Why a row cannot be put in.
enum NotPut {
    /// It names, under this key, somebody whom nobody knows.
    Unknown(&'static str, HostId<'static>),
    /// Anything else.
    Error(Error),
}

impl From<Error> for NotPut {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The numbers here of people whom a row names under this key.
fn numbers<'a>(
    tx: &mut dyn Tx,
    key: &'static str,
    ids: impl IntoIterator<Item = &'a HostId<'static>>,
) -> Result<Vec<PersonId>, NotPut> {
    let mut people = Vec::new();
    for id in ids {
        let person = rules::find_person(tx, id)?;
        people.push(person.ok_or_else(|| NotPut::Unknown(key, id.clone()))?.id);
    }
    Ok(people)
}

/// Puts the rows of a list in, and counts those that are kept: whole rows, whatever happens.
async fn put_rows<T: Clone + Send + Sync + 'static>(
    chat: &Chat,
    what: &'static str,
    rows: Vec<T>,
    put: fn(&mut dyn Tx, Time, &T) -> Result<(), NotPut>,
    kept: &mut usize,
) -> anyhow::Result<()> {
    for some in rows.chunks(ROWS_A_COMMIT) {
        let (first, count) = (*kept + 1, some.len());
        let (some, now): (Arc<[T]>, _) = (some.into(), chat.now());
        let put_some = move |tx: &mut dyn Tx| {
            for (at, row) in some.iter().enumerate() {
                match put(tx, now, row) {
                    Ok(()) => {}
                    // It was refused before it wrote: the rows before it are kept, and end with it.
                    Err(NotPut::Unknown(key, id)) => {
                        return Ok(Err((
                            at,
                            format!("its `{key}` names the person {id}, who is not known"),
                        )));
                    }
                    Err(NotPut::Error(Error::Refused(refusal))) => return Ok(Err((at, refusal.to_string()))),
                    // It may have written half of it: this commit is taken back.
                    Err(NotPut::Error(fault)) => return Err(fault),
                }
            }
            Ok(Ok(()))
        };
        match ask::change(chat, put_some).await {
            Ok(Ok(())) => *kept += count,
            Ok(Err((at, refusal))) => {
                *kept += at;
                bail!("{what}, row {} of the list: {refusal}", first + at);
            }
            Err(error) => bail!("{what}, in rows {first} to {} of the list: {error}", first + count - 1),
        }
    }
    Ok(())
}

fn role_of(person: &SeedPerson) -> anyhow::Result<Role> {
    if person.role.is_empty() {
        return Ok(Role::User);
    }
    Role::in_any_case(&person.role).with_context(|| {
        format!(
            "people: the role {:?} of id {} is no word of small letters, digits, - and _ (at most {} of them)",
            person.role,
            person.id,
            OwnWord::BYTES
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::System;
    use beseda_core::Fault;
    use beseda_core::ports::Store;
    use beseda_core::words::Limits;
    use beseda_testkit::Model;

    fn wrong(text: &str) -> String {
        format!("{:#}", Seed::read(text.as_bytes()).unwrap_err())
    }

    #[test]
    fn a_seed_may_leave_out_what_it_does_not_know() {
        let seed = Seed::read(br#"{"people": [{"id": 1}], "orders": [{"id": 2, "client": 1}]}"#).unwrap();
        assert_eq!(seed.people[0].password, None);
        assert_eq!(seed.orders[0].client, Some(HostId::Number(1)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(wrong("{").contains("line 1"));
        assert!(wrong(r#"{"people": [{"id": 1, "naem": ""}]}"#).contains("naem"));
        assert!(wrong(r#"{"people": [{"id": 1}, {"id": 1}]}"#).contains("stands twice"));
        assert!(wrong(r#"{"people": [{"id": "7"}, {"id": 7}]}"#).contains("the id 7 stands twice"));
        assert!(wrong(r#"{"people": [{"id": ""}]}"#).contains("an id is a number or a text"));
        assert!(wrong(r#"{"people": [{"id": 1.5}]}"#).contains("an id is a number or a text"));
        assert!(wrong(r#"{"people": [{"id": 1, "role": "the boss"}]}"#).contains("\"the boss\""));
        for list in ["people", "groups", "orders"] {
            let reserved = wrong(&format!(r#"{{"{list}": [{{"id": "beseda/x"}}]}}"#));
            assert!(reserved.contains("`beseda`"), "{reserved}");
        }
        assert!(wrong(r#"{"orders": [{"id": null}]}"#).contains("an id is a number or a text"));
    }

    #[test]
    fn a_mark_before_the_text_says_nothing_and_other_codings_are_refused_by_name() {
        assert_eq!(
            Seed::read(b"\xef\xbb\xbf{\"people\": [{\"id\": 1}]}")
                .unwrap()
                .people
                .len(),
            1
        );
        let wide = |mark: &[u8], text: &str| {
            [
                mark,
                &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
            ]
            .concat()
        };
        let refused = |bytes: &[u8]| format!("{:#}", Seed::read(bytes).unwrap_err());
        for bytes in [
            wide(&[0xff, 0xfe], "{}"),
            wide(&[], "{}"),
            vec![0xfe, 0xff, 0, b'{', 0, b'}'],
            vec![0, b'{', 0, b'}'],
        ] {
            assert!(refused(&bytes).contains("UTF-16"), "{bytes:?}");
        }
        let in_cp1251 = b"{\n\"people\": [{\"id\": 1, \"first_name\": \"\xc0\xed\xed\xe0\"}]}";
        let said = refused(in_cp1251);
        assert!(said.contains("no UTF-8") && said.contains("line 2"), "{said}");
        for (text, hint) in [("[]", "a list"), ("", "empty"), ("7", "no object")] {
            let said = wrong(text);
            assert!(
                said.contains(hint) && said.contains(r#"{"people": [{"id": 1"#),
                "{said}"
            );
        }
    }

    fn chat() -> Chat {
        let store: Arc<dyn Store> = Arc::new(Model::new());
        Chat::new(store, Arc::new(System), Arc::new(System), Arc::new(Limits::default()))
    }

    async fn is_there(chat: &Chat, id: i64) -> bool {
        let found = ask::look(chat, move |look| Ok(look.person(PersonId(id))?));
        found.await.unwrap().is_some()
    }

    fn people(count: i64) -> Vec<(SeedPerson, Option<String>)> {
        let person = |id| format!(r#"{{"id": {id}}}"#);
        let read = |text: String| (serde_json::from_str(&text).unwrap(), None);
        (1..=count).map(person).map(read).collect()
    }

    #[tokio::test]
    async fn a_fault_in_the_middle_of_a_row_leaves_whole_rows_and_says_which() {
        let (chat, mut kept) = (chat(), 0);
        let put = |tx: &mut dyn Tx, now, row: &(SeedPerson, Option<String>)| {
            put_person(tx, now, row)?;
            match row.0.id {
                HostId::Number(502) => Err(NotPut::Error(Fault::Store("a planted fault".to_owned()).into())),
                _ => Ok(()),
            }
        };
        let error = put_rows(&chat, "people", people(1_200), put, &mut kept).await;
        let said = format!("{:#}", error.unwrap_err());
        assert_eq!(kept, 500);
        assert!(said.contains("in rows 501 to 1000 of the list"), "{said}");
        assert!(is_there(&chat, 500).await);
        for id in [501, 502, 503, 1_001] {
            assert!(!is_there(&chat, id).await, "{id}");
        }
    }

    #[tokio::test]
    async fn a_refused_row_ends_the_seed_and_those_before_it_are_kept() {
        let chat = chat();
        let seed = br#"{"people": [{"id": 1}, {"id": 2}], "orders": [{"id": 1}, {"id": 2, "client": 3}, {"id": 3}]}"#;
        let done = Seed::read(seed).unwrap().put(&chat, |_, _| Ok(None)).await;
        assert_eq!(
            format!("{:#}", done.unwrap_err()),
            format!(
                "put 2 people, 0 groups and 1 orders, and nothing more: orders, row 2 of the list: {}",
                "its `client` names the person 3, who is not known"
            )
        );
        let there = ask::look(&chat, |look| {
            let ids = [1, 2, 3].map(OrderId::from);
            ids.iter()
                .map(|id| Ok(look.order(id)?.is_some()))
                .collect::<Result<Vec<_>, Error>>()
        });
        assert_eq!(there.await.unwrap(), [true, false, false]);
    }
}
