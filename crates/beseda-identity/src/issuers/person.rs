//! What an issuer's claims say about a person: who they are, what they are called, what they may do, where they come in.

use super::Issuer;
use super::said::Said;
use crate::claims::{Claims, Flaw, invalid};
use beseda_core::rules::sign_in::Claimed;
use beseda_core::words::{HostId, NoRoomKey, Role, RoomKey, Time, printable};
use serde_json::Value;

/// The usual claims of a whole name, where its parts are not told.
const WHOLE_NAME: [&str; 3] = ["name", "nickname", "preferred_username"];

impl Issuer {
    /// Who comes with these claims, which were signed at that moment.
    pub(super) fn claimed(&self, claims: &Claims, proven_at: Option<Time>, said: &Said) -> Result<Claimed, Flaw> {
        let [first_name, last_name] = self.names(claims);
        Ok(Claimed {
            id: self.host_id(claims)?,
            proven_at,
            grants: self.grants(claims, said)?,
            is_whole: self.settings.grants_are_whole,
            username: first(claims, ["username", "preferred_username"]),
            email: claims.text("email"),
            first_name,
            last_name,
            role: self.role(claims, said),
        })
    }

    /// What the host calls the person, in the space of the issuer's ids.
    fn host_id(&self, claims: &Claims) -> Result<HostId<'static>, Flaw> {
        let sub_or_id = if claims.at("sub").is_some() { "sub" } else { "user_id" };
        let claim = self.settings.person_claim.as_deref().unwrap_or(sub_or_id);
        let id = self.space.id(claims.host_id(claim)?);
        id.map_err(|flaw| invalid(format!("{claim} {flaw}")))
    }

    /// The first and the last name. One that is told and empty is empty; one that is not told stays as it is.
    fn names(&self, claims: &Claims) -> [Option<String>; 2] {
        if let Some(name) = whole_name(claims, self.settings.name_claims.iter().map(String::as_str)) {
            return name;
        }
        let parts = [
            first(claims, ["first_name", "given_name"]),
            first(claims, ["last_name", "family_name"]),
        ];
        if parts.iter().flatten().any(|part| !part.is_empty()) {
            return parts;
        }
        whole_name(claims, WHOLE_NAME.into_iter()).unwrap_or(parts)
    }

    /// What the person is to the host. A word that nobody knows is somebody without special rights, also if they had some
    /// before; so is no word, where the issuer's tokens tell roles.
    fn role(&self, claims: &Claims, said: &Said) -> Option<Role> {
        let settings = &self.settings;
        let claim = settings.role_claim.as_deref().unwrap_or("role");
        let Some(words) = claims.words(claim) else {
            return settings.maps_roles().then_some(Role::User);
        };
        let ours = settings.roles.is_empty();
        let is_known = |word: &str| match ours {
            true => Role::of_contracts(word).is_some(),
            false => settings.roles.iter().any(|(theirs, _)| theirs == word),
        };
        for word in words.iter().filter(|word| !is_known(word)) {
            let (issuer, word) = (printable(&settings.issuer), printable(word));
            said.once(format!(
                "the issuer \"{issuer}\" says the role \"{word}\" in {claim}, which nobody knows here: \
                 its `roles` can say what it means"
            ));
        }
        let role = match ours {
            true => words.into_iter().find_map(Role::of_contracts),
            false => {
                let mut table = settings.roles.iter();
                let found = table.find(|(theirs, _)| words.contains(&theirs.as_str()));
                found.map(|(_, role)| *role)
            }
        };
        Some(role.unwrap_or(Role::User))
    }

    /// The rooms that the token lets its bearer into: `"rooms": {"order:17": "member"}`. One that cannot be read costs
    /// itself alone.
    fn grants(&self, claims: &Claims, said: &Said) -> Result<Vec<RoomKey>, Flaw> {
        let rooms = match claims.at("rooms") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(rooms)) => rooms,
            Some(_) => return Err(invalid("rooms is no object")),
        };
        let mut grants = Vec::new();
        for (room, role) in rooms {
            let why = match (room.parse(), role.as_str()) {
                (Ok(key), Some("member")) => match self.space.room(key) {
                    Ok(key) => {
                        grants.push(key);
                        continue;
                    }
                    Err(elsewhere) => elsewhere.to_string(),
                },
                (Ok(_), _) => "is granted as something else than \"member\"".to_owned(),
                (Err(NoRoomKey), _) => "names no room".to_owned(),
            };
            let (issuer, room) = (printable(&self.settings.issuer), printable(room));
            said.once(format!(
                "a grant of the issuer \"{issuer}\" is left out: \"{room}\" {why}"
            ));
        }
        Ok(grants)
    }
}

/// The first of two claims that says something, else the first that is there.
fn first(claims: &Claims, names: [&str; 2]) -> Option<String> {
    let texts = names.map(|name| claims.text(name));
    let full = texts.iter().flatten().find(|text| !text.is_empty()).cloned();
    full.or_else(|| texts.into_iter().flatten().next())
}

/// The first and the last name in the first of these claims that says something.
fn whole_name<'a>(claims: &Claims, mut names: impl Iterator<Item = &'a str>) -> Option<[Option<String>; 2]> {
    let name = names.find_map(|name| claims.text(name).filter(|text| !text.is_empty()))?;
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    Some([Some(first.to_owned()), Some(last.trim().to_owned())])
}
