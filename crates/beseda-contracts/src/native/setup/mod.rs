//! The page on which an administrator makes their own account, opened by a link that is good once and for minutes.
//!
//! Plain HTML without a script. The link's code is 256 random bits; the store keeps only its SHA-256, and no log its
//! address.

mod page;

use super::people::is_email;
use crate::shared::http::urlencoded;
use crate::shared::{Fields, Refused, Routes, Shared};
use crate::voices::DRF;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use beseda_core::rules;
use beseda_core::words::{NewPerson, Person, PersonId, Role};
use beseda_core::{Error, Refusal};
use beseda_identity::setup_codes::{PASSWORD_CHARS_LEAST, PASSWORD_CHARS_MOST, hash};
use beseda_live::ask;
use http::request::Parts;
use page::Page;

/// Nobody who is not yet known sends more than this.
const BODY_BYTES: u64 = 16_384;

pub(super) fn routes() -> Routes {
    Routes::said_by(&DRF).both("/setup/", get(show).post(make), "GET, POST, HEAD, OPTIONS")
}

/// The path of the link with a code, on whatever host.
#[must_use]
pub fn path_of(code: &str) -> String {
    format!("/setup/?code={code}")
}

/// The form, for whoever comes with a code that is still good.
async fn show(State(shared): State<Shared>, parts: Parts) -> Result<Response, Refused> {
    let query = parts.uri.query().unwrap_or_default();
    let code = urlencoded::value(query, "code").unwrap_or_default();
    match email_of(&shared, &code).await {
        Ok(email) => Ok(Page::form(&code, &email, None).answer()),
        Err(Error::Refused(Refusal::BadCredentials)) => refused(&shared, &parts),
        Err(error) => Err(error.into()),
    }
}

/// The e-mail that a code was made for, if an account can still be made with it.
async fn email_of(shared: &Shared, code: &str) -> Result<String, Error> {
    let (now, hash) = (shared.chat.now(), hash(code));
    let code = ask::look(&shared.chat, move |look| rules::setup_code(look, now, &hash)).await?;
    Ok(code.email)
}

/// What somebody is told whose link is good no more, or never was; who guesses is slowed down.
fn refused(shared: &Shared, parts: &Parts) -> Result<Response, Refused> {
    shared.throttles.miss(shared.proxies.address(parts))?;
    Ok(Page::ended().answer())
}

/// Makes the account. Whatever is wrong with the form is said on it again, and the code stays good.
async fn make(State(shared): State<Shared>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    shared.throttles.login_from(shared.proxies.address(&parts))?;
    let request = Request::from_parts(parts.clone(), body);
    let limits = shared.chat.limits();
    let fields = Fields::read(request, limits, BODY_BYTES.min(limits.body_bytes)).await?;
    let text = |name: &str| fields.raw_text(name).ok().flatten().unwrap_or_default();
    let (code, email, password) = (text("code"), text("email").trim().to_owned(), text("password"));
    let made_for = match email_of(&shared, &code).await {
        Err(Error::Refused(Refusal::BadCredentials)) => return refused(&shared, &parts),
        made_for => made_for?,
    };
    let for_another = !made_for.is_empty() && made_for != email;
    if let Some(wrong) = wrong_with(&email, &password, &text("password_again"), limits.title_chars) {
        return Ok(Page::form(&code, &email, Some(wrong)).answer());
    }
    if for_another {
        let wrong = format!("This link is for {made_for}.");
        return Ok(Page::form(&code, &made_for, Some(wrong)).answer());
    }

    let password_hash = shared.identity.passwords.hash(password, shared.chat.random()).await?;
    let mut person = Person::new(PersonId(0), Role::Admin);
    person.email.clone_from(&email);
    let person = NewPerson {
        person,
        password_hash: Some(password_hash),
    };
    let (now, code_hash) = (shared.chat.now(), hash(&code));
    let made = ask::change(&shared.chat, move |tx| rules::make_admin(tx, now, &code_hash, &person)).await;
    match made {
        Ok(id) => {
            tracing::info!(person = id.0, "an administrator made their account by a link");
            Ok(Page::made(&email).answer())
        }
        Err(Error::Refused(Refusal::NameTaken { .. })) => {
            let sentence = "Somebody has an account with this e-mail already: choose another.";
            Ok(Page::form(&code, &email, Some(sentence.to_owned())).answer())
        }
        Err(Error::Refused(Refusal::BadCredentials)) => refused(&shared, &parts),
        Err(error) => Err(error.into()),
    }
}

/// What is wrong with what somebody typed, in a sentence for them.
fn wrong_with(email: &str, password: &str, again: &str, longest: usize) -> Option<String> {
    let chars = password.chars().count();
    if !is_email(email) || email.contains('\0') {
        Some("Write your e-mail like anna@shop.example.".to_owned())
    } else if email.chars().nth(longest).is_some() {
        Some(format!("An e-mail has at most {longest} characters."))
    } else if !(PASSWORD_CHARS_LEAST..=PASSWORD_CHARS_MOST).contains(&chars) {
        Some(format!(
            "The password has {chars} characters; choose one with {PASSWORD_CHARS_LEAST} to {PASSWORD_CHARS_MOST}."
        ))
    } else if password != again {
        Some("The two passwords are not the same: type both again.".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let said =
            |email: &str, password: &str, again: &str| wrong_with(email, password, again, 20).unwrap_or_default();
        let good = "long enough";
        assert_eq!(said("a@b.example", good, good), "");
        let longest = "п".repeat(PASSWORD_CHARS_MOST);
        assert_eq!(said("a@b.example", &longest, &longest), "");
        for (email, password, again, hint) in [
            ("", good, good, "e-mail"),
            ("a", good, good, "e-mail"),
            ("a@b c", good, good, "e-mail"),
            ("a@b\0", good, good, "e-mail"),
            ("abcdefghijklmnopqrs@b", good, good, "at most 20"),
            ("a@b.example", "123456789", "123456789", "9 characters"),
            ("a@b.example", &format!("{longest}п"), "", "129 characters"),
            ("a@b.example", good, "long enougH", "not the same"),
        ] {
            let said = said(email, password, again);
            assert!(said.contains(hint), "{hint:?} is not in {said:?}");
        }
    }

    #[test]
    fn a_code_is_256_bits_in_a_link() {
        let code = beseda_identity::setup_codes::new([0xFB; 32]);
        assert_eq!(code.len(), 43);
        assert_eq!(path_of(&code), format!("/setup/?code={code}"));
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_ne!(hash(&code), hash("other"));
    }
}
