//! The way to a server as a check: each step, who answers at its end, and how it sees whoever asks.

use super::refused::{ended, refused, trouble};
use crate::caller::{Answer, Call, Caller, Socket, way};
use crate::config::Settings;
use crate::health::explained;
use crate::report::{Found, Said, Steps, Trouble, said};
use serde_json::{Value, json};
use std::io;
use std::net::{IpAddr, SocketAddr};

/// How far a server's clock may be from this one's before somebody should look, in seconds: more than an answer takes.
pub const CLOCK_SECONDS: i64 = 30;
/// An address that nobody has (RFC 5737), for whoever lets a client choose its own.
const FORGED: &str = "192.0.2.77";

/// Goes the way to a server: its name, a connection, TLS. From which address the way was gone.
///
/// # Errors
/// Standard output cannot be written.
pub async fn go(steps: &mut Steps, caller: &Caller) -> io::Result<Option<IpAddr>> {
    let host = caller.base().host_str().unwrap_or_default();
    let name = said(format!("name {host}"), format!("имя {host}"));
    let addresses = steps.look("name", name, resolve(caller)).await?;
    let connect = said("connection", "соединение");
    let connected = steps.look_with(addresses, "connection", connect, async |addresses| {
        let stream = way::connect(&addresses).await.map_err(trouble)?;
        let peer = stream.peer_addr().map(|peer| peer.to_string()).unwrap_or_default();
        let mine = stream
            .local_addr()
            .map_err(|error| away(Said::verbatim(error.to_string())))?;
        Ok(((stream, mine.ip()), Said::verbatim(peer)))
    });
    let connected = connected.await?;
    if caller.base().scheme() == "https" {
        let prove = steps.look_with(connected, "tls", Said::verbatim("TLS"), async |(stream, mine)| {
            way::prove(caller.base(), stream).await.map_err(trouble)?;
            Ok((mine, said("the certificate is good", "сертификат в порядке")))
        });
        return prove.await;
    }
    let why = said(
        "plain http: whoever listens on the way hears everything",
        "обычный http: кто слушает по пути, слышит всё",
    );
    steps.skip("tls", Said::verbatim("TLS"), why)?;
    Ok(connected.map(|(_, mine)| mine))
}

async fn resolve(caller: &Caller) -> Found<Vec<SocketAddr>> {
    let addresses = way::resolve(caller.base()).await.map_err(trouble)?;
    let told: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    Ok((addresses, Said::verbatim(told.join(", "))))
}

/// Whether sockets come through: what is said comes back, so nothing on the way holds frames up.
pub async fn echo(caller: &Caller) -> Found<()> {
    says_back(Socket::open(caller, "/ws/test/").await.map_err(trouble)?).await
}

/// Whether an open socket says back what it hears.
pub async fn says_back(mut socket: Socket) -> Found<()> {
    let said_back = async {
        socket.hear(&["connection_established"]).await?;
        socket.say(&json!({"type": "beseda-probe"})).await?;
        socket.hear(&["beseda-probe"]).await
    };
    said_back.await.map_err(ended)?;
    socket.close().await;
    Ok(((), said("what is said comes back", "сказанное возвращается")))
}

/// Whether Beseda answers and is ready, and where `now_seconds` are given, whether its clock tells the same.
pub async fn ready(caller: &Caller, now_seconds: Option<i64>) -> Found<()> {
    let answer = call(caller, Call::get("/readyz")).await?;
    let told = answer.json();
    let field = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
    match (answer.status, field("status")) {
        (200, "ok") => {}
        (503, "unavailable") => {
            let reason = field("reason");
            let (meaning, remedy) = explained(reason).unwrap_or_else(|| {
                let log = said("logs/app.log says the cause", "причина в logs/app.log");
                (Said::verbatim(reason), log)
            });
            let meaning = said(
                format!("not ready ({reason}): {}", meaning.en()),
                format!("не готов ({reason}): {}", meaning.ru()),
            );
            return Err(Trouble::new(meaning, remedy));
        }
        (200, _) => return Err(another_program()),
        _ => return Err(refused(&answer)),
    }
    let theirs = jiff::fmt::rfc2822::parse(answer.header("date")).map(|date| date.timestamp().as_second());
    if let (Ok(theirs), Some(now)) = (theirs, now_seconds)
        && (theirs - now).abs() > CLOCK_SECONDS
    {
        return Err(wrong_clock(theirs - now));
    }
    Ok(((), said("ready", "готов")))
}

