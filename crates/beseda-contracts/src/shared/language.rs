//! The language that a request asks to be answered in.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// A language that answers are given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// The default.
    #[default]
    English,
    /// Where `Accept-Language` asks for it.
    Russian,
}

impl Language {
    /// The language that a request asks for.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let asked = headers
            .get_all(ACCEPT_LANGUAGE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let mut best = (0.0, Self::English);
        for item in asked.flat_map(|list| list.split(',')) {
            let mut parts = item.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Ok(1.0), str::parse::<f32>);
            let language = match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "ru" => Self::Russian,
                "en" | "*" => Self::English,
                _ => continue,
            };
            // The first of two that weigh the same.
            if let Ok(weight) = weight
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(accept: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
        Language::of(&headers)
    }

    #[test]
    fn the_heaviest_known_language_is_spoken_and_english_by_default() {
        for russian in [
            "ru",
            "ru-RU,ru;q=0.9,en-US;q=0.8",
            "de, ru;q=0.1",
            "en;q=0.5, RU-ru;q=0.7",
            "ru,en",
        ] {
            assert_eq!(asked(russian), Language::Russian, "{russian}");
        }
        for english in [
            "",
            "*",
            "en",
            "en,ru",
            "de",
            "ru;q=0",
            "en;q=0.9,ru;q=0.8",
            "ru;q=x",
            "rust",
            "*,ru;q=0.5",
        ] {
            assert_eq!(asked(english), Language::English, "{english}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::English);
    }
}
