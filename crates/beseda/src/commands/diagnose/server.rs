//! The running server, as far as it can be asked: whether it is well, and whether the order desk's calls answer.

use super::words;
use crate::caller::{Answer, Call, Caller, in_path};
use crate::commands::smoke;
use crate::config::{self, Settings};
use crate::doctor::way;
use crate::report::{Check, Lang, Report, Said, Speech, Steps, said};
use crate::system::System;
use anyhow::Context;
use beseda_core::ports::{Clock, Random};
use beseda_core::rules::sign_in;
use beseda_core::words::{OrderId, Person};
use beseda_identity::OwnTokens;
use std::fmt::Write;

/// How long the token is good for by which calls are tried, in seconds.
const TOKEN_SECONDS: i64 = 60;
/// What a page of the order desk sends.
const FORM: &str = "application/x-www-form-urlencoded";
/// How much of an answer is shown: another server's may be a page.
const HEARD_BYTES: usize = 4_096;

/// Where the server is: at this address, or where the settings let it listen. Nowhere, where the system chose the port.
pub fn address(settings: &Settings, given: Option<&str>) -> Option<String> {
    if let Some(given) = given {
        return Some(given.to_owned());
    }
    Some(config::site(&settings.listen)? + &settings.reach.base_path)
}

/// Whether the server is well, and what it answers, as text.
///
/// # Errors
/// The address is none of a server, or standard output cannot be written.
pub async fn look(steps: &mut Steps, address: Option<&str>) -> anyhow::Result<String> {
    let name = said("server health", "здоровье сервера");
    let Some(address) = address else {
        let why = said(
            "the settings let the system choose the port: say where it is with --url",
            "порт выбирает система: скажите адрес через --url",
        );
        steps.skip("health", name, why)?;
        return Ok("not asked\n".to_owned());
    };
    let caller = Caller::new(address, steps.lang())?;
    let now = System.now().0 / 1_000_000;
    steps.look("health", name, way::ready(&caller, Some(now))).await?;
    let mut text = format!("{address}\n\n");
    for path in ["/healthz", "/readyz"] {
        let answer = match caller.call(Call::get(path)).await {
            Ok(answer) => {
                let (status, took) = (answer.status, answer.took.as_millis());
                format!("{status} in {took} ms: {}", answer.text(HEARD_BYTES))
            }
            Err(why) => why.en().to_owned(),
        };
        // It cannot fail into a text.
        let _ = writeln!(text, "GET {path} -> {answer}");
    }
    let mut quick = Report::silent(Speech::default());
    smoke::ask(&caller, None, &mut quick).await?;
    Ok(text + "\nbeseda smoke\n" + &quick.written(Lang::En))
}

/// The two calls of the order desk about an order, by somebody of it. Sending is tried with nothing to send: who may is
/// told so, and nothing is said in the room.
pub async fn calls(settings: &Settings, address: Option<&str>, order: &OrderId, person: Option<&Person>) -> Vec<Check> {
    let path = format!("/api/chat/order/{}", in_path(&order.0));
    let calls = [
        ("messages", "GET", Call::get(format!("{path}/messages?limit=1")), 200),
        (
            "send",
            "POST",
            Call::post(format!("{path}/send")).body(FORM, Vec::new()),
            400,
        ),
    ];
    let prepared = prepare(settings, address, person);
    let mut checks = Vec::new();
    for (id, method, call, expected) in calls {
        let name = Said::verbatim(format!("{method} …/order/{order}/{id}"));
        let (caller, token, person) = match &prepared {
            Ok(prepared) => prepared,
            Err(why) => {
                checks.push(Check::skipped(id, name, why.clone()));
                continue;
            }
        };
        checks.push(match caller.call(call.by(token)).await {
            Err(why) => Check::skipped(
                id,
                name,
                said(
                    format!("the server does not answer: {}", why.en()),
                    format!("сервер не отвечает: {}", why.ru()),
                ),
            ),
            Ok(answer) => called(id, name, person, expected, &answer),
        });
    }
    checks
}

fn called(id: &'static str, name: Said, person: &Person, expected: u16, answer: &Answer) -> Check {
    let (who, status) = (words::person(person), answer.status);
    if status == expected {
        let meaning = said(
            format!("answers {} as it should ({status})", who.en()),
            format!("{} получает должный ответ ({status})", who.ru()),
        );
        return Check::passed(id, name, meaning).in_time(answer.took);
    }
    let meaning = said(
        format!("{} is answered {status}, and not {expected}", who.en()),
        format!("{} получает {status}, а не {expected}", who.ru()),
    );
    let remedy = match status {
        401 => said(
            "does that server run over this data directory, with the same secret?",
            "работает ли тот сервер с этим каталогом данных и тем же секретом?",
        ),
        403 | 404 => said(
            format!(
                "`beseda diagnose --person {}` with the same --order says why",
                words::in_shell(&person.host_id())
            ),
            format!(
                "почему — скажет `beseda diagnose --person {}` с тем же --order",
                words::in_shell(&person.host_id())
            ),
        ),
        _ => said("the cause is in the log", "причина в журнале"),
    };
    Check::failed(id, name, meaning, remedy)
}

/// What is needed to call as somebody, or why nobody can be.
fn prepare<'a>(
    settings: &Settings,
    address: Option<&str>,
    person: Option<&'a Person>,
) -> Result<(Caller, String, &'a Person), Said> {
    let address = address.ok_or_else(|| {
        said(
            "say where the server is with --url",
            "скажите адрес сервера через --url",
        )
    })?;
    let person = person.ok_or_else(|| said("nobody of the order is let in", "никого из заказа не впускают"))?;
    let token = token(settings, person).map_err(|error| Said::verbatim(format!("{error:#}")))?;
    let caller = Caller::new(address, Lang::En).map_err(|error| Said::verbatim(format!("{error:#}")))?;
    Ok((caller, token, person))
}

/// A token by which somebody is for a moment. A secret that is not there yet is not made.
fn token(settings: &Settings, person: &Person) -> anyhow::Result<String> {
    let secret = settings
        .secret
        .as_ref()
        .context("there is no secret to sign a token with")?;
    let tokens = OwnTokens::new(secret.expose().as_bytes(), settings.limits.token_bytes);
    let mut jti = [0; 16];
    System.fill(&mut jti);
    let from = sign_in::token_time(person, System.now());
    Ok(tokens.access(person, from, TOKEN_SECONDS, jti)?)
}
