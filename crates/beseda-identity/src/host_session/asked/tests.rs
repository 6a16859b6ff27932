//! A host that answers when it is let to, at moments that are moved by hand.

use super::*;

/// A host, and the clocks of whoever asks it.
struct Host {
    says: Mutex<Result<Heard, String>>,
    heard: Mutex<Vec<String>>,
    /// One for each answer that it may give.
    open: Semaphore,
    uptime: Mutex<Duration>,
    now: Mutex<Time>,
    panics: AtomicBool,
}

impl Ask for Arc<Host> {
    fn ask<'a>(&'a self, url: &'a str, cookies: &'a str) -> Asking<'a> {
        assert_eq!(url, "http://app:8000/whoami/");
        self.heard.lock().push(cookies.to_owned());
        assert!(!self.panics.load(Ordering::SeqCst), "a planted panic");
        Box::pin(async move {
            self.open.acquire().await.unwrap().forget();
            self.says.lock().clone()
        })
    }
}

impl Host {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            says: Mutex::new(Ok(Heard::Nobody)),
            heard: Mutex::default(),
            open: Semaphore::new(1_000),
            uptime: Mutex::new(Duration::from_secs(100)),
            now: Mutex::new(Time(1_795_237_200_000_000)),
            panics: AtomicBool::new(false),
        })
    }

    fn says(&self, json: &str) {
        *self.says.lock() = Ok(Heard::Person(json.as_bytes().to_vec()));
    }

    fn pass(&self, millis: u64) {
        *self.uptime.lock() += Duration::from_millis(millis);
        self.now.lock().0 += i64::try_from(millis).unwrap() * 1_000;
    }

    fn asked(&self) -> usize {
        self.heard.lock().len()
    }

    /// Whoever asks it, about so many sessions and so many at once.
    fn asker(self: &Arc<Self>, most_answers: usize, questions: usize) -> Arc<Asked> {
        self.patient_asker(most_answers, questions, Duration::from_secs(600))
    }

    fn patient_asker(self: &Arc<Self>, most_answers: usize, questions: usize, patience: Duration) -> Arc<Asked> {
        let (clock, watch) = (Arc::clone(self), Arc::clone(self));
        Arc::new(Asked {
            settings: AskedSettings {
                url: "http://app:8000/whoami/".to_owned(),
                cookies: vec!["sessionid".to_owned(), "device".to_owned()],
                keep: Duration::from_secs(10),
            },
            ask: Arc::new(Arc::clone(self)),
            uptime: Arc::new(move || *clock.uptime.lock()),
            now: Arc::new(move || *watch.now.lock()),
            most_answers,
            most_grants: 2,
            turns: Semaphore::new(questions),
            patience,
            kept: Mutex::default(),
            is_away: AtomicBool::new(false),
        })
    }
}

fn person(id: i64, host: &Host) -> Answer {
    Answer::Person(Claimed::new(HostId::Number(id), Some(*host.now.lock())))
}

