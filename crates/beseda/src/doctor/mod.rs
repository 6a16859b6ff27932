//! Proves a running server end to end: what it stands on, the way to it, and that its clients can talk.

mod guests;
pub mod house;
mod points;
pub mod probe;
pub mod refused;
mod settings;
mod talks;
pub mod way;

use crate::app::told_to_stop;
use crate::caller::Caller;
use crate::config::{self, Problems, Settings};
use crate::report::{Check, Speech, Steps, Trouble, Usage, said};
use crate::system::System;
use beseda_core::ports::Clock as _;
use guests::Guests;
use points::{named, points};
use reqwest::Url;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is to be proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// The server's public address. Where it listens, without one.
    pub url: Option<String>,
    /// The one contract that is to be proven.
    pub contract: Option<String>,
    /// An administrator's password may go over plain http.
    pub insecure: bool,
}

/// The settings of a server, as a command that looks at it has read them.
#[derive(Debug)]
pub struct Read {
    /// The settings, or what is wrong with them.
    pub settings: Result<Settings, Problems>,
    /// The file that they were read from.
    pub file: Option<PathBuf>,
}

/// Proves the server of a data directory.
///
/// # Errors
/// [`crate::report::Usage`] where there is no such contract, or the address is none of a server; standard output cannot be
/// written.
pub async fn run(read: Read, wishes: Wishes, speech: Speech) -> anyhow::Result<ExitCode> {
    let mut steps = Steps::new(speech, points(wishes.contract.as_deref(), speech.lang)?);
    let settings = match &read.settings {
        Ok(settings) => settings,
        Err(problems) => {
            steps.tell(settings::refused(problems))?;
            return Ok(steps.end()?);
        }
    };
    let nowhere = said(
        "the server listens where no browser gets: say where its users find it with --url",
        "сервер слушает там, куда браузер не дойдёт: скажите через --url, где его находят пользователи",
    );
    let listens = || Some(config::site(&settings.listen)? + &settings.reach.base_path);
    let url = wishes.url.clone().or_else(listens);
    let url = url.ok_or_else(|| Usage::of(&nowhere, speech.lang))?;
    let caller = Caller::new(&url, speech.lang)?;
    let examination = Examination {
        settings,
        caller: &caller,
        wishes: &wishes,
    };
    let stop = told_to_stop()?;
    let stands = house::look(&mut steps, settings, read.file.as_deref()).await?;
    let mut guests = None;
    let stopped = tokio::select! {
        told = examination.go(&mut steps, &mut guests, stands) => told.map(|()| false),
        () = stop => Ok(true),
    };
    if let Ok(true) = stopped {
        let name = said("interrupted", "прервано");
        let why = said("a signal came before the end", "сигнал пришёл до конца проверки");
        let again = said(
            "run it again for the whole report",
            "запустите снова ради полного отчёта",
        );
        steps.tell(Check::failed("interrupted", name, why, again))?;
    }
    // Whatever has come in between: nobody of them is left behind.
    if let Some(guests) = guests {
        let away = async {
            guests.go().await?;
            let told = said(
                "texts are erased, files given up, rooms and the order removed; its people are shut out",
                "тексты стёрты, файлы отданы на удаление, комнаты и заказ удалены; проверочные пользователи отключены",
            );
            Ok(((), told))
        };
        steps.look("cleared", named("cleared"), away).await?;
    }
    stopped?;
    Ok(steps.end()?)
}

/// Whose server is examined, and how.
struct Examination<'a> {
    settings: &'a Settings,
    caller: &'a Caller,
    wishes: &'a Wishes,
}

