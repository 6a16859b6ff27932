//! The two doors, and whose ids they lead to.

use super::*;
use beseda_core::words::HostId;

fn flask_door(namespace: Option<&str>, spaces: &[&str]) -> HostSessions {
    let settings = FlaskSettings {
        keys: vec![flask::made::KEY.to_vec()],
        cookie: "session".to_owned(),
        person_key: "_user_id".to_owned(),
        seconds: 60,
    };
    HostSessions(Some(Door {
        proof: Proof::Flask(Flask::new(settings, 65_536)),
        space: Space::new(
            namespace.map(str::to_owned),
            spaces.iter().map(|&space| space.to_owned()).collect(),
        ),
        people: Newcomers::Known,
    }))
}

async fn who(sessions: &HostSessions, cookies: &str) -> Result<Vouched, Unvouched> {
    let mut headers = HeaderMap::new();
    headers.append("cookie", cookies.parse().unwrap());
    let now = Time(0).plus_seconds(flask::made::SIGNED_AT);
    sessions.vouched(&sessions.shown_in(&headers), now).await
}

#[tokio::test]
async fn of_several_sessions_the_first_that_is_somebodys_counts() {
    let door = flask_door(None, &[]);
    let (good, out, forged) = (flask::made::LONG, flask::made::LOGGED_OUT, flask::made::FOREIGN);
    let cookies = format!("session={out}; session={forged}; session={good}");
    let vouched = who(&door, &cookies).await.unwrap();
    assert_eq!(vouched.claimed.id, HostId::Number(2));
    assert_eq!(vouched.people, Newcomers::Known);
    let none = format!("session={out}; session={forged}; sessions={good}");
    assert_eq!(who(&door, &none).await, Err(Unvouched::Nobody));
    assert_eq!(who(&door, "a=b").await, Err(Unvouched::Nobody));
    assert!(who(&HostSessions(None), &cookies).await.is_err());
}

#[tokio::test]
async fn a_host_with_ids_of_its_own_meets_nobody_elses() {
    let cookies = format!("session={}", flask::made::LONG);
    let of = async |door: &HostSessions| who(door, &cookies).await.map(|vouched| vouched.claimed.id);
    assert_eq!(
        of(&flask_door(Some("desk"), &[])).await,
        Ok(HostId::Name("desk/2".into()))
    );
    let named = Claimed::new(HostId::Name("shop/7".into()), Some(Time(0)));
    let vouched = |door: HostSessions| door.0.unwrap().vouched(named.clone()).map(|vouched| vouched.claimed.id);
    assert_eq!(vouched(flask_door(None, &["shop"])), None);
    assert_eq!(vouched(flask_door(None, &["desk"])), Some(named.id.clone()));
    assert_eq!(
        vouched(flask_door(Some("desk"), &["shop"])),
        Some(HostId::Name("desk/shop%2F7".into()))
    );
}

#[test]
fn a_host_with_ids_of_its_own_lets_into_no_room_of_anybody_elses() {
    let granted = Claimed {
        grants: vec!["order:17".parse().unwrap(), "order:shop/17".parse().unwrap()],
        ..Claimed::new(HostId::Number(7), Some(Time(0)))
    };
    let rooms = |door: HostSessions| {
        let vouched = door.0.unwrap().vouched(granted.clone()).unwrap();
        let rooms: Vec<String> = vouched.claimed.grants.iter().map(ToString::to_string).collect();
        rooms.join(" ")
    };
    assert_eq!(rooms(flask_door(None, &["shop"])), "order:17");
    assert_eq!(
        rooms(flask_door(Some("desk"), &["shop"])),
        "order:desk/17 order:desk/shop%2F17"
    );
}
