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

pub(super) const NOT_AUTHENTICATED: &str = "Authentication credentials were not provided.";
pub(super) const BAD_HEADER: &str = "Authorization header must contain two space-delimited values";
pub(super) const BAD_TOKEN: &str = "Given token not valid for any token type";
pub(super) const TOKEN_INVALID: &str = "Token is invalid";
pub(super) const TOKEN_WRONG_TYPE: &str = "Token has wrong type";
pub(super) const NO_SUCH_USER: &str = "User not found";
pub(super) const INACTIVE_USER: &str = "User is inactive";
pub(super) const NO_ACCOUNT: &str = "No active account found with the given credentials";
pub(super) const NO_ACCOUNT_OF_TOKEN: &str = "No active account found for the given token.";
pub(super) const FORBIDDEN: &str = "You do not have permission to perform this action.";
pub(super) const NOT_FOUND: &str = "Not found.";
pub(super) const INVALID_PAGE: &str = "Invalid page.";
pub(super) const METHOD: &str = "Method \"{}\" not allowed.";
pub(super) const MEDIA: &str = "Unsupported media type \"{}\" in request.";
pub(super) const THROTTLED: &str = "Request was throttled.";
pub(super) const IN_A_SECOND: &str = "Expected available in {} second.";
pub(super) const IN_SECONDS: &str = "Expected available in {} seconds.";
pub(super) const BROKEN_JSON: &str = "JSON parse error - {}";
pub(super) const BROKEN_FORM: &str = "Form parse error - {}";
pub(super) const BROKEN_MULTIPART: &str = "Multipart form parse error - {}";
pub(super) const TOO_LARGE: &str = "The body is larger than {} bytes.";
pub(super) const FOREIGN_ORIGIN: &str = "CSRF Failed: Origin checking failed - {} does not match any trusted origins.";
pub(super) const FOREIGN_HOST: &str = "This server does not answer to the name {}.";
pub(super) const CROSS_SITE: &str = "CSRF Failed: a session cookie does not authenticate requests of other sites.";
pub(super) const SERVER_ERROR: &str = "A server error occurred.";
pub(super) const UNAVAILABLE: &str = "The server is busy, try again in a moment.";

pub(super) const REQUIRED: &str = "This field is required.";
pub(super) const BLANK: &str = "This field may not be blank.";
pub(super) const NULL: &str = "This field may not be null.";
pub(super) const NOT_TEXT: &str = "Not a valid string.";
pub(super) const INVALID: &str = "Invalid value.";
pub(super) const TOO_SHORT: &str = "Ensure this field has at least {} characters.";
pub(super) const TOO_LONG: &str = "Ensure this field has no more than {} characters.";
pub(super) const NUL_CHARACTER: &str = "Null characters are not allowed.";
pub(super) const NOT_KEY: &str = "Incorrect type. Expected pk value, received {}.";
pub(super) const NO_SUCH_KEY: &str = "Invalid pk \"{}\" - object does not exist.";
pub(super) const NOT_INTEGER: &str = "A valid integer is required.";
pub(super) const NOT_UNIQUE: &str = "This field must be unique.";
pub(super) const NOT_DICTIONARY: &str = "Invalid data. Expected a dictionary, but got {}.";
pub(super) const NOT_FILE: &str = "The submitted data was not a file. Check the encoding type on the form.";
pub(super) const EMPTY_FILE: &str = "The submitted file is empty.";
pub(super) const FILE_TYPE: &str = "Files of this type are not taken.";
pub(super) const PICTURE_TOO_LARGE: &str = "Ensure this picture has no more than {} pixels.";
pub(super) const TOO_MANY_FILES: &str = "Ensure there are no more than {} files.";
pub(super) const TOO_MANY_MEMBERS: &str = "Ensure there are no more than {} people.";
pub(super) const ONESELF: &str = "This is you; choose somebody else.";
pub(super) const NOT_EMAIL: &str = "Enter a valid email address.";
pub(super) const NOT_LIST: &str = "Expected a list of items but got type \"{}\".";

