//! The house around the rooms, as far as its settings and its log tell how it is.

use super::logs::{Denial, Found};
use super::words;
use crate::config::Loaded;
use crate::report::{Check, Said, said};
use beseda_contracts::shared::time_text;
use beseda_core::words::Time;

/// Failures in the log count for so long, in seconds.
const RECENT: i64 = 24 * 60 * 60;

/// Whether the settings can be used as they are.
pub fn settings(loaded: &Loaded) -> Check {
    let name = said("settings", "настройки");
    let Some(first) = loaded.problems.first() else {
        let meaning = match loaded.warnings.len() {
            0 => said("are good", "в порядке"),
            count => said(
                format!("are good; warnings: {count}, see `beseda config check`"),
                format!("в порядке; предупреждений: {count}, см. `beseda config check`"),
            ),
        };
        return Check::passed("settings", name, meaning);
    };
    let count = loaded.problems.len();
    let (at, what) = (&first.at, &first.what);
    Check::failed(
        "settings",
        name,
        said(
            format!("problems: {count}; the first: {at}: {what}"),
            format!("ошибок: {count}; первая: {at}: {what}"),
        ),
        Said::verbatim(first.todo.clone()),
    )
}

/// Whether the log tells of failures.
pub fn failures(found: &Result<Found, String>, now: Time) -> Check {
    let name = said("failures in the log", "сбои в журнале");
    let found = match found {
        Ok(found) => found,
        Err(why) => {
            let meaning = said(
                format!("the log cannot be read: {why}"),
                format!("журнал не прочесть: {why}"),
            );
            let remedy = said(
                "run this as the server's user, or as root",
                "запустите от имени пользователя сервера или root",
            );
            return Check::failed("failures", name, meaning, remedy);
        }
    };
    let recent = found.errors.since(&time_text(now.plus_seconds(-RECENT)));
    let Some(last) = found.errors.last() else {
        return Check::passed("failures", name, said("no chat has failed", "чаты не сбоили"));
    };
    let told = said(
        format!("of the last 24 hours: {recent}; the last one: {last}"),
        format!("за последние сутки: {recent}; последний: {last}"),
    );
    if recent == 0 {
        return Check::passed("failures", name, told);
    }
    let remedy = said(
        "the cause stands behind the colon; once it is mended, this is well a day later",
        "причина стоит после двоеточия; когда она устранена, через сутки здесь будет порядок",
    );
    Check::failed("failures", name, told, remedy)
}

/// Who was refused an order's chat, and how that is looked at.
pub fn denials(denials: &[&Denial]) -> Check {
    let name = said("refused", "отказы");
    if denials.is_empty() {
        let meaning = said("nobody was refused an order's chat", "в чате заказа никому не отказано");
        return Check::passed("denials", name, meaning);
    }
    let asked = denials.iter().map(|denial| {
        let (order, person) = (words::in_shell(&denial.order.0), words::in_shell(&denial.person));
        format!("{}: beseda diagnose --order {order} --person {person}", denial.at)
    });
    let asked = asked.collect::<Vec<_>>().join("; ");
    let meaning = said(
        format!("«Нет доступа к чату этого заказа» was said; why, tells {asked}"),
        format!("«Нет доступа к чату этого заказа» говорилось; почему — скажет {asked}"),
    );
    Check::passed("denials", name, meaning)
}
