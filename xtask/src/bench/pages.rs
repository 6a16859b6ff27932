//! What is read: pages of a short and of a very long history, and the list of a person with a thousand rooms.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::fill;
use super::http::Web;
use super::report::Samples;
use super::server::{Binaries, Kind, Server};
use super::town::{copy, person, run, tokens};

/// Messages of the two rooms whose pages are compared.
const SHORT: usize = 1_000;
const LONG: usize = 1_000_000;
const PAGE: usize = 50;
/// Rooms of the two people whose lists are compared, and how many unread in each.
const ROOMS: usize = 1_000;
const FEW: usize = 20;
const MANY: usize = 2_000;

const EXPERT: usize = 1;
const READER: usize = 2;
const WITH_FEW: usize = 3;
const WITH_MANY: usize = 4;

/// A data directory with long histories and long lists in it.
pub struct Archive {
    template: PathBuf,
    short: i64,
    long: i64,
    /// Access tokens of the reader and of those with few and many unread.
    tokens: Vec<String>,
}

impl Archive {
    /// Builds it in `folder`; `quick` makes what is many a tenth.
    pub fn build(binaries: &Binaries, folder: &Path, quick: bool) -> Result<Self> {
        let template = folder.join("archive");
        fs::create_dir_all(&template)?;
        let long = if quick { LONG / 10 } else { LONG };
        let many = if quick { MANY / 10 } else { MANY };
        let of = |client: usize, messages: usize, unread: usize| (client, messages, unread);
        let orders: Vec<_> = [of(READER, SHORT, 0), of(READER, long, 0)]
            .into_iter()
            .chain(std::iter::repeat_n(of(WITH_FEW, FEW, FEW), ROOMS))
            .chain(std::iter::repeat_n(of(WITH_MANY, many, many), ROOMS))
            .collect();
        let seed = folder.join("archive.json");
        fs::write(&seed, seed_of(&orders).to_string())?;
        run(binaries.beseda("seed", &template, None).arg("--new").arg(&seed))?;
        let filled: Vec<_> = orders
            .iter()
            .zip(1..)
            .map(|((_, messages, unread), order)| (order, *messages, *unread))
            .collect();
        let rooms = fill::orders(&template, &filled)?;
        let [short, long, ..] = *rooms.as_slice() else {
            anyhow::bail!("no rooms were filled")
        };
        let tokens = tokens(binaries, &template, None, &[READER, WITH_FEW, WITH_MANY])?;
        Ok(Self {
            template,
            short,
            long,
            tokens,
        })
    }

    /// Reads pages and lists, each in turn, so that what disturbs one disturbs the other.
    pub fn measure(&self, binaries: &Binaries, folder: &Path, times: usize, samples: &mut Samples) -> Result<()> {
        let data = folder.join("reading");
        copy(&self.template, &data)?;
        let server = Server::start(Kind::Beseda, binaries, &data, None)?;
        let mut web = Web::connect(server.address)?;
        let [reader, few, many] = self.tokens.as_slice() else {
            anyhow::bail!("tokens")
        };
        let page = |room: i64, page: String| format!("/api/chat/rooms/{room}/messages/?page_size={PAGE}&page={page}");
        let long_pages = self.pages(&mut web, reader)?;
        let mut pages = [times_of()?, times_of()?, times_of()?, times_of()?];
        for turn in 0..times + times / 10 {
            // Spread over the whole history, the same pages every time.
            let far = |pages: usize| 1 + turn.wrapping_mul(7_919) % pages;
            let paths = [
                page(self.short, "last".to_owned()),
                page(self.long, "last".to_owned()),
                page(self.short, far(SHORT / PAGE).to_string()),
                page(self.long, far(long_pages).to_string()),
            ];
            for (path, times_taken) in paths.iter().zip(&mut pages) {
                let taken = timed(&mut web, path, reader)?;
                // The first tenth warms up.
                if turn >= times / 10 {
                    times_taken.record(taken)?;
                }
            }
        }
        for (name, taken) in ["page_1k", "page_1m", "deep_1k", "deep_1m"].iter().zip(&pages) {
            put(samples, name, taken);
        }
        let mut lists = [times_of()?, times_of()?];
        for turn in 0..times / 4 {
            for (token, taken) in [few, many].into_iter().zip(&mut lists) {
                let time = timed(&mut web, "/api/chat/rooms/", token)?;
                if turn >= times / 40 {
                    taken.record(time)?;
                }
            }
        }
        for (name, taken) in ["list_20", "list_2000"].iter().zip(&lists) {
            put(samples, name, taken);
        }
        drop(server);
        fs::remove_dir_all(data)?;
        Ok(())
    }

    /// How many pages the long room has, once it is sure that what is read is what was filled in.
    fn pages(&self, web: &mut Web, token: &str) -> Result<usize> {
        let answer = web.get(
            &format!("/api/chat/rooms/{}/messages/?page=2&page_size={PAGE}", self.long),
            Some(token),
        )?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let first = answer
            .pointer("/results/0/message")
            .and_then(Value::as_str)
            .unwrap_or_default();
        ensure!(first.starts_with("message 51 of"), "page 2 begins with {first:?}");
        let count = answer
            .pointer("/count")
            .and_then(Value::as_u64)
            .context("a page without count")?;
        Ok(usize::try_from(count)? / PAGE)
    }
}

/// A histogram for times in nanoseconds.
pub fn times_of() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1_000, 60_000_000_000, 3)?)
}

/// How long an answer takes, in nanoseconds; it has to be one with something in it.
pub fn timed(web: &mut Web, path: &str, token: &str) -> Result<u64> {
    let start = Instant::now();
    let body = web.get(path, Some(token))?;
    let taken = start.elapsed();
    ensure!(body.len() > PAGE * 100, "{path} gave only {} bytes", body.len());
    Ok(u64::try_from(taken.as_nanos())?)
}

/// Notes the median and the 99th of a hundred.
pub fn put(samples: &mut Samples, name: &str, taken: &Histogram<u64>) {
    for (suffix, quantile) in [("p50_ms", 0.5), ("p99_ms", 0.99)] {
        samples.put(
            Kind::Beseda,
            &format!("{name}_{suffix}"),
            taken.value_at_quantile(quantile) as f64 / 1e6,
        );
    }
}

fn seed_of(orders: &[(usize, usize, usize)]) -> Value {
    let people = [
        (EXPERT, "expert"),
        (READER, "client"),
        (WITH_FEW, "client"),
        (WITH_MANY, "client"),
    ];
    let people: Vec<Value> = people.iter().map(|(id, role)| person(*id, role)).collect();
    let orders: Vec<Value> = orders
        .iter()
        .zip(1..)
        .map(|((client, ..), id)| {
            json!({"id": id, "number": format!("N-{id}"), "client": client, "expert": EXPERT, "status": "active"})
        })
        .collect();
    json!({ "people": people, "orders": orders })
}
