//! A piece of a PostgreSQL for one test: a schema of its own, gone when the test is over.
#![expect(clippy::expect_used, reason = "a test-kit: a test that has no database has failed")]

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// An empty schema. What is opened by its URL sees nothing else.
pub struct Ground {
    server: String,
    name: String,
    url: String,
}

impl Ground {
    /// Makes one.
    ///
    /// # Panics
    /// Where there is no PostgreSQL to make it on.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the tests' PostgreSQL is no setting of ours")]
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let server = std::env::var("TEST_POSTGRES_URL").expect(
            "TEST_POSTGRES_URL names a PostgreSQL for tests: `script/test services tests` starts one, or set it to \
             postgres://USER:PASSWORD@HOST:PORT/DATABASE of your own",
        );
        let name = format!(
            "beseda_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let sign = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{sign}options=-c%20search_path%3D{name}");
        let ground = Self { server, name, url };
        ground.run(&format!("CREATE SCHEMA {}", ground.name));
        ground
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name among the schemas of the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs statements on it, over a connection of their own: what they answer, a row a line.
    ///
    /// # Panics
    /// Where they fail.
    pub fn run(&self, sql: &str) -> String {
        let ran = Command::new("psql")
            .env("PGOPTIONS", format!("-c search_path={}", self.name))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, &self.server])
            .output()
            .expect("psql runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    }
}

impl Ground {
    /// A session on it, for statements line by line: what they answer, a row a line.
    #[must_use]
    pub fn session(&self) -> Command {
        let mut command = Command::new("psql");
        command
            .env("PGOPTIONS", format!("-c search_path={}", self.name))
            .args(["-X", "-q", "-A", "-t", &self.server]);
        command
    }

    /// Everything that is kept on it, as text.
    ///
    /// # Panics
    /// Where it cannot be read.
    #[must_use]
    pub fn dump(&self) -> Vec<u8> {
        let dumped = Command::new("pg_dump")
            .args(["--schema", &self.name, &self.server])
            .output()
            .expect("pg_dump runs");
        assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
        dumped.stdout
    }
}

impl Default for Ground {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // Whatever is still connected has died with its test.
        let end = format!("SET client_min_messages = warning; DROP SCHEMA {} CASCADE", self.name);
        let _gone = Command::new("psql")
            .args(["-X", "-q", "-c", &end, &self.server])
            .output();
    }
}
