//! The wiring: the one place that knows both the store and the sockets, and runs the server until it is told to stop.

use crate::clock::Steady;
use crate::commands::admin;
use crate::config::{self, Address, Flags, Secret, Settings};
use crate::data::{self, database_path};
use crate::fetch::Web;
use crate::health::{self, Health};
use crate::jobs::{Bell, Jobs, index};
use crate::metrics::{self, Metrics};
use crate::push::{self, Push};
use crate::reload::Reload;
use crate::signals::Signals;
use crate::system::{HandedOver, Lock, SocketFile, System};
use crate::tasks::Tasks;
use crate::{cli, demo, descriptors, desks, listen, root, seen, sweep, systemd, telemetry, web};
use anyhow::{Context, bail};
use axum::Router;
use axum::routing::get;
use beseda_contracts::shared::{self, Shared, SocketPace};
use beseda_core::Chat;
use beseda_core::ports::{Audience, Files};
use beseda_core::rules;
use beseda_core::words::{Epoch, Kinds};
use beseda_identity as identity;
use beseda_identity::host_session::{HostSessionProof, HostSessionSettings};
use beseda_identity::{IssuerKey, IssuerSettings, KeyCounts, Throttles, Uptime, keep_keys_fresh};
use beseda_live::accept::{self, AcceptLimits, Answers};
use beseda_live::{Hub, Live, ask, requests};
use beseda_store::backup::{self, Before, Restoring};
use beseda_store::{
    DiskFiles, MediaTypes, Opened, Opener, Options, Postgres, PostgresOptions, S3Files, S3Options, Sqlite,
};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The earliest moment at which clients of a stopped server come back; each adds up to as much again.
const COME_BACK_AFTER: Duration = Duration::from_secs(1);

/// How often the log file is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How often the store is asked whether it is alive.
const ALIVE_EVERY: Duration = Duration::from_secs(1);

/// How many connections there may be to the numbers: of Prometheus, and of whoever looks.
const SCRAPERS: usize = 16;

/// The store of these settings, and the chat over it, for a command.
///
/// # Errors
/// The data directory cannot be made, or the database cannot be opened.
pub fn open(settings: &Settings) -> anyhow::Result<(Arc<dyn Opened>, Chat)> {
    open_as(Opener::Command, settings)
}

/// The same for whoever opens it; the server adds an audience.
fn open_as(opener: Opener, settings: &Settings) -> anyhow::Result<(Arc<dyn Opened>, Chat)> {
    data::make(&settings.data)?;
    open_there(opener, settings)
}

/// The same in a data directory that is there.
///
/// # Errors
/// The database cannot be opened, or a restore into it has not ended.
pub fn open_there(opener: Opener, settings: &Settings) -> anyhow::Result<(Arc<dyn Opened>, Chat)> {
    refuse_half_restored(settings)?;
    let queue = settings.limits.store_queue;
    let before = before_migration(settings);
    let store: Arc<dyn Opened> = match &settings.database {
        config::Database::Sqlite => Arc::new(Sqlite::open(&Options {
            queue,
            wal_bytes: settings.limits.wal_bytes,
            opener,
            before,
            ..Options::at(database_path(&settings.data))
        })?),
        config::Database::Postgres(url) => Arc::new(Postgres::open(&PostgresOptions {
            queue,
            opener,
            before,
            ..PostgresOptions::at(url)
        })?),
    };
    let limits = Arc::new(settings.limits.clone());
    let chat = Chat::new(Arc::clone(&store) as _, Arc::new(System), Arc::new(System), limits);
    Ok((store, chat))
}

/// Nobody uses a data directory that is half of what it was and half of what it is to be.
pub fn refuse_half_restored(settings: &Settings) -> anyhow::Result<()> {
    let (data, again) = (settings.data.display(), restore_command(&settings.data));
    match backup::restoring(&settings.data) {
        None => Ok(()),
        Some(Restoring::Building) => bail!(
            "a restore into {data} has not ended, and has changed nothing yet: wait for it, run `{again}` again, or go on \
             with what is there: remove {data}/restoring"
        ),
        Some(Restoring::Moving) => bail!(
            "a restore into {data} was interrupted while it moved things: run `{again}` again; what was there before is in \
             {data}/replaced-…"
        ),
    }
}

/// What restores a backup over a data directory in which something is.
pub fn restore_command(data: &Path) -> String {
    format!("beseda restore BACKUP --data {} --replace", data.display())
}

