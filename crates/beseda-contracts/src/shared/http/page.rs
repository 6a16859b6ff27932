//! Lists by pages: `?page=` and `?page_size=`, and the envelope with its links.

use super::front::Front;
use super::urlencoded;
use crate::shared::Shared;
use crate::shared::refused::Refused;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use beseda_core::rules::{MessagesPage, PageNumber};
use beseda_core::words::Limits;
use beseda_core::{Fault, Refusal};
use http::Uri;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::Serialize;
use std::convert::Infallible;

/// The page that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageQuery {
    /// Which one.
    pub number: PageNumber,
    /// Rows of a page.
    pub size: i64,
}

impl PageQuery {
    /// The page that `?page=` names; `None` where the request names none. A size that is no positive number counts as
    /// none, one that is too big as the biggest.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPage`] for a page that is neither a number nor `last`.
    pub fn of(uri: &Uri, limits: &Limits) -> Result<Option<Self>, Refused> {
        let query = uri.query().unwrap_or_default();
        let Some(page) = urlencoded::value(query, "page") else {
            return Ok(None);
        };
        let number = match page.trim() {
            "" => PageNumber::Number(1),
            "last" => PageNumber::Last,
            number => PageNumber::Number(number.parse().map_err(|_| Refusal::NoSuchPage)?),
        };
        Ok(Some(Self {
            number,
            size: size(query, limits),
        }))
    }

    /// The page that `?page=` names, or the first.
    ///
    /// # Errors
    /// As [`PageQuery::of`].
    pub fn always(uri: &Uri, limits: &Limits) -> Result<Self, Refused> {
        let first = Self {
            number: PageNumber::Number(1),
            size: size(uri.query().unwrap_or_default(), limits),
        };
        Ok(Self::of(uri, limits)?.unwrap_or(first))
    }
}

fn size(query: &str, limits: &Limits) -> i64 {
    let asked = urlencoded::value(query, "page_size").and_then(|size| size.trim().parse::<i64>().ok());
    let size = asked
        .filter(|size| *size > 0)
        .unwrap_or(i64::from(limits.page_size_default));
    size.min(i64::from(limits.page_size))
}

/// Absolute addresses of this server, as the request knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    base: String,
    path: String,
    query: String,
}

impl FromRequestParts<Shared> for Links {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Infallible> {
        let front = parts.extensions.get::<Front>().cloned().unwrap_or_default();
        Ok(Self::of(&parts.uri, &front))
    }
}

impl Links {
    fn of(uri: &Uri, front: &Front) -> Self {
        let scheme = if front.https { "https" } else { "http" };
        // Without a host that can stand in an address, links are relative ones.
        let host = front.host.as_ref().map(|host| format!("{scheme}://{host}"));
        Self {
            base: host.unwrap_or_default() + &front.under,
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
        }
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The address of this request with this parameter alone.
    #[must_use]
    pub fn with(&self, name: &str, value: i64) -> String {
        format!("{}?{name}={value}", self.url(&self.path))
    }

    /// The address of this request for another page: every other parameter stays as it came, but a token, which has
    /// no place in an answer.
    #[must_use]
    pub fn page(&self, number: i64) -> String {
        // A name may be written in percents, as in `%74oken`.
        let is = |pair: &str, name: &str| urlencoded::value(pair, name).is_some();
        let kept = self
            .query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is(pair, "page") && !is(pair, "token"));
        let page = format!("page={number}");
        let query: Vec<_> = std::iter::once(page.as_str()).chain(kept).collect();
        format!("{}{}?{}", self.base, self.path, query.join("&"))
    }
}

