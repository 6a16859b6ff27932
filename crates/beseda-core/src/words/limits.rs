//! Every limit there is, each with its unit, its default, its range and what happens one past it.
//!
//! One table makes the struct, the settings `limits.*`, their documentation and what clients are told, so that a
//! limit cannot exist in one of them alone. None is unlimited, except that a *rate* of 0 means "not limited".

use std::fmt;

/// What a limit is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LimitValue {
    /// A whole number of the limit's unit, at least 1.
    Count(u64),
    /// How often in the limit's unit of time; 0 is "not limited".
    Rate(f64),
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Rate(rate) => rate.fmt(f),
        }
    }
}

/// One limit, as settings, documentation and clients see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitWord {
    /// Its name: the field of [`Limits`], and `limits.<name>` among the settings.
    pub name: &'static str,
    /// What it counts.
    pub unit: &'static str,
    /// What it is when nobody sets it.
    pub default: LimitValue,
    /// The least it can be set to.
    pub least: LimitValue,
    /// The most it can be set to.
    pub most: LimitValue,
    /// What it bounds, and what happens one past it.
    pub sentence: &'static str,
}

/// Why a limit cannot be set to a value.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LimitRefusal {
    /// There is no limit of this name.
    #[error("there is no such limit")]
    Unknown,
    /// A fraction where only a whole number makes sense.
    #[error("it must be a whole number")]
    NotWhole,
    /// Too little or too much.
    #[error("it must be from {least} to {most}")]
    Range {
        /// The least it can be.
        least: LimitValue,
        /// The most it can be.
        most: LimitValue,
    },
}

/// Two limits that cannot both hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The limit to change.
    pub limit: &'static str,
    /// Why it cannot stand.
    pub sentence: &'static str,
}

/// A number that a limit can be kept as.
trait Number: Copy {
    fn value(self) -> LimitValue;
    /// The number, or why it cannot be kept so.
    fn of(value: LimitValue, word: &LimitWord) -> Result<Self, LimitRefusal>;
}

macro_rules! count {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn value(self) -> LimitValue {
                LimitValue::Count(u64::try_from(self).unwrap_or(u64::MAX))
            }

            fn of(value: LimitValue, word: &LimitWord) -> Result<Self, LimitRefusal> {
                match (value, word.least, word.most) {
                    (LimitValue::Count(count), LimitValue::Count(least), LimitValue::Count(most))
                        if (least..=most).contains(&count) =>
                    {
                        Self::try_from(count).map_err(|_| word.range())
                    }
                    (LimitValue::Count(_), ..) => Err(word.range()),
                    (LimitValue::Rate(_), ..) => Err(LimitRefusal::NotWhole),
                }
            }
        }
    )*};
}
count!(u32, u64, i64, usize);

impl Number for f64 {
    fn value(self) -> LimitValue {
        LimitValue::Rate(self)
    }

    fn of(value: LimitValue, word: &LimitWord) -> Result<Self, LimitRefusal> {
        let rate = match value {
            LimitValue::Rate(rate) => rate,
            // A count above 2^32 is far past every rate's range: it need not be told apart from 2^32.
            LimitValue::Count(count) => Self::from(u32::try_from(count).unwrap_or(u32::MAX)),
        };
        match (word.least, word.most) {
            (LimitValue::Rate(least), LimitValue::Rate(most)) if (least..=most).contains(&rate) => Ok(rate),
            _ => Err(word.range()),
        }
    }
}

impl LimitWord {
    fn range(&self) -> LimitRefusal {
        LimitRefusal::Range {
            least: self.least,
            most: self.most,
        }
    }
}

