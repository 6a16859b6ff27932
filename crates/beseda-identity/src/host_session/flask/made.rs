//! Sessions that Flask 3.1.3, Flask-Login 0.6.3 and itsdangerous 2.2.0 wrote, at [`SIGNED_AT`] and with [`KEY`].

/// The application's `SECRET_KEY`.
pub const KEY: &[u8] = b"5e9b0d6c2f1a4783b6d0e9a7c4f8123057ab";
/// Its key of before, which is no text.
pub const OLD_KEY: &[u8] = b"\x8f\x02old key of bytes\xff\x10\n\x7f-k9Qz";
/// Seconds since 1970.
pub const SIGNED_AT: i64 = 1_795_237_140;
/// Flask-Login's `_user_id`, "2", packed by zlib.
pub const PLAIN: &str = "\
    .eJwljjEOAyEMwP7C3CEBksB95hRConblelPVvxepm-XB8iedsfx6puO9bn-k8zXTkaAEdFK0DdO8hWfXXqWIR5-crRKHBvNkUbX\
    ufcrIwVRbRlQdgpPMyYjApVpBBSJHhLE11twtLKqPxrDbVhkUjKMVMAnqaY_cl6__TU7fHyraMFk.awElFA._lshWWfW9iCIkZqH\
    -2QJVk0UO40";
/// `_user_id` is a UUID's text.
pub const UUID_TEXT: &str = "\
    .eJw1jjsOwzAMQ-_iuQUkW5LtXKZQZAntmjRT0bvX_b2BIDkQfKRLbL5f03LfDj-ly22kJUEJ6Kxo0wzzFp5dO9VSPfqQbMQSGiJ\
    Dqqp176OuOYSpZUTVteJgczZm8EpWUIHZEWGdNVLuFhbkaxOY20YCCibRClgN7mkeOXbfvm9KZIPJ-SP0lvaPPzA9X0QTN1Y.awE\
    lFA.u6MzujdHyQXDzqTuCTXxMXvp98k";
/// `_user_id` is `анна|5f7c`, beside other Cyrillic.
pub const CYRILLIC: &str = "\
    .eJxlTkFuwzAM-4vPGyDZkhz3LQMKRZbQXdPltO3vdZ0BC9ALRREkwe90jc3vt3T52nZ_S9fPni4JSkBjRRukmy_h2bVRLdWjdcl\
    GLKEh0qWqWvPW65pDmJaMqLpW7GzOxgxeyQoqMDsirENGys3CgnxdBEa3kYCCSSwFrAa3NIbsd9-ONR87UIGJ_YTww1FtWOdXJvo\
    TCf55ob-CjC81Os35_XkwpsSHdOJHYIapnJSSfh9pAlko.awElFA.r-i0oeHr8gtFAPZI4k0WOuxmgu8";
/// Tuples, bytes, moments, UUIDs and messages beside `_user_id` 7.
pub const TAGGED: &str = "\
    .eJx9UD1vxCAM_SvIcwZD-AiRbujSSpW6dbtGkQOmF6ntEC5TxH8v4ToXWY_3jG3hd4C4w3iAiGu79nmGUZbSwZy-KN84w3g9WtE\
    Vvjln-mTo4GNH3acTNTY-NFQNTcsrmMp0jtk432C8bztXtUYYAfuE3pAMlcTAQ2LF5LXrHScfrQra2ETJ2mgdUfDso1tUskYPSkq\
    ixcloAptgDLLToZeExrCUuNS01MqHFJLmZbBYZwdtkTDYNPQYXDK-LjDvmbfHb1yV9GdClc_b2glU4pV-hEJlBeLYQry8vUM15lF\
    6GiK7Spbaw0-XS306_TvX-_8YKFMpv3JLZlg.awElFA.BEY4hKwEhEtaL85kCjxUIZd4HXA";
/// `user_id` is the number 42; not packed.
pub const NUMBER: &str = "eyJ1c2VyX2lkIjo0Mn0.awElFA.wr1Y_ZUo3KuVMG2vCkqotMOxLls";
/// `user_id` is a UUID, tagged.
pub const UUID: &str =
    ".eJyrViotTi2Kz0xRsqpWUihVslIyTjNKNoACEyC2MECAxKTkFKXaWgCJmQ31.awElFA._sXZlONU3jRBltPxJKlTlE46R-k";
/// A long session of `_user_id` 2.
pub const LONG: &str = "\
    .eJxV0k1qBCEQhuG7uA6M9adtXyWEwdaSZBEC3ZnVkLtHCAG_na8LfdB6hvs4_XoP-_f58Jdw_-hhD1FGLFapzUVvvg1nr0WzZB-\
    lJ25qadSRUk-51la89HzwSKYbE9V6ZOrW3JpZ9KxNqEYzJ4rH3Cbl0kYb6seW4jy7aYo1tjQ2iS0PK2FCHpeffxqe2c7H53GF_TX\
    cvs7u53WLt7n9H7QGryFr6Bq2Rlojr7GtUeBSJICBAEGgIGAQOAggBBICCoGFwcL4HmBhsDBYGCwMFgYLg4XBImARsAh-DlgELAI\
    WAYuARcAiYFGwKFgULIqTAhYFi4JFwaJgUbAYWAwsBhYDi-HYgsXAYmAxsNi0vP38AhVTHz4.awElFA.kWVb9BWqQOoiliwPLuAV\
    J9hEhfI";
/// A session of somebody who has logged out of Flask-Login.
pub const LOGGED_OUT: &str = "eyJjYXJ0IjpbMV19.awElFA.aqWc53hWl3mQXtF7pIbjs6-rOAA";
/// The same as PLAIN, signed with another key.
pub const FOREIGN: &str = "\
    .eJwljjEOAyEMwP7C3CEBksB95hRConblelPVvxepm-XB8iedsfx6puO9bn-k8zXTkaAEdFK0DdO8hWfXXqWIR5-crRKHBvNkUbX\
    ufcrIwVRbRlQdgpPMyYjApVpBBSJHhLE11twtLKqPxrDbVhkUjKMVMAnqaY_cl6__TU7fHyraMFk.awElFA.pPYmFL6_V_4y80XG\
    98hvxuPP9cU";
/// The same as PLAIN, signed with OLD_KEY.
pub const OLD: &str = "\
    .eJwljjEOAyEMwP7C3CEBksB95hRConblelPVvxepm-XB8iedsfx6puO9bn-k8zXTkaAEdFK0DdO8hWfXXqWIR5-crRKHBvNkUbX\
    ufcrIwVRbRlQdgpPMyYjApVpBBSJHhLE11twtLKqPxrDbVhkUjKMVMAnqaY_cl6__TU7fHyraMFk.awElFA.8IKPB1RDQTgLOlIW\
    K8FuLzNiDNU";
/// 65,536 bytes of JSON, packed.
pub const BIGGEST: &str = "\
    .eJztxbEJgDAABMBdvk5l6TJBMEVagyBIdtc9ctfcm3qPdtV-Zs-Wkuf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAYC2ZHy1EA5U.awElFA.AaIYJ5YI5e8q4B5Yh0V1qSbPvwk";
/// One byte of JSON more, packed.
pub const TOO_BIG: &str = "\
    .eJztxbEJgDAABMBdvk5l6TJBMEVagyBIdtc9ctfcm3qPdtV-Zs-Wkuf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAYDGZHzFdA_Y.awElFA.kTjE4rF422hefPpTNSi9aAIud38";