/// A page of a list.
#[derive(Debug, Serialize)]
struct Envelope<T> {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

/// The answer with page `number` of `count` rows, `size` a page.
#[must_use]
pub fn page_answer<T: Serialize>(links: &Links, count: i64, number: i64, size: i64, results: Vec<T>) -> Response {
    let more = number.saturating_mul(size) < count;
    json_answer(&envelope(links, count, number, more, results))
}

/// The answer with a page of messages, which knows itself whether more stand behind it.
#[must_use]
pub fn messages_answer<T: Serialize>(links: &Links, page: &MessagesPage, results: Vec<T>) -> Response {
    json_answer(&envelope(links, page.count, page.number, page.more, results))
}

fn envelope<T>(links: &Links, count: i64, number: i64, more: bool, results: Vec<T>) -> Envelope<T> {
    let next = more.then(|| links.page(number + 1));
    let previous = (number > 1).then(|| links.page(number - 1));
    Envelope {
        count,
        next,
        previous,
        results,
    }
}

/// A list as JSON. Made in one piece: axum's own writer takes every word by itself, which a long list feels.
#[must_use]
pub fn json_answer(list: &impl Serialize) -> Response {
    match serde_json::to_vec(list) {
        Ok(bytes) => ([(CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => Refused::Fault(Fault::Internal(error.to_string())).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(query: &str) -> Result<Option<(PageNumber, i64)>, Refused> {
        let uri: Uri = format!("/api/?{query}").parse().unwrap();
        Ok(PageQuery::of(&uri, &Limits::default())?.map(|page| (page.number, page.size)))
    }

    #[test]
    fn pages_are_asked_for_as_the_framework_asks() {
        assert_eq!(query("page_size=5"), Ok(None));
        assert_eq!(query("page="), Ok(Some((PageNumber::Number(1), 50))));
        assert_eq!(query("page=3&page_size=7"), Ok(Some((PageNumber::Number(3), 7))));
        assert_eq!(query("page=last&page_size=201"), Ok(Some((PageNumber::Last, 200))));
        for size in ["0", "-3", "x", ""] {
            assert_eq!(
                query(&format!("page=1&page_size={size}")),
                Ok(Some((PageNumber::Number(1), 50)))
            );
        }
        for page in ["x", "1.5", "first", "99999999999999999999"] {
            assert_eq!(
                query(&format!("page={page}")),
                Err(Refusal::NoSuchPage.into()),
                "{page}"
            );
        }
        let always = PageQuery::always(&"/api/?page_size=7".parse().unwrap(), &Limits::default());
        assert_eq!(
            always,
            Ok(PageQuery {
                number: PageNumber::Number(1),
                size: 7
            })
        );
    }

    fn links(host: Option<&str>, uri: &str, https: bool, under: &str) -> Links {
        let front = Front {
            https,
            host: host.map(str::to_owned),
            under: under.into(),
        };
        Links::of(&uri.parse().unwrap(), &front)
    }

    #[test]
    fn links_are_absolute_and_keep_every_other_parameter() {
        let links = links(
            Some("shop.example:8000"),
            "/api/x/?room=5&page=2&q=%D0%B6&page_size=10&token=abc&%74oken=def",
            false,
            "",
        );
        let answer = envelope(&links, 25, 2, true, vec![1, 2]);
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"count":25,"next":"http://shop.example:8000/api/x/?page=3&room=5&q=%D0%B6&page_size=10","previous":"http://shop.example:8000/api/x/?page=1&room=5&q=%D0%B6&page_size=10","results":[1,2]}"#
        );
        let answer = envelope(&links, 20, 2, false, Vec::<i64>::new());
        assert_eq!(answer.next, None);
        let answer = envelope(&links, 0, 1, false, Vec::<i64>::new());
        assert_eq!((answer.next, answer.previous), (None, None));
    }

    #[test]
    fn links_begin_as_whoever_asks_sees_this_server() {
        let links = |host, https, under| links(host, "/api/x/?page=1", https, under);
        let shop = links(Some("shop.example"), true, "/chat-api");
        assert_eq!(shop.url("/b/"), "https://shop.example/chat-api/b/");
        assert_eq!(shop.with("before", 7), "https://shop.example/chat-api/api/x/?before=7");
        assert_eq!(shop.page(2), "https://shop.example/chat-api/api/x/?page=2");
        assert_eq!(links(None, true, "/chat-api").url("/b/"), "/chat-api/b/");
        assert_eq!(links(None, false, "").url("/b/"), "/b/");
        assert_eq!(links(Some("[::1]:8000"), false, "").url("/b/"), "http://[::1]:8000/b/");
    }
}