/// That a clock is off by so many seconds.
pub fn wrong_clock(seconds: i64) -> Trouble {
    Trouble::new(
        said(
            format!("its clock is {seconds} s off"),
            format!("его часы расходятся на {seconds} с"),
        ),
        said(
            "set the clock: `timedatectl set-ntp true`; tokens are judged by it",
            "поставьте часы: `timedatectl set-ntp true`; по ним судят о токенах",
        ),
    )
}

fn another_program() -> Trouble {
    Trouble::new(
        said("another program answers there", "там отвечает другая программа"),
        said(
            "the address, or the proxy's paths, lead to something else: /readyz and / have to lead to Beseda",
            "адрес или пути в прокси ведут не туда: /readyz и / должны вести к Беседе",
        ),
    )
}

/// What a server says at its root of itself, and of who asks.
pub async fn root(caller: &Caller) -> Result<Value, Trouble> {
    let answer = call(caller, Call::get("/")).await?;
    let told = answer.json();
    match (answer.status, told.get("name").and_then(Value::as_str)) {
        (200 | 503, Some("beseda")) => Ok(told),
        (200, _) => Err(another_program()),
        _ => Err(refused(&answer)),
    }
}

/// How the server sees whoever calls it through its public address; `mine` is the address from which it is called.
pub async fn seen(caller: &Caller, settings: &Settings, mine: IpAddr, told: &Value) -> Found<()> {
    let seen = told.get("seen").cloned().unwrap_or_default();
    let text = |name: &str| seen.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (address, host, proxy) = (text("address"), text("host"), text("proxy"));
    if proxy == "unknown" {
        return Err(Trouble::new(
            said(
                format!("a proxy is in front that is not believed: everybody is {address}"),
                format!("перед сервером прокси, которому не верят: все приходят с {address}"),
            ),
            said(
                format!(
                    "name it: trusted_proxies = [\"{address}\"]; rates count for addresses, and links for the host"
                ),
                format!(
                    "назовите его: trusted_proxies = [\"{address}\"]; по адресам считаются ограничения, по имени — ссылки"
                ),
            ),
        ));
    }
    let is_https = seen.get("https").and_then(Value::as_bool).unwrap_or_default();
    if caller.base().scheme() == "https" && !is_https {
        return Err(Trouble::new(
            said(
                "the server does not know that it is asked over HTTPS",
                "сервер не знает, что к нему приходят по HTTPS",
            ),
            said(
                "the proxy has to say so: `proxy_set_header X-Forwarded-Proto $scheme;`, and be in trusted_proxies",
                "прокси должен это говорить: `proxy_set_header X-Forwarded-Proto $scheme;`, и быть в trusted_proxies",
            ),
        ));
    }
    hears_the_name(caller, &host)?;
    let forging = comes_from(caller, settings, mine, &address).await?;
    Ok((
        (),
        said(
            format!("the client is seen as {address}, the name as {host}{}", forging.en()),
            format!("клиент виден как {address}, имя — как {host}{}", forging.ru()),
        ),
    ))
}

fn hears_the_name(caller: &Caller, host: &str) -> Result<(), Trouble> {
    let wanted = caller.base();
    let expected = match wanted.port() {
        Some(port) => format!("{}:{port}", wanted.host_str().unwrap_or_default()),
        None => wanted.host_str().unwrap_or_default().to_owned(),
    };
    if host == expected {
        return Ok(());
    }
    Err(Trouble::new(
        said(
            format!("it is asked for {expected} and hears {host}"),
            format!("спрашивают {expected}, а он слышит {host}"),
        ),
        said(
            "the proxy has to hand the name on, with its port: `proxy_set_header Host $http_host;`",
            "прокси должен передавать имя вместе с портом: `proxy_set_header Host $http_host;`",
        ),
    ))
}

