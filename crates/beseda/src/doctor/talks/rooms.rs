//! Order rooms and the native API: what is said, said again, read, sent as a file, and heard by a ticket.

use super::{crossed_live, field, flaw, text, two, well, with_ticket};
use crate::caller::{Call, Caller, Ended, Socket};
use crate::config::Settings;
use crate::doctor::guests::Guests;
use crate::doctor::refused::{ended, refused, trouble};
use crate::doctor::way::{CLOCK_SECONDS, call, wrong_clock};
use crate::report::{Found, Trouble, said};
use serde_json::{Value, json};

/// Bytes of the file that goes up and down: more than proxies take that nobody has told to take files (nginx: 1 MiB).
const FILE_BYTES: u64 = 2 * 1024 * 1024;

/// A room of the order.
pub struct InOrder {
    room: String,
}

/// Order rooms: two people in one room hear each other, live.
pub async fn order_rooms(caller: &Caller, guests: &Guests) -> Found<InOrder> {
    let (client, expert) = (guests.token("client"), guests.token("expert"));
    let open = json!({"order_id": guests.order()});
    let open = Call::post("/api/chat/rooms/create_for_order/").json(&open);
    let room = text(&well(call(caller, open.by(client)).await?)?, "id");
    let path = format!("/ws/chat/{room}/");
    let (mut hers, mut his) = two(caller, (&path, client), (&path, expert)).await?;
    let (one, two) = (guests.words("one"), guests.words("two"));
    let crossed = async {
        hers.hear(&["message_history"]).await?;
        his.hear(&["message_history"]).await?;
        let is = |frame: &Value, words: &str| *field(frame, "/message/message") == words;
        hers.say(&json!({"type": "chat_message", "message": one})).await?;
        his.hear_one(&["chat_message"], |frame| is(frame, &one)).await?;
        his.say(&json!({"type": "chat_message", "message": two})).await?;
        hers.hear_one(&["chat_message"], |frame| is(frame, &two)).await
    };
    crossed.await.map_err(ended)?;
    hers.close().await;
    his.close().await;
    Ok((InOrder { room }, crossed_live()))
}

/// What stands in the room, as somebody reads it.
async fn listed(caller: &Caller, there: &InOrder, token: &str) -> Result<Vec<Value>, Trouble> {
    let list = Call::get(format!("/api/chat/rooms/{}/messages/", there.room)).by(token);
    let list = well(call(caller, list).await?)?;
    Ok(list.as_array().cloned().unwrap_or_default())
}

/// A retry is taken once. `now_seconds` is what the doctor's clock tells.
pub async fn retry(caller: &Caller, guests: &Guests, there: &InOrder, now_seconds: i64) -> Found<()> {
    let (client, words) = (guests.token("client"), guests.words("once"));
    let number = there.room.parse::<i64>().map_or(Value::Null, Value::from);
    let body = json!({"room": number, "message": words, "client_id": words});
    let send = || Call::post("/api/chat/messages/").json(&body).by(client);
    let first = well(call(caller, send()).await?)?;
    let again = well(call(caller, send()).await?)?;
    let list = listed(caller, there, client).await?;
    let standing = list.iter().filter(|message| *field(message, "/message") == words);
    if *field(&first, "/id") != *field(&again, "/id") || standing.count() != 1 {
        return Err(flaw(said(
            "a retry made a second message",
            "повтор создал второе сообщение",
        )));
    }
    // The server's own time: a header may be the proxy's.
    let stamped = text(&first, "created_at").parse::<jiff::Timestamp>();
    let off = stamped.map_or(0, |stamped| stamped.as_second() - now_seconds);
    if off.abs() > CLOCK_SECONDS {
        return Err(wrong_clock(off));
    }
    Ok((
        (),
        said(
            "a second time it is the first message",
            "во второй раз это то же сообщение",
        ),
    ))
}

/// What one reads, the other sees as read.
pub async fn receipt(caller: &Caller, guests: &Guests, there: &InOrder) -> Found<()> {
    let room = &there.room;
    let read = Call::post(format!("/api/chat/rooms/{room}/mark_read/")).by(guests.token("expert"));
    well(call(caller, read).await?)?;
    let words = guests.words("one");
    let list = listed(caller, there, guests.token("client")).await?;
    let mut mine = list.iter().filter(|message| *field(message, "/message") == words);
    if !mine.next().is_some_and(|message| *field(message, "/is_read") == true) {
        return Err(flaw(said(
            "what was read is not shown as read",
            "прочитанное не показано прочитанным",
        )));
    }
    Ok(((), said("the other side sees it", "другая сторона его видит")))
}

/// A file goes up, and comes down as it was.
pub async fn file(caller: &Caller, settings: &Settings, guests: &Guests, there: &InOrder) -> Found<()> {
    let line = guests.words("Беседа: файл проверки") + "\n";
    let most = usize::try_from(FILE_BYTES.min(settings.limits.attachment_bytes)).unwrap_or(line.len());
    let bytes = line.repeat((most / line.len()).max(1));
    let mark = "beseda-doctor-7d1f";
    let part =
        |name: &str, rest: &str| format!("--{mark}\r\nContent-Disposition: form-data; name=\"{name}\"{rest}\r\n\r\n");
    let form = format!(
        "{}{}\r\n{}{bytes}\r\n--{mark}--\r\n",
        part("room", ""),
        there.room,
        part("file", "; filename=\"doctor.txt\"\r\nContent-Type: text/plain"),
    );
    let kind = format!("multipart/form-data; boundary={mark}");
    let up = Call::post("/api/chat/messages/")
        .body(&kind, form.into_bytes())
        .by(guests.token("client"));
    let message = well(call(caller, up).await?)?;
    // The address begins with the path under which the server is shown, which is in the caller's as well.
    let address = text(&message, "file");
    let under = caller.base().path().trim_end_matches('/');
    let path = address.strip_prefix(under).unwrap_or(&address).to_owned();
    let down = call(caller, Call::get(path).by(guests.token("expert"))).await?;
    if down.status != 200 {
        return Err(refused(&down));
    }
    if down.body != bytes.as_bytes() {
        return Err(Trouble::new(
            said("it came back changed or cut", "вернулся изменённым или обрезанным"),
            said(
                "is the uploads folder whole, and does a proxy change bodies?",
                "цел ли каталог загрузок, не меняет ли прокси тела ответов?",
            ),
        ));
    }
    let count = bytes.len();
    Ok((
        (),
        said(
            format!("{count} bytes up and down"),
            format!("{count} байт туда и обратно"),
        ),
    ))
}

/// The native API: a one-time ticket opens a socket, once.
pub async fn native(caller: &Caller, guests: &Guests, there: &InOrder) -> Found<()> {
    let path = format!("/ws/chat/{}/", there.room);
    let path = with_ticket(caller, &path, guests.token("client")).await?;
    let mut socket = Socket::open(caller, &path).await.map_err(trouble)?;
    socket.hear(&["message_history"]).await.map_err(ended)?;
    socket.close().await;
    let mut again = Socket::open(caller, &path).await.map_err(trouble)?;
    match again.hear(&["message_history"]).await {
        Err(Ended { code: Some(4001), .. }) => {
            Ok(((), said("a ticket opens one socket", "билет открывает один сокет")))
        }
        _ => Err(flaw(said("a ticket was taken twice", "билет приняли дважды"))),
    }
}
