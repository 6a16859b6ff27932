//! Addresses and tokens as people paste them.

use crate::report::{Said, said};
use reqwest::Url;

/// What clients open below a server's address: pasted with it, it is taken off.
const BELOW: [&str; 4] = ["/ws/test", "/ws/chat/", "/ws/location/", "/ws/admin/"];

/// Where a server is, without a slash at its end. What is in a pasted address besides is left out, and in no message: it may
/// be a token.
pub(super) fn base(address: &str) -> Result<Url, Said> {
    let shown = address.split(['?', '#']).next().unwrap_or_default().trim();
    let Some((scheme, rest)) = shown.split_once("://") else {
        return Err(said(
            format!("{shown} has no scheme: write http://{shown} or https://{shown}"),
            format!("у {shown} нет схемы: напишите http://{shown} или https://{shown}"),
        ));
    };
    // A socket's address leads to the same server.
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => "http",
        "https" | "wss" => "https",
        _ => {
            return Err(said(
                format!("{shown} is no address of a server: it begins with http, https, ws or wss"),
                format!("{shown} — не адрес сервера: он начинается с http, https, ws или wss"),
            ));
        }
    };
    let url = Url::parse(&format!("{scheme}://{rest}")).ok().filter(Url::has_host);
    let mut url = url.ok_or_else(|| {
        said(
            format!("{shown} is no address: write it like https://chat.shop.example"),
            format!("{shown} — не адрес: напишите его как https://chat.shop.example"),
        )
    })?;
    let path = url.path();
    let end = BELOW.iter().filter_map(|below| path.find(below)).min();
    let path = path.get(..end.unwrap_or(path.len())).unwrap_or(path);
    let path = path.trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// A token as it goes into a header: without the word before it, and without white space around.
///
/// # Errors
/// It can be none.
pub fn token(text: &str) -> Result<String, Said> {
    let text = text.trim();
    let bare = match text.split_once(char::is_whitespace) {
        Some((word, rest)) if word.eq_ignore_ascii_case("bearer") => rest.trim(),
        _ => text,
    };
    let is_token = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token || bare.eq_ignore_ascii_case("bearer") {
        return Err(said(
            "the token is empty or has spaces in it: paste one token, or pass - and pipe it in: `beseda token --person 1`",
            "токен пуст или в нём есть пробелы: вставьте один токен или передайте его через -: `beseda token --person 1`",
        ));
    }
    Ok(bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_it_is_pasted() {
        for (pasted, taken) in [
            ("http://a.example", "http://a.example/"),
            ("HTTPS://a.example/", "https://a.example/"),
            ("ws://[::1]:8000/ws/test/", "http://[::1]:8000/"),
            (
                "wss://a.example/chat-api/ws/chat/1/2/?token=secret",
                "https://a.example/chat-api",
            ),
            ("http://a.example/chat-api//", "http://a.example/chat-api"),
        ] {
            assert_eq!(base(pasted).unwrap().as_str(), taken, "{pasted}");
        }
    }

    #[test]
    fn what_is_no_address_says_how_to_write_one_and_no_token() {
        for (pasted, words) in [
            ("127.0.0.1:8000", "write http://127.0.0.1:8000"),
            ("localhost", "write http://localhost"),
            ("ftp://a.example", "begins with http"),
            ("http://", "like https://"),
            ("http//a.example/?token=secret", "no scheme"),
        ] {
            let refused = base(pasted).unwrap_err();
            assert!(refused.en().contains(words), "{refused:?}");
            assert!(!format!("{refused:?}").contains("secret"));
        }
    }

    #[test]
    fn a_token_is_taken_as_it_is_pasted() {
        for pasted in ["abc.d-e_f", " abc.d-e_f\n", "Bearer abc.d-e_f", "bearer  abc.d-e_f"] {
            assert_eq!(token(pasted).unwrap(), "abc.d-e_f", "{pasted:?}");
        }
        for pasted in ["", " ", "Bearer", "Bearer ", "a b", "a\nb", "токен"] {
            assert!(token(pasted).is_err(), "{pasted:?}");
        }
    }
}
