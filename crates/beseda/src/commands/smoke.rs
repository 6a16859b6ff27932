//! The quick look at a host: whether each thing that clients ask first is there, and how long it takes.

use crate::caller::{Answer, Call, Caller};
use crate::report::{Check, Report, Said, Speech, said};
use beseda_contracts::{CONTRACTS, FirstCall};
use serde_json::Value;
use std::io;
use std::process::ExitCode;

/// What every host answers, whatever it speaks, and how it answers nobody in particular.
const COMMON: [(&str, FirstCall); 3] = [
    ("root", first("/", 200)),
    ("ready", first("/readyz", 200)),
    ("me", first(ME, 401)),
];
/// Who somebody is.
const ME: &str = "/api/me/";

const fn first(path: &'static str, to_nobody: u16) -> FirstCall {
    FirstCall { path, to_nobody }
}

/// Asks a server, by a person's token or as nobody.
///
/// # Errors
/// [`crate::report::Usage`] where the address is none of a server; standard output cannot be written.
pub async fn run(address: &str, token: Option<&str>, speech: Speech) -> anyhow::Result<ExitCode> {
    let mut report = Report::new(speech);
    ask(&Caller::new(address, speech.lang)?, token, &mut report).await?;
    Ok(report.end()?)
}

/// Asks a server, and tells it to a report.
///
/// # Errors
/// Standard output cannot be written.
pub async fn ask(caller: &Caller, token: Option<&str>, report: &mut Report) -> io::Result<()> {
    let mut is_away = false;
    let contracts = CONTRACTS.iter().map(|contract| (contract.name, contract.first_call));
    for (id, call) in COMMON.into_iter().chain(contracts) {
        let asked = match token {
            Some(token) => Call::get(call.path).by(token),
            None => Call::get(call.path),
        };
        if is_away {
            let why = said("the server cannot be reached", "до сервера не достучаться");
            report.tell(Check::blocked(id, name(call), why))?;
            continue;
        }
        let answer = caller.call(asked).await;
        is_away = answer.is_err();
        report.tell(match answer {
            Ok(answer) => look(id, call, token.is_some(), &answer),
            Err(why) => away(id, call, why),
        })?;
    }
    Ok(())
}

fn name(call: FirstCall) -> Said {
    Said::verbatim(format!("GET {}", call.path))
}

fn away(id: &'static str, call: FirstCall, why: Said) -> Check {
    let remedy = said(
        "is the server running, and is this its address?",
        "запущен ли сервер, и верен ли адрес?",
    );
    Check::failed(id, name(call), why, remedy)
}

fn look(id: &'static str, call: FirstCall, is_somebody: bool, answer: &Answer) -> Check {
    let Answer { status, took, .. } = *answer;
    let told = Said::verbatim(status.to_string());
    let told_json = answer.json();
    let check = if !is_well(call, status, is_somebody) {
        Check::failed(id, name(call), told, remedy(call, status))
    } else if status < 400 && !is_ours(id, &told_json) {
        let meaning = said(
            format!("{status}, but it is not Beseda that answers"),
            format!("{status}, но отвечает не Беседа"),
        );
        Check::failed(id, name(call), meaning, remedy(call, 404))
    } else {
        Check::passed(id, name(call), told)
    };
    check.in_time(took)
}

/// Nobody is answered in one way. Somebody is known, and may be told that a contract is not for them, or that there is no
/// such order.
fn is_well(call: FirstCall, status: u16, is_somebody: bool) -> bool {
    if !is_somebody || call.to_nobody != 401 {
        return status == call.to_nobody;
    }
    match status {
        200 => true,
        403 => call.path != ME,
        404 => call.path.starts_with("/api/chat/order/"),
        _ => false,
    }
}

/// Whether Beseda says this, and not a page that answers everything with 200.
fn is_ours(id: &str, told: &Value) -> bool {
    match id {
        "root" => told.get("name").is_some_and(|name| name == "beseda"),
        "ready" => told.get("status").is_some(),
        "me" => told.get("id").is_some(),
        _ => !told.is_null(),
    }
}

fn remedy(call: FirstCall, status: u16) -> Said {
    match status {
        401 => said(
            "the token is not taken: `beseda token --person ID` makes one, the server's log says what is wrong with this one",
            "токен не принят: `beseda token --person ID` выдаст новый, а что не так с этим, сказано в журнале сервера",
        ),
        400 => said(
            "the server does not know itself by this name: add it to `allowed_hosts`",
            "сервер не знает себя под этим именем: добавьте его в `allowed_hosts`",
        ),
        404 => said(
            "something else answers there, or a proxy takes a part of the path away: see docs/operating/proxy.md, `base_path`",
            "там отвечает что-то другое, или прокси отрезает часть пути: см. docs/operating/proxy.md, `base_path`",
        ),
        502..=504 => said(
            "the proxy does not reach the server, or the server is not ready: ask /readyz on the server itself",
            "прокси не достаёт до сервера, или сервер не готов: спросите /readyz у самого сервера",
        ),
        500.. => said(
            "the cause is in logs/app.log of the data directory",
            "причина записана в logs/app.log каталога данных",
        ),
        _ => said(
            format!("{} was expected: does this address lead to Beseda?", call.to_nobody),
            format!("ожидался ответ {}: ведёт ли этот адрес к Беседе?", call.to_nobody),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_answered_in_one_way_and_somebody_is_known() {
        let (me, open) = (first(ME, 401), first("/api/public/chat-rooms/", 200));
        let (list, order) = (first("/api/chats/", 401), first("/api/chat/order/1/messages", 401));
        for (call, status, is_somebody, expected) in [
            (me, 401, false, true),
            (me, 200, false, false),
            (me, 404, false, false),
            (me, 401, true, false),
            (me, 200, true, true),
            (me, 403, true, false),
            (me, 404, true, false),
            (me, 500, true, false),
            (list, 403, true, true),
            (list, 404, true, false),
            (order, 404, true, true),
            (open, 200, false, true),
            (open, 200, true, true),
            (open, 401, false, false),
            (open, 404, true, false),
        ] {
            assert_eq!(
                is_well(call, status, is_somebody),
                expected,
                "{call:?} {status} {is_somebody}"
            );
        }
    }

    #[test]
    fn a_page_that_answers_everything_is_not_beseda() {
        for id in ["root", "ready", "me", "school"] {
            assert!(!is_ours(id, &Value::Null), "{id}");
        }
        assert!(!is_ours("root", &serde_json::json!({"name": "another"})));
        assert!(is_ours("school", &serde_json::json!([])));
    }
}
