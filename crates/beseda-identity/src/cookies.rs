//! The cookies of a request.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// The values of the cookies of this name, in their order, without quotes around them; not the empty ones.
pub fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = pairs(headers).filter(move |(own, value)| *own == name && !value.is_empty());
    named.map(|(_, value)| value.trim_matches('"'))
}

/// The name and the value of each cookie. One that is no text costs nothing but itself: any page of the site may set one.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lists = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    lists
        .flat_map(|list| list.split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others_whatever_those_are() {
        let mut headers = HeaderMap::new();
        let other = HeaderValue::from_bytes(b"x=\xFF; a=1; b=\"2\"").unwrap();
        headers.append(COOKIE, other);
        headers.append(
            COOKIE,
            HeaderValue::from_bytes("имя=Анна;a=; a=3;a".as_bytes()).unwrap(),
        );
        assert_eq!(values(&headers, "a").collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(values(&headers, "b").collect::<Vec<_>>(), ["2"]);
        assert_eq!(values(&headers, "имя").collect::<Vec<_>>(), ["Анна"]);
        assert_eq!(values(&headers, "x").count() + values(&headers, "A").count(), 0);
    }
}
