//! What search knows of a text: its words, stemmed alike whoever wrote them, and where they stand. The same in every
//! store, because it is decided here: an index may only narrow down what is looked at.

use super::search_form;
use frostem::{Algorithm, Stemmer};
use unicode_normalization::char::is_combining_mark;

/// How stems are made. An index of another one is made anew.
pub const STEMS: &str = "frostem 2.20261016.1";

/// What of a word counts, in characters: nobody searches for more of what is no word of a language.
const WORD_CHARS: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What its inflections have in common: `заказ` of `заказами`, `run` of `running`.
    pub stem: String,
    /// As it is searched for, see [`search_form`].
    pub form: String,
    /// Where it begins, in UTF-16 units: browsers count so.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
}

/// The words of a text, in their order. What is neither a letter nor a digit parts them; a sign of a script that puts no
/// spaces between words is one by itself.
#[must_use]
pub fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let (mut word, mut from, mut at) = (String::new(), 0, 0);
    for letter in text.chars() {
        if !goes_on(&word, letter) {
            terms.extend(term(&word, from, at));
            word.clear();
            from = at;
        }
        if !word.is_empty() || letter.is_alphanumeric() {
            word.extend(Some(letter).filter(|letter| !is_unseen(*letter)));
        }
        at += u32::try_from(letter.len_utf16()).unwrap_or_default();
    }
    terms.extend(term(&word, from, at));
    terms
}

/// Whether a letter belongs to the word before it. Marks belong to any sign.
fn goes_on(word: &str, letter: char) -> bool {
    let is_joined = letter.is_alphanumeric() && !is_word_alone(letter) && !word.starts_with(is_word_alone);
    !word.is_empty() && (is_joined || is_combining_mark(letter) || is_unseen(letter))
}

fn term(word: &str, from: u32, to: u32) -> Option<Term> {
    let form: String = search_form(word).chars().take(WORD_CHARS).collect();
    (!form.is_empty()).then(|| Term {
        stem: stem(&form),
        form,
        from,
        to,
    })
}

/// What the inflections of a word have in common; Russian words are told by their letters, and so are English ones.
fn stem(form: &str) -> String {
    let algorithm = if form.chars().all(|letter| matches!(letter, 'а'..='я')) {
        Algorithm::Russian
    } else if form.chars().all(|letter| letter.is_ascii_lowercase()) {
        Algorithm::English
    } else {
        return form.to_owned();
    };
    Stemmer::new(algorithm).stem(form).into_owned()
}

/// What is not seen and parts no words: soft hyphens and joiners.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200c}' | '\u{200d}')
}

/// Signs of scripts that put no spaces between words: Han, Kana, Thai, Lao, Burmese and Khmer.
fn is_word_alone(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    parts: Vec<Part>,
}

/// Words that stand one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    words: Vec<Term>,
    /// The last of them may go on.
    goes_on: bool,
}

impl Query {
    /// Reads what somebody typed. Every word has to be there, in any inflection; what stands in quotes, or is written
    /// together, one after the other; and of the last word, unless it is in quotes, a beginning is enough. `None` where
    /// there is no word in it.
    #[must_use]
    pub fn of(typed: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut is_quoted = false;
        for piece in typed.split(is_quote) {
            if is_quoted {
                parts.extend(Part::of(piece));
            } else {
                parts.extend(piece.split_whitespace().filter_map(Part::of));
            }
            is_quoted = !is_quoted;
        }
        // After the last piece it says whether another one would be: the last one was not then.
        let last_is_free = is_quoted && !typed.trim_end().ends_with(is_quote);
        if let (true, Some(last)) = (last_is_free, parts.last_mut()) {
            last.goes_on = true;
        }
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// Stems that a text has to have, those after one another together; and the beginning of a word, where one is enough
    /// of the last. What an index may ask for: it finds too much rather than too little.
    pub fn needs(&self) -> (impl Iterator<Item = Vec<&str>>, Option<(&str, &str)>) {
        let stems = self.parts.iter().filter_map(|part| {
            let whole = part.words.len() - usize::from(part.goes_on);
            let stems: Vec<&str> = part.words.iter().take(whole).map(|word| word.stem.as_str()).collect();
            (!stems.is_empty()).then_some(stems)
        });
        let last = self.parts.last().filter(|part| part.goes_on);
        let last = last.and_then(|part| part.words.last());
        (stems, last.map(|word| (word.stem.as_str(), word.form.as_str())))
    }

    /// Where a text has what is searched for, in UTF-16 units, the ends excluded, in order and apart; `None` where it lacks
    /// something.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Option<Vec<(u32, u32)>> {
        let terms = terms(text);
        let mut found = Vec::new();
        for part in &self.parts {
            let before = found.len();
            let fitting = terms.windows(part.words.len()).filter(|window| part.fits(window));
            found.extend(fitting.filter_map(|window| Some((window.first()?.from, window.last()?.to))));
            if found.len() == before {
                return None;
            }
        }
        found.sort_unstable();
        found.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1;
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
        Some(found)
    }
}

