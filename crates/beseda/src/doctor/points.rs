//! The names of the doctor's checks, and which of them a report about one contract is made of.

use crate::report::{Lang, Point, Said, Steps, Usage, said};
use beseda_contracts::CONTRACTS;
use std::io;

/// What is proven by people who talk, in the order in which it is.
const TALKS: [&str; 13] = [
    "server",
    "public",
    "administrator",
    "staff",
    "sockets",
    "order_rooms",
    "retry",
    "receipt",
    "file",
    "native",
    "order_desk",
    "school",
    "spa",
];

/// What a check is called.
pub fn named(id: &str) -> Said {
    match id {
        "address" => said("client address", "адрес клиента"),
        "upgrade" => said("upgrade to a socket, /ws/test/", "переход на сокет, /ws/test/"),
        "health" => said("server health", "здоровье сервера"),
        "guests" => said("people of the doctor", "проверочные пользователи"),
        "server" => said("server of this directory", "сервер этого каталога"),
        "public" => said("public calls", "открытые вызовы"),
        "administrator" => said("administrator", "администратор"),
        "staff" => said("staff calls", "вызовы сотрудников"),
        "sockets" => said("sockets", "сокеты"),
        "shut_out" => said("administrator shut out", "администратор отключён"),
        "order_rooms" => said("order rooms, live", "комнаты заказов, вживую"),
        "retry" => said("a retry, taken once", "повтор принят один раз"),
        "receipt" => said("receipt", "отметка о прочтении"),
        "file" => said("a file, up and down", "файл туда и обратно"),
        "native" => said("native API, a ticket", "собственный API, билет"),
        "order_desk" => said("order desk", "чат заказа (order desk)"),
        "school" => said("school", "школа"),
        "spa" => said("spa, chat and location", "салон, переписка и геопозиция"),
        "database" => said("database integrity", "целостность базы"),
        "cleared" => said("taken away", "убрано"),
        other => Said::verbatim(other),
    }
}

/// The checks of a contract, in the order in which its report tells them.
fn of(contract: &str) -> &'static [&'static str] {
    match contract {
        "support_desk" => &["health", "administrator", "public", "staff", "sockets", "database"],
        "order_rooms" => &["health", "order_rooms", "retry", "receipt", "file", "database"],
        "native" => &["health", "order_rooms", "native", "database"],
        "order_desk" => &["health", "order_desk", "database"],
        "school" => &["health", "school", "database"],
        "spa" => &["health", "spa", "database"],
        _ => &[],
    }
}

/// The points of a report about a contract; none where it is about everything.
///
/// # Errors
/// There is no such contract.
pub fn points(contract: Option<&str>, lang: Lang) -> Result<Vec<Point>, Usage> {
    let Some(contract) = contract else {
        return Ok(Vec::new());
    };
    let points: Vec<Point> = of(contract).iter().map(|id| (*id, named(id))).collect();
    if !points.is_empty() {
        return Ok(points);
    }
    let known: Vec<&str> = CONTRACTS.iter().map(|known| known.name).collect();
    let known = known.join(", ");
    let why = said(
        format!("there is no contract {contract}: choose from {known}"),
        format!("контракта {contract} нет, есть {known}"),
    );
    Err(Usage::of(&why, lang))
}

/// Whether a check is one of a contract, or everything is asked for.
pub fn belongs(contract: Option<&str>, id: &str) -> bool {
    contract.is_none_or(|contract| of(contract).contains(&id))
}

/// Tells that nobody could talk.
///
/// # Errors
/// Standard output cannot be written.
pub fn blocked(steps: &mut Steps) -> io::Result<()> {
    for id in TALKS {
        if !steps.has_told(id) {
            steps.blocked(id, named(id))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contract_has_a_report_of_its_own() {
        for contract in CONTRACTS {
            let told = points(Some(contract.name), Lang::En).unwrap();
            assert!(told.len() > 2, "{told:?}");
            // What has no name of its own is the same in both languages.
            assert!(told.iter().all(|(_, name)| name.en() != name.ru()), "{told:?}");
        }
        assert_eq!(points(None, Lang::En).unwrap(), []);
        let wrong = points(Some("nonsense"), Lang::Ru).unwrap_err().to_string();
        assert!(wrong.contains("support_desk") && wrong.contains("нет"), "{wrong}");
    }
}
