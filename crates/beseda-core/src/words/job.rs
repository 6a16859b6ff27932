//! A job: a promise in the outbox, made in the transaction of its cause and kept after it.

use super::{JobId, PersonId, RoomId, Seq, Time};
use uuid::Uuid;

/// What is to be done where no transaction reaches, with all that tells it from another: two that are equal are one
/// promise, until it is kept. So it is something that happens once, not a state to bring about, and it may be done twice
/// without harm: whoever did it may have been killed before that was noted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Errand {
    /// To forget the bytes of a file that was given up, and then that there was one.
    ForgetFile {
        /// The name of its bytes.
        name: String,
    },
    /// To erase everything that somebody wrote who was deleted.
    ErasePerson {
        /// Who.
        person: PersonId,
    },
    /// To tell a browser of a message.
    Push {
        /// The browser.
        subscription: Uuid,
        /// The message's room.
        room: RoomId,
        /// Its number there.
        seq: Seq,
    },
    /// To tell a browser that it is told, because its person asked for that.
    TryPush {
        /// The browser.
        subscription: Uuid,
        /// When they asked.
        at: Time,
    },
    /// To open a case that is snoozed until a moment.
    EndSnooze {
        /// Its room.
        room: RoomId,
        /// That moment.
        until: Time,
    },
}

impl Errand {
    /// Its word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ForgetFile { .. } => "forget-file",
            Self::ErasePerson { .. } => "erase-person",
            Self::EndSnooze { .. } => "end-snooze",
            Self::Push { .. } => "push",
            Self::TryPush { .. } => "try-push",
        }
    }

    /// What it is about, in a line that holds nothing of what people write.
    #[must_use]
    pub fn about(&self) -> String {
        match self {
            Self::ForgetFile { name } => name.clone(),
            Self::ErasePerson { person } => person.to_string(),
            Self::EndSnooze { room, until } => format!("{room}-{}", until.0),
            Self::Push {
                subscription,
                room,
                seq,
            } => format!("{}-{room}-{seq}", subscription.simple()),
            Self::TryPush { subscription, at } => format!("{}-{}", subscription.simple(), at.0),
        }
    }

    /// The errand with this word about this; none where it has no such word.
    #[must_use]
    pub fn read(word: &str, about: &str) -> Option<Self> {
        match word {
            "forget-file" => Some(Self::ForgetFile { name: about.to_owned() }),
            "erase-person" => about.parse().ok().map(|number| Self::ErasePerson {
                person: PersonId(number),
            }),
            "end-snooze" => {
                let (room, until) = about.split_once('-')?;
                Some(Self::EndSnooze {
                    room: RoomId(room.parse().ok()?),
                    until: Time(until.parse().ok()?),
                })
            }
            "push" => {
                let (subscription, place) = about.split_once('-')?;
                let (room, seq) = place.split_once('-')?;
                Some(Self::Push {
                    subscription: Uuid::try_parse(subscription).ok()?,
                    room: RoomId(room.parse().ok()?),
                    seq: Seq(seq.parse().ok()?),
                })
            }
            "try-push" => {
                let (subscription, at) = about.split_once('-')?;
                Some(Self::TryPush {
                    subscription: Uuid::try_parse(subscription).ok()?,
                    at: Time(at.parse().ok()?),
                })
            }
            _ => None,
        }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What is to be done.
    pub errand: Errand,
    /// When it is to be done; while somebody is at it, when it is given to another, who has not heard of the first.
    pub due: Time,
    /// How often it was taken to be done.
    pub tries: u32,
    /// Why the last try that came to an end failed, in words of ours.
    pub failure: Option<String>,
    /// Whether it is not tried any more: it is kept for somebody to look at.
    pub dead: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errand_is_read_as_it_is_written_and_another_word_is_none() {
        let name = "c0ffee-2".to_owned();
        let person = PersonId(7);
        let (room, until) = (RoomId(7), Time(1_795_237_200_000_000));
        let subscription = Uuid::from_u128(0xC0FFEE);
        for errand in [
            Errand::ForgetFile { name },
            Errand::ErasePerson { person },
            Errand::EndSnooze { room, until },
            Errand::Push {
                subscription,
                room,
                seq: Seq(3),
            },
            Errand::TryPush {
                subscription,
                at: until,
            },
        ] {
            assert_eq!(Errand::read(errand.word(), &errand.about()), Some(errand));
        }
        assert_eq!(Errand::read("erase-person", "vera"), None);
        assert_eq!(Errand::read("end-snooze", "7"), None);
        assert_eq!(Errand::read("push", "7-1-1"), None);
        assert_eq!(Errand::read("forget", "c0ffee-2"), None);
    }
}