/// Where the database goes before it is migrated, if it is to be kept.
pub fn before_migration(settings: &Settings) -> Option<Before> {
    settings.backup_before_migration.then(|| Before {
        folder: settings.data.join("backups"),
        time: System.compact_time(),
    })
}

/// Sees to it that no other server serves this directory: its sockets would not hear what is sent here. Commands may
/// work on it meanwhile, but for an import, which takes this itself.
///
/// # Errors
/// Another server serves it, or something is imported into it.
pub fn serve_alone(data: &Path) -> anyhow::Result<Lock> {
    data::make(data)?;
    let path = data.join("serving");
    let lock = System
        .lock(&path)
        .with_context(|| format!("cannot make {}", path.display()))?;
    lock.with_context(|| {
        format!(
            "another server serves {} already, or an import works on it: stop it, or choose another --data",
            data.display()
        )
    })
}

/// What the server is started with.
pub struct Start {
    /// What the arguments of the command set, to read the settings again.
    pub flags: Flags,
    /// Fill an empty data directory with people and rooms to try.
    pub with_demo: bool,
    /// Sockets that somebody listens on for it.
    pub handed_over: Vec<HandedOver>,
}

/// Runs the server until SIGTERM or SIGINT, or until a part of it has died: how the process is to end.
///
/// # Errors
/// Why it could not start.
pub async fn serve(settings: Settings, start: Start) -> anyhow::Result<ExitCode> {
    let signals = Signals::new().context("cannot wait for signals")?;
    let with_demo = start.with_demo;
    let (mut server, reload) = Server::start(&settings, start).await?;
    server.tasks.watch("signals", signals.heed(reload));
    // Before anybody is told that it serves: who knows that may stop it.
    let told_to_stop = told_to_stop()?;
    let places = list(&server.addresses, |address| address.to_string());
    tracing::info!("serving on {places}, data in {}", settings.data.display());
    let base_path = &settings.reach.base_path;
    let first_link = if with_demo {
        String::new()
    } else {
        let site = config::site(&server.addresses).unwrap_or_default();
        admin::first_link(server.live.chat(), &site, base_path).await?
    };
    let places = list(&server.addresses, |address| shown(address, base_path));
    cli::answer(greeting(&places, server.guests.as_ref()) + &first_link)?;
    systemd::ready();
    Ok(match server.run(told_to_stop).await {
        None => ExitCode::SUCCESS,
        // Whoever started it is to start it again.
        Some(_) => ExitCode::FAILURE,
    })
}

fn list(addresses: &[Address], show: impl Fn(&Address) -> String) -> String {
    addresses.iter().map(show).collect::<Vec<_>>().join(", ")
}

/// A place as a browser's user knows it.
fn shown(address: &Address, base_path: &str) -> String {
    match address {
        Address::Unix(_) => address.to_string(),
        Address::Ip(_) | Address::Name(..) => format!("http://{address}{base_path}"),
    }
}

/// A server that serves.
struct Server {
    /// Where it listens.
    addresses: Vec<Address>,
    guests: Option<demo::Guests>,
    store: Arc<dyn Opened>,
    live: Arc<Live>,
    health: Health,
    tasks: Tasks,
    /// Cancelled when no more requests are to be taken.
    stop: CancellationToken,
    /// Cancelled when the last request is answered.
    served: CancellationToken,
    /// Cancelled when the last job that had begun has ended.
    jobs_over: CancellationToken,
    stop_seconds: u64,
    _sockets: Vec<SocketFile>,
    _alone: Lock,
}

