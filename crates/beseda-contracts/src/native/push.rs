//! Web push: how somebody wants to be told in browsers that they do not look at, which browsers those are, and what they are told.

use super::asking::Asker;
use super::call::Body;
use super::described::call::{Call, made, ok};
use super::described::field::{Field, Takes, WEB_ADDRESS_CHARS};
use super::described::shape;
use super::hours::{minute_of_day, on_the_wall};
use super::objects::PersonJson;
use crate::shared::rooms::new_name;
use crate::shared::{FieldError, Refused, Routes, Segment, Shared, time_text};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use beseda_core::Refusal;
use beseda_core::ports::Tx;
use beseda_core::rules::{self, PushChange};
use beseda_core::words::{
    Limits, PUSH_AUTH_BYTES, PUSH_KEY_BYTES, PushSettings, PushSubscription, Pushed, Quiet, Seq, Time,
};
use beseda_identity::Push;
use beseda_identity::push::is_key;
use beseda_live::ask;
use http::StatusCode;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Bytes of what a browser says of when its subscription ends.
const EXPIRATION_BYTES: usize = 40;

/// What somebody changes of how they want to be told.
const SETTINGS: &[Field] = &[
    Field::new("on", Takes::Flag, "Whether one is told at all."),
    Field::new("preview", Takes::Flag, "Whether one is shown how a message begins."),
    Field::new(
        "quiet",
        Takes::Quiet,
        "When one is not told: {zone, from, to}, by a clock as the tz database calls it, from a minute of the day to before \
         another, which may be of the next day; null for never.",
    )
    .or_null(),
];
/// A browser, as its own `PushSubscription` has it.
const BROWSER: &[Field] = &[
    Field::new(
        "endpoint",
        Takes::Filled(|_| WEB_ADDRESS_CHARS),
        "Where its push service takes what is for it.",
    )
    .required(),
    Field::new("keys", Takes::PushKeys, "For whom it is encrypted: {p256dh, auth}.").required(),
    Field::new(
        "expirationTime",
        Takes::Json(|_| EXPIRATION_BYTES),
        "What the browser says of its end; nothing follows from it.",
    )
    .or_null(),
];

pub(super) const CALLS: &[Call] = &[
    Call::get(
        "/api/v1/push/",
        "push",
        "How one is told of messages in browsers that one does not look at, and the key to subscribe with.",
    )
    .answers(&[ok::<PushJson>("How one is told.")]),
    Call::put(
        "/api/v1/push/",
        "putPush",
        "Changes how one is told; what is left out stays as it is.",
    )
    .takes(SETTINGS)
    .answers(&[ok::<PushJson>("How one is told now.")])
    .rate("sends"),
    Call::post(
        "/api/v1/push/subscriptions/",
        "subscribePush",
        "Has a browser told, as its `PushSubscription` is written in JSON. The same again is the same; a browser of somebody \
         else becomes one's own.",
    )
    .takes(BROWSER)
    .answers(&[
        made::<BrowserJson>("A new one."),
        ok::<BrowserJson>("The one that stood."),
    ])
    .rate("sends")
    .refuses(&["no_push", "too_many_push_subscriptions"]),
    Call::delete(
        "/api/v1/push/subscriptions/{browser}/",
        "unsubscribePush",
        "Has a browser of one's own not told any more.",
    )
    .rate("sends")
    .refuses(&["not_found"]),
    Call::post(
        "/api/v1/push/test/",
        "tryPush",
        "Tells every browser of one's own that it is told, whatever the hour.",
    )
    .answers(&[ok::<TriedJson>("How many those are.")])
    .rate("sends")
    .refuses(&["no_push"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .both("/api/v1/push/", get(settings).put(put), "GET, HEAD, PUT, OPTIONS")
        .both("/api/v1/push/subscriptions/", post(subscribe), "POST, OPTIONS")
        .both(
            "/api/v1/push/subscriptions/{browser}/",
            delete(unsubscribe),
            "DELETE, OPTIONS",
        )
        .both("/api/v1/push/test/", post(try_out), "POST, OPTIONS")
}

/// How somebody is told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Push")]
struct PushJson {
    /// The server's key, with which a page subscribes its browser (`applicationServerKey`); null where the server pushes to nobody.
    public_key: Option<String>,
    /// Whether one is told at all.
    on: bool,
    /// Whether one is shown how a message begins.
    preview: bool,
    /// When one is not told; null for never.
    quiet: Option<QuietJson>,
    /// How many browsers of one's own are told.
    #[schemars(with = "shape::Count")]
    subscriptions: usize,
}

/// When of a day somebody is not told.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "QuietHours")]
#[serde(deny_unknown_fields)]
pub(super) struct QuietJson {
    /// By which clock.
    zone: String,
    /// From which minute of the day on, the first being 0.
    #[schemars(with = "shape::Count")]
    from: u16,
    /// Before which minute; one that is not after `from` is of the next day.
    #[schemars(with = "shape::Count")]
    to: u16,
}

/// A browser that is told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PushSubscription")]
struct BrowserJson {
    /// Its id, of ours.
    id: String,
    /// When it was first given.
    #[schemars(with = "shape::Moment")]
    created_at: String,
}

/// How many browsers were told something.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TriedPush")]
struct TriedJson {
    /// How many.
    #[schemars(with = "shape::Count")]
    subscriptions: usize,
}

/// The keys of a browser.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysJson {
    p256dh: String,
    auth: String,
}

impl From<Quiet> for QuietJson {
    fn from(quiet: Quiet) -> Self {
        let Quiet { zone, from, to } = quiet;
        Self { zone, from, to }
    }
}

/// The push service that an address is of.
pub(super) fn service_of(endpoint: &str) -> String {
    endpoint.split('/').take(3).collect::<Vec<_>>().join("/")
}

impl PushJson {
    fn new(shared: &Shared, (settings, subscriptions): (PushSettings, usize)) -> Self {
        Self {
            public_key: shared.identity.push.as_ref().map(|push| push.public_key()),
            on: settings.on,
            preview: settings.preview,
            quiet: settings.quiet.map(QuietJson::from),
            subscriptions,
        }
    }
}

/// Who pushes.
///
/// # Errors
/// [`Refusal::NoPush`].
fn pusher(shared: &Shared) -> Result<&Arc<Push>, Refusal> {
    shared.identity.push.as_ref().ok_or(Refusal::NoPush)
}

async fn settings(State(shared): State<Shared>, asker: Asker) -> Result<Json<PushJson>, Refused> {
    let person = asker.person.id;
    let push = ask::look(&shared.chat, move |look| rules::push_of(look, person)).await?;
    Ok(Json(PushJson::new(&shared, push)))
}

async fn put(State(shared): State<Shared>, asker: Asker, request: Request) -> Result<Json<PushJson>, Refused> {
    let mut body = Body::read(&shared, request, SETTINGS).await?;
    let (on, preview) = (body.flag("on"), body.flag("preview"));
    let change = PushChange {
        on,
        preview,
        quiet: quiet_of(&mut body),
    };
    body.end()?;
    asker.throttle(&shared)?;
    let person = asker.person.id;
    let changed = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        rules::change_push(tx, person, change.clone())
    });
    Ok(Json(PushJson::new(&shared, changed.await?)))
}

