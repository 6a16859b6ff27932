//! How deep JSON is nested, told before it is parsed: a parser that recurses must never meet a thousand brackets.

/// Whether no value lies inside more than `most` arrays and objects. Brackets inside texts do not count. What is no
/// JSON at all is left for the parser to refuse.
#[must_use]
pub fn within_depth(json: &[u8], most: usize) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth > most {
                    return false;
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::within_depth;

    #[test]
    fn brackets_count_outside_of_texts_only() {
        assert!(within_depth(br#"{"a": [1, {"b": []}]}"#, 4));
        assert!(!within_depth(br#"{"a": [1, {"b": []}]}"#, 3));
        assert!(within_depth(br#"["[[[[[[\"[[[[", "{{{{\\"]"#, 1));
        assert!(within_depth(b"[][][][]", 1));
        assert!(!within_depth("[".repeat(33).as_bytes(), 32));
        assert!(within_depth("[".repeat(32).as_bytes(), 32));
        assert!(within_depth(b"]]]][", 1));
        assert!(within_depth(b"", 1));
    }
}
