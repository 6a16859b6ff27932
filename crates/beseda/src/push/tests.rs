//! Promises to tell browsers over the store in memory, by a clock that is moved by hand.

use super::*;
use beseda_core::Refusal;
use beseda_core::rules::{PushChange, put_push};
use beseda_core::words::{Came, Limits, PushSubscription, Quiet};
use beseda_live::{Hub, Pace};
use beseda_testkit::Model;
use beseda_testkit::stories::Stage;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

struct Unhurried;

impl Pace for Unhurried {
    fn send(&self, _: PersonId) -> Result<(), Refusal> {
        Ok(())
    }
}

/// A point of the curve, as a browser gives one.
fn point() -> [u8; 65] {
    let settings = PushSettings {
        subject: String::new(),
        near: Vec::new(),
    };
    let key = OurKeys::new(b"a browser's", settings).unwrap().public_key();
    base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, key)
        .unwrap()
        .try_into()
        .unwrap()
}

/// A stage whose second person has a browser, at a push service that counts and takes everything.
struct House {
    stage: Stage,
    push: Push,
    room: RoomId,
    pushed: Arc<AtomicUsize>,
}

const BROWSER: Uuid = Uuid::from_u128(7);

async fn house() -> House {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let pushed = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&pushed);
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 8_192];
            let _ = socket.read(&mut request).await;
            let _ = socket
                .write_all(b"HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                .await;
        }
    });
    let stage = Stage::in_memory(&Arc::new(Model::new()), 1);
    let room = stage.room_of_three(1);
    let browser = PushSubscription {
        id: BROWSER,
        came: Came::oneself(PersonId(2), stage.chat.now()),
        endpoint: format!("{origin}/browser"),
        p256dh: point(),
        auth: [5; 16],
        created_at: stage.chat.now(),
    };
    stage
        .change(move |tx| put_push(tx, &Limits::default(), &browser))
        .unwrap();
    let settings = PushSettings {
        subject: "mailto:admin@shop.example".to_owned(),
        near: vec![origin],
    };
    let hub = Arc::new(Hub::new(stage.chat.limits()));
    let push = Push {
        live: Live::new(stage.chat.clone(), hub, Arc::new(Unhurried)),
        waiting: Arc::new(Waiting::new(9)),
        identity: Arc::new(OurKeys::new(b"the server's", settings).unwrap()),
        services: Services::new().unwrap(),
        kinds: Kinds::ALL,
    };
    House {
        stage,
        push,
        room,
        pushed,
    }
}

impl House {
    fn say(&self) -> Seq {
        let sent = self.stage.send(&self.stage.people[0], self.room, "x", None).unwrap();
        sent.message.seq
    }

    /// How many pushes have left once this message has been told, or not.
    async fn told(&self, seq: Seq) -> usize {
        self.push.tell(BROWSER, (self.room, seq)).await.unwrap();
        self.pushed.load(Ordering::SeqCst)
    }

    /// How many jobs are promised for what was said in the room from this message on.
    async fn promised(&self, seq: Seq) -> i64 {
        let name = self.stage.picture(self.room).unwrap().room.name();
        self.push.promise(&[(name, seq)]).await.unwrap();
        self.stage.look(|look| Ok(look.count_jobs(false)?)).unwrap()
    }
}

#[tokio::test]
async fn a_push_is_tried_until_its_message_is_old_and_not_a_moment_longer() {
    let house = house().await;
    let seq = house.say();
    let most = house.stage.chat.limits().push_seconds * 1_000_000;
    house.stage.clock.tick(most - 1);
    assert_eq!(house.told(seq).await, 1);
    house.stage.clock.tick(1);
    assert_eq!(house.told(seq).await, 1, "it is given up");
    assert_eq!(house.push.try_out(BROWSER).await, Ok(()));
    assert_eq!(house.pushed.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn quiet_hours_are_quiet_when_it_is_promised_and_when_it_leaves() {
    let house = house().await;
    // By the stage's clock it is 14:13:20 in UTC.
    let quiet = |from, to| PushChange {
        quiet: Some(Some(Quiet {
            zone: "UTC".to_owned(),
            from,
            to,
        })),
        ..PushChange::default()
    };
    let set = |change: PushChange| {
        let changed = house
            .stage
            .change(move |tx| rules::change_push(tx, PersonId(2), change.clone()));
        changed.unwrap();
    };
    let seq = house.say();
    set(quiet(14 * 60 + 13, 14 * 60 + 14));
    assert_eq!((house.promised(seq).await, house.told(seq).await), (0, 0));
    house.stage.clock.tick(40_000_000);
    assert_eq!((house.promised(seq).await, house.told(seq).await), (1, 1));
    assert_eq!(house.promised(seq).await, 1, "the same promise is one");
}
