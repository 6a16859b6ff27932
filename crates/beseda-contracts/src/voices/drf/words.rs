//! The sentences of Django REST Framework and simplejwt, in English and in Russian.
//!
//! Clients of the contracts match them, so they are what those libraries say, letter for letter, misprints included.
//! Where the library has no Russian sentence, the Russian one is ours.

use crate::shared::Language;

/// The sentence in a language; one that the table does not know stays as it is.
#[must_use]
pub fn say(language: Language, english: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Russian => SENTENCES
            .iter()
            .find(|(known, _)| *known == english)
            .map_or(english, |(_, russian)| russian),
    }
}

/// Makes a constant of each English sentence, and the table of what they are in Russian.
macro_rules! sentences {
    ($($name:ident: $english:literal, $russian:literal;)*) => {
        $(pub(super) const $name: &str = $english;)*

        const SENTENCES: &[(&str, &str)] = &[$(($name, $russian)),*];
    };
}

sentences! {
    NOT_AUTHENTICATED: "Authentication credentials were not provided.", "Учетные данные не были предоставлены.";
    BAD_HEADER:
        "Authorization header must contain two space-delimited values",
        "Заголовок авторизации должен содержать два значения, разделенных пробелом";
    BAD_TOKEN: "Given token not valid for any token type", "Данный токен недействителен для любого типа токена";
    TOKEN_INVALID: "Token is invalid", "Токен недействителен";
    TOKEN_EXPIRED: "Token is expired", "Токен просрочен";
    TOKEN_OF_UNKNOWN_AGE:
        "Token does not say when it was signed (iat), and its user was signed out since",
        "Токен не говорит, когда он подписан (iat), а его пользователь с тех пор вышел";
    TOKEN_WRONG_TYPE: "Token has wrong type", "Токен имеет неправильный тип";
    NO_SUCH_USER: "User not found", "Пользователь не найден";
    INACTIVE_USER: "User is inactive", "Пользователь неактивен";
    NO_ACCOUNT:
        "No active account found with the given credentials",
        "Не найдено активной учетной записи с указанными данными";
    NO_ACCOUNT_OF_TOKEN:
        "No active account found for the given token.",
        "Не найдено активной учетной записи для этого токена.";
    FORBIDDEN:
        "You do not have permission to perform this action.",
        "У вас недостаточно прав для выполнения данного действия.";
    ROOM_CLOSED: "The other person is no longer here.", "Собеседника здесь больше нет.";
    DELETED: "The message with this client_id was deleted.", "Сообщение с этим client_id удалено.";
    NOT_FOUND: "Not found.", "Страница не найдена.";
    INVALID_PAGE: "Invalid page.", "Неправильная страница";
    METHOD: "Method \"{}\" not allowed.", "Метод \"{}\" не разрешен.";
    MEDIA: "Unsupported media type \"{}\" in request.", "Неподдерживаемый тип данных \"{}\" в запросе.";
    CODING:
        "Unsupported content coding \"{}\" of the body: send it as it is, without Content-Encoding.",
        "Неподдерживаемое кодирование \"{}\" тела запроса: пришлите его как есть, без Content-Encoding.";
    THROTTLED: "Request was throttled.", "Запрос был проигнорирован.";
    IN_A_SECOND: "Expected available in {} second.", "Повторите через {} с.";
    IN_SECONDS: "Expected available in {} seconds.", "Повторите через {} с.";
    BROKEN_JSON: "JSON parse error - {}", "Ошибка разбора JSON - {}";
    BROKEN_FORM: "Form parse error - {}", "Ошибка разбора формы - {}";
    BROKEN_MULTIPART: "Multipart form parse error - {}", "Ошибка разбора составной формы - {}";
    TOO_LARGE: "The body is larger than {} bytes.", "Тело запроса больше {} байт.";
    TOO_MANY_LINES: "The body has more than {} lines.", "В теле запроса больше {} строк.";
    FOREIGN_ORIGIN:
        "CSRF Failed: Origin checking failed - {} does not match any trusted origins. The server's setting allowed_origins lets it in.",
        "Ошибка CSRF: источник {} не входит в число доверенных. Его допускает настройка сервера allowed_origins.";
    FOREIGN_HOST:
        "This server does not answer to the name {}. Its setting allowed_hosts holds those that it does.",
        "Этот сервер не отвечает на имя {}. Свои имена он берёт из настройки allowed_hosts.";
    CROSS_SITE:
        "CSRF Failed: a session cookie does not authenticate requests of other sites.",
        "Ошибка CSRF: cookie сеанса не действует для запросов с других сайтов.";
    SERVER_ERROR: "A server error occurred.", "Ошибка сервера.";
    UNAVAILABLE: "The server is busy, try again in a moment.", "Сервер занят, повторите чуть позже.";
    FILE_GONE:
        "The bytes of this file are gone. Whoever runs the server can look for {}.",
        "Содержимое этого файла пропало. Администратор сервера может поискать {}.";
    REQUIRED: "This field is required.", "Обязательное поле.";
    BLANK: "This field may not be blank.", "Это поле не может быть пустым.";
    NULL: "This field may not be null.", "Это поле не может быть пустым.";
    NOT_TEXT: "Not a valid string.", "Это не строка.";
    INVALID: "Invalid value.", "Недопустимое значение.";
    TOO_SHORT:
        "Ensure this field has at least {} characters.",
        "Убедитесь, что это значение содержит не менее {} символов.";
    TOO_LONG:
        "Ensure this field has no more than {} characters.",
        "Убедитесь, что это значение содержит не более {} символов.";
    NUL_CHARACTER: "Null characters are not allowed.", "Нулевые символы не допускаются.";
    NOT_KEY:
        "Incorrect type. Expected pk value, received {}.",
        "Некорректный тип. Ожидалось значение первичного ключа, получен {}.";
    NO_SUCH_KEY:
        "Invalid pk \"{}\" - object does not exist.",
        "Недопустимый первичный ключ \"{}\" - объект не существует.";
    NOT_INTEGER: "A valid integer is required.", "Введите правильное число.";
    NOT_MARK:
        "Pass on the X-Changed-After of an answer as it came, or 0.",
        "Передайте X-Changed-After из ответа как есть, или 0.";
    NOT_UNIQUE: "This field must be unique.", "Это поле должно быть уникально.";
    NOT_DICTIONARY:
        "Invalid data. Expected a dictionary, but got {}.",
        "Недопустимые данные. Ожидался dictionary, но был получен {}.";
    NOT_FILE:
        "The submitted data was not a file. Check the encoding type on the form.",
        "Загруженный файл не является корректным файлом.";
    EMPTY_FILE: "The submitted file is empty.", "Отправленный файл пуст.";
    FILE_TYPE: "Files of this type are not taken.", "Файлы такого типа не принимаются.";
    TOO_MANY_FILES: "Ensure there are no more than {} files.", "Убедитесь, что файлов не более {}.";
    TOO_MANY_MEMBERS: "Ensure there are no more than {} people.", "Убедитесь, что участников не более {}.";
    ONESELF: "This is you; choose somebody else.", "Это вы сами: выберите кого-нибудь другого.";
    NOT_EMAIL: "Enter a valid email address.", "Введите корректный адрес электронной почты.";
    NOT_LIST: "Expected a list of items but got type \"{}\".", "Ожидался list со значениями, но был получен \"{}\".";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_has_as_many_places_in_russian() {
        for (english, russian) in SENTENCES {
            assert_eq!(
                english.matches("{}").count(),
                russian.matches("{}").count(),
                "{english}"
            );
            assert!(russian.chars().any(|letter| ('а'..='я').contains(&letter)), "{english}");
        }
    }
}
