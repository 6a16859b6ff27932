//! What clients of each contract do, done once: both ends of every socket, with something that crosses each way.

use super::guests::{Guests, id, order};
use super::way::{call, ended, trouble};
use crate::caller::{Answer, Call, Caller, Ended, Socket};
use crate::report::{Found, Said, Trouble, said};
use serde_json::{Value, json};

/// A room of the order, and what was said in it.
pub struct InOrder {
    room: String,
}

/// Order rooms: two people in one room hear each other, live.
pub async fn order_rooms(caller: &Caller, guests: &Guests) -> Found<InOrder> {
    let (client, expert) = (guests.token("client"), guests.token("expert"));
    let open = Call::post("/api/chat/rooms/create_for_order/").json(&json!({"order_id": order()}));
    let room = well(call(caller, open.by(client)).await?)?;
    let room = text(&room, "id");
    let path = format!("/ws/chat/{room}/");
    let (mut hers, mut his) = two(caller, (&path, client), (&path, expert)).await?;
    let crossed = async {
        hers.hear(&["message_history"]).await?;
        his.hear(&["message_history"]).await?;
        hers.say(&json!({"type": "chat_message", "message": "one"})).await?;
        heard(&mut his, |frame| *field(frame, "/message/message") == "one").await?;
        his.say(&json!({"type": "chat_message", "message": "two"})).await?;
        heard(&mut hers, |frame| *field(frame, "/message/message") == "two").await
    };
    crossed.await.map_err(ended)?;
    hers.close().await;
    his.close().await;
    Ok((InOrder { room }, crossed_live()))
}

