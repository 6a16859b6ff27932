//! The desk's hours: when somebody is there to answer, and what the widget says to who comes otherwise.

use super::asking::{Asker, tagged};
use super::call::Body;
use super::described::call::{Call, Who, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
use crate::shared::{FieldError, Refused, Routes, Shared, time_text};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use beseda_core::ports::Tx;
use beseda_core::words::{Hours, Time};
use beseda_core::{policy, rules};
use beseda_live::ask;
use http::HeaderMap;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use schemars::JsonSchema;
use serde::Serialize;

/// The longest name of a time zone that there is has 32 characters; some more will come.
const ZONE_CHARS: usize = 64;

/// What hours are.
const HOURS: &[Field] = &[
    Field::new(
        "zone",
        Takes::Filled(|_| ZONE_CHARS),
        "By which clock, as the tz database calls it: `Europe/Moscow`.",
    )
    .required(),
    Field::new(
        "week",
        Takes::Week(|limits| limits.hours_stretches),
        "When somebody is there: pairs [from, to] of minutes of the week, the first of Monday being 0, the last end 10080. \
         One that ends before it begins goes on from Sunday to Monday; an empty list: never.",
    )
    .required(),
    Field::new(
        "words",
        Takes::Text(|limits| limits.text_chars),
        "What is said to who comes otherwise; left out, nothing.",
    )
    .or_null(),
];

pub(super) const CALLS: &[Call] = &[
    Call::get(
        "/api/v1/hours/",
        "hours",
        "When somebody is at the desk, and whether anybody is now. Always, where nobody has said.",
    )
    .by(Who::Everybody)
    .answers(&[ok::<HoursJson>("The hours.")])
    .tagged(),
    Call::put(
        "/api/v1/hours/",
        "putHours",
        "Says when somebody is at the desk: who answers for visitors' rooms by their role.",
    )
    .takes(HOURS)
    .answers(&[ok::<HoursJson>("The hours as they are now.")])
    .rate("sends")
    .refuses(&["not_allowed"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/hours/", get(hours).put(put), "GET, HEAD, PUT, OPTIONS")
}

/// When somebody is at the desk.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Hours")]
struct HoursJson {
    /// By which clock.
    zone: String,
    /// In which minutes of the week, in order and apart.
    #[schemars(with = "Vec<shape::Stretch>")]
    week: Vec<(u16, u16)>,
    /// What is said to who comes otherwise.
    words: String,
    /// Whether somebody is there now.
    open: bool,
    /// When that changes next; null where it never does.
    #[schemars(with = "Option<shape::Moment>")]
    changes_at: Option<String>,
}

impl HoursJson {
    fn new(hours: Hours, now: Time) -> Self {
        let now = on_the_wall(&hours.zone, now);
        let minute = minute_of_week(&now);
        let changes_at = hours.changes_in(minute).and_then(|minutes| later(&now, minutes));
        Self {
            open: hours.is_open(minute),
            changes_at,
            zone: hours.zone,
            week: hours.week,
            words: hours.words,
        }
    }
}

/// What a clock of this zone shows.
pub(super) fn on_the_wall(zone: &str, now: Time) -> Zoned {
    // What was kept was known once; who loses a zone goes by UTC rather than by nothing.
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_microsecond(now.0).unwrap_or_default().to_zoned(zone)
}

/// The minute of the day, the first being 0.
pub(super) fn minute_of_day(at: &Zoned) -> u16 {
    u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs())
}

/// The minute of the week, the first of Monday being 0.
fn minute_of_week(at: &Zoned) -> u16 {
    u16::from(at.weekday().to_monday_zero_offset().unsigned_abs()) * 24 * 60 + minute_of_day(at)
}

/// When the clock on the wall shows so many minutes more, which is not always in so many.
fn later(now: &Zoned, minutes: u16) -> Option<String> {
    let begun = now.datetime().with().second(0).subsec_nanosecond(0).build().ok()?;
    let shown = begun.checked_add(i64::from(minutes).minutes()).ok()?;
    let at = now.time_zone().to_zoned(shown).ok()?.timestamp();
    Some(time_text(Time(at.as_microsecond())))
}

async fn hours(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, Refused> {
    let now = shared.chat.now();
    let hours = ask::look(&shared.chat, |look| rules::hours(look)).await?;
    Ok(tagged(&headers, &HoursJson::new(hours, now)))
}

async fn put(State(shared): State<Shared>, asker: Asker, request: Request) -> Result<Json<HoursJson>, Refused> {
    // Who does not answer for the desk is told so whatever they say.
    policy::require_hours(asker.by())?;
    let (limits, now) = (shared.chat.limits().clone(), shared.chat.now());
    let mut body = Body::read(&shared, request, HOURS).await?;
    let zone = body.required_text("zone", &limits);
    if zone.as_deref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
        body.mistake("zone", FieldError::NotZone);
    }
    let week = body.week("week", &limits);
    let words = body.text_or_empty("words", &limits).unwrap_or_default();
    body.end()?;
    asker.throttle(&shared)?;
    let person = asker.person.host_id().to_string();
    let hours = Hours {
        zone: zone.unwrap_or_default(),
        week: week.unwrap_or_default(),
        words,
        updated_at: now,
    };
    let kept = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        rules::put_hours(tx, &limits, asker.by(), hours.clone())
    });
    let kept = kept.await?;
    tracing::info!(target: "beseda::audit", person, "the desk's hours are said");
    Ok(Json(HoursJson::new(kept, now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(zone: &str, week: &[(u16, u16)], now: &str) -> (bool, Option<String>) {
        let hours = Hours {
            zone: zone.to_owned(),
            week: week.to_vec(),
            ..Hours::always()
        };
        let now: Timestamp = now.parse().unwrap();
        let told = HoursJson::new(hours, Time(now.as_microsecond()));
        (told.open, told.changes_at)
    }

    #[test]
    fn it_is_told_whether_somebody_is_there_and_until_when() {
        // Mondays from nine to six, in Moscow, three hours ahead.
        let monday = [(540, 1080)];
        let at = |now| told("Europe/Moscow", &monday, now);
        assert_eq!(
            at("2026-11-30T05:59:59Z"),
            (false, Some("2026-11-30T06:00:00.000000Z".to_owned()))
        );
        assert_eq!(
            at("2026-11-30T06:00:00Z"),
            (true, Some("2026-11-30T15:00:00.000000Z".to_owned()))
        );
        assert_eq!(
            at("2026-11-30T15:00:00Z"),
            (false, Some("2026-12-07T06:00:00.000000Z".to_owned()))
        );
        assert_eq!(told("UTC", &[(0, Hours::WEEK)], "2026-11-30T15:00:00Z"), (true, None));
        assert_eq!(told("UTC", &[], "2026-11-30T15:00:00Z"), (false, None));
    }

    /// In Berlin the clock went from 2:00 to 3:00 on Sunday, 29 March 2026, and Sunday's minutes go on all the same.
    #[test]
    fn a_clock_that_is_put_forward_is_the_one_on_the_wall() {
        let sunday = 6 * 24 * 60;
        let (open, until) = told("Europe/Berlin", &[(sunday, sunday + 600)], "2026-03-29T00:30:00Z");
        assert_eq!((open, until.as_deref()), (true, Some("2026-03-29T08:00:00.000000Z")));
    }
}
