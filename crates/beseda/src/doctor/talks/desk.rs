//! The support desk: an administrator logs in, a visitor writes, the staff answer.

use super::{crossed_live, field, missing, text, well, with_ticket};
use crate::caller::{Call, Caller, Socket};
use crate::doctor::guests::Guests;
use crate::doctor::refused::{ended, trouble};
use crate::doctor::way::call;
use crate::report::{Found, Trouble, said};
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;

/// What the staff see of the case.
const SUBJECT: &str = "Проверка beseda doctor, не отвечать / a test, no answer needed";
/// Seconds that a doctor waits who logs in too often.
const WAITS_MOST: u64 = 60;

/// An administrator logs in with a password. What proves them.
pub async fn administrator(caller: &Caller, guests: &Guests) -> Found<String> {
    let (identifier, password) = guests.login();
    let body = json!({"identifier": identifier, "password": password});
    let log_in = || Call::post("/login/").json(&body);
    let mut told = call(caller, log_in()).await?;
    if told.status == 429 {
        // A doctor who came just now has used up what an account may try in a minute.
        let seconds = told.header("retry-after").parse().unwrap_or(WAITS_MOST);
        sleep(Duration::from_secs(seconds.min(WAITS_MOST))).await;
        told = call(caller, log_in()).await?;
    }
    let token = text(&well(told)?, "access_token");
    well(call(caller, Call::get("/api/me/").by(&token)).await?)?;
    Ok((token, said("logs in, and the token is taken", "входит, и токен принят")))
}

/// The public calls: a visitor opens a case, writes and reads. The case.
pub async fn public(caller: &Caller, guests: &Guests) -> Found<String> {
    let words = guests.words("hello");
    let body = json!({"customer_name": "Beseda Doctor (test)", "subject": SUBJECT, "message": words});
    let open = Call::post("/api/public/chat-rooms/").json(&body);
    let open = open.header("x-beseda-visitor", guests.token("visitor"));
    let room = text(&well(call(caller, open).await?)?, "id");
    let read = Call::get(format!("/api/public/chat-rooms/{room}/get_messages/"));
    let read = well(call(caller, read).await?)?;
    if *field(&read, "/0/message") != words {
        return Err(missing());
    }
    let said = said(
        "a visitor opens a case and reads it",
        "посетитель открывает обращение и читает его",
    );
    Ok((room, said))
}

/// The staff calls: for the staff, and for nobody else.
pub async fn staff(caller: &Caller, guests: &Guests, admin: &str, room: &str) -> Found<()> {
    let list = || Call::get("/api/admin/chat-rooms/");
    for (asked, status) in [(list(), 401), (list().by(guests.token("client")), 403)] {
        let answered = call(caller, asked).await?.status;
        if answered != status {
            return Err(Trouble::new(
                said(
                    format!("somebody other than the staff is answered {answered} instead of {status}"),
                    format!("чужому отвечают {answered} вместо {status}"),
                ),
                said("does a proxy answer by itself?", "не отвечает ли прокси сам?"),
            ));
        }
    }
    well(call(caller, list().by(admin)).await?)?;
    let answer = json!({"message": guests.words("answer")});
    let answer = Call::post(format!("/api/admin/chat-rooms/{room}/send_message/")).json(&answer);
    well(call(caller, answer.by(admin)).await?)?;
    let read = Call::post(format!("/api/admin/chat-rooms/{room}/mark_as_read/"));
    well(call(caller, read.by(admin)).await?)?;
    Ok(((), said("for the staff alone", "только для сотрудников")))
}

/// The sockets: the visitor and the staff hear each other, live.
pub async fn sockets(caller: &Caller, guests: &Guests, admin: &str, room: &str) -> Found<()> {
    let visitor = Socket::open(caller, &format!("/ws/chat/{room}/")).await;
    let mut hers = visitor.map_err(trouble)?;
    let path = with_ticket(caller, "/ws/admin/chat/", admin).await?;
    let mut his = Socket::open(caller, &path).await.map_err(trouble)?;
    let (one, two) = (guests.words("one"), guests.words("two"));
    let crossed = async {
        hers.hear(&["message_history"]).await?;
        his.ping().await?;
        hers.say(&json!({"type": "chat_message", "message": one})).await?;
        // The staff hear every room.
        let is_one = |frame: &_| *field(frame, "/message/message") == one && *field(frame, "/message/room") == room;
        his.hear_one(&["chat_message"], is_one).await?;
        his.say(&json!({"type": "chat_message", "room_id": room, "message": two}))
            .await?;
        hers.hear_one(&["chat_message"], |frame| *field(frame, "/message/message") == two)
            .await
    };
    crossed.await.map_err(ended)?;
    hers.close().await;
    his.close().await;
    Ok(((), crossed_live()))
}