/// The quiet hours that a body says; null is none. The outer is whether they came.
fn quiet_of(body: &mut Body) -> Option<Option<Quiet>> {
    let value = body.value("quiet")?;
    if value.is_null() {
        return Some(None);
    }
    let said: Option<QuietJson> = serde_json::from_value(value.clone()).ok();
    let said = said.filter(|said| said.from != said.to && said.from.max(said.to) <= Quiet::DAY);
    let Some(QuietJson { zone, from, to }) = said else {
        body.mistake("quiet", FieldError::NotQuiet);
        return None;
    };
    if TimeZone::get(&zone).is_err() {
        body.mistake("quiet", FieldError::NotZone);
        return None;
    }
    Some(Some(Quiet { zone, from, to }))
}

async fn subscribe(State(shared): State<Shared>, asker: Asker, request: Request) -> Result<Response, Refused> {
    let push = Arc::clone(pusher(&shared)?);
    let came = asker.came.ok_or(Refusal::NotSignedIn)?;
    let (limits, now) = (shared.chat.limits().clone(), shared.chat.now());
    let mut body = Body::read(&shared, request, BROWSER).await?;
    let endpoint = body.required_text("endpoint", &limits);
    if endpoint.as_deref().is_some_and(|endpoint| !push.takes(endpoint)) {
        body.mistake("endpoint", FieldError::NotPushAddress);
    }
    body.requires("keys");
    let keys = body.value("keys").map(keys_of);
    if keys.is_some_and(|keys| keys.is_none()) {
        body.mistake("keys", FieldError::NotPushKeys);
    }
    body.custom("expirationTime", &limits);
    body.end()?;
    let (p256dh, auth) = keys
        .flatten()
        .ok_or_else(|| Refused::field("keys", FieldError::NotPushKeys))?;
    asker.throttle(&shared)?;
    let new = PushSubscription {
        id: new_name(&shared.chat),
        came,
        endpoint: endpoint.unwrap_or_default(),
        p256dh,
        auth,
        created_at: now,
    };
    let put = ask::change(&shared.chat, move |tx: &mut dyn Tx| rules::put_push(tx, &limits, &new));
    let (kept, is_new) = put.await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let answer = BrowserJson {
        id: kept.id.to_string(),
        created_at: time_text(kept.created_at),
    };
    Ok((status, Json(answer)).into_response())
}