macro_rules! limits {
    ($($name:ident: $number:ty = $default:literal, $kind:ident $least:literal to $most:literal $unit:literal, $sentence:literal;)*) => {
        /// The limits in force, one field for each.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Limits {
            $(
                #[doc = concat!($sentence, " Unit: ", $unit, "; default: ", stringify!($default), ".")]
                pub $name: $number,
            )*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// All limits, in the order of their documentation.
        pub const LIMITS: &[LimitWord] = &[$(
            LimitWord {
                name: stringify!($name),
                unit: $unit,
                default: LimitValue::$kind($default),
                least: LimitValue::$kind($least),
                most: LimitValue::$kind($most),
                sentence: $sentence,
            },
        )*];

        impl Limits {
            /// What the limit of this name is set to; `None` when there is none.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<LimitValue> {
                match name {
                    $(stringify!($name) => Some(self.$name.value()),)*
                    _ => None,
                }
            }

            /// Sets the limit of this name.
            ///
            /// # Errors
            /// No such limit, a fraction of something whole, or a value out of its range; nothing is changed then.
            pub fn set(&mut self, name: &str, value: LimitValue) -> Result<(), LimitRefusal> {
                let word = LIMITS.iter().find(|word| word.name == name).ok_or(LimitRefusal::Unknown)?;
                match name {
                    $(stringify!($name) => self.$name = Number::of(value, word)?,)*
                    _ => return Err(LimitRefusal::Unknown),
                }
                Ok(())
            }
        }
    };
}

