//! Settings that cannot be used, as a check of a report.

use crate::config::{Problem, Problems};
use crate::report::{Check, said};

/// What the settings say of themselves, and in Russian. What stands in backticks is passed on as it is.
const RUSSIAN: [(&str, &str); 8] = [
    ("is no setting", "— такой настройки нет"),
    ("The nearest is", "Похожая:"),
    ("is too short: ", "— слишком короткий: "),
    ("bytes, and it takes at least", "байт, а нужно не меньше"),
    ("is an example that everybody knows", "— пример, который всем известен"),
    (
        "can be guessed: it repeats a few characters",
        "можно угадать: в нём повторяются несколько знаков",
    ),
    ("Make one with", "Создайте его так:"),
    (
        ", or leave it out: the server then makes its own.",
        ", или уберите: сервер создаст свой.",
    ),
];

/// That settings cannot be used, and what to do with each of them.
pub fn refused(problems: &Problems) -> Check {
    let what = |problem: &Problem| format!("{}: {}", problem.at, problem.what);
    let all = |each: &dyn Fn(&Problem) -> String| {
        let all: Vec<String> = problems.0.iter().map(each).collect();
        all.join("; ")
    };
    let (meaning, remedy) = (all(&what), all(&|problem| problem.todo.clone()));
    let (russian, mend) = (in_russian(&meaning), in_russian(&remedy));
    Check::failed(
        "settings",
        said("settings", "настройки"),
        said(meaning, russian),
        said(remedy, mend),
    )
}

fn in_russian(text: &str) -> String {
    let text = text.to_owned();
    RUSSIAN.iter().fold(text, |text, (en, ru)| text.replace(en, ru))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_russian_too() {
        let russian = in_russian("`secret` can be guessed: it repeats a few characters");
        assert_eq!(russian, "`secret` можно угадать: в нём повторяются несколько знаков");
        let russian =
            in_russian("Make one with `openssl rand -hex 32`, or leave it out: the server then makes its own.");
        assert!(
            russian.contains("`openssl rand -hex 32`") && !russian.contains("Make"),
            "{russian}"
        );
    }
}
