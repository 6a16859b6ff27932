//! What it means that a server is not reached, refuses, or hangs up, and what has to be done.

use crate::caller::{Answer, Broken, Cause, Ended, Step};
use crate::report::{Said, Trouble, said};

/// The same sentence of a proxy, wherever it is met.
fn proxy_does_not_reach() -> Said {
    said(
        "the proxy does not reach the server: is it running, and is the proxy's address of it right?",
        "прокси не достаёт до сервера: запущен ли он, и верен ли его адрес в настройках прокси?",
    )
}

fn moved(to: &str) -> Said {
    said(
        format!("it is somewhere else: use the address {to}"),
        format!("адрес переехал: используйте {to}"),
    )
}

fn passes_a_part() -> Said {
    said(
        "the proxy passes only a part of the paths to Beseda, or takes a part of them away: docs/operating/proxy.md, `base_path`",
        "прокси передаёт Беседе не все пути или отрезает часть пути: docs/operating/proxy.md, `base_path`",
    )
}

/// What a step that fails means.
pub fn trouble(broken: Broken) -> Trouble {
    let Broken { step, why, cause } = broken;
    let remedy = match (step, &cause) {
        (Step::Name, _) => said(
            "the name leads nowhere: is it written right, is there a DNS record, do resolvers answer (`getent hosts NAME`)?",
            "имя никуда не ведёт: верно ли оно написано, есть ли запись DNS, отвечает ли резолвер (`getent hosts ИМЯ`)?",
        ),
        (Step::Connect, _) => said(
            "nobody takes connections there: is the server, or the proxy in front, running, and does a firewall let the port through?",
            "соединения там никто не принимает: запущен ли сервер или прокси перед ним, пропускает ли порт брандмауэр?",
        ),
        (Step::Tls, cause) => not_proven(cause),
        (Step::Upgrade, cause) => not_upgraded(cause),
    };
    Trouble::new(why, remedy)
}

fn not_proven(cause: &Cause) -> Said {
    match cause {
        Cause::Expired => said(
            "the certificate has expired, or a clock is wrong: renew it, and let the proxy read it again",
            "сертификат истёк, или неверны часы: обновите его и заставьте прокси перечитать его",
        ),
        Cause::OtherName => said(
            "the certificate is for another name: ask by that name, or get one for this name",
            "сертификат выдан на другое имя: спрашивайте по тому имени или получите сертификат на это",
        ),
        Cause::Issuer => said(
            "nobody whom this system trusts has signed it: send the whole chain (fullchain.pem). An authority of your own is \
             believed with SSL_CERT_FILE=/path/to/ca.pem before the command",
            "его не подписал никто, кому доверяет эта система: отдавайте его с промежуточными сертификатами (fullchain.pem). \
             Своему центру верят с SSL_CERT_FILE=/путь/ca.pem перед командой",
        ),
        Cause::NotTls => said(
            "no TLS is spoken on this port: use http://, or the port of HTTPS",
            "на этом порту нет TLS: используйте http:// или порт HTTPS",
        ),
        Cause::HungUp => said(
            "the other side hangs up or says nothing: is this the port of HTTPS, and does a firewall look into TLS?",
            "другая сторона рвёт соединение или молчит: это ли порт HTTPS, и не вмешивается ли в TLS брандмауэр?",
        ),
        Cause::Unknown | Cause::Status { .. } | Cause::Moved(_) => said(
            "TLS cannot be agreed on: does the proxy speak TLS 1.2 or 1.3?",
            "не удаётся договориться о TLS: говорит ли прокси на TLS 1.2 или 1.3?",
        ),
    }
}