const SENTENCES: &[(&str, &str)] = &[
    (NOT_AUTHENTICATED, "Учетные данные не были предоставлены."),
    (
        BAD_HEADER,
        "Заголовок авторизации должен содержать два значения, разделенных пробелом",
    ),
    (BAD_TOKEN, "Данный токен недействителен для любого типа токена"),
    (TOKEN_INVALID, "Токен недействителен"),
    (TOKEN_WRONG_TYPE, "Токен имеет неправильный тип"),
    (NO_SUCH_USER, "Пользователь не найден"),
    (INACTIVE_USER, "Пользователь неактивен"),
    (NO_ACCOUNT, "Не найдено активной учетной записи с указанными данными"),
    (
        NO_ACCOUNT_OF_TOKEN,
        "Не найдено активной учетной записи для этого токена.",
    ),
    (FORBIDDEN, "У вас недостаточно прав для выполнения данного действия."),
    (NOT_FOUND, "Страница не найдена."),
    (INVALID_PAGE, "Неправильная страница"),
    (METHOD, "Метод \"{}\" не разрешен."),
    (MEDIA, "Неподдерживаемый тип данных \"{}\" в запросе."),
    (THROTTLED, "Запрос был проигнорирован."),
    (IN_A_SECOND, "Повторите через {} с."),
    (IN_SECONDS, "Повторите через {} с."),
    (BROKEN_JSON, "Ошибка разбора JSON - {}"),
    (BROKEN_FORM, "Ошибка разбора формы - {}"),
    (BROKEN_MULTIPART, "Ошибка разбора составной формы - {}"),
    (TOO_LARGE, "Тело запроса больше {} байт."),
    (FOREIGN_ORIGIN, "Ошибка CSRF: источник {} не входит в число доверенных."),
    (FOREIGN_HOST, "Этот сервер не отвечает на имя {}."),
    (
        CROSS_SITE,
        "Ошибка CSRF: cookie сеанса не действует для запросов с других сайтов.",
    ),
    (SERVER_ERROR, "Ошибка сервера."),
    (UNAVAILABLE, "Сервер занят, повторите чуть позже."),
    (REQUIRED, "Обязательное поле."),
    (BLANK, "Это поле не может быть пустым."),
    (NULL, "Это поле не может быть пустым."),
    (NOT_TEXT, "Это не строка."),
    (INVALID, "Недопустимое значение."),
    (TOO_SHORT, "Убедитесь, что это значение содержит не менее {} символов."),
    (TOO_LONG, "Убедитесь, что это значение содержит не более {} символов."),
    (NUL_CHARACTER, "Нулевые символы не допускаются."),
    (
        NOT_KEY,
        "Некорректный тип. Ожидалось значение первичного ключа, получен {}.",
    ),
    (
        NO_SUCH_KEY,
        "Недопустимый первичный ключ \"{}\" - объект не существует.",
    ),
    (NOT_INTEGER, "Введите правильное число."),
    (NOT_UNIQUE, "Это поле должно быть уникально."),
    (
        NOT_DICTIONARY,
        "Недопустимые данные. Ожидался dictionary, но был получен {}.",
    ),
    (NOT_FILE, "Загруженный файл не является корректным файлом."),
    (EMPTY_FILE, "Отправленный файл пуст."),
    (FILE_TYPE, "Файлы такого типа не принимаются."),
    (PICTURE_TOO_LARGE, "Убедитесь, что в изображении не более {} пикселей."),
    (TOO_MANY_FILES, "Убедитесь, что файлов не более {}."),
    (TOO_MANY_MEMBERS, "Убедитесь, что участников не более {}."),
    (ONESELF, "Это вы сами: выберите кого-нибудь другого."),
    (NOT_EMAIL, "Введите корректный адрес электронной почты."),
    (NOT_LIST, "Ожидался list со значениями, но был получен \"{}\"."),
];

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
