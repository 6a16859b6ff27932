//! Every setting by its name, whichever crate it is of. The limits have a table of their own.

use super::Settings;
use super::sessions::Sessions;
use beseda_contracts::shared::Reach;
use beseda_core::words::{About, LIMITS, LimitRefusal, LimitValue, LimitWord, Raw, SettingWord, Shown, Wrong};
use beseda_identity::Proofs;
use serde_json::{Value, json};
use std::path::Path;

/// The variable of the environment for a setting: `limits.text_chars` is `BESEDA_LIMITS_TEXT_CHARS`.
pub fn variable(name: &str) -> String {
    format!("BESEDA_{}", name.replace('.', "_").to_uppercase())
}

/// All settings but `issuers`, `sessions.*` and `limits.*`, with what they are set to, in the order of their documentation.
pub fn rows(settings: &Settings) -> Vec<(About, Value)> {
    let own = shown(Settings::WORDS, settings);
    let reach = shown(Reach::WORDS, &settings.reach);
    own.chain(reach).chain(shown(Proofs::WORDS, &settings.proofs)).collect()
}

/// All settings of `[sessions]`, by their whole names.
pub fn rows_of_sessions(settings: &Settings) -> impl Iterator<Item = (String, About, Value)> {
    shown(Sessions::WORDS, &settings.sessions).map(|(about, value)| (format!("sessions.{}", about.name), about, value))
}

fn shown<S>(words: &'static [SettingWord<S>], settings: &S) -> impl Iterator<Item = (About, Value)> {
    words.iter().map(move |word| {
        let value = match (word.show)(settings) {
            Shown::Nothing => Value::Null,
            Shown::Text(text) => json!(text),
            Shown::Whole(number) => json!(number),
            Shown::Truth(truth) => json!(truth),
            Shown::List(list) => json!(list),
        };
        (word.about, value)
    })
}

/// Every name that the file knows.
pub fn names() -> Vec<String> {
    let limits = LIMITS.iter().map(|word| format!("limits.{}", word.name));
    let defaults = Settings::default();
    let sessions = rows_of_sessions(&defaults).map(|(name, ..)| name);
    rows(&defaults)
        .into_iter()
        .map(|(about, _)| about.name.to_owned())
        .chain(["issuers".to_owned()])
        .chain(sessions)
        .chain(limits)
        .collect()
}

/// Reads a value into the settings by name; `None` when there is no such setting.
pub fn put(settings: &mut Settings, name: &str, raw: &Raw, base: &Path) -> Option<Result<(), Wrong>> {
    if let Some(limit) = name.strip_prefix("limits.") {
        let word = LIMITS.iter().find(|word| word.name == limit)?;
        let value = limit_value(raw);
        return Some(value.and_then(|value| {
            let set = settings.limits.set(limit, value);
            set.map_err(|refusal| range(word, refusal))
        }));
    }
    if let Some(key) = name.strip_prefix("sessions.") {
        return put_in(Sessions::WORDS, &mut settings.sessions, key, raw, base);
    }
    put_in(Settings::WORDS, settings, name, raw, base)
        .or_else(|| put_in(Reach::WORDS, &mut settings.reach, name, raw, base))
        .or_else(|| put_in(Proofs::WORDS, &mut settings.proofs, name, raw, base))
}

fn put_in<S>(
    words: &[SettingWord<S>],
    settings: &mut S,
    name: &str,
    raw: &Raw,
    base: &Path,
) -> Option<Result<(), Wrong>> {
    let word = words.iter().find(|word| word.about.name == name)?;
    Some((word.put)(settings, raw, base))
}

fn limit_value(raw: &Raw) -> Result<LimitValue, Wrong> {
    let wrong = |what: &str, todo: &str| Err(Wrong::new(what, todo));
    match raw {
        Raw::Whole(number) => match u64::try_from(*number) {
            Ok(count) => Ok(LimitValue::Count(count)),
            Err(_) => wrong("is out of all range", "Choose a number above 0."),
        },
        Raw::Fraction(rate) => Ok(LimitValue::Rate(*rate)),
        Raw::Untyped(text) => match (text.parse::<u64>(), text.parse::<f64>()) {
            (Ok(count), _) => Ok(LimitValue::Count(count)),
            (_, Ok(rate)) => Ok(LimitValue::Rate(rate)),
            _ => wrong("must be a number", "Write digits alone, like 200."),
        },
        _ => wrong("must be a number", "Write digits alone, like 200, without quotes."),
    }
}

fn range(word: &LimitWord, refusal: LimitRefusal) -> Wrong {
    let what = match refusal {
        LimitRefusal::NotWhole => "must be a whole number".to_owned(),
        LimitRefusal::Unknown | LimitRefusal::Range { .. } => format!("must be from {} to {}", word.least, word.most),
    };
    Wrong::new(
        what,
        format!("It counts {}; its default is {}.", word.unit, word.default),
    )
}
