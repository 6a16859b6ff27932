//! The setup page's HTML and its headers.

use crate::native::html::{escaped, filled, policy};
use axum::response::{IntoResponse, Response};
use beseda_identity::setup_codes::{PASSWORD_CHARS_LEAST, PASSWORD_CHARS_MOST};
use beseda_live::place::under;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};
use std::sync::LazyLock;

const STYLE: &str = include_str!("page.css");
const FRAME: &str = include_str!("page.html");
const FORM: &str = include_str!("form.html");

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(STYLE));

/// A page, as it will be answered.
#[derive(Debug)]
pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    body: String,
}

impl Page {
    /// The form, with what was typed before and what is wrong with it.
    pub(super) fn form(code: &str, email: &str, wrong: Option<String>) -> Self {
        let problem = wrong.as_ref().map_or_else(String::new, |wrong| {
            format!("<p class=\"problem\" role=\"alert\">{}</p>", escaped(wrong))
        });
        let body = filled(
            FORM,
            &[
                ("problem", &problem),
                ("under", &under()),
                ("code", &escaped(code)),
                ("email", &escaped(email)),
                ("least", &PASSWORD_CHARS_LEAST.to_string()),
                ("most", &PASSWORD_CHARS_MOST.to_string()),
            ],
        );
        Self {
            status: if wrong.is_some() {
                StatusCode::BAD_REQUEST
            } else {
                StatusCode::OK
            },
            title: "Make the administrator's account",
            body,
        }
    }

    /// The account is made.
    pub(super) fn made(email: &str) -> Self {
        let (email, chat) = (escaped(email), format!("{}/chat/", under()));
        Self {
            status: StatusCode::OK,
            title: "The account is made",
            body: format!("<p>Log in as <strong>{email}</strong> at <a href=\"{chat}\">{chat}</a>.</p>"),
        }
    }

    /// The link is good for nothing any more, or never was.
    pub(super) fn ended() -> Self {
        let body = "<p>It was used already, its fifteen minutes are over, or a part of it is missing. Make a new one \
            on the server:</p><p><code>beseda admin create --email you@shop.example --link</code></p>";
        Self {
            status: StatusCode::NOT_FOUND,
            title: "This link is not good any more",
            body: body.to_owned(),
        }
    }

    /// The answer. Its address holds a secret: other sites are told the host at most, and nobody keeps the page.
    pub(super) fn answer(self) -> Response {
        let html = filled(FRAME, &[("title", self.title), ("style", STYLE), ("body", &self.body)]);
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (CONTENT_SECURITY_POLICY, POLICY.clone()),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            // `no-referrer`, which other answers have, would let browsers send the form with the origin `null`.
            (REFERRER_POLICY, HeaderValue::from_static("strict-origin")),
        ];
        (self.status, headers, html).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_live::place::seen_under;

    #[test]
    fn nothing_that_is_typed_breaks_out_of_the_page() {
        let typed = "\"><script>alert('x')</script>{{code}}&amp;";
        let page = Page::form(typed, typed, Some(typed.to_owned()));
        assert!(!page.body.contains("<script"), "{}", page.body);
        assert_eq!(page.body.matches("&quot;&gt;&lt;script&gt;").count(), 3);
        assert!(
            page.body.contains("{{code}}&amp;amp;"),
            "what is filled in is not filled again"
        );
        assert!(!Page::made(typed).body.contains("<script"));
    }

    #[tokio::test]
    async fn its_addresses_begin_as_whoever_looks_sees_this_server() {
        let pages = async { (Page::form("c", "", None).body, Page::made("a@b.example").body) };
        let (form, made) = seen_under("/chat-api".into(), pages).await;
        assert!(form.contains("action=\"/chat-api/setup/\""), "{form}");
        assert!(made.contains("href=\"/chat-api/chat/\""), "{made}");
        assert!(Page::form("c", "", None).body.contains("action=\"/setup/\""));
    }

    #[test]
    fn every_place_of_the_templates_is_filled_and_every_field_has_a_label() {
        let page = Page::form("c", "a@b.example", None);
        assert!(!page.body.contains("{{"), "{}", page.body);
        assert!(!page.body.contains("role=\"alert\""));
        for field in ["email", "password", "password_again"] {
            assert!(page.body.contains(&format!("<label for=\"{field}\">")), "{field}");
            assert!(
                page.body.contains(&format!("<input id=\"{field}\" name=\"{field}\"")),
                "{field}"
            );
        }
        let html = filled(FRAME, &[("title", "T"), ("style", STYLE), ("body", &page.body)]);
        assert!(!html.contains("{{") && !html.contains("<script"), "{html}");
    }

    #[test]
    fn the_page_may_load_nothing_but_its_own_style() {
        let answer = Page::ended().answer();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(
            !policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.headers()[REFERRER_POLICY], "strict-origin");
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
    }
}