/// A retry is taken once.
pub async fn retry(caller: &Caller, guests: &Guests, there: &InOrder) -> Found<()> {
    let client_id = "beseda-doctor-retry";
    let body = json!({"room": room_number(there), "message": "once", "client_id": client_id});
    let send = || Call::post("/api/chat/messages/").json(&body).by(guests.token("client"));
    let first = well(call(caller, send()).await?)?;
    let again = well(call(caller, send()).await?)?;
    if *field(&first, "/id") != *field(&again, "/id") {
        return Err(Trouble::new(
            said("a retry made a second message", "повтор создал второе сообщение"),
            said(
                "this is a flaw of the server: please report it",
                "это ошибка сервера: сообщите о ней",
            ),
        ));
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
    let list = Call::get(format!("/api/chat/rooms/{room}/messages/")).by(guests.token("client"));
    let list = well(call(caller, list).await?)?;
    let mine = list
        .as_array()
        .into_iter()
        .flatten()
        .filter(|message| *field(message, "/message") == "one");
    if mine.clone().count() != 1 || !mine.into_iter().all(|message| *field(message, "/is_read") == true) {
        return Err(Trouble::new(
            said(
                "what was read is not shown as read",
                "прочитанное не показано прочитанным",
            ),
            said(
                "this is a flaw of the server: please report it",
                "это ошибка сервера: сообщите о ней",
            ),
        ));
    }
    Ok(((), said("the other side sees it", "другая сторона его видит")))
}

/// A file goes up, and comes down as it was.
pub async fn file(caller: &Caller, guests: &Guests, there: &InOrder) -> Found<()> {
    let bytes = "Беседа: файл проверки\n".repeat(2_000);
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
    let answer = call(caller, up).await?;
    if answer.status == 413 {
        return Err(Trouble::new(
            Said::verbatim("413"),
            said(
                "the proxy takes no files of this size: `client_max_body_size 30m;`",
                "прокси не берёт файлы такого размера: `client_max_body_size 30m;`",
            ),
        ));
    }
    let message = well(answer)?;
    // The address begins with the path under which the server is shown, which is in the caller's as well.
    let address = text(&message, "file");
    let under = caller.base().path().trim_end_matches('/');
    let path = address.strip_prefix(under).unwrap_or(&address).to_owned();
    let down = call(caller, Call::get(path).by(guests.token("expert"))).await?;
    let own = format!("/api/chat/messages/{}/", text(&message, "id"));
    well(call(caller, Call::delete(own).by(guests.token("client"))).await?)?;
    if down.status != 200 || down.body != bytes.as_bytes() {
        return Err(Trouble::new(
            said(
                format!("it came back with {}, changed or cut", down.status),
                format!("вернулся с {}, изменён или обрезан", down.status),
            ),
            said(
                "is the uploads folder whole, and does a proxy change bodies?",
                "цел ли каталог загрузок, не меняет ли прокси тела ответов?",
            ),
        ));
    }
    Ok((
        (),
        said(
            format!("{} bytes up and down", bytes.len()),
            format!("{} байт туда и обратно", bytes.len()),
        ),
    ))
}

/// Order desk: staff and the order's client read each other.
pub async fn order_desk(caller: &Caller, guests: &Guests) -> Found<()> {
    let path = format!("/api/chat/order/{}", order());
    for (from, to, words) in [("operator", "client", "desk"), ("client", "operator", "answer")] {
        let send = Call::post(format!("{path}/send"))
            .body("application/x-www-form-urlencoded", format!("message={words}").into());
        well(call(caller, send.by(guests.token(from))).await?)?;
        let read = well(call(caller, Call::get(format!("{path}/messages")).by(guests.token(to))).await?)?;
        let last = field(&read, "/messages")
            .as_array()
            .and_then(|messages| messages.last())
            .cloned()
            .unwrap_or_default();
        if *field(&last, "/message") != words {
            return Err(missing());
        }
    }
    Ok(((), said("each reads the other", "каждый читает другого")))
}

/// School: a teacher and a student read each other.
pub async fn school(caller: &Caller, guests: &Guests) -> Found<()> {
    let open = Call::post("/api/chats/create_private/").json(&json!({"user_id": id("student")}));
    let chat = well(call(caller, open.by(guests.token("teacher"))).await?)?;
    let chat = text(&chat, "id");
    for (from, to, words) in [("teacher", "student", "lesson"), ("student", "teacher", "answer")] {
        let send = Call::post("/api/messages/").json(&json!({"chat": chat, "text": words}));
        well(call(caller, send.by(guests.token(from))).await?)?;
        let read = Call::get(format!("/api/messages/?chat_id={chat}")).by(guests.token(to));
        let read = well(call(caller, read).await?)?;
        let last = read
            .as_array()
            .and_then(|messages| messages.last())
            .cloned()
            .unwrap_or_default();
        if *field(&last, "/text") != words {
            return Err(missing());
        }
    }
    Ok(((), said("each reads the other", "каждый читает другого")))
}

/// Spa: a customer and a therapist talk, and see where the other is.
pub async fn spa(caller: &Caller, guests: &Guests) -> Found<()> {
    let (customer, therapist) = (guests.token("customer"), guests.token("therapist"));
    let both = format!("{}/{}", id("customer"), id("therapist"));
    let path = format!("/ws/chat/{both}/");
    let (mut hers, mut his) = two(caller, (&path, customer), (&path, therapist)).await?;
    let crossed = async {
        // Both are in before anything is said.
        hers.ping().await?;
        his.ping().await?;
        hers.say(&json!({"message": "one"})).await?;
        heard(&mut his, |frame| *field(frame, "/message") == "one").await?;
        his.say(&json!({"message": "two"})).await?;
        heard(&mut hers, |frame| *field(frame, "/message") == "two").await
    };
    crossed.await.map_err(ended)?;
    hers.close().await;
    his.close().await;

    let path = format!("/ws/location/{both}/");
    let (mut hers, mut his) = two(caller, (&path, customer), (&path, therapist)).await?;
    let seen = async {
        hers.ping().await?;
        his.ping().await?;
        hers.say(&json!({"latitude": 1.5, "longitude": 2.5})).await?;
        at(&mut his, 1.5).await?;
        his.say(&json!({"latitude": 3.5, "longitude": 4.5})).await?;
        at(&mut hers, 3.5).await
    };
    seen.await.map_err(ended)?;
    hers.close().await;
    his.close().await;
    Ok(((), crossed_live()))
}

async fn at(socket: &mut Socket, latitude: f64) -> Result<(), Ended> {
    loop {
        let frame = socket.hear(&["location_update"]).await?;
        if field(&frame, "/latitude").as_f64() == Some(latitude) {
            return Ok(());
        }
    }
}

/// The support desk's public calls: a visitor opens a case, writes and reads. The case.
pub async fn public(caller: &Caller, guests: &mut Guests) -> Found<String> {
    let body = json!({"customer_name": "Beseda Doctor", "subject": "doctor", "message": "hello"});
    let open = Call::post("/api/public/chat-rooms/")
        .json(&body)
        .header("x-beseda-visitor", &guests.visitor);
    let opened = well(call(caller, open).await?)?;
    let room = text(&opened, "id");
    guests.opened(&room, &text(&opened, "visitor"));
    let read = Call::get(format!("/api/public/chat-rooms/{room}/get_messages/"));
    let read = well(call(caller, read).await?)?;
    if *field(&read, "/0/message") != "hello" {
        return Err(missing());
    }
    Ok((
        room,
        said(
            "a visitor opens a case and reads it",
            "посетитель открывает обращение и читает его",
        ),
    ))
}

/// The support desk's staff calls: for the staff, and for nobody else.
pub async fn staff(caller: &Caller, guests: &Guests, room: &str) -> Found<()> {
    let list = || Call::get("/api/admin/chat-rooms/");
    for (asked, status) in [(list(), 401), (list().by(guests.token("client")), 403)] {
        let answer = call(caller, asked).await?;
        if answer.status != status {
            return Err(Trouble::new(
                said(
                    format!(
                        "somebody else than the staff is answered {} instead of {status}",
                        answer.status
                    ),
                    format!("чужому отвечают {} вместо {status}", answer.status),
                ),
                said("does a proxy answer by itself?", "не отвечает ли прокси сам?"),
            ));
        }
    }
    let admin = guests.token("admin");
    well(call(caller, list().by(admin)).await?)?;
    let answer = Call::post(format!("/api/admin/chat-rooms/{room}/send_message/")).json(&json!({"message": "answer"}));
    well(call(caller, answer.by(admin)).await?)?;
    let read = Call::post(format!("/api/admin/chat-rooms/{room}/mark_as_read/"));
    well(call(caller, read.by(admin)).await?)?;
    Ok(((), said("for the staff alone", "только для своих")))
}

/// The support desk's sockets: the visitor and the staff hear each other, live.
pub async fn support_desk(caller: &Caller, guests: &Guests, room: &str) -> Found<()> {
    let path = format!("/ws/chat/{room}/");
    let visitor = Socket::open(caller, &path).await.map_err(trouble)?;
    let staff = Socket::open(caller, &with("/ws/admin/chat/", guests.token("admin")))
        .await
        .map_err(trouble)?;
    let (mut hers, mut his) = (visitor, staff);
    let crossed = async {
        hers.hear(&["message_history"]).await?;
        his.ping().await?;
        hers.say(&json!({"type": "chat_message", "message": "one"})).await?;
        heard(&mut his, |frame| *field(frame, "/message/message") == "one").await?;
        his.say(&json!({"type": "chat_message", "room_id": room, "message": "two"}))
            .await?;
        heard(&mut hers, |frame| *field(frame, "/message/message") == "two").await
    };
    crossed.await.map_err(ended)?;
    hers.close().await;
    his.close().await;
    Ok(((), crossed_live()))
}

/// The native API: a one-time ticket opens a socket, once.
pub async fn native(caller: &Caller, guests: &Guests, there: &InOrder) -> Found<()> {
    let ticket = well(call(caller, Call::post("/api/v1/tickets/").by(guests.token("client"))).await?)?;
    let path = with(&format!("/ws/chat/{}/", there.room), &text(&ticket, "ticket"));
    let mut socket = Socket::open(caller, &path).await.map_err(trouble)?;
    socket.hear(&["message_history"]).await.map_err(ended)?;
    socket.close().await;
    let mut again = Socket::open(caller, &path).await.map_err(trouble)?;
    match again.hear(&["message_history"]).await {
        Err(Ended { code: Some(4001), .. }) => {
            Ok(((), said("a ticket opens one socket", "билет открывает один сокет")))
        }
        _ => Err(Trouble::new(
            said("a ticket was taken twice", "билет приняли дважды"),
            said(
                "this is a flaw of the server: please report it",
                "это ошибка сервера: сообщите о ней",
            ),
        )),
    }
}

/// An administrator logs in with a password.
pub async fn administrator(caller: &Caller, guests: &Guests) -> Found<()> {
    let body = json!({"identifier": guests.username("admin"), "password": guests.password});
    let told = well(call(caller, Call::post("/login/").json(&body)).await?)?;
    let me = call(caller, Call::get("/api/me/").by(&text(&told, "access_token"))).await?;
    well(me)?;
    Ok(((), said("logs in, and the token is taken", "входит, и токен принят")))
}

async fn two(caller: &Caller, one: (&str, &str), other: (&str, &str)) -> Result<(Socket, Socket), Trouble> {
    let hers = Socket::open(caller, &with(one.0, one.1)).await.map_err(trouble)?;
    let his = Socket::open(caller, &with(other.0, other.1)).await.map_err(trouble)?;
    Ok((hers, his))
}

fn with(path: &str, token: &str) -> String {
    format!("{path}?token={token}")
}

/// Waits for a message that is like this; what else is said in between is passed over.
async fn heard(socket: &mut Socket, is_it: impl Fn(&Value) -> bool) -> Result<(), Ended> {
    loop {
        if is_it(&socket.hear(&["chat_message"]).await?) {
            return Ok(());
        }
    }
}

/// The body of an answer that is a good one.
fn well(answer: Answer) -> Result<Value, Trouble> {
    let told = answer.json();
    if (200..300).contains(&answer.status) {
        return Ok(told);
    }
    let sentence = told
        .as_object()
        .and_then(|fields| fields.values().find_map(Value::as_str));
    let remedy = match answer.status {
        401 => said(
            "the server takes no tokens that this directory's secret has signed: is --data its directory, and was the secret \
             changed since it was started?",
            "сервер не берёт токены, подписанные секретом этого каталога: его ли это каталог, и не сменили ли секрет после \
             запуска?",
        ),
        429 => said(
            "too fast: `Retry-After` says for how long; are all taken for one address, for want of trusted_proxies?",
            "слишком часто: на сколько, говорит `Retry-After`; не считаются ли все одним адресом без trusted_proxies?",
        ),
        _ => said(
            "the cause is in logs/app.log of the data directory",
            "причина записана в logs/app.log каталога данных",
        ),
    };
    let meaning = format!("{} {}", answer.status, sentence.unwrap_or_default());
    Err(Trouble::new(Said::verbatim(meaning), remedy))
}

fn missing() -> Trouble {
    Trouble::new(
        said("what was said is not there", "сказанного нет"),
        said(
            "does the address lead to the server of this data directory?",
            "ведёт ли адрес к серверу этого каталога данных?",
        ),
    )
}

fn crossed_live() -> Said {
    said("each hears the other live", "каждый слышит другого сразу")
}

/// What stands at a place of JSON (RFC 6901); null where nothing does.
fn field<'a>(value: &'a Value, place: &str) -> &'a Value {
    value.pointer(place).unwrap_or(&Value::Null)
}

/// A field as a text, whether it is a number or a text.
fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn room_number(there: &InOrder) -> Value {
    there.room.parse::<i64>().map_or(Value::Null, Value::from)
}