impl Server {
    /// Starts it; and what is to be exchanged when its settings are read again.
    async fn start(settings: &Settings, start: Start) -> anyhow::Result<(Self, Reload)> {
        let connections = descriptors::connections(settings.limits.connections)?;
        let alone = serve_alone(&settings.data)?;
        let secret = settings.secret_or_made(&System)?;
        let (store, chat) = open_as(Opener::Server, settings)?;
        let guests = if start.with_demo {
            demo::prepare(&settings.data, &chat).await?
        } else {
            None
        };

        // What a cursor of this database is known by.
        let drawn = Epoch((u64::from_le_bytes(chat.random()) >> 1).cast_signed());
        let epoch = ask::change(&chat, move |tx| rules::begin_epoch(tx, drawn)).await?;

        let hub = Arc::new(Hub::new(&settings.limits));
        hub.lives_in(epoch);
        let bell = Arc::new(Bell::new(Arc::clone(&hub) as Arc<dyn Audience>).noting(push::waiting(settings)));
        store.set_audience(Arc::clone(&bell) as Arc<dyn Audience>);
        let started = Instant::now();
        let uptime: Uptime = Arc::new(move || started.elapsed());
        let key_counts = KeyCounts::default();
        let contracts = for_contracts(settings, &secret, network(settings)?, key_counts.clone());
        let throttles = Arc::new(Throttles::new(chat.limits(), &uptime));
        let live = Live::new(
            chat.clone(),
            Arc::clone(&hub),
            Arc::new(SocketPace(Arc::clone(&throttles))),
        );
        let files = open_files(settings)?;
        sweep::forget_unended(&chat, &files).await?;
        let shared = Shared::new(Arc::clone(&live), Arc::clone(&files), throttles, contracts, &uptime)?;
        desks::keep(&chat, Kinds::with(shared.all_rooms.own)).await?;
        let push = Push::over(&shared, bell.said())?;
        let issuers = watch::Sender::new(Arc::clone(&shared.identity.issuers));

        let open = listen::open(settings, start.handed_over).await?;
        let health = Health::new(chat.clone(), Arc::clone(&files));
        requests::draw_from(u64::from_le_bytes(chat.random()));
        let numbers = metrics::listen(settings)?;
        let metrics = Arc::new(Metrics::new(settings, &shared, health.clone(), &store, &key_counts));
        let router = routes(shared.clone(), health.clone(), &settings.reach.frame_ancestors);
        let answers = Answers::from(router);
        let [stop, served, jobs_over] = [(); 3].map(|()| CancellationToken::new());
        let limits = accept_limits(settings, connections);
        let serving = accept::serve(open.listeners, answers.clone(), limits, stop.clone());
        let (beating, feeding, last) = (Arc::clone(&live), Arc::clone(&live), served.clone().drop_guard());
        let jobs = Jobs::new(chat.clone(), Arc::clone(&files), bell).pushing(push.clone());
        let (running_jobs, last_job) = (jobs.run(stop.clone()), jobs_over.clone().drop_guard());

        // What has no end, and then what has one. ARCHITECTURE.md, "A part dies", names them.
        let mut tasks = Tasks::default();
        tasks.watch("heartbeat", async move { beating.beat().await });
        tasks.watch("fan-out", async move { hub.tell_all().await });
        tasks.watch("feeding", async move { feeding.feed_all().await });
        let (counting, at_desk) = (Arc::clone(&live), Arc::clone(&live));
        tasks.watch("counting what is unread", async move { counting.count_all().await });
        tasks.watch("telling of cases", async move { at_desk.tell_of_cases().await });
        tasks.watch("jobs", async move {
            let _last = last_job;
            running_jobs.await;
        });
        let steady = Arc::new(Steady::new());
        tasks.watch("clock", Arc::clone(&steady).watch(chat.clone()));
        tasks.watch("sweep", sweep::run(chat.clone(), steady));
        tasks.watch("index", index::run(chat.clone()));
        tasks.watch("last seen", seen::run(Arc::clone(&live), seen::EVERY));
        tasks.watch("issuers' keys", keep_keys_fresh(issuers.subscribe()));
        tasks.watch("store", health.clone().watch(ALIVE_EVERY));
        tasks.watch("requests", async move {
            let _last = last;
            serving.await;
        });
        tasks.watch("systemd", systemd::keep_alive());
        tasks.watch("log file", telemetry::keep_looking(LOOK_EVERY));
        if let Some(push) = push {
            tasks.watch("push", push.promise_all());
        }
        if let Some(listener) = numbers {
            let router = metrics::routes(metrics);
            let limits = AcceptLimits {
                connections: Some(SCRAPERS),
                ..accept_limits(settings, connections)
            };
            tasks.watch("metrics", accept::serve(listener, router, limits, stop.clone()));
        }
        tasks.once("strays", sweep::report_strays(chat, files));
        let reload = Reload {
            flags: start.flags,
            settings: settings.clone(),
            secret,
            uptime,
            key_counts,
            shared,
            health: health.clone(),
            answers,
            issuers,
        };
        let server = Self {
            addresses: open.addresses,
            guests,
            store,
            live,
            health,
            tasks,
            stop,
            served,
            jobs_over,
            stop_seconds: settings.limits.stop_seconds,
            _sockets: open.files,
            _alone: alone,
        };
        Ok((server, reload))
    }

