//! Proves a running server end to end: what it stands on, the way to it, and that its clients can talk.

mod guests;
pub mod house;
pub mod probe;
mod talks;
pub mod way;

use crate::caller::Caller;
use crate::config::{self, Settings};
use crate::report::{Said, Speech, Steps, Trouble, said};
use crate::system::System;
use anyhow::Context;
use beseda_contracts::CONTRACTS;
use beseda_core::ports::Clock as _;
use guests::Guests;
use std::process::ExitCode;

/// What every report has, also one about a single contract: the support desk's is these six.
const ALWAYS: [&str; 5] = ["health", "administrator", "public", "staff", "database"];

/// What is to be proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// The server's public address. Where it listens, without one.
    pub url: Option<String>,
    /// The one contract that is to be proven.
    pub contract: Option<String>,
}

/// Proves the server of a data directory.
///
/// # Errors
/// There is no such contract, the address is none of a server, or standard output cannot be written.
pub async fn run(settings: &Settings, wishes: Wishes, speech: Speech) -> anyhow::Result<ExitCode> {
    let reach = &settings.reach.base_path;
    let url = wishes
        .url
        .or_else(|| Some(config::site(&settings.listen)? + reach))
        .context("the server listens where no browser gets: say where its users find it with --url")?;
    let caller = Caller::new(&url)?;
    let mut steps = Steps::new(speech, only(wishes.contract.as_deref())?);

    house::look(&mut steps, settings).await?;
    house::database(&mut steps, settings).await?;
    let there = way::go(&mut steps, &caller).await?;
    let now = System.now().0 / 1_000_000;
    let health = said("server health", "здоровье сервера");
    let well = steps.look("health", health, way::ready(&caller, now)).await?;
    let seen = said("client address", "адрес клиента");
    steps
        .look_with(well, "address", seen, async |()| way::seen(&caller).await)
        .await?;

    let name = said("people of the doctor", "люди доктора");
    let came = steps.look_with(well.and(there), "guests", name, async |()| {
        let came = Guests::come(settings).await.map_err(|error| trouble_with(&error))?;
        Ok((came, said("let in", "впущены")))
    });
    if let Some(mut guests) = came.await? {
        let told = talk(&mut steps, &caller, &mut guests).await;
        let gone = guests.go().await;
        told?;
        let name = said("taken away", "убрано");
        let away = async {
            gone.map_err(|error| trouble_with(&error))?;
            Ok((
                (),
                said(
                    "rooms, messages and files; its people are shut out",
                    "комнаты, сообщения и файлы; его люди отключены",
                ),
            ))
        };
        steps.look("cleared", name, away).await?;
    }
    Ok(steps.end()?)
}

/// Lets the doctor's people do what clients do.
async fn talk(steps: &mut Steps, caller: &Caller, guests: &mut Guests) -> anyhow::Result<()> {
    let name = said("administrator", "администратор");
    steps
        .look("administrator", name, talks::administrator(caller, guests))
        .await?;

    let name = said("public calls", "открытые вызовы");
    let case = steps.look("public", name, talks::public(caller, guests)).await?;
    let guests = &*guests;
    let staff = async |case: String| talks::staff(caller, guests, &case).await;
    steps
        .look_with(case.clone(), "staff", said("staff calls", "вызовы сотрудников"), staff)
        .await?;
    let sockets = async |case: String| talks::support_desk(caller, guests, &case).await;
    steps
        .look_with(
            case,
            "support_desk",
            said("sockets, support desk", "сокеты, поддержка"),
            sockets,
        )
        .await?;

    let name = said("order rooms, live", "комнаты заказов, вживую");
    let order = steps
        .look("order_rooms", name, talks::order_rooms(caller, guests))
        .await?;
    let order = order.as_ref();
    let retry = async |order| talks::retry(caller, guests, order).await;
    steps
        .look_with(
            order,
            "retry",
            said("a retry, taken once", "повтор принят один раз"),
            retry,
        )
        .await?;
    let receipt = async |order| talks::receipt(caller, guests, order).await;
    steps
        .look_with(order, "receipt", said("receipt", "отметка о прочтении"), receipt)
        .await?;
    let file = async |order| talks::file(caller, guests, order).await;
    steps
        .look_with(order, "file", said("a file, up and down", "файл туда и обратно"), file)
        .await?;
    let native = async |order| talks::native(caller, guests, order).await;
    steps
        .look_with(
            order,
            "native",
            said("native API, a ticket", "собственный API, билет"),
            native,
        )
        .await?;

    let name = said("order desk", "стол заказов");
    steps
        .look("order_desk", name, talks::order_desk(caller, guests))
        .await?;
    steps
        .look("school", said("school", "школа"), talks::school(caller, guests))
        .await?;
    steps
        .look(
            "spa",
            said("spa, chat and location", "салон, переписка и геопозиция"),
            talks::spa(caller, guests),
        )
        .await?;
    Ok(())
}

/// Which checks are told; all where no contract is named.
fn only(contract: Option<&str>) -> anyhow::Result<Option<Vec<&'static str>>> {
    let Some(contract) = contract else { return Ok(None) };
    let known = CONTRACTS.iter().map(|known| known.name);
    match known.clone().find(|known| *known == contract) {
        Some(name) => Ok(Some(ALWAYS.into_iter().chain([name]).collect())),
        None => anyhow::bail!(
            "there is no contract {contract}: choose from {}",
            known.collect::<Vec<_>>().join(", ")
        ),
    }
}

fn trouble_with(error: &anyhow::Error) -> Trouble {
    Trouble::new(
        Said::verbatim(format!("{error:#}")),
        said(
            "is --data the directory of this server?",
            "это ли каталог данных сервера указан в --data?",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contract_has_a_report_of_six_points() {
        for contract in CONTRACTS {
            let told = only(Some(contract.name)).unwrap().unwrap();
            assert_eq!(told.len(), 6, "{told:?}");
        }
        assert_eq!(only(None).unwrap(), None);
        assert!(only(Some("nonsense")).unwrap_err().to_string().contains("support_desk"));
    }
}
