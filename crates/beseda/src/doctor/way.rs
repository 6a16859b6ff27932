//! The way to a server as a check: each step, and what has to be done where it ends.

use crate::caller::{Answer, Broken, Call, Caller, Ended, Socket, Step, Stream, way};
use crate::health::explained;
use crate::report::{Found, Lang, Said, Steps, Trouble, said};
use serde_json::json;
use std::io;

/// How far a server's clock may be from this one's before somebody should look, in seconds: more than an answer takes.
const CLOCK_SECONDS: i64 = 30;

/// Goes the way to a server: its name, a connection, TLS, and a socket that says back what it hears. Whether all of it was
/// gone.
///
/// # Errors
/// Standard output cannot be written.
pub async fn go(steps: &mut Steps, caller: &Caller) -> io::Result<Option<()>> {
    let host = caller.base().host_str().unwrap_or_default();
    let name = said(format!("name {host}"), format!("имя {host}"));
    let addresses = steps.look("name", name, resolve(caller)).await?;
    let connect = said("connection", "соединение");
    let connected = steps.look_with(addresses, "connection", connect, async |addresses| {
        let stream = way::connect(&addresses).await.map_err(trouble)?;
        let peer = stream.peer_addr().map(|peer| peer.to_string()).unwrap_or_default();
        Ok((stream, Said::verbatim(peer)))
    });
    let connected = connected.await?;
    let proven: Option<Box<dyn Stream>> = if caller.base().scheme() == "https" {
        let prove = steps.look_with(connected, "tls", Said::verbatim("TLS"), async |stream| {
            let stream = way::prove(caller.base(), stream).await.map_err(trouble)?;
            Ok((stream, said("the certificate is good", "сертификат в порядке")))
        });
        prove.await?
    } else {
        let why = said(
            "plain http: nothing is kept from who listens on the way",
            "обычный http: по пути может слушать кто угодно",
        );
        steps.skip("tls", Said::verbatim("TLS"), why)?;
        connected.map(|stream| Box::new(stream) as Box<dyn Stream>)
    };
    let upgrade = said("upgrade to a socket, /ws/test/", "переход на сокет, /ws/test/");
    steps
        .look_with(proven, "upgrade", upgrade, async |stream| echo(caller, stream).await)
        .await
}

async fn resolve(caller: &Caller) -> Found<Vec<std::net::SocketAddr>> {
    let addresses = way::resolve(caller.base()).await.map_err(trouble)?;
    let told: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    Ok((addresses, Said::verbatim(told.join(", "))))
}

/// What is said comes back: nothing on the way holds frames up.
async fn echo(caller: &Caller, stream: Box<dyn Stream>) -> Found<()> {
    let mut socket = Socket::over(stream, caller, "/ws/test/").await.map_err(trouble)?;
    let said_back = async {
        socket.hear(&["connection_established"]).await?;
        socket.say(&json!({"type": "beseda-probe"})).await?;
        socket.hear(&["beseda-probe"]).await
    };
    said_back.await.map_err(ended)?;
    socket.close().await;
    Ok(((), said("what is said comes back", "сказанное возвращается")))
}

/// Whether the server is ready, and knows what time it is.
pub async fn ready(caller: &Caller, now_seconds: i64) -> Found<()> {
    let answer = call(caller, Call::get("/readyz")).await?;
    if answer.status != 200 {
        let reason = answer
            .json()
            .get("reason")
            .and_then(|reason| reason.as_str().map(str::to_owned));
        let reason = reason.unwrap_or_else(|| answer.status.to_string());
        let (meaning, remedy) = explained(&reason).unwrap_or_else(|| {
            let log = said("logs/app.log says the cause", "причина в logs/app.log");
            (Said::verbatim(reason.clone()), log)
        });
        let [en, ru] = [Lang::En, Lang::Ru].map(|lang| meaning.text(lang));
        let meaning = said(
            format!("not ready ({reason}): {en}"),
            format!("не готов ({reason}): {ru}"),
        );
        return Err(Trouble::new(meaning, remedy));
    }
    let theirs = jiff::fmt::rfc2822::parse(answer.header("date")).map(|date| date.timestamp().as_second());
    if let Ok(theirs) = theirs
        && (theirs - now_seconds).abs() > CLOCK_SECONDS
    {
        let off = theirs - now_seconds;
        return Err(Trouble::new(
            said(
                format!("its clock is {off} s off"),
                format!("его часы расходятся на {off} с"),
            ),
            said(
                "set the clock: `timedatectl set-ntp true`; tokens are judged by it",
                "поставьте часы: `timedatectl set-ntp true`; по ним судят о токенах",
            ),
        ));
    }
    Ok(((), said("ready, and its clock is right", "готов, и часы верны")))
}

