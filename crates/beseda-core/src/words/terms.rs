//! What search knows of a text: its words, stemmed alike whoever wrote them, and where they stand. The same in every
//! store, because it is decided here: an index may only narrow down what is looked at.

use super::search_form;
use frostem::{Algorithm, Stemmer};
use unicode_normalization::char::is_combining_mark;

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
    terms_where(text, |_| true)
}

/// The same, where it is only known that there is a word of those that begin otherwise: most of a text that is searched in is
/// of no interest.
fn terms_where(text: &str, may_begin: impl Fn(char) -> bool) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut word = Word::default();
    let mut at = 0;
    for (byte, letter) in text.char_indices() {
        if !word.goes_on(letter) {
            terms.extend(word.term(text, byte, at, &may_begin));
            word = Word::at(byte, at);
        }
        word.take(letter);
        at += u32::try_from(letter.len_utf16()).unwrap_or_default();
    }
    terms.extend(word.term(text, text.len(), at, may_begin));
    terms
}

/// A word that is being read.
#[derive(Default)]
struct Word {
    /// Where it begins, in bytes and in UTF-16 units.
    byte: usize,
    from: u32,
    first: Option<char>,
    /// Whether all of it are letters and digits whose small ones are known at once.
    is_plain: bool,
}

impl Word {
    fn at(byte: usize, from: u32) -> Self {
        Self {
            byte,
            from,
            first: None,
            is_plain: true,
        }
    }

    /// Whether a letter belongs to it. Marks belong to any sign.
    fn goes_on(&self, letter: char) -> bool {
        let Some(first) = self.first else { return false };
        if is_plain(letter) && self.is_plain {
            return true;
        }
        let is_joined = letter.is_alphanumeric() && !is_word_alone(letter) && !is_word_alone(first);
        is_joined || is_combining_mark(letter) || is_unseen(letter)
    }

    fn take(&mut self, letter: char) {
        let is_plain = is_plain(letter);
        if self.first.is_none() && (is_plain || letter.is_alphanumeric()) {
            self.first = Some(letter);
        }
        self.is_plain &= is_plain;
    }

    /// What it is, ending there.
    fn term(&self, text: &str, end: usize, to: u32, may_begin: impl Fn(char) -> bool) -> Option<Term> {
        let first = self.first?;
        let word = text.get(self.byte..end)?;
        let from = self.from;
        if self.is_plain && !may_begin(small(first)) {
            let (stem, form) = (String::new(), String::new());
            return Some(Term { stem, form, from, to });
        }
        let mut form: String = if self.is_plain {
            word.chars().map(small).collect()
        } else {
            search_form(&word.chars().filter(|letter| !is_unseen(*letter)).collect::<String>())
        };
        if let Some((end, _)) = form.char_indices().nth(WORD_CHARS) {
            form.truncate(end);
        }
        let stem = stem(&form);
        Some(Term { stem, form, from, to })
    }
}

/// Letters and digits that most texts have alone. What no marks come after is one sign each.
fn is_plain(letter: char) -> bool {
    matches!(letter, 'а'..='я' | 'a'..='z' | '0'..='9' | 'А'..='Я' | 'A'..='Z' | 'ё' | 'Ё')
}

/// A plain letter as [`search_form`] has it.
fn small(letter: char) -> char {
    match letter {
        'ё' | 'Ё' => 'е',
        'А'..='Я' => char::from_u32(u32::from(letter) + 0x20).unwrap_or(letter),
        _ => letter.to_ascii_lowercase(),
    }
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

    fn words(&self) -> impl Iterator<Item = &Term> {
        self.parts.iter().flat_map(|part| &part.words)
    }

    /// Where a text has what is searched for, in UTF-16 units, the ends excluded, in order and apart; `None` where it lacks
    /// something.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Option<Vec<(u32, u32)>> {
        let begins: Vec<char> = self.words().filter_map(|word| word.form.chars().next()).collect();
        let terms = terms_where(text, |letter| begins.contains(&letter));
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

    /// What is searched for is only compared with the stems of words that begin alike.
    #[test]
    fn a_stem_begins_as_its_word_does() {
        let mut drawn = 7_u64;
        let mut below = |end: u64| {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (drawn >> 33) % end
        };
        let endings = [
            "",
            "ies",
            "ied",
            "s",
            "eed",
            "ing",
            "y",
            "ly",
            "ами",
            "ившись",
            "ейше",
            "ость",
            "ого",
            "ье",
        ];
        for letters in ["abcdeilmnstuyz", "абвеийлмностуьыюя"] {
            let letters: Vec<char> = letters.chars().collect();
            for _ in 0..20_000 {
                let mut word: String = (0..=below(4))
                    .map(|_| letters[below(letters.len() as u64) as usize])
                    .collect();
                word.push_str(endings[below(endings.len() as u64) as usize]);
                assert_eq!(stem(&word).chars().next(), word.chars().next(), "{word}");
            }
        }
    }

    #[test]
    fn a_plain_letter_is_as_any_other() {
        for letter in ('\0'..='\u{52f}').filter(|letter| is_plain(*letter)) {
            assert_eq!(search_form(&letter.to_string()), small(letter).to_string());
        }
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