    /// Serves until it is told to stop, or until a task has ended that has no end: the name of that one. Either way it
    /// stops with grace.
    async fn run(mut self, told_to_stop: impl Future<Output = ()>) -> Option<&'static str> {
        let died = tokio::select! {
            () = told_to_stop => None,
            task = self.tasks.ended() => Some(task),
        };
        match died {
            None => self.health.stops("stopping"),
            Some(task) => {
                self.health.stops("task");
                tracing::error!(task, "the server cannot go on without it");
            }
        }
        self.end().await;
        died
    }

    async fn end(self) {
        tracing::info!("stopping");
        systemd::stopping();
        self.stop.cancel();
        self.live.stop(COME_BACK_AFTER);
        let gone = async {
            // Requests and jobs first, then sockets: all have the same time together.
            self.served.cancelled().await;
            self.jobs_over.cancelled().await;
            while self.live.listeners() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            if let Err(error) = self.live.keep_seen().await {
                tracing::warn!("when people were last there could not be kept: {error}");
            }
        };
        if tokio::time::timeout(Duration::from_secs(self.stop_seconds), gone)
            .await
            .is_err()
        {
            tracing::warn!(
                "stopped before requests, jobs and sockets had all ended; {} sockets were open",
                self.live.listeners()
            );
        }
        drop(self.tasks);
        self.store.close();
        tracing::info!("stopped");
    }
}

/// Where the bytes of files are kept.
///
/// # Errors
/// The folder or the bucket cannot be opened.
pub fn open_files(settings: &Settings) -> anyhow::Result<Arc<dyn Files>> {
    if settings.s3_bucket.is_empty() {
        let (folder, taken) = (shelves(&settings.data), media_types(settings)?);
        return Ok(Arc::new(DiskFiles::open(folder, &settings.limits, taken)?));
    }
    Ok(Arc::new(open_bucket(settings)?))
}

/// The folder of a data directory that files are in, where they are in none of a bucket.
pub fn shelves(data: &Path) -> PathBuf {
    data.join("uploads/chat")
}

fn media_types(settings: &Settings) -> anyhow::Result<MediaTypes> {
    if settings.file_types.is_empty() {
        return Ok(MediaTypes::default());
    }
    Ok(MediaTypes::only(&settings.file_types)?)
}

/// The bucket that files are kept in.
///
/// # Errors
/// The settings make no sense.
pub fn open_bucket(settings: &Settings) -> anyhow::Result<S3Files> {
    let options = S3Options {
        endpoint: Some(settings.s3_endpoint.clone()).filter(|endpoint| !endpoint.is_empty()),
        region: settings.s3_region.clone(),
        bucket: settings.s3_bucket.clone(),
        prefix: settings.s3_prefix.clone(),
        path_style: settings.s3_path_style,
        key_id: settings.s3_key_id.clone(),
        secret_key: settings
            .s3_secret_key
            .as_ref()
            .map(|key| key.expose().to_owned())
            .unwrap_or_default(),
    };
    let incoming = settings.data.join("uploads/incoming");
    let taken = media_types(settings)?;
    Ok(S3Files::open(
        incoming,
        &settings.limits,
        taken,
        &options,
        Handle::current(),
    )?)
}

/// Ends when the server is told to stop, from now on.
///
/// # Errors
/// The system gives no signals.
pub fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    let mut hang_up = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    let was_at_terminal = io::stdin().is_terminal();
    let left_alone = async move {
        // A terminal that is closed sends what else asks to read settings again, and is no terminal any more.
        while hang_up.recv().await.is_some() {
            if was_at_terminal && !io::stdin().is_terminal() {
                return;
            }
        }
        std::future::pending().await
    };
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = left_alone => {}
        }
    })
}

/// What is printed once the server listens: where it is, and in a demonstration who can log in.
fn greeting(address: &str, guests: Option<&demo::Guests>) -> String {
    match guests {
        None => format!("Beseda serves {address}\n"),
        Some(guests) => format!(
            "{guests}Beseda serves {address} — open {address}/chat and log in as {}\n",
            guests.who()
        ),
    }
}