limits! {
    // What one person may say at once.
    text_chars: usize = 10_000, Count 1 to 1_000_000 "characters",
        "The text of a message; a longer one is refused.";
    title_chars: usize = 200, Count 1 to 10_000 "characters",
        "The title of a room, and a visitor's name, e-mail or subject; a longer one is refused.";
    members: usize = 250, Count 2 to 100_000 "people",
        "The people in a room that somebody opens for a set of them; a room with more is refused.";
    search_rows: u32 = 20, Count 1 to 1_000 "people",
        "The people that a search gives at most.";
    search_chars: usize = 200, Count 2 to 10_000 "characters",
        "What is searched for among messages; something longer is refused.";
    search_messages: u32 = 2_000, Count 100 to 1_000_000 "messages",
        "The messages that one search among them looks at; the next page goes on behind them, so one may hold less than was asked for.";
    search_pages: usize = 2_000, Count 1 to 1_000_000 "pages",
        "The pages of the index, of 900 bytes, that one search among messages reads, a little more at most; the next page goes on behind them.";
    grants: usize = 20, Count 1 to 1_000 "rooms",
        "The rooms that one token can grant; a token with more is refused.";
    token_bytes: usize = 8_192, Count 1_024 to 65_536 "bytes",
        "A token; a longer one is refused with 401.";
    reactions: usize = 20, Count 1 to 1_000 "emoji",
        "The different reactions to one message; one more is refused.";
    mentions: usize = 50, Count 1 to 10_000 "people",
        "The people whom one message mentions; one with more is refused.";
    custom_bytes: usize = 4_096, Count 64 to 65_536 "bytes",
        "What an application keeps of its own beside a message, a room or a person, as JSON; a longer one is refused.";
    report_chars: usize = 1_000, Count 1 to 100_000 "characters",
        "What somebody says of a message that they report, and what staff notes on a report; a longer one is refused.";
    canned_replies: u32 = 500, Count 1 to 10_000 "replies",
        "The canned replies of the desk; one more is refused.";
    case_tags: usize = 20, Count 1 to 200 "tags",
        "The tags of one case; a case with more is refused.";
    tag_chars: usize = 50, Count 1 to 200 "characters",
        "A tag of a case; a longer one is refused.";
    hours_stretches: usize = 50, Count 1 to 1_000 "stretches",
        "The stretches of a week in which somebody is at the desk; a week with more is refused.";
    push_subscriptions: usize = 20, Count 1 to 1_000 "browsers",
        "The browsers in which one person is told of messages by web push; one more is refused.";
    push_text_chars: usize = 120, Count 1 to 500 "characters",
        "How a message begins that somebody is told by web push, who its room is called and who wrote it, each; what is longer is cut.";
    client_id_chars: usize = 128, Count 36 to 1_000 "characters",
        "A sender's own name for a message; a longer one is refused.";
    attachments: usize = 20, Count 1 to 1_000 "files",
        "The files of one message; a message with more is refused.";
    attachment_bytes: u64 = 26_214_400, Count 1 to 1_099_511_627_776 "bytes",
        "One uploaded file; a bigger one is refused with 413.";
    picture_pixels: u64 = 250_000_000, Count 1 to 1_000_000_000 "pixels",
        "One uploaded picture, width times height as it claims; a bigger one is taken without a thumbnail.";
    picture_side_pixels: u32 = 65_535, Count 1 to 65_535 "pixels",
        "The longer side of an uploaded picture, as it claims; a longer one is taken without a thumbnail.";
    picture_memory_bytes: u64 = 67_108_864, Count 1_048_576 to 4_294_967_296 "bytes",
        "Memory for looking at one picture; one that needs more, read in parts, is taken without a thumbnail.";
    picture_unpacked_bytes: u64 = 536_870_912, Count 1_048_576 to 17_179_869_184 "bytes",
        "A PNG that is read row by row, unpacked; a bigger one is taken without a thumbnail.";
    picture_workers: usize = 1, Count 1 to 64 "pictures",
        "Pictures that are looked at and made smaller at the same time; further ones wait.";
    thumbnail_side_pixels: u32 = 480, Count 16 to 4_096 "pixels",
        "The longer side of the small copy of a picture; smaller pictures keep their size.";

    // What one request or frame may be.
    body_bytes: u64 = 31_457_280, Count 1_024 to 1_099_511_627_776 "bytes",
        "The body of a request; a bigger one is refused with 413.";
    headers: usize = 100, Count 10 to 10_000 "headers",
        "The headers of a request; one with more is refused with 431.";
    header_bytes: usize = 32_768, Count 8_192 to 1_048_576 "bytes",
        "The request line and the headers together; a bigger block is refused with 431.";
    frame_bytes: usize = 65_536, Count 1_024 to 16_777_216 "bytes",
        "One message of a socket, whole or in fragments; a bigger one closes the socket with 1009.";
    session_bytes: usize = 65_536, Count 1_024 to 1_048_576 "bytes",
        "A session of the host that its cookie holds, unpacked; a bigger one lets nobody in.";
    bulk_rows: usize = 1_000, Count 1 to 100_000 "lines",
        "The objects that a host application puts by one call, a line each; a call with more is refused with 413.";
    json_depth: usize = 32, Count 4 to 120 "levels",
        "How deep JSON may be nested; a deeper one is refused like any that cannot be read.";

    // How much of a list is given at once.
    page_size: u32 = 200, Count 1 to 10_000 "rows",
        "The most that `?page_size=` can ask for; a request for more gets this many.";
    page_size_default: u32 = 50, Count 1 to 10_000 "rows",
        "A page when the request names no size.";
    list_rows: u32 = 1_000, Count 1 to 100_000 "rows",
        "A list that is asked for without a page; it gives the newest so many.";
    history_messages: u32 = 50, Count 1 to 1_000 "messages",
        "The newest messages of a room that a socket is sent when it opens; older ones are read by page.";

    page_walks: usize = 4_096, Count 1 to 1_048_576 "walks",
        "Walks over pages of messages whose last page is remembered, so that what is erased meanwhile hides nothing from the next; one more takes the place of the one longest ago.";

    // What may wait.
    queue_frames: usize = 256, Count 4 to 65_536 "frames",
        "Frames that wait for a slow reader; what comes then is read from the store once most of them are written.";
    queue_bytes: usize = 1_048_576, Count 65_536 to 1_073_741_824 "bytes",
        "Bytes that wait for a slow reader; what comes then is read from the store once most of them are written.";
    sends_in_flight: u32 = 32, Count 1 to 4_096 "commands",
        "Commands of one socket, sends above all, that wait for the store; the socket is not read further until one is done.";
    store_queue: usize = 4_096, Count 16 to 1_048_576 "changes",
        "Changes that wait for the store's writer; one more is answered 503 with `Retry-After`.";
    wal_bytes: u64 = 67_108_864, Count 1_048_576 to 1_099_511_627_776 "bytes",
        "SQLite's write-ahead log; a longer one is written back into the database also while changes wait, for up to half a second. Where somebody reads for so long that it cannot be, the log is told, and it grows.";
    push_rooms: usize = 16_384, Count 16 to 1_048_576 "rooms",
        "Rooms in which something was said, until it is decided within a second or two whom to tell by web push; of one more nobody is told so.";
    job_workers: usize = 4, Count 1 to 64 "jobs",
        "Jobs (what was promised in the database and is done outside of it) that run at the same time; further ones wait.";
    log_bytes: usize = 1_048_576, Count 65_536 to 1_073_741_824 "bytes",
        "Lines of the log that wait to be taken, for standard error and for the log file each; a line more is left out, and the log tells how many are missing.";
    session_questions: usize = 64, Count 1 to 4_096 "questions",
        "Questions to the host about sessions that are asked at the same time; further ones wait, and are answered 503 after 5 seconds.";
    session_answers: usize = 16_384, Count 16 to 1_048_576 "sessions",
        "Sessions of the host that are being asked about, or whose answer is kept; one more takes the place of an answer, or is answered 503 where none has come yet.";
    login_hashes: usize = 4, Count 1 to 256 "hashes",
        "Passwords that are checked at the same time, each with tens of megabytes of memory; further ones wait.";

    // How often something is tried.
    job_tries: u32 = 20, Count 1 to 100 "tries",
        "The tries of one job; after the last it is dead: it is kept, `beseda jobs` shows it, and nobody tries it again unasked.";

    // How many may be connected.
    connections: usize = 16_384, Count 16 to 1_048_576 "connections",
        "Open connections of the whole server, below the usual 20,000 open files of a process; one more waits in the kernel until another has ended.";
    listeners: u32 = 50, Count 1 to 100_000 "sockets a person",
        "Open sockets of one person; one more is closed with 4029.";

    // How long something may take.
    first_byte_seconds: u64 = 5, Count 1 to 3_600 "seconds",
        "From the connection to its first byte; a silent one is closed.";
    header_seconds: u64 = 10, Count 1 to 3_600 "seconds",
        "From the first byte of a request to the end of its headers; a slower one is closed.";
    body_idle_seconds: u64 = 30, Count 1 to 3_600 "seconds",
        "Without a byte of a body that is being sent; the request is then refused with 408. Also how long the rest of a body that was refused is thrown away, so that its sender reads why.";
    idle_seconds: u64 = 75, Count 1 to 86_400 "seconds",
        "Between two requests of one connection; it is closed then.";
    ping_seconds: u64 = 25, Count 1 to 3_600 "seconds",
        "Between two pings of a socket.";
    gone_seconds: u64 = 60, Count 2 to 7_200 "seconds",
        "Without a sign of life from a socket's other end; the socket is then taken for lost.";
    socket_hours: u64 = 24, Count 1 to 8_760 "hours",
        "An open socket, whatever proved who it is; it is closed with 4001 then, and its client comes back with a new proof.";
    write_stall_seconds: u64 = 120, Count 1 to 3_600 "seconds",
        "Without the other end taking a byte of what waits for it; its socket is then cut off. One that reads slowly takes some now and then.";
    gone_people: usize = 65_536, Count 16 to 1_048_576 "people",
        "People who have gone, until it is kept when they were last there, which is done twice a minute; of one more it is not known later.";
    ticket_seconds: i64 = 30, Count 1 to 3_600 "seconds",
        "How long a ticket for a socket is good for, unused; later it is refused with 4001.";
    echo_seconds: u64 = 60, Count 1 to 3_600 "seconds",
        "A socket that only echoes; it is closed then.";
    echo_bytes: usize = 4_096, Count 16 to 65_536 "bytes",
        "One message of a socket that only echoes; a bigger one closes it with 1009.";
    position_seconds: u64 = 900, Count 1 to 86_400 "seconds",
        "How long the latest position of somebody is shown to who comes later; it is forgotten then.";
    page_walk_seconds: u64 = 600, Count 1 to 86_400 "seconds",
        "How long the end of a page of messages is remembered for who asks for the next; later that begins where it is counted.";
    upload_seconds: i64 = 3_600, Count 60 to 604_800 "seconds",
        "How long an uploaded file is kept that hangs on no message; it is forgotten then.";
    job_seconds: i64 = 60, Count 10 to 3_600 "seconds",
        "Without a sign of life from the server that took a job; another one, or the same once it is back, takes the job again then.";
    job_pause_seconds: i64 = 3_600, Count 5 to 86_400 "seconds",
        "The longest pause between two tries of a job that fails; the first is up to 5 seconds, and each up to twice as long as the one before, up to this; at least half of it is waited.";
    push_seconds: i64 = 3_600, Count 10 to 86_400 "seconds",
        "How long after a message its push is tried where a push service does not take it; it is given up then.";
    push_ttl_seconds: i64 = 86_400, Count 1 to 2_419_200 "seconds",
        "How long a push service is asked to keep a push for a browser that is not there; it is dropped then.";
    edit_seconds: u64 = 0, Count 0 to 315_360_000 "seconds",
        "After it was sent, a message can be edited by its author through the native API; later it is refused. 0: always.";
    renew_seconds: u64 = 60, Count 1 to 3_600 "seconds",
        "Before its proof ends, a native socket is told so, to bring a new one.";
    hello_seconds: u64 = 10, Count 1 to 60 "seconds",
        "From the opening of a native socket to its first frame; it is closed with 4001 then.";
    wait_seconds: u64 = 30, Count 1 to 300 "seconds",
        "The longest that `?wait=` holds an answer until there is a change; a longer one is cut to this.";
    typing_seconds: u64 = 5, Count 1 to 60 "seconds",
        "After the last sign of typing; the person is then announced as not typing any more.";
    stop_seconds: u64 = 10, Count 1 to 600 "seconds",
        "For a graceful stop; what is open after that is cut.";

    // How often something may happen.
    sends_per_second: f64 = 10.0, Rate 0.0 to 1_000_000.0 "messages a second of a person",
        "Messages sent, once `sends_burst` is used up; one more is refused with 429 or an `error` frame. 0: not limited.";
    sends_burst: u32 = 30, Count 1 to 1_000_000 "messages",
        "Messages that a person may send in one go after a pause.";
    typing_per_second: f64 = 0.5, Rate 0.0 to 1_000_000.0 "announcements a second of a person",
        "Announced changes of typing, once `typing_burst` is used up; further ones are joined, and the last always passes on. 0: not limited.";
    typing_burst: u32 = 3, Count 1 to 1_000_000 "announcements",
        "Changes of typing that are announced in one go after a pause.";
    connects_per_second: f64 = 20.0, Rate 0.0 to 1_000_000.0 "connects a second of an address",
        "Sockets opened, once `connects_burst` is used up; one more is refused with 429 before the upgrade. 0: not limited.";
    connects_burst: u32 = 50, Count 1 to 1_000_000 "connects",
        "Sockets that an address may open in one go after a pause.";
    logins_per_minute: f64 = 5.0, Rate 0.0 to 1_000_000.0 "attempts a minute of an account",
        "Attempts to log in to one account; one more is refused with 429. 0: not limited.";
    logins_per_minute_address: f64 = 20.0, Rate 0.0 to 1_000_000.0 "attempts a minute of an address",
        "Attempts to log in from one address; one more is refused with 429. 0: not limited.";
    misses_per_minute: f64 = 60.0, Rate 0.0 to 1_000_000.0 "misses a minute of an address",
        "Requests for what is not there; after one more, every further miss is refused with 429. 0: not limited.";
    positions_per_second: f64 = 1.0, Rate 0.0 to 1_000_000.0 "positions a second of a person",
        "Positions announced, once `positions_burst` is used up; further ones are joined, and the last always passes on. 0: not limited.";
    positions_burst: u32 = 3, Count 1 to 1_000_000 "positions",
        "Positions that are announced in one go after a pause.";
    uploads_per_minute: f64 = 30.0, Rate 0.0 to 1_000_000.0 "files a minute of a person",
        "Files uploaded; one more is refused with 429. 0: not limited.";
    searches_per_second: f64 = 5.0, Rate 0.0 to 1_000_000.0 "searches a second of a person",
        "Searches; one more is refused with 429. 0: not limited.";
    rooms_per_hour: f64 = 30.0, Rate 0.0 to 1_000_000.0 "rooms an hour of an address",
        "Rooms opened by visitors; one more is refused with 429. 0: not limited.";
}

