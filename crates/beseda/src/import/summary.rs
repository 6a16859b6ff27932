//! What an import found and did, for a person and for a program.

use super::left::Weight;
use super::look::Looked;
use super::progress::named;
use super::{Hands, Options};
use crate::report::{Lang, Said, Speech, said};
use serde_json::{Value, json};
use std::fmt::Write;

/// In the order in which they are taken.
pub const NAMES: [&str; 5] = ["people", "orders", "rooms", "members", "messages"];

/// What it all came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing was to be written.
    Looked,
    /// What could come in is in.
    Taken,
    /// Nothing was written, because not everything could come in.
    Refused,
}

/// Whether the command did what it was asked for.
pub fn is_well(hands: &Hands, options: &Options) -> bool {
    match hands.left.heaviest() {
        None | Some(Weight::Note) => true,
        Some(Weight::Bad) => options.skip_bad,
        Some(Weight::Clash) => false,
    }
}

/// The whole of it.
pub fn text(looked: &Looked, hands: &Hands, options: &Options, end: End, speech: Speech) -> String {
    if speech.json {
        return format!("{}\n", program(looked, hands, options, end));
    }
    let lang = speech.lang;
    let mut text = table(looked, lang);
    let (files, bytes) = looked.files;
    // Nothing here can fail into a text.
    let _ = match lang {
        Lang::En => writeln!(text, "files of new messages: {files}, {bytes} bytes"),
        Lang::Ru => writeln!(text, "файлов у новых сообщений: {files}, байт: {bytes}"),
    };
    for kind in hands.left.kinds() {
        let (count, ids, why) = (kind.count, kind.ids.join(", "), kind.why.said());
        let _ = match lang {
            Lang::En => writeln!(text, "{} of {}: {} (first: {ids})", count, kind.table, why.text(lang)),
            Lang::Ru => writeln!(
                text,
                "{}, строк {count}: {} (первые: {ids})",
                kind.table,
                why.text(lang)
            ),
        };
    }
    if options.dry_run {
        for name in NAMES {
            for sample in looked.samples.get(name).into_iter().flatten() {
                let _ = writeln!(text, "{}: {sample}", named(name, lang));
            }
        }
    }
    if hands.left.has_report() {
        let path = options.report.display();
        let _ = match lang {
            Lang::En => writeln!(text, "every row of these is named in {path}"),
            Lang::Ru => writeln!(text, "каждая из этих строк названа в {path}"),
        };
    }
    text + ending(hands, end).text(lang) + "\n"
}

fn table(looked: &Looked, lang: Lang) -> String {
    let heads = match lang {
        Lang::En => ["", "there", "new", "here", "gone", "left out"],
        Lang::Ru => ["", "там", "новых", "уже здесь", "удалены", "не взято"],
    };
    let line = |cells: [String; 6]| {
        let [name, there, new, here, gone, left] = cells;
        format!("{name:<12}{there:>12}{new:>12}{here:>12}{gone:>10}{left:>10}\n")
    };
    let mut text = line(heads.map(str::to_owned));
    for name in NAMES {
        let count = looked.counts.get(name).copied().unwrap_or_default();
        let numbers = [count.there, count.new, count.here, count.gone, count.left].map(|number| number.to_string());
        let [there, new, here, gone, left] = numbers;
        text += &line([named(name, lang).to_owned(), there, new, here, gone, left]);
    }
    text
}

fn ending(hands: &Hands, end: End) -> Said {
    match (end, hands.left.heaviest()) {
        (End::Taken, _) => said("done: everything else is here", "готово: всё остальное здесь"),
        (End::Looked, _) => said("nothing was written", "ничего не записано"),
        (End::Refused, Some(Weight::Clash)) => said(
            "nothing was written: other rows here have some of these numbers, and numbers are kept. Import into an empty \
             data directory",
            "ничего не записано: часть номеров здесь занята другими строками, а номера сохраняются. Импортируйте в пустой \
             каталог данных",
        ),
        (End::Refused, _) => said(
            "nothing was written: not everything can be taken. Correct it, or leave it out with --skip-bad",
            "ничего не записано: взять можно не всё. Исправьте это или пропустите: --skip-bad",
        ),
    }
}

fn program(looked: &Looked, hands: &Hands, options: &Options, end: End) -> Value {
    let counts = NAMES.map(|name| {
        let count = looked.counts.get(name).copied().unwrap_or_default();
        let told = json!({
            "there": count.there, "new": count.new, "here": count.here, "gone": count.gone, "left_out": count.left,
        });
        (name.to_owned(), told)
    });
    let left = hands
        .left
        .kinds()
        .into_iter()
        .map(|kind| json!({"table": kind.table, "kind": kind.why.word(), "count": kind.count, "first": kind.ids}));
    json!({
        "ok": is_well(hands, options),
        "written": end == End::Taken,
        "tables": Value::Object(counts.into_iter().collect()),
        "files": {"count": looked.files.0, "bytes": looked.files.1},
        "left_out": left.collect::<Vec<_>>(),
        "samples": if options.dry_run { json!(looked.samples) } else { Value::Null },
        "report": hands.left.has_report().then(|| options.report.display().to_string()),
    })
}