/// Everything that is answered.
pub fn routes(shared: Shared, health: Health, frame_ancestors: &[String]) -> Router {
    let asked = "GET, HEAD, OPTIONS";
    let ready = health.clone();
    let routes = beseda_contracts::routes()
        .both("/healthz/", get(health::alive), asked)
        .both("/readyz/", get(move || async move { ready.ready().await }), asked);
    let pages = web::routes(frame_ancestors).merge(root::route(health));
    let routes = shared::finish(routes, pages, shared);
    #[cfg(feature = "otel")]
    let routes = crate::telemetry::traced(routes);
    routes
}

fn accept_limits(settings: &Settings, connections: usize) -> AcceptLimits {
    let limits = &settings.limits;
    AcceptLimits {
        first_byte: Duration::from_secs(limits.first_byte_seconds),
        header: Duration::from_secs(limits.header_seconds),
        idle: Duration::from_secs(limits.idle_seconds),
        body_idle: Duration::from_secs(limits.body_idle_seconds),
        headers: limits.headers,
        header_bytes: limits.header_bytes,
        connections: Some(connections),
        stop: Duration::from_secs(limits.stop_seconds),
    }
}

/// The network, where a setting names something that is fetched or asked.
///
/// # Errors
/// There is no encryption to be had.
pub fn network(settings: &Settings) -> anyhow::Result<Option<Arc<Web>>> {
    let is_elsewhere = |issuer: &IssuerSettings| matches!(issuer.key, IssuerKey::Jwks { .. });
    let is_asked = |host: &HostSessionSettings| matches!(host.proof, HostSessionProof::Asked(_));
    if !settings.issuers.iter().any(is_elsewhere) && !settings.host_session.as_ref().is_some_and(is_asked) {
        return Ok(None);
    }
    Ok(Some(Arc::new(Web::new()?)))
}

/// The settings as the contracts take them.
pub fn for_contracts(
    settings: &Settings,
    secret: &Secret,
    web: Option<Arc<Web>>,
    key_counts: KeyCounts,
) -> shared::Settings {
    shared::Settings {
        identity: identity::Settings {
            secret: secret.expose().as_bytes().to_vec(),
            issuers: settings.issuers.clone(),
            fetch: web.clone().map(|web| web as _),
            key_counts,
            host_session: settings.host_session.clone(),
            ask: web.map(|web| web as _),
            proofs: settings.proofs.clone(),
            push: push::identity(settings),
        },
        reach: settings.reach.clone(),
        own_kinds: settings.own_kinds.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::pretend::Scratch;
    use std::future::{pending, ready};
    use tokio::net::TcpStream;

    /// A server of its own, with everything that belongs to one, and its folder.
    async fn server() -> (Server, Scratch) {
        let folder = Scratch::new();
        let settings = Settings {
            data: folder.0.clone(),
            listen: vec![Address::Ip(([127, 0, 0, 1], 0).into())],
            ..Settings::default()
        };
        let start = Start {
            flags: Flags::default(),
            with_demo: false,
            handed_over: Vec::new(),
        };
        let (mut server, reload) = Server::start(&settings, start).await.unwrap();
        server.tasks.watch("signals", Signals::new().unwrap().heed(reload));
        (server, folder)
    }

    fn address(server: &Server) -> String {
        server.addresses[0].to_string()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_task_that_dies_turns_the_server_away_and_ends_it() {
        let (mut server, _folder) = server().await;
        let (address, health) = (address(&server), server.health.clone());
        assert_eq!(health.ready().await.0, 200);
        TcpStream::connect(&address).await.expect("it listens");
        server.tasks.watch("planted", async { panic!("a planted panic") });
        assert_eq!(server.run(pending()).await, Some("planted"));
        let (status, said) = health.ready().await;
        assert_eq!((status.as_u16(), &said["reason"]), (503, &"task".into()));
        assert!(TcpStream::connect(&address).await.is_err(), "nobody is there any more");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_that_is_told_to_stop_lost_no_task_before() {
        let (server, _folder) = server().await;
        let health = server.health.clone();
        assert_eq!(server.run(ready(())).await, None);
        assert_eq!(health.ready().await.1["reason"], "stopping");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_task_is_named_where_it_is_told_what_dies() {
        let (server, _folder) = server().await;
        let page = include_str!("../../../ARCHITECTURE.md");
        let (_, walk) = page.split_once("## Walk: a part dies").expect("there is such a walk");
        for name in server.tasks.names() {
            assert!(walk.contains(&format!("`{name}`")), "{name}");
        }
        server.run(ready(())).await;
    }
}