impl Limits {
    /// Every limit with what it is set to, in the order of their documentation.
    pub fn iter(&self) -> impl Iterator<Item = (&'static LimitWord, LimitValue)> + '_ {
        LIMITS
            .iter()
            .filter_map(|word| self.get(word.name).map(|value| (word, value)))
    }

    /// The limits that cannot hold together, none when all is well.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let rules = [
            (
                self.page_size_default > self.page_size,
                "page_size_default",
                "the usual page cannot be bigger than the biggest (`limits.page_size`)",
            ),
            (
                self.attachment_bytes > self.body_bytes,
                "attachment_bytes",
                "a file comes in a body and cannot be bigger than one (`limits.body_bytes`)",
            ),
            (
                self.token_bytes > self.header_bytes,
                "token_bytes",
                "a token comes in a header and cannot be bigger than all of them (`limits.header_bytes`)",
            ),
            (
                self.frame_bytes > self.queue_bytes,
                "frame_bytes",
                "a message must fit into its listeners' queues (`limits.queue_bytes`)",
            ),
            (
                self.gone_seconds <= self.ping_seconds,
                "gone_seconds",
                "a socket cannot be lost before it was pinged (`limits.ping_seconds`)",
            ),
        ];
        rules
            .into_iter()
            .filter(|(broken, ..)| *broken)
            .map(|(_, limit, sentence)| Contradiction { limit, sentence })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_read_and_set_by_name_within_its_range() {
        for word in LIMITS {
            let mut limits = Limits::default();
            assert_eq!(limits.get(word.name), Some(word.default), "{}", word.name);
            for edge in [word.least, word.most] {
                assert_eq!(limits.set(word.name, edge), Ok(()), "{} = {edge}", word.name);
                assert_eq!(limits.get(word.name), Some(edge), "{}", word.name);
            }
        }
        assert_eq!(Limits::default().iter().count(), LIMITS.len());
    }