/// The keys of a browser, where they are some.
fn keys_of(value: &serde_json::Value) -> Option<([u8; PUSH_KEY_BYTES], [u8; PUSH_AUTH_BYTES])> {
    let keys: KeysJson = serde_json::from_value(value.clone()).ok()?;
    let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let p256dh = bytes(&keys.p256dh)?.try_into().ok().filter(is_key)?;
    Some((p256dh, bytes(&keys.auth)?.try_into().ok()?))
}

async fn unsubscribe(State(shared): State<Shared>, asker: Asker, Segment(id): Segment) -> Result<StatusCode, Refused> {
    let id = Uuid::try_parse(&id).map_err(|_| Refusal::NoSuchPushSubscription)?;
    asker.throttle(&shared)?;
    let person = asker.person.id;
    ask::change(&shared.chat, move |tx: &mut dyn Tx| rules::remove_push(tx, person, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn try_out(State(shared): State<Shared>, asker: Asker) -> Result<Json<TriedJson>, Refused> {
    pusher(&shared)?;
    asker.throttle(&shared)?;
    let (person, now) = (asker.person.id, shared.chat.now());
    let tried = ask::change(&shared.chat, move |tx: &mut dyn Tx| rules::try_push(tx, now, person));
    let subscriptions = tried.await?;
    Ok(Json(TriedJson { subscriptions }))
}

/// What a browser is told, as its page reads it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told<'a> {
    /// Somebody has said something.
    Message {
        room: &'a str,
        seq: Seq,
        title: String,
        author: Option<String>,
        text: Option<String>,
        files: usize,
    },
    /// It is told.
    Test,
}

/// What a browser is told of a message: of each text so much as the limits say.
#[must_use]
pub fn told(pushed: &Pushed, limits: &Limits) -> String {
    let cut = |text: &str| text.chars().take(limits.push_text_chars).collect::<String>();
    let Pushed {
        room, other, message, ..
    } = pushed;
    let title = match other {
        Some(other) if room.title.is_empty() => PersonJson::from(&**other).name,
        _ => room.title.clone(),
    };
    written(&Told::Message {
        room: &room.key,
        seq: message.seq,
        title: cut(&title),
        author: message.author.as_ref().map(|author| cut(&author.called_name())),
        text: pushed.settings.preview.then(|| cut(&message.text)),
        files: message.attachments.len(),
    })
}

/// What a browser is told that is tried.
#[must_use]
pub fn told_to_try() -> String {
    written(&Told::Test)
}

fn written(told: &Told<'_>) -> String {
    // Texts and numbers are always written.
    serde_json::to_string(told).unwrap_or_default()
}

/// Whether somebody is not to be told now.
#[must_use]
pub fn is_quiet(settings: &PushSettings, now: Time) -> bool {
    let holds = |quiet: &Quiet| quiet.holds(minute_of_day(&on_the_wall(&quiet.zone, now)));
    settings.quiet.as_ref().is_some_and(holds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn nights_are_quiet_by_the_clock_on_the_persons_wall() {
        let settings = PushSettings {
            quiet: Some(Quiet {
                zone: "Europe/Moscow".to_owned(),
                from: 22 * 60,
                to: 7 * 60,
            }),
            ..PushSettings::default()
        };
        let at = |text: &str| {
            let now: Timestamp = text.parse().unwrap();
            is_quiet(&settings, Time(now.as_microsecond()))
        };
        // Moscow is three hours ahead.
        assert!(!at("2026-11-30T18:59:59Z"));
        assert!(at("2026-11-30T19:00:00Z"));
        assert!(at("2026-12-01T03:59:59Z"));
        assert!(!at("2026-12-01T04:00:00Z"));
        assert!(!is_quiet(&PushSettings::default(), Time(0)));
    }

    #[test]
    fn keys_are_as_browsers_write_them_and_a_point_of_the_curve() {
        let p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        let padded = format!("{auth}==");
        for keys in [
            json!({"p256dh": p256dh, "auth": auth}),
            json!({"p256dh": p256dh, "auth": padded}),
        ] {
            assert!(keys_of(&keys).is_some(), "{keys}");
        }
        for keys in [
            json!(null),
            json!({"p256dh": p256dh}),
            json!({"p256dh": p256dh, "auth": ""}),
            json!({"p256dh": p256dh, "auth": format!("{auth}AA")}),
            json!({"p256dh": &p256dh[..86], "auth": auth}),
            json!({"p256dh": p256dh.replace('V', "W"), "auth": auth}),
            json!({"p256dh": p256dh, "auth": auth, "more": ""}),
        ] {
            assert!(keys_of(&keys).is_none(), "{keys}");
        }
    }
}
