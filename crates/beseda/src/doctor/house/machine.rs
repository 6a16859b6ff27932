//! The machine under a server: its disk, its clock, and what its process has open.

use crate::config::{Database, Settings};
use crate::data::database_path;
use crate::descriptors;
use crate::doctor::way::{CLOCK_SECONDS, wrong_clock};
use crate::report::{Found, Said, Steps, Trouble, said};
use crate::system::{Process, Server, System};
use std::io;
use std::path::Path;

/// Free bytes of a disk below which somebody should look: a day of files of a busy server.
const FREE_BYTES: u64 = 1024 * 1024 * 1024;
/// Files that can still be made on a disk, below which somebody should look.
const FREE_FILES: u64 = 10_000;
/// Of its descriptors a server should have so many left, in percent.
const SPARE_PERCENT: u64 = 10;

pub(super) fn disk(data: &Path) -> Found<()> {
    let free = System.free_bytes(data).map_err(|error| {
        let remedy = said("is the directory there?", "есть ли этот каталог?");
        Trouble::new(Said::verbatim(error.to_string()), remedy)
    })?;
    let mebibytes = free / 1024 / 1024;
    let told = said(format!("{mebibytes} MiB free"), format!("свободно {mebibytes} МиБ"));
    if free < FREE_BYTES {
        return Err(Trouble::new(
            told,
            said(
                "make room: old backups, rotated logs; a full disk takes no messages",
                "освободите место: старые копии, старые журналы; полный диск не принимает сообщений",
            ),
        ));
    }
    match System.free_files(data) {
        Some(files) if files < FREE_FILES => Err(Trouble::new(
            said(
                format!("only {files} more files can be made (inodes)"),
                format!("можно создать лишь {files} файлов (inode)"),
            ),
            said(
                "remove what has many small files, or move the data: `df -i` tells",
                "уберите множество мелких файлов или перенесите данные: см. `df -i`",
            ),
        )),
        _ => Ok(((), told)),
    }
}

/// What the server's process has open. Nothing where it works on another file than the one that lies there: two programs
/// would take the one for the other.
pub(super) async fn server(steps: &mut Steps, server: &Server, settings: &Settings) -> io::Result<Option<()>> {
    let (names, id) = (said("descriptors of the server", "дескрипторы сервера"), "descriptors");
    match server {
        Server::Known(process) => {
            steps
                .look(id, names, async {
                    descriptors(process.id, settings.limits.connections)
                })
                .await?;
            if settings.database == Database::Sqlite {
                let name = said("database file of the server", "файл базы у сервера");
                let path = database_path(&settings.data);
                return steps
                    .look("database_file", name, async { same_file(process, &path) })
                    .await;
            }
        }
        Server::None => {
            let why = said(
                "no server serves this directory",
                "этот каталог никакой сервер не обслуживает",
            );
            steps.skip(id, names, why)?;
        }
        Server::Hidden => {
            let why = said(
                "the server is another user's, or runs in a container of its own",
                "сервер запущен другим пользователем или в своём контейнере",
            );
            steps.skip(id, names, why)?;
        }
    }
    Ok(Some(()))
}

/// Whether the server may open as many files as it has connections to take, and has some left.
fn descriptors(server: u32, wanted: usize) -> Found<()> {
    let Some((used, most)) = System.open_files(server) else {
        let meaning = said("they cannot be looked at", "на них не посмотреть");
        return Err(Trouble::new(
            meaning,
            said(
                "run it as the server's user, or as root",
                "запустите от имени пользователя сервера или root",
            ),
        ));
    };
    let told = said(format!("{used} of {most} open"), format!("открыто {used} из {most}"));
    let raise = said(
        "raise LimitNOFILE= in the unit, `ulimits: nofile` of the container, or `ulimit -Hn`, and start the server again",
        "поднимите LimitNOFILE= в юните, `ulimits: nofile` контейнера или `ulimit -Hn` и перезапустите сервер",
    );
    if used.saturating_mul(100) > most.saturating_mul(100 - SPARE_PERCENT) {
        return Err(Trouble::new(told, raise));
    }
    let fit = descriptors::fitting(most).unwrap_or_default();
    if fit < wanted {
        return Err(Trouble::new(
            said(
                format!("{most} open files are {fit} connections, and limits.connections is {wanted}"),
                format!("{most} открытых файлов — это {fit} соединений, а limits.connections — {wanted}"),
            ),
            raise,
        ));
    }
    Ok(((), told))
}

/// Whether the server works on the file that lies there now.
fn same_file(server: &Process, path: &Path) -> Found<()> {
    let shown = path.display();
    if System.has_open(server, path) != Some(false) {
        return Ok(((), Said::verbatim(shown.to_string())));
    }
    Err(Trouble::new(
        said(
            format!("{shown} was replaced or removed under the server, which writes into another file"),
            format!("{shown} заменили или удалили под работающим сервером, он пишет в другой файл"),
        ),
        said(
            format!(
                "what the server has written is lost when it stops: copy its file first (`ls -l /proc/{}/fd`), then stop it, put \
                 the right file there, start it",
                server.id
            ),
            format!(
                "записанное сервером пропадёт с его остановкой: сначала скопируйте его файл (`ls -l /proc/{}/fd`), затем \
                 остановите его, верните нужный файл и запустите",
                server.id
            ),
        ),
    ))
}

/// Whether the clock can be right: nothing was written later than `now`, both in microseconds, and somebody keeps it in step.
pub(super) fn clock(now: i64, newest: Option<i64>, is_kept: Option<bool>) -> Found<()> {
    let ahead = newest.map_or(0, |newest| (newest - now) / 1_000_000);
    if ahead > CLOCK_SECONDS {
        let mut trouble = wrong_clock(-ahead);
        trouble.meaning = said(
            format!("the newest row is from {ahead} s ahead: this clock is slow, or was fast when it was written"),
            format!("новейшая запись на {ahead} с впереди: часы отстают или тогда спешили"),
        );
        return Err(trouble);
    }
    match is_kept {
        Some(false) => Err(Trouble::new(
            said("nobody keeps it in step", "их никто не сверяет"),
            said(
                "`timedatectl set-ntp true`, or chrony; tokens are judged by this clock",
                "`timedatectl set-ntp true` или chrony; по этим часам судят о токенах",
            ),
        )),
        Some(true) => Ok(((), said("kept in step", "сверяются"))),
        None => Ok((
            (),
            said(
                "nothing written is from the future; this machine does not tell who keeps it in step",
                "записей из будущего нет; кто сверяет часы, эта машина не говорит",
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_from_the_future_and_a_clock_that_nobody_keeps_are_named() {
        let second = 1_000_000;
        for newest in [None, Some(0), Some(second), Some(CLOCK_SECONDS * second)] {
            assert!(clock(0, newest, Some(true)).is_ok(), "{newest:?}");
            assert!(clock(0, newest, None).is_ok(), "{newest:?}");
        }
        assert!(clock(0, Some((CLOCK_SECONDS + 1) * second), Some(true)).is_err());
        assert!(clock(0, None, Some(false)).is_err());
    }
}