/// Lets what was begun go on until it waits for something else.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time_and_nobody_for_two_seconds() {
    let host = Host::new();
    let asked = host.asker(16, 4);
    host.says(r#"{"id": 2}"#);
    let second = person(2, &host);
    assert_eq!(asked.answer("sessionid=a").await, second);
    host.says(r#"{"id": 3}"#);
    host.pass(9_999);
    assert_eq!(asked.answer("sessionid=a").await, second);
    assert_eq!(host.asked(), 1);
    // Another session is another question.
    assert_eq!(asked.answer("sessionid=b").await, person(3, &host));
    host.pass(1);
    assert_eq!(asked.answer("sessionid=a").await, person(3, &host));
    assert_eq!(*host.heard.lock(), ["sessionid=a", "sessionid=b", "sessionid=a"]);

    *host.says.lock() = Ok(Heard::Nobody);
    assert_eq!(asked.answer("sessionid=c").await, Answer::Nobody);
    host.says(r#"{"id": 4}"#);
    host.pass(1_999);
    assert_eq!(asked.answer("sessionid=c").await, Answer::Nobody);
    host.pass(1);
    assert_eq!(asked.answer("sessionid=c").await, person(4, &host));
}

#[tokio::test]
async fn an_answer_is_true_of_the_moment_at_which_it_was_asked_for() {
    let host = Host::new();
    let asked = host.asker(16, 4);
    host.says(r#"{"id": 2}"#);
    host.open.forget_permits(1_000);
    let then = person(2, &host);
    let answer = tokio::spawn(async move { asked.answer("sessionid=a").await });
    settle().await;
    host.pass(3_000);
    host.open.add_permits(1);
    assert_eq!(answer.await.unwrap(), then);
}

#[tokio::test]
async fn those_who_ask_about_one_session_at_once_ask_once_also_if_the_first_hangs_up() {
    let host = Host::new();
    let asked = host.asker(16, 4);
    host.says(r#"{"id": 2}"#);
    host.open.forget_permits(1_000);
    let ask = |cookies: &'static str| {
        let asked = Arc::clone(&asked);
        tokio::spawn(async move { asked.answer(cookies).await })
    };
    let first = ask("sessionid=a");
    settle().await;
    let others: Vec<_> = (0..20).map(|_| ask("sessionid=a")).collect();
    let other = ask("sessionid=b");
    settle().await;
    first.abort();
    assert_eq!(host.asked(), 2);
    host.open.add_permits(2);
    for asking in others.into_iter().chain([other]) {
        assert_eq!(asking.await.unwrap(), person(2, &host));
    }
    assert_eq!(host.asked(), 2);
}

#[tokio::test]
async fn a_host_that_fails_or_talks_nonsense_is_away_and_is_asked_again_a_second_later() {
    let host = Host::new();
    let asked = host.asker(64, 4);
    *host.says.lock() = Err("connection refused".to_owned());
    assert_eq!(asked.answer("sessionid=a").await, Answer::Away);
    host.says(r#"{"id": 2}"#);
    host.pass(999);
    assert_eq!(asked.answer("sessionid=a").await, Answer::Away);
    host.pass(1);
    assert_eq!(asked.answer("sessionid=a").await, person(2, &host));
    assert_eq!(host.asked(), 2);

    for (at, nonsense) in [
        "",
        "<html>",
        "null",
        "[2]",
        "2",
        "{}",
        r#"{"id": null}"#,
        r#"{"id": 0}"#,
        r#"{"id": -2}"#,
        r#"{"id": 2.5}"#,
        r#"{"id": true}"#,
        r#"{"id": ""}"#,
        r#"{"id": "a\nb"}"#,
        r#"{"id": 2, "role": 1}"#,
        r#"{"id": 2, "email": ["a"]}"#,
        r#"{"id": 2, "rooms": ["order:17"]}"#,
        r#"{"id": 2, "rooms": {"order:17": "member", "order:18": "member", "order:19": "member"}}"#,
    ]
    .into_iter()
    .enumerate()
    {
        host.says(nonsense);
        assert_eq!(
            asked.answer(&format!("sessionid={at}")).await,
            Answer::Away,
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn a_host_that_says_nothing_is_not_waited_for_and_the_wait_for_a_turn_counts() {
    let host = Host::new();
    let asked = host.patient_asker(16, 1, Duration::from_millis(50));
    host.open.forget_permits(1_000);
    let both = tokio::join!(asked.answer("sessionid=a"), asked.answer("sessionid=b"));
    assert_eq!(both, (Answer::Away, Answer::Away));
}

#[tokio::test]
async fn so_many_questions_are_asked_at_once_and_no_more() {
    let host = Host::new();
    let asked = host.asker(16, 2);
    host.open.forget_permits(1_000);
    let asking: Vec<_> = (0..3)
        .map(|at| {
            let asked = Arc::clone(&asked);
            tokio::spawn(async move { asked.answer(&format!("sessionid={at}")).await })
        })
        .collect();
    settle().await;
    assert_eq!(host.asked(), 2);
    host.open.add_permits(1);
    settle().await;
    assert_eq!(host.asked(), 3);
    host.open.add_permits(2);
    for asking in asking {
        assert_eq!(asking.await.unwrap(), Answer::Nobody);
    }
}

#[tokio::test]
async fn so_many_answers_are_kept_and_one_more_takes_the_place_of_one() {
    let host = Host::new();
    let asked = host.asker(2, 4);
    host.says(r#"{"id": 2}"#);
    for cookies in ["sessionid=a", "sessionid=b"] {
        assert_eq!(asked.answer(cookies).await, person(2, &host));
        host.pass(1_000);
    }
    // The oldest goes.
    asked.answer("sessionid=c").await;
    assert_eq!((asked.kept.lock().len(), host.asked()), (2, 3));
    asked.answer("sessionid=b").await;
    assert_eq!(host.asked(), 3);
    // What is over goes first, all of it.
    host.pass(20_000);
    asked.answer("sessionid=d").await;
    assert_eq!((asked.kept.lock().len(), host.asked()), (1, 4));

    // No open question goes: one past them is put off.
    host.pass(20_000);
    host.open.forget_permits(1_000);
    for cookies in ["sessionid=e", "sessionid=f"] {
        let asked = Arc::clone(&asked);
        tokio::spawn(async move { asked.answer(cookies).await });
    }
    settle().await;
    assert_eq!(asked.answer("sessionid=g").await, Answer::Away);
    assert_eq!(host.asked(), 6);
}

#[tokio::test]
async fn a_question_that_is_lost_is_asked_again() {
    let host = Host::new();
    let asked = host.asker(16, 4);
    host.says(r#"{"id": 2}"#);
    host.panics.store(true, Ordering::SeqCst);
    assert_eq!(asked.answer("sessionid=a").await, Answer::Away);
    host.panics.store(false, Ordering::SeqCst);
    assert_eq!(asked.answer("sessionid=a").await, person(2, &host));
}

#[tokio::test]
async fn a_person_is_read_as_the_host_says_them() {
    let host = Host::new();
    let asked = host.asker(16, 4);
    let read = |json: &str| asked.person(json.as_bytes(), *host.now.lock()).unwrap();
    let now = *host.now.lock();
    let whole = read(
        r#"{"id": " 3f2c0000-0000-4000-8000-000000000001", "first_name": "Анна ", "last_name": "Петрова", "name": "A B",
            "username": "anna", "email": "anna@shop.example", "role": "OPERATOR", "is_staff": true,
            "rooms": {"order:17": "member", "order:18": "owner"}}"#,
    );
    let wanted = Claimed {
        grants: vec!["order:17".parse().unwrap()],
        username: Some("anna".to_owned()),
        email: Some("anna@shop.example".to_owned()),
        first_name: Some("Анна".to_owned()),
        last_name: Some("Петрова".to_owned()),
        role: Some(Role::Operator),
        ..Claimed::new(HostId::Name("3f2c0000-0000-4000-8000-000000000001".into()), Some(now))
    };
    assert_eq!(whole, wanted);
    let number = Claimed::new(HostId::Number(7), Some(now));
    for json in [
        r#"{"id": 7}"#,
        r#"{"id": "7", "name": null, "role": null, "email": null, "rooms": null}"#,
        r#"{"id": 7, "rooms": {"nonsense": "member", "order:17": null}}"#,
    ] {
        assert_eq!(read(json), number, "{json}");
    }
    let named = read(r#"{"id": 7, "name": "Анна Мария Петрова", "role": "астронавт"}"#);
    assert_eq!(
        (named.first_name.as_deref(), named.last_name.as_deref(), named.role),
        (Some("Анна"), Some("Мария Петрова"), Some(Role::User))
    );
}

#[tokio::test]
async fn only_the_named_cookies_are_handed_on_and_only_a_hash_is_kept() {
    let asked = Host::new().asker(16, 4);
    let shown = |cookies: &'static [u8]| {
        let mut headers = HeaderMap::new();
        headers.append("cookie", http::HeaderValue::from_bytes(cookies).unwrap());
        asked.shown_in(&headers)
    };
    let cookies = b"beseda_session=x; sessionid=\"a\"; csrftoken=y; device=b; Sessionid=z; sessionid=c; x=\xFF";
    assert_eq!(shown(cookies).unwrap(), "sessionid=\"a\"; device=b; sessionid=c");
    assert_eq!(shown(b"beseda_session=x; sessionid=; my_sessionid=b"), None);
    asked.answer("sessionid=canary").await;
    let hash: [u8; 32] = Sha256::digest("sessionid=canary").into();
    assert_eq!(asked.kept.lock().keys().collect::<Vec<_>>(), [&hash]);
}