impl Part {
    fn of(text: &str) -> Option<Self> {
        let words = terms(text);
        (!words.is_empty()).then_some(Self { words, goes_on: false })
    }

    fn fits(&self, window: &[Term]) -> bool {
        let last = self.words.len() - 1;
        self.words.iter().zip(window).enumerate().all(|(at, (word, term))| {
            word.stem == term.stem || (self.goes_on && at == last && term.form.starts_with(&word.form))
        })
    }
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '«' | '»' | '“' | '”' | '„')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|term| term.stem).collect()
    }

    fn finds(typed: &str, text: &str) -> bool {
        Query::of(typed).unwrap().found_in(text).is_some()
    }

    #[test]
    fn inflections_have_one_stem() {
        assert_eq!(stems("Заказы заказами ЗАКАЗА"), ["заказ", "заказ", "заказ"]);
        assert_eq!(stems("running runs run"), ["run", "run", "run"]);
        assert_eq!(stems("ещё еще ЕЩЁ е\u{308}ж"), ["ещ", "ещ", "ещ", "еж"]);
        assert_eq!(stems("и\u{306}од йод"), ["йод", "йод"]);
        assert_eq!(
            stems("A-9, №17/2 b2b naïve żółć"),
            ["a", "9", "17", "2", "b2b", "naïve", "żółć"]
        );
    }

    #[test]
    fn a_word_says_where_it_stands_as_browsers_count() {
        let at = |text| {
            terms(text)
                .into_iter()
                .map(|term| (term.from, term.to))
                .collect::<Vec<_>>()
        };
        assert_eq!(at("ёж, 😀 и я"), [(0, 2), (7, 8), (9, 10)]);
        assert_eq!(at("е\u{308}ж да"), [(0, 3), (4, 6)]);
        assert_eq!(at("𝒳y"), [(0, 3)]);
        assert_eq!(at("зака\u{ad}зы"), [(0, 7)]);
        assert_eq!(at("東京 タワー"), [(0, 1), (1, 2), (3, 4), (4, 5), (5, 6)]);
        assert_eq!(at("กำ"), [(0, 1), (1, 2)]);
    }

    #[test]
    fn nothing_but_signs_has_no_words() {
        for text in ["", " ", "?!", "😀", "\u{301}", "\u{ad}", "— «»"] {
            assert_eq!(terms(text), [], "{text}");
            assert_eq!(Query::of(text), None, "{text}");
        }
        assert_eq!(terms(&"x".repeat(1_000))[0].form.chars().count(), WORD_CHARS);
    }

    #[test]
    fn every_word_has_to_be_there_and_of_the_last_a_beginning_is_enough() {
        assert!(finds("заказа", "Где мой заказ?"));
        assert!(finds("еще заказ", "Ещё два заказа"));
        assert!(finds("мой зак", "Где мой заказ?"));
        assert!(!finds("зак мой", "Где мой заказ?"));
        assert!(finds("run", "I was running"));
        assert!(finds("runni", "I was running"));
        assert!(!finds("заказ срочно", "Где мой заказ?"));
        assert!(!finds("каз", "Где мой заказ?"));
    }

    #[test]
    fn what_is_in_quotes_or_written_together_stands_together() {
        for typed in ["\"мой заказ\"", "«мой заказ»", "“мой заказ", "мой-заказ"] {
            assert!(finds(typed, "Где мой заказ?"), "{typed}");
            assert!(!finds(typed, "мой новый заказ"), "{typed}");
        }
        assert!(finds("京", "東京"));
        assert!(finds("東京", "東京"));
        assert!(!finds("京東", "東京"));
        // In quotes, the last word is whole.
        assert!(!finds("\"мой зак\"", "мой заказ"));
        assert!(finds("\"мой\" зак", "мой заказ"));
    }

    #[test]
    fn what_was_found_is_shown_once_and_in_order() {
        let found = |typed: &str, text: &str| Query::of(typed).unwrap().found_in(text).unwrap();
        assert_eq!(found("заказ", "заказ, заказа, 😀 заказы"), [(0, 5), (7, 13), (18, 24)]);
        assert_eq!(found("\"мой заказ\" заказ", "мой заказ и заказ"), [(0, 9), (12, 17)]);
    }

    #[test]
    fn an_index_is_asked_for_stems_and_for_a_beginning() {
        let query = Query::of("\"мои заказы\" срочно b2b-жел").unwrap();
        let (stems, last) = query.needs();
        assert_eq!(
            stems.collect::<Vec<_>>(),
            [vec!["мо", "заказ"], vec!["срочн"], vec!["b2b"]]
        );
        assert_eq!(last, Some(("жел", "жел")));
        assert_eq!(Query::of("«да»").unwrap().needs().1, None);
    }
}
