//! What may come in: tables of fields, one for each body, query and frame. The same table refuses what it does not name,
//! says how much is taken, and describes the call.

use beseda_core::words::{Limits, OwnWord};

/// A limit of those in force, or a number that none can change.
pub(in crate::native) type Most = fn(&Limits) -> usize;

/// What a field takes.
#[derive(Clone, Copy)]
pub(in crate::native) enum Takes {
    /// A text of at most so many characters.
    Text(Most),
    /// The same, with something in it besides white space.
    Filled(Most),
    /// A name that a program chose: from one character to so many.
    Name(Most),
    /// A text of at least and at most so many characters.
    Secret(usize, usize),
    /// An e-mail address, or an empty text.
    Email(Most),
    /// An address of the web, or an empty text.
    WebAddress,
    /// A word for what somebody is in a room.
    Role,
    /// A word for what somebody is to the application, in any letters, or an empty text.
    RoleOrNone,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// What the application calls somebody or something.
    Id,
    /// A list of those, at most so many.
    Ids(Most),
    /// A list of ids and of `{id, role}`.
    Members,
    /// A list of texts, at most so many.
    Texts(Most),
    /// A room's key, or its unguessable name.
    Room,
    /// The number of a message.
    Seq,
    /// A whole number from this on.
    Number(u64),
    /// A number with a fraction, in this range.
    Within(f64, f64),
    /// True or false.
    Flag,
    /// A moment.
    Moment,
    /// Anything of the application's own, at most so many bytes of JSON.
    Json(Most),
    /// What a page shows of a business object, at most so many bytes of JSON.
    Card(Most),
    /// A place in a list, a cursor or a token, which is passed on as it came.
    Mark,
    /// What proves who somebody is.
    Proof,
    /// One emoji.
    Emoji,
    /// Pairs of minutes of a week, at most so many.
    Week(Most),
    /// When of a day somebody is not to be told.
    Quiet,
    /// The keys of a browser, as it gives them.
    PushKeys,
}

/// The longest address of the web.
pub(in crate::native) const WEB_ADDRESS_CHARS: usize = 2_000;
/// The longest key of a room: two ids, each character of which may be written in percents.
pub(in crate::native) const KEY_CHARS: usize = 1_000;
/// For what no limit of its own bounds: the body has one.
pub(in crate::native) const UNBOUNDED: Most = |_| usize::MAX;

impl Takes {
    /// How many characters it has at most, where it is a text.
    pub(in crate::native) fn chars(self, limits: &Limits) -> Option<usize> {
        match self {
            Self::Text(most) | Self::Filled(most) | Self::Name(most) | Self::Email(most) => Some(most(limits)),
            Self::Secret(_, most) => Some(most),
            Self::WebAddress => Some(WEB_ADDRESS_CHARS),
            Self::Role | Self::RoleOrNone | Self::OneOf(_) => Some(OwnWord::BYTES),
            Self::Room => Some(KEY_CHARS),
            _ => None,
        }
    }

    /// How many things it has at most, where it is a list.
    pub(in crate::native) fn items(self, limits: &Limits) -> Option<usize> {
        match self {
            Self::Ids(most) | Self::Texts(most) | Self::Week(most) => Some(most(limits)),
            _ => None,
        }
    }

    /// How many bytes of JSON it has at most, where it is kept as that.
    pub(in crate::native) fn bytes(self, limits: &Limits) -> Option<usize> {
        match self {
            Self::Json(most) | Self::Card(most) => Some(most(limits)),
            _ => None,
        }
    }
}

/// A field of a body, a query or a frame.
#[derive(Clone, Copy)]
pub(in crate::native) struct Field {
    /// Its name.
    pub(in crate::native) name: &'static str,
    /// What it takes.
    pub(in crate::native) takes: Takes,
    /// What it means.
    pub(in crate::native) says: &'static str,
    /// Whether it must come.
    pub(in crate::native) is_required: bool,
    /// Whether null may come in its place.
    pub(in crate::native) or_null: bool,
    /// Whether it may come several times, of a query alone.
    pub(in crate::native) is_repeated: bool,
}

impl Field {
    /// A field that may be left out.
    pub(in crate::native) const fn new(name: &'static str, takes: Takes, says: &'static str) -> Self {
        Self {
            name,
            takes,
            says,
            is_required: false,
            or_null: false,
            is_repeated: false,
        }
    }

    /// The same, which must come.
    pub(in crate::native) const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    /// The same, in whose place null may come.
    pub(in crate::native) const fn or_null(self) -> Self {
        Self { or_null: true, ..self }
    }

    /// The same, which may come several times.
    pub(in crate::native) const fn repeated(self) -> Self {
        Self {
            is_repeated: true,
            ..self
        }
    }
}

/// The field of a table that has this name.
pub(in crate::native) fn field<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.name == name)
}

/// The names of a table, as who used another one is told.
pub(in crate::native) fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

/// The limit of a field that is read as something which has one. That its table does not have it so is a mistake of ours,
/// which every test that comes by it tells.
pub(in crate::native) fn limit_of(fields: &[Field], name: &str, limit: impl FnOnce(Takes) -> Option<usize>) -> usize {
    let limit = field(fields, name).and_then(|field| limit(field.takes));
    debug_assert!(limit.is_some(), "no table says that {name:?} is read so");
    limit.unwrap_or_default()
}

/// Tells every test that comes by it of a field that is read otherwise than its table says.
pub(in crate::native) fn check(fields: &[Field], name: &str, is_so: impl FnOnce(&Field) -> bool) {
    debug_assert!(
        field(fields, name).is_some_and(is_so),
        "no table says that {name:?} is read so"
    );
}
