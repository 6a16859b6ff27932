//! What is in the way of serving: a word for programs, what it means and what to do for people, and what the log is told of it.

use crate::report::{Lang, Said, said};
use beseda_core::{Error, Fault, Hindrance};

/// How often nothing has to be found in the way before that is told: a disk that is nearly full takes a little now and then.
const WELL_TURNS: u32 = 3;

/// What is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwell {
    /// A word that stays the same.
    pub reason: &'static str,
    /// What the log is told besides: it may name paths, and the answer may not, since everybody may ask.
    cause: String,
}

impl Unwell {
    /// The server stops, for this reason.
    pub fn stopping(reason: &'static str) -> Self {
        Self {
            reason,
            cause: String::new(),
        }
    }

    /// The store takes nothing.
    pub fn store(fault: &Fault) -> Self {
        let reason = match fault {
            Fault::Hindered(why, _) => why.word(),
            Fault::Stopping => return Self::stopping("stopping"),
            Fault::Busy | Fault::Away(_) | Fault::Store(_) | Fault::Internal(_) => "store",
        };
        Self {
            reason,
            cause: fault.to_string(),
        }
    }

    /// Files are not taken.
    pub fn files(fault: &Fault) -> Self {
        let reason = match fault {
            Fault::Hindered(why @ Hindrance::DiskFull, _) => why.word(),
            _ => "uploads",
        };
        Self {
            reason,
            cause: fault.to_string(),
        }
    }

    /// What it means, and what to do.
    pub fn told(&self) -> (Said, Said) {
        explained(self.reason).unwrap_or_default()
    }
}

/// What a reason means that `/readyz` gives, and what to do, also for those who read it from outside.
pub fn explained(reason: &str) -> Option<(Said, Said)> {
    if let Some(why) = Hindrance::ALL.into_iter().find(|why| why.word() == reason) {
        return Some(of_hindrance(why));
    }
    Some(match reason {
        "uploads" => (
            said(
                "no uploaded file is kept: their folder is gone, or cannot be written",
                "загруженные файлы не сохраняются: их каталога нет или в него нельзя писать",
            ),
            said(
                "mount it or put it back, and give it to the server's user; the server goes on by itself",
                "смонтируйте его или верните на место и отдайте пользователю сервера; дальше сервер продолжит сам",
            ),
        ),
        "store" => (
            said("the database does not answer", "база не отвечает"),
            said(
                "is PostgreSQL there, is the disk? logs/app.log says the cause; it is asked again and again",
                "на месте ли PostgreSQL, диск? причина в logs/app.log; база опрашивается снова и снова",
            ),
        ),
        "task" => (
            said(
                "a part of the server has died, and it stops",
                "часть сервера умерла, и он останавливается",
            ),
            said(
                "start it again; logs/app.log says which part and why",
                "запустите его снова; какая часть и почему, сказано в logs/app.log",
            ),
        ),
        "stopping" => (
            said("the server is stopping", "сервер останавливается"),
            said("wait for the next one", "дождитесь следующего"),
        ),
        _ => return None,
    })
}

fn of_hindrance(why: Hindrance) -> (Said, Said) {
    match why {
        Hindrance::DiskFull => (
            said("nothing is kept: the disk is full", "ничего не сохраняется: диск полон"),
            said(
                "make room on it; the server goes on by itself",
                "освободите место; дальше сервер продолжит сам",
            ),
        ),
        Hindrance::Locked => (
            said(
                "nothing is kept: another program holds the database locked",
                "ничего не сохраняется: базу держит запертой другая программа",
            ),
            said(
                "find it (`fuser beseda.db`: a backup, a shell with an open transaction) and end it; the server goes on by \
                 itself",
                "найдите её (`fuser beseda.db`: резервное копирование, консоль с открытой транзакцией) и завершите; дальше \
                 сервер продолжит сам",
            ),
        ),
        Hindrance::ReadOnly => (
            said(
                "nothing is kept: the database can only be read",
                "ничего не сохраняется: базу можно только читать",
            ),
            said(
                "mount its disk for writing (the system's log says why it is not), or name the PostgreSQL server that takes \
                 writes; the server goes on by itself",
                "смонтируйте её диск для записи (почему он не такой, говорит журнал системы) или укажите сервер PostgreSQL, \
                 который принимает записи; дальше сервер продолжит сам",
            ),
        ),
        Hindrance::Replaced => (
            said(
                "nothing is kept: the database's file was removed or replaced under the server",
                "ничего не сохраняется: файл базы удалили или подменили под работающим сервером",
            ),
            said(
                "put the file back that was there, and the server goes on by itself; or restart it to serve what is there \
                 now. If that file is gone, copy it out of the running server before (/proc/PID/fd)",
                "верните прежний файл, и сервер продолжит сам; или перезапустите его с тем, что лежит сейчас. Если прежнего \
                 файла больше нет, сначала скопируйте его из работающего сервера (/proc/PID/fd)",
            ),
        ),
        Hindrance::Closed => (
            said(
                "nothing is kept: the database is gone, or may not be opened",
                "ничего не сохраняется: базы нет на месте или её нельзя открыть",
            ),
            said(
                "see that it is there and belongs to the server's user",
                "проверьте, что она на месте и принадлежит пользователю сервера",
            ),
        ),
        Hindrance::Disk => (
            said(
                "nothing is kept: the disk fails",
                "ничего не сохраняется: диск отказывает",
            ),
            said(
                "the system's log (`dmesg`) says what is wrong with it",
                "что с ним, говорит журнал системы (`dmesg`)",
            ),
        ),
        Hindrance::Damaged => (
            said(
                "nothing is kept: the database is damaged",
                "ничего не сохраняется: база повреждена",
            ),
            said(
                "stop the server, keep a copy of the files, and restore the last backup",
                "остановите сервер, сохраните копию файлов и верните последнюю резервную копию",
            ),
        ),
    }
}