/// Whether it is the client who is seen, and not the proxy, nor whom the client claims to be. What could not be tried.
async fn comes_from(caller: &Caller, settings: &Settings, mine: IpAddr, address: &str) -> Result<Said, Trouble> {
    let mend = || {
        said(
            "the proxy has to say who asks: `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`",
            "прокси должен говорить, кто спрашивает: `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`",
        )
    };
    let is_trusted = |address: &IpAddr| {
        settings
            .reach
            .trusted_proxies
            .networks
            .iter()
            .any(|network| network.contains(address))
    };
    if settings.reach.trusted_proxies.networks.is_empty() {
        return Ok(Said::default());
    }
    if is_trusted(&mine) {
        // It may itself say who asks: what it says is believed with or without a proxy.
        return Ok(said(
            "; whether a client can forge its address is seen only from a machine outside of trusted_proxies",
            "; может ли клиент подделать свой адрес, видно только с машины вне trusted_proxies",
        ));
    }
    if address.parse().is_ok_and(|seen| is_trusted(&seen)) {
        return Err(Trouble::new(
            said(
                format!("everybody is seen as the proxy, {address}"),
                format!("все видны как прокси, {address}"),
            ),
            mend(),
        ));
    }
    let forged = call(caller, Call::get("/").header("x-forwarded-for", FORGED))
        .await?
        .json();
    if forged.pointer("/seen/address").and_then(Value::as_str) == Some(FORGED) {
        return Err(Trouble::new(
            said(
                "a client can choose the address that it is seen as",
                "клиент может сам выбрать адрес, под которым его видят",
            ),
            mend(),
        ));
    }
    Ok(Said::default())
}

/// Calls; no answer at all is trouble.
pub async fn call(caller: &Caller, call: Call) -> Result<Answer, Trouble> {
    caller.call(call).await.map_err(away)
}

fn away(why: Said) -> Trouble {
    let remedy = said(
        "is the server running, and is this its address?",
        "запущен ли сервер, и верен ли адрес?",
    );
    Trouble::new(why, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Lang;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// What [`ready`] finds at a server that says this, at a moment.
    async fn found(says: &'static str, now_seconds: i64) -> Found<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let caller = Caller::new(&format!("http://{}", listener.local_addr().unwrap()), Lang::En).unwrap();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4_096]).await;
            let _ = socket.write_all(says.as_bytes()).await;
        });
        ready(&caller, Some(now_seconds)).await
    }

    const WELL: &str =
        "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 01:00:00 GMT\r\nconnection: close\r\n\r\n{\"status\": \"ok\"}";
    const AWAY: &str = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n\
                        {\"status\": \"unavailable\", \"reason\": \"store\"}";

    #[tokio::test]
    async fn a_clock_that_is_off_is_named_and_a_second_is_nothing() {
        for now in [3_600, 3_601, 3_600 + CLOCK_SECONDS, 3_600 - CLOCK_SECONDS] {
            assert!(found(WELL, now).await.is_ok(), "{now}");
        }
        assert_eq!(found(WELL, 0).await.unwrap_err(), wrong_clock(3_600));
        assert!(found(WELL, 3_601 + CLOCK_SECONDS).await.is_err());
    }

    #[tokio::test]
    async fn a_server_that_is_not_ready_says_why_and_another_program_is_none() {
        let meaning = async |says| found(says, 0).await.unwrap_err().meaning;
        let store = said(
            "not ready (store): the database does not answer",
            "не готов (store): база не отвечает",
        );
        assert_eq!(meaning(AWAY).await, store);
        let hello = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello";
        assert_eq!(meaning(hello).await, another_program().meaning);
    }

    #[tokio::test]
    async fn what_stands_before_the_server_is_told_from_it() {
        for (says, words) in [
            (
                "HTTP/1.1 301 Moved\r\nlocation: https://a.example/readyz\r\nconnection: close\r\n\r\n",
                "use the address https://a.example/readyz",
            ),
            ("HTTP/1.1 502 Bad\r\nconnection: close\r\n\r\n<html>", "does not reach"),
            ("HTTP/1.1 404 No\r\nconnection: close\r\n\r\n<html>", "base_path"),
            ("HTTP/1.1 400 No\r\nconnection: close\r\n\r\n<html>", "use https://"),
            (
                "HTTP/1.1 400 No\r\nconnection: close\r\n\r\n{\"detail\": \"no\"}",
                "allowed_hosts",
            ),
        ] {
            let remedy = found(says, 0).await.unwrap_err().remedy;
            assert!(remedy.en().contains(words), "{says}: {remedy:?}");
        }
    }
}