fn not_upgraded(cause: &Cause) -> Said {
    match cause {
        Cause::Moved(to) => moved(to),
        Cause::Status {
            status: 400 | 426,
            is_ours,
            ..
        } => {
            if *is_ours {
                said(
                    "the proxy takes the upgrade away: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
                     proxy_set_header Connection $connection_upgrade;` (docs/operating/proxy.md)",
                    "прокси отрезает переход на сокет: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
                     proxy_set_header Connection $connection_upgrade;` (docs/operating/proxy.md)",
                )
            } else {
                said(
                    "what answers is not Beseda: is this the port of HTTPS, asked over http? use https://",
                    "отвечает не Беседа: не порт ли это HTTPS, а спрошено по http? используйте https://",
                )
            }
        }
        Cause::Status {
            status: 403,
            is_ours: true,
        } => said(
            "the page's origin is not the server's own: `proxy_set_header Host $http_host;` in the proxy, or the site into \
             `allowed_origins`",
            "сайт страницы для сервера чужой: `proxy_set_header Host $http_host;` в прокси или сайт в `allowed_origins`",
        ),
        Cause::Status {
            status: 404,
            is_ours: true,
        } => said(
            "`echo_socket` is off, or the proxy changes the path",
            "выключен `echo_socket`, или прокси меняет путь",
        ),
        Cause::Status {
            status: 404 | 200..=299,
            ..
        } => passes_a_part(),
        Cause::Status { status: 429, .. } => too_fast(),
        Cause::Status { status: 502..=504, .. } => proxy_does_not_reach(),
        Cause::Status { .. } | Cause::Unknown | Cause::HungUp => said(
            "something on the way does not let sockets through: a proxy, a firewall, an antivirus",
            "что-то по пути не пропускает сокеты: прокси, брандмауэр, антивирус",
        ),
        Cause::Expired | Cause::OtherName | Cause::Issuer | Cause::NotTls => not_proven(cause),
    }
}

fn too_fast() -> Said {
    said(
        "too fast: `Retry-After` says for how long; are all taken for one address, for want of trusted_proxies?",
        "слишком часто: на сколько, говорит `Retry-After`; не считаются ли все одним адресом без trusted_proxies?",
    )
}

/// What it means that a call was answered so, which was to be answered otherwise.
pub fn refused(answer: &Answer) -> Trouble {
    let told = answer.json();
    let is_ours = !told.is_null();
    let sentence = told
        .as_object()
        .and_then(|fields| fields.values().find_map(serde_json::Value::as_str));
    let meaning = format!("{} {}", answer.status, sentence.unwrap_or_default());
    let remedy = match (answer.status, is_ours) {
        (300..=399, _) if !answer.header("location").is_empty() => moved(answer.header("location")),
        (400, true) => said(
            "the server does not know itself by this name: add it to `allowed_hosts`",
            "сервер не знает себя под этим именем: добавьте его в `allowed_hosts`",
        ),
        (400, false) => said(
            "what answers is not Beseda: is this the port of HTTPS, asked over http? use https://",
            "отвечает не Беседа: не порт ли это HTTPS, а спрошено по http? используйте https://",
        ),
        (401, _) => said(
            "the server takes no tokens that this directory's secret has signed: is --data its directory, and was the secret \
             changed since it was started?",
            "сервер не берёт токены, подписанные секретом этого каталога: его ли это каталог, и не сменили ли секрет после \
             запуска?",
        ),
        (413, _) => said(
            "the proxy takes no bodies of this size: `client_max_body_size 30m;`",
            "прокси не берёт запросы такого размера: `client_max_body_size 30m;`",
        ),
        (429, _) => too_fast(),
        (502..=504, false) => proxy_does_not_reach(),
        (_, true) => said(
            "the cause is in logs/app.log of the data directory",
            "причина записана в logs/app.log каталога данных",
        ),
        (200..=299 | 404, false) => passes_a_part(),
        (_, false) => said(
            "what answers is not Beseda, but something before it: its log says more",
            "отвечает не Беседа, а то, что перед ней: подробности в его журнале",
        ),
    };
    Trouble::new(Said::verbatim(meaning.trim_end()), remedy)
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
    Trouble::new(end.why, remedy)
}