    #[test]
    fn one_past_either_end_is_refused_and_changes_nothing() {
        for word in LIMITS {
            let (below, above) = match (word.least, word.most) {
                (LimitValue::Count(least), LimitValue::Count(most)) => {
                    (least.checked_sub(1).map(LimitValue::Count), LimitValue::Count(most + 1))
                }
                (LimitValue::Rate(least), LimitValue::Rate(most)) => {
                    (Some(LimitValue::Rate(least - 0.1)), LimitValue::Rate(most + 0.1))
                }
                mixed => panic!("{} has a mixed range: {mixed:?}", word.name),
            };
            for past in below.into_iter().chain([above]) {
                let mut limits = Limits::default();
                assert!(
                    matches!(limits.set(word.name, past), Err(LimitRefusal::Range { .. })),
                    "{} {past}",
                    word.name
                );
                assert_eq!(limits, Limits::default());
            }
        }
    }

    #[test]
    fn nothing_is_unlimited_but_a_rate_of_0_and_what_says_so() {
        for word in LIMITS.iter().filter(|word| !word.sentence.ends_with("0: always.")) {
            match word.least {
                LimitValue::Count(least) => {
                    let is_said = word.sentence.ends_with("0: always.");
                    assert!(least >= 1 || is_said, "{} could be 0", word.name);
                }
                LimitValue::Rate(least) => {
                    assert!(
                        least == 0.0 && word.sentence.ends_with("0: not limited."),
                        "{}",
                        word.name
                    );
                }
            }
        }
    }

