//! The order desk, the school and the spa: each side reads, hears and sees the other.

use super::{crossed_live, field, last, missing, text, two, well};
use crate::caller::{Call, Caller, in_path};
use crate::doctor::guests::{Guests, reserved};
use crate::doctor::refused::ended;
use crate::doctor::way::call;
use crate::report::{Found, said};
use serde_json::{Value, json};

/// Order desk: staff and the order's client read each other.
pub async fn order_desk(caller: &Caller, guests: &Guests) -> Found<()> {
    let path = format!("/api/chat/order/{}", in_path(&guests.order().0));
    for (from, to) in [("operator", "client"), ("client", "operator")] {
        let words = guests.words(from);
        let form = format!("message={}", words.replace(' ', "+"));
        let send = Call::post(format!("{path}/send")).body("application/x-www-form-urlencoded", form.into_bytes());
        well(call(caller, send.by(guests.token(from))).await?)?;
        let read = Call::get(format!("{path}/messages")).by(guests.token(to));
        let read = well(call(caller, read).await?)?;
        if *field(&last(field(&read, "/messages")), "/message") != words {
            return Err(missing());
        }
    }
    Ok(((), said("each reads the other", "каждый читает другого")))
}

/// School: a teacher and a student read each other.
pub async fn school(caller: &Caller, guests: &Guests) -> Found<()> {
    let open = json!({"user_id": reserved("student")});
    let open = Call::post("/api/chats/create_private/").json(&open);
    let chat = text(&well(call(caller, open.by(guests.token("teacher"))).await?)?, "id");
    for (from, to) in [("teacher", "student"), ("student", "teacher")] {
        let words = guests.words(from);
        let send = Call::post("/api/messages/").json(&json!({"chat": chat, "text": words}));
        well(call(caller, send.by(guests.token(from))).await?)?;
        let read = Call::get(format!("/api/messages/?chat_id={chat}")).by(guests.token(to));
        let read = well(call(caller, read).await?)?;
        if *field(&last(&read), "/text") != words {
            return Err(missing());
        }
    }
    Ok(((), said("each reads the other", "каждый читает другого")))
}

/// Spa: a customer and a therapist talk, and see where the other is.
pub async fn spa(caller: &Caller, guests: &Guests) -> Found<()> {
    let (customer, therapist) = (guests.token("customer"), guests.token("therapist"));
    let both = ["customer", "therapist"].map(|word| in_path(&reserved(word)));
    let both = both.join("/");
    let path = format!("/ws/chat/{both}/");
    let (mut hers, mut his) = two(caller, (&path, customer), (&path, therapist)).await?;
    let (one, other) = (guests.words("one"), guests.words("two"));
    let crossed = async {
        // Both are in before anything is said.
        hers.ping().await?;
        his.ping().await?;
        hers.say(&json!({"message": one})).await?;
        his.hear_one(&["chat_message"], |frame| *field(frame, "/message") == one)
            .await?;
        his.say(&json!({"message": other})).await?;
        hers.hear_one(&["chat_message"], |frame| *field(frame, "/message") == other)
            .await
    };
    crossed.await.map_err(ended)?;
    hers.close().await;
    his.close().await;

    let path = format!("/ws/location/{both}/");
    let (mut hers, mut his) = two(caller, (&path, customer), (&path, therapist)).await?;
    let is_at = |frame: &Value, latitude: f64| field(frame, "/latitude").as_f64() == Some(latitude);
    let seen = async {
        hers.ping().await?;
        his.ping().await?;
        hers.say(&json!({"latitude": 1.5, "longitude": 2.5})).await?;
        his.hear_one(&["location_update"], |frame| is_at(frame, 1.5)).await?;
        his.say(&json!({"latitude": 3.5, "longitude": 4.5})).await?;
        hers.hear_one(&["location_update"], |frame| is_at(frame, 3.5)).await
    };
    seen.await.map_err(ended)?;
    hers.close().await;
    his.close().await;
    Ok(((), crossed_live()))
}