/// What an error of ours is a fault of; nothing refuses a proof.
pub fn fault_of(error: Error) -> Fault {
    match error {
        Error::Failed(fault) => fault,
        Error::Refused(refusal) => Fault::Internal(refusal.to_string()),
    }
}

/// Nobody has answered.
pub fn no_answer() -> Fault {
    Fault::Away("there was no answer in time".to_owned())
}

/// Tells the log what is in the way, once when it begins and once when it is over.
#[derive(Default)]
pub struct Teller {
    told: Option<Unwell>,
    /// How often nothing was in the way since.
    well: u32,
}

impl Teller {
    /// Whether something was told that is not over yet.
    pub fn has_told(&self) -> bool {
        self.told.is_some()
    }

    /// What is in the way now.
    pub fn tell(&mut self, found: Option<Unwell>) {
        match (found, &self.told) {
            (Some(found), told) => {
                self.well = 0;
                if told.as_ref().is_none_or(|told| told.reason != found.reason) {
                    let (meaning, remedy) = found.told();
                    let [meaning, remedy] = [&meaning, &remedy].map(|said| said.text(Lang::En));
                    tracing::error!(
                        reason = found.reason,
                        "not ready: {meaning} ({}): {remedy}",
                        found.cause
                    );
                    self.told = Some(found);
                }
            }
            (None, Some(told)) => {
                self.well += 1;
                if self.well >= WELL_TURNS {
                    tracing::info!(reason = told.reason, "ready again: what is given is kept");
                    (self.told, self.well) = (None, 0);
                }
            }
            (None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_way_is_over_once_it_was_not_for_a_while() {
        let full = || {
            Some(Unwell::store(&Fault::Hindered(
                Hindrance::DiskFull,
                "no space".to_owned(),
            )))
        };
        let mut teller = Teller::default();
        teller.tell(None);
        assert!(!teller.has_told());
        for found in [full(), None, None, full(), None, None] {
            teller.tell(found);
            assert!(
                teller.has_told(),
                "a disk that is nearly full takes a little now and then"
            );
        }
        teller.tell(None);
        assert!(!teller.has_told());
    }

    #[test]
    fn every_reason_is_explained_and_stands_on_the_page() {
        let page = include_str!("../../../../docs/operating/health.md");
        let words = Hindrance::ALL.map(Hindrance::word);
        for reason in words.into_iter().chain(["uploads", "store", "task", "stopping"]) {
            assert!(explained(reason).is_some(), "{reason}");
            assert!(page.contains(&format!("| `{reason}` |")), "{reason} stands on the page");
        }
        assert_eq!(explained("another"), None);
        let mut once = words.to_vec();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), words.len(), "each has a word of its own");
    }

    #[test]
    fn paths_are_for_the_log_alone() {
        for why in Hindrance::ALL {
            let fault = Fault::Hindered(why, "/srv/data/beseda.db: no".to_owned());
            for unwell in [Unwell::store(&fault), Unwell::files(&fault)] {
                let (meaning, remedy) = unwell.told();
                for lang in [Lang::En, Lang::Ru] {
                    assert!(!format!("{}{}", meaning.text(lang), remedy.text(lang)).contains("/srv"));
                }
                assert!(unwell.cause.contains("/srv/data"));
            }
            assert_eq!(Unwell::store(&fault).reason, why.word());
        }
    }
}