impl Examination<'_> {
    async fn go(&self, steps: &mut Steps, guests: &mut Option<Guests>, stands: Option<()>) -> io::Result<()> {
        let Self { settings, caller, .. } = *self;
        let fit = match stands {
            Some(()) => house::database(steps, settings).await?,
            None => None,
        };
        let there = way::go(steps, caller).await?;
        let root = match there {
            Some(mine) => self.seen(steps, mine).await?,
            None => {
                steps.blocked("address", named("address"))?;
                None
            }
        };
        let upgraded = if settings.reach.echo_socket {
            let echo = async |()| way::echo(caller).await;
            steps.look_with(root, "upgrade", named("upgrade"), echo).await?
        } else {
            let why = said(
                "`echo_socket` is off: the contracts' own sockets are tried",
                "`echo_socket` выключен: проверяются сокеты контрактов",
            );
            steps.skip("upgrade", named("upgrade"), why)?;
            root
        };
        let ready = async |_| way::ready(caller, None).await;
        let well = steps.look_with(there, "health", named("health"), ready).await?;

        let came = steps.look_with(well.and(fit), "guests", named("guests"), async |()| {
            let guests = guests.insert(Guests::come(settings).await?);
            guests.let_client_in().await?;
            Ok(((), said("let in", "созданы")))
        });
        let came = came.await?;
        let Some(guests) = guests.as_mut() else {
            return points::blocked(steps);
        };
        let ours = async |()| {
            let found = talks::ours(caller, guests).await?;
            guests.let_others_in().await?;
            Ok(found)
        };
        let ours = steps.look_with(came, "server", named("server"), ours).await?;
        if ours.is_none() {
            return points::blocked(steps);
        }
        self.desk(steps, guests, upgraded).await?;
        self.rooms(steps, guests, upgraded).await?;
        self.texts(steps, guests, upgraded).await
    }

    /// How the server sees who asks it. Whether it was Beseda that answered.
    async fn seen(&self, steps: &mut Steps, mine: IpAddr) -> io::Result<Option<()>> {
        let root = way::root(self.caller).await;
        let is_ours = root.is_ok();
        let seen = async { way::seen(self.caller, self.settings, mine, &root?).await };
        steps.look("address", named("address"), seen).await?;
        Ok(is_ours.then_some(()))
    }

    fn wants(&self, id: &str) -> bool {
        points::belongs(self.wishes.contract.as_deref(), id)
    }

    /// The support desk. The administrator is there for its checks alone.
    async fn desk(&self, steps: &mut Steps, guests: &mut Guests, upgraded: Option<()>) -> io::Result<()> {
        if !self.wants("public") {
            return Ok(());
        }
        let caller = self.caller;
        let case = steps
            .look("public", named("public"), talks::public(caller, guests))
            .await?;
        if is_overheard(caller.base()) && !self.wishes.insecure {
            for id in ["administrator", "staff", "sockets"] {
                let why = said(
                    "plain http would show an administrator's password on the way: use https, or say --insecure",
                    "обычный http покажет по пути пароль администратора: используйте https или скажите --insecure",
                );
                steps.skip(id, named(id), why)?;
            }
            return Ok(());
        }
        let log_in = async {
            guests.let_admin_in().await?;
            talks::administrator(caller, guests).await
        };
        let admin = steps.look("administrator", named("administrator"), log_in).await?;
        let both = admin.as_deref().zip(case.as_deref());
        let staff = async |(admin, case)| talks::staff(caller, guests, admin, case).await;
        steps.look_with(both, "staff", named("staff"), staff).await?;
        let both = upgraded.and(both);
        let sockets = async |(admin, case)| talks::sockets(caller, guests, admin, case).await;
        let done = steps.look_with(both, "sockets", named("sockets"), sockets).await;
        // Before anything else is told: nobody keeps an administrator for longer than needed.
        let out = guests.shut_admin_out().await;
        done?;
        if let Err(Trouble { meaning, remedy }) = out {
            steps.tell(Check::failed("shut_out", named("shut_out"), meaning, remedy))?;
        }
        Ok(())
    }

    async fn rooms(&self, steps: &mut Steps, guests: &Guests, upgraded: Option<()>) -> io::Result<()> {
        if !self.wants("order_rooms") {
            return Ok(());
        }
        let (caller, settings) = (self.caller, self.settings);
        let order = async |()| talks::order_rooms(caller, guests).await;
        let order = steps
            .look_with(upgraded, "order_rooms", named("order_rooms"), order)
            .await?;
        let order = order.as_ref();
        let now = System.now().0 / 1_000_000;
        let retry = async |order| talks::retry(caller, guests, order, now).await;
        steps.look_with(order, "retry", named("retry"), retry).await?;
        let receipt = async |order| talks::receipt(caller, guests, order).await;
        steps.look_with(order, "receipt", named("receipt"), receipt).await?;
        let types = &settings.file_types;
        let takes = |media: &str| types.iter().any(|taken| taken == media);
        if types.is_empty() || takes("text/plain") || takes("application/octet-stream") {
            let file = async |order| talks::file(caller, settings, guests, order).await;
            steps.look_with(order, "file", named("file"), file).await?;
        } else {
            let why = said("`file_types` takes no text/plain", "`file_types` не берёт text/plain");
            steps.skip("file", named("file"), why)?;
        }
        let native = async |order| talks::native(caller, guests, order).await;
        steps.look_with(order, "native", named("native"), native).await?;
        Ok(())
    }

    async fn texts(&self, steps: &mut Steps, guests: &Guests, upgraded: Option<()>) -> io::Result<()> {
        let caller = self.caller;
        if self.wants("order_desk") {
            let desk = talks::order_desk(caller, guests);
            steps.look("order_desk", named("order_desk"), desk).await?;
        }
        if self.wants("school") {
            steps
                .look("school", named("school"), talks::school(caller, guests))
                .await?;
        }
        if self.wants("spa") {
            let spa = async |()| talks::spa(caller, guests).await;
            steps.look_with(upgraded, "spa", named("spa"), spa).await?;
        }
        Ok(())
    }
}

/// Whether an administrator's password goes there where others can hear it.
fn is_overheard(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    base.scheme() == "http" && !is_loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_over_plain_http_to_this_machine_alone() {
        for (base, overheard) in [
            ("http://127.0.0.1:8000/", false),
            ("http://[::1]:8000/", false),
            ("http://localhost/", false),
            ("https://chat.shop.example/", false),
            ("http://chat.shop.example/", true),
            ("http://10.0.0.7:8000/", true),
            ("http://localhost.shop.example/", true),
        ] {
            assert_eq!(is_overheard(&base.parse().unwrap()), overheard, "{base}");
        }
    }
}