/// How the server sees whoever calls it through its public address.
pub async fn seen(caller: &Caller) -> Found<()> {
    let told = call(caller, Call::get("/")).await?.json();
    let seen = told.get("seen").cloned().unwrap_or_default();
    let text = |name: &str| {
        seen.get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
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
    let wanted = caller.base();
    let wants_https = wanted.scheme() == "https";
    let is_https = seen
        .get("https")
        .and_then(serde_json::Value::as_bool)
        .unwrap_or_default();
    if wants_https && !is_https {
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
    let expected = match wanted.port() {
        Some(port) => format!("{}:{port}", wanted.host_str().unwrap_or_default()),
        None => wanted.host_str().unwrap_or_default().to_owned(),
    };
    if host != expected {
        return Err(Trouble::new(
            said(
                format!("it is asked for {expected} and hears {host}"),
                format!("спрашивают {expected}, а он слышит {host}"),
            ),
            said(
                "the proxy has to hand the name on, with its port: `proxy_set_header Host $http_host;`",
                "прокси должен передавать имя вместе с портом: `proxy_set_header Host $http_host;`",
            ),
        ));
    }
    Ok((
        (),
        said(
            format!("it sees {address} ask for {host}"),
            format!("видит, что {address} спрашивает {host}"),
        ),
    ))
}

/// Calls; no answer at all is trouble.
pub async fn call(caller: &Caller, call: Call) -> Result<Answer, Trouble> {
    caller.call(call).await.map_err(|why| {
        Trouble::new(
            Said::verbatim(why),
            said(
                "is the server running, and is this its address?",
                "запущен ли сервер, и верен ли адрес?",
            ),
        )
    })
}

/// What a step that fails means.
pub fn trouble(broken: Broken) -> Trouble {
    let Broken { step, why, status } = broken;
    let remedy = match (step, status) {
        (Step::Name, _) => said(
            "the name leads nowhere: is it written right, is there a DNS record, do resolvers answer (`getent hosts NAME`)?",
            "имя никуда не ведёт: верно ли оно написано, есть ли запись DNS, отвечает ли резолвер (`getent hosts ИМЯ`)?",
        ),
        (Step::Connect, _) => said(
            "nobody takes connections there: is the server, or the proxy in front, running, and does a firewall let the port through?",
            "соединения там никто не принимает: запущен ли сервер или прокси перед ним, пропускает ли порт брандмауэр?",
        ),
        (Step::Tls, _) => said(
            "the certificate is over, for another name, or comes without those that signed it: renew it, send the whole chain",
            "сертификат истёк, выдан на другое имя или пришёл без подписавших его: обновите его, отдавайте всю цепочку",
        ),
        (Step::Upgrade, Some(400 | 426)) => said(
            "the proxy takes the upgrade away: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
             proxy_set_header Connection $connection_upgrade;` (docs/operating/proxy.md)",
            "прокси отрезает переход на сокет: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
             proxy_set_header Connection $connection_upgrade;` (docs/operating/proxy.md)",
        ),
        (Step::Upgrade, Some(403)) => said(
            "the page's origin is not let in: add it to `allowed_origins`",
            "страницу с этого адреса не пускают: добавьте его в `allowed_origins`",
        ),
        (Step::Upgrade, Some(404)) => said(
            "/ws/ does not lead to Beseda: the proxy passes only a part of the paths, or `echo_socket` is off",
            "/ws/ не ведёт к Беседе: прокси передаёт не все пути, или выключен `echo_socket`",
        ),
        (Step::Upgrade, Some(502..=504)) => said(
            "the proxy does not reach the server: is it running, and is the proxy's address of it right?",
            "прокси не достаёт до сервера: запущен ли он, и верен ли его адрес в настройках прокси?",
        ),
        (Step::Upgrade, Some(200..=299)) => said(
            "something else answers there, a page perhaps: the proxy has to pass /ws/ to Beseda",
            "там отвечает что-то другое, может быть, страница: прокси должен передавать /ws/ Беседе",
        ),
        (Step::Upgrade, _) => said(
            "something on the way does not let sockets through: a proxy, a firewall, an antivirus",
            "что-то по пути не пропускает сокеты: прокси, брандмауэр, антивирус",
        ),
    };
    Trouble::new(Said::verbatim(why), remedy)
}

/// What it means that a socket ended.
pub fn ended(end: Ended) -> Trouble {
    let remedy = match end.code {
        Some(4000) => said(
            "an id in the path is missing or wrong",
            "id в пути не указан или неверен",
        ),
        Some(4001) => said(
            "the token is not taken: has it ended, is its issuer known, is the person active? the log says which",
            "токен не принят: не истёк ли он, известен ли издатель, активен ли человек? что именно, сказано в журнале",
        ),
        Some(4003) => said(
            "this person may not be here: another one's id, a role in the wrong place, or nobody on the other side",
            "этому человеку сюда нельзя: чужой id, роль не на своём месте или на другой стороне никого нет",
        ),
        Some(1011) => said(
            "the store failed: the cause is in logs/app.log",
            "отказало хранилище: причина в logs/app.log",
        ),
        Some(4029) => said(
            "too many sockets of one person: `limits.listeners`",
            "слишком много сокетов у одного человека: `limits.listeners`",
        ),
        _ => said(
            "something on the way ends sockets or holds frames up: `proxy_read_timeout 1d;`, no buffering",
            "что-то по пути обрывает сокеты или задерживает кадры: `proxy_read_timeout 1d;`, без буферизации",
        ),
    };
    Trouble::new(Said::verbatim(end.why), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// What [`ready`] finds at a server that says this, at a moment.
    async fn found(says: &'static str, now_seconds: i64) -> Found<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let caller = Caller::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4_096]).await;
            let _ = socket.write_all(says.as_bytes()).await;
        });
        ready(&caller, now_seconds).await
    }

    const WELL: &str = "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 01:00:00 GMT\r\nconnection: close\r\n\r\n{}";
    const AWAY: &str = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n{\"reason\": \"store\"}";

    #[tokio::test]
    async fn a_clock_that_is_off_is_named_and_a_second_is_nothing() {
        for now in [3_600, 3_601, 3_600 + CLOCK_SECONDS, 3_600 - CLOCK_SECONDS] {
            assert!(found(WELL, now).await.is_ok(), "{now}");
        }
        let Err(trouble) = found(WELL, 0).await else {
            panic!("an hour is no trouble")
        };
        assert_eq!(
            trouble.meaning,
            said("its clock is 3600 s off", "его часы расходятся на 3600 с")
        );
        assert!(found(WELL, 3_601 + CLOCK_SECONDS).await.is_err());
    }

    #[tokio::test]
    async fn a_server_that_is_not_ready_says_why() {
        let Err(trouble) = found(AWAY, 0).await else {
            panic!("it is ready")
        };
        let meaning = said(
            "not ready (store): the database does not answer",
            "не готов (store): база не отвечает",
        );
        assert_eq!(
            (trouble.meaning, trouble.remedy),
            (meaning, explained("store").unwrap().1)
        );
    }
}
