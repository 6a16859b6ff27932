//! What a token is for. An issuer signs other things with the same key: tokens to refresh with, to tell a page who is
//! there, to reset a password. None of them is meant for us.

use crate::claims::{Claims, Flaw};
use beseda_core::words::printable;
use jsonwebtoken::Header;

/// Where issuers say what a token is for: Flask-JWT-Extended, Keycloak, Cognito, and who signs by hand.
const CLAIMS: [&str; 4] = ["type", "typ", "token_use", "purpose"];

/// The words for what is not meant for us, in small letters and joined. Other words there tell us nothing: `type` may
/// be that of the person.
const OTHERS: &[&str] = &[
    "refresh",
    "refreshtoken",
    "offline",
    "id",
    "idtoken",
    "logout",
    "logouttoken",
    "reset",
    "resetpassword",
    "passwordreset",
    "resetcredentials",
    "recovery",
    "verify",
    "verifyemail",
    "verification",
    "emailverification",
    "confirm",
    "confirmemail",
    "confirmation",
    "emailconfirmation",
    "activate",
    "activation",
    "invite",
    "invitation",
];

/// The types of the header that are not meant for us, besides: a refresh token, a proof of possession, an event.
const OTHER_MEDIA: &[&str] = &["rt", "dpop", "secevent"];

/// Checks that neither the header nor a claim says that the token is for something else.
pub(super) fn check(header: &Header, claims: &Claims) -> Result<(), Flaw> {
    if let Some(media) = &header.typ {
        let lower = media.to_ascii_lowercase();
        let bare = lower.strip_prefix("application/").unwrap_or(&lower);
        let bare = bare.strip_suffix("+jwt").unwrap_or(bare);
        if OTHER_MEDIA.contains(&bare) || is_other(bare) {
            return Err(wrong("typ of its header", media));
        }
    }
    for claim in CLAIMS {
        let words = claims.words(claim).unwrap_or_default();
        if let Some(word) = words.into_iter().find(|word| is_other(word)) {
            return Err(wrong(claim, word));
        }
    }
    Ok(())
}

fn wrong(place: &str, word: &str) -> Flaw {
    Flaw::WrongType(format!("its {place} is \"{}\"", printable(word)))
}

/// Whether one of the parts of a word, or all of it, is for something else: `password_reset`, `refreshToken`, `ID`.
fn is_other(word: &str) -> bool {
    let mut spaced = String::new();
    let mut before = ' ';
    for letter in word.chars() {
        if before.is_lowercase() && letter.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(letter.to_lowercase());
        before = letter;
    }
    let mut parts = spaced.split(|letter: char| !letter.is_alphanumeric());
    let whole: String = spaced.chars().filter(|letter| letter.is_alphanumeric()).collect();
    OTHERS.contains(&whole.as_str()) || parts.any(|part| OTHERS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_what_a_token_is_for_however_it_is_written() {
        for other in [
            "refresh",
            "Refresh",
            "REFRESH_TOKEN",
            "refreshToken",
            "refreshtoken",
            "ID",
            "id",
            "idToken",
            "id_token",
            "Offline",
            "Logout",
            "password_reset",
            "passwordReset",
            "password-reset",
            "reset",
            "reset-credentials",
            "verify",
            "verify-email",
            "email_verification",
            "confirm",
            "confirm_email",
            "emailConfirmation",
            "account:activation",
            "invite",
        ] {
            assert!(is_other(other), "{other}");
        }
        for ours in [
            "",
            "access",
            "access_token",
            "Bearer",
            "bearer",
            "JWT",
            "at",
            "session",
            "user",
            "verified",
            "confirmed",
            "invited",
            "identified",
            "preset",
            "chat",
            "клиент",
        ] {
            assert!(!is_other(ours), "{ours}");
        }
    }
}
