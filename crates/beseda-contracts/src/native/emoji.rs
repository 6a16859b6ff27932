//! Emoji, as Unicode recommends them for general interchange (RGI, UTS 51), each in one way of writing.

/// The emoji that a text is, fully qualified: `❤` is `❤️`. `None` where it is none, or more than one.
pub(super) fn of(text: &str) -> Option<String> {
    emojis::get(text).map(|emoji| emoji.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn one_emoji_is_taken_and_written_in_one_way() {
        assert_eq!(of("❤"), Some("❤️".to_owned()));
        for emoji in ["👍", "❤️", "👨‍👩‍👧", "🇷🇺", "👍🏽", "1️⃣"] {
            assert_eq!(of(emoji).as_deref(), Some(emoji));
        }
        for text in ["", "a", "👍👍", "👍 ", "1", "\u{fe0f}"] {
            assert_eq!(of(text), None, "{text:?}");
        }
    }
}