    #[test]
    fn a_rate_may_be_whole_and_a_count_may_not_be_a_fraction() {
        let mut limits = Limits::default();
        assert_eq!(limits.set("sends_per_second", LimitValue::Count(0)), Ok(()));
        assert_eq!(limits.sends_per_second, 0.0);
        assert_eq!(
            limits.set("text_chars", LimitValue::Rate(1.5)),
            Err(LimitRefusal::NotWhole)
        );
        assert!(limits.set("sends_per_second", LimitValue::Rate(f64::NAN)).is_err());
        assert!(limits.set("sends_per_second", LimitValue::Rate(f64::INFINITY)).is_err());
        assert_eq!(
            limits.set("text_char", LimitValue::Count(1)),
            Err(LimitRefusal::Unknown)
        );
        assert_eq!(limits.get("text_char"), None);
    }

    #[test]
    fn the_defaults_agree_with_each_other_and_disagreement_is_found() {
        assert_eq!(Limits::default().contradictions(), Vec::new());
        let limits = Limits {
            page_size: 10,
            gone_seconds: 25,
            token_bytes: 8_193,
            header_bytes: 8_192,
            ..Limits::default()
        };
        let names: Vec<_> = limits.contradictions().iter().map(|found| found.limit).collect();
        assert_eq!(names, ["page_size_default", "token_bytes", "gone_seconds"]);
    }
}
