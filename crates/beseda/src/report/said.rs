//! Sentences of commands, in each of the languages that they speak.

use std::ffi::OsString;

/// A language that commands speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

/// Where a locale is looked for, the first that says something: as POSIX has it for messages (XBD 8.2).
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

impl Lang {
    /// The language of an environment.
    #[must_use]
    pub fn of(variables: &[(OsString, OsString)]) -> Self {
        let value = |name: &str| {
            let (_, value) = variables.iter().find(|(known, _)| known == name)?;
            Some(value.to_string_lossy()).filter(|value| !value.is_empty())
        };
        match VARIABLES.into_iter().find_map(value) {
            Some(locale) if locale.to_ascii_lowercase().starts_with("ru") => Self::Ru,
            _ => Self::En,
        }
    }
}

/// A sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    en: String,
    ru: String,
}

/// A sentence in English, and in Russian.
pub fn said(en: impl Into<String>, ru: impl Into<String>) -> Said {
    Said {
        en: en.into(),
        ru: ru.into(),
    }
}

impl Said {
    /// What needs no translation: a name, or what a library says.
    pub fn verbatim(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            en: text.clone(),
            ru: text,
        }
    }

    /// The sentence in English.
    #[must_use]
    pub fn en(&self) -> &str {
        &self.en
    }

    /// The sentence in Russian.
    #[must_use]
    pub fn ru(&self) -> &str {
        &self.ru
    }

    /// The sentence in a language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ru => &self.ru,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_tells_the_language() {
        let lang = |variables: &[(&str, &str)]| {
            let pair = |(name, value): &(&str, &str)| (OsString::from(name), OsString::from(value));
            Lang::of(&variables.iter().map(pair).collect::<Vec<_>>())
        };
        for (variables, expected) in [
            ([("LANG", "ru_RU.UTF-8"), ("LC_ALL", "")].as_slice(), Lang::Ru),
            (&[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "C")], Lang::En),
            (&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "RU")], Lang::Ru),
            (&[("LANG", "uk_UA.UTF-8")], Lang::En),
            (&[], Lang::En),
        ] {
            assert_eq!(lang(variables), expected, "{variables:?}");
        }
    }
}
