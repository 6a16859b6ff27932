//! Files in a bucket that speaks S3, laid out as in a folder, so that one can be copied to the other.
//!
//! Uploads in progress are on this machine; what was looked at there is put into the bucket when it is kept.

use super::stage::{Incoming, Storage};
use super::temporary::Temporary;
use super::workers::Workers;
use super::{MediaTypes, shelf};
use beseda_core::error::Fault;
use beseda_core::ports::{Files, Upload};
use beseda_core::words::{Limits, Time};
use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::path::Path as Key;
use object_store::{ClientOptions, Error, MultipartUpload, ObjectStore as _, ObjectStoreExt as _, RetryConfig};
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::error::Error as _;
use std::fmt;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// A file bigger than this is put in parts of this size; one part is in the memory at a time.
const PART_BYTES: u64 = 8 * 1024 * 1024;

/// Files that are put at once; further ones wait, on this machine's disk.
const PUTS: usize = 4;

/// No service takes a greater number in a range.
const LAST_BYTE: u64 = i64::MAX.unsigned_abs();

/// A bucket, and how to get at it.
#[derive(Clone)]
pub struct S3Options {
    /// Where the service is, `https://storage.example.com`; `http://` is spoken in the clear. `None` is Amazon's.
    pub endpoint: Option<String>,
    /// The region that requests are signed for; services other than Amazon's mostly take `us-east-1`.
    pub region: String,
    /// The bucket; it must be there.
    pub bucket: String,
    /// What all keys begin with, without a slash at either end; empty for none.
    pub prefix: String,
    /// Whether the bucket's name stands in the path, as most services other than Amazon's want it.
    pub path_style: bool,
    /// The name of the access key.
    pub key_id: String,
    /// The access key.
    pub secret_key: String,
}

impl fmt::Debug for S3Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Options")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .field("path_style", &self.path_style)
            .finish_non_exhaustive()
    }
}

/// Files in a bucket.
///
/// A process that is killed while it puts a big file leaves parts of it in the bucket, which nothing lists: let the
/// bucket's own rules abort uploads that were not completed within a day.
pub struct S3Files {
    incoming: Arc<Incoming>,
    bucket: Arc<Bucket>,
    puts: Arc<Puts>,
}

impl S3Files {
    /// Files in a bucket, with uploads in progress in `incoming`, a folder of this machine. Nothing is sent yet. Of
    /// `limits`, those of files and pictures count. `runtime` must have threads of its own, and no call may be made from
    /// within it except from a thread that may block.
    ///
    /// # Errors
    /// A [`Fault`] where the folder cannot be made, or the options make no sense.
    pub fn open(
        incoming: impl Into<PathBuf>,
        limits: &Limits,
        taken: MediaTypes,
        options: &S3Options,
        runtime: Handle,
    ) -> Result<Self, Fault> {
        let incoming = Incoming::open(incoming.into(), limits, taken)?;
        let prefix = Key::parse(&options.prefix).map_err(|error| Fault::Internal(error.to_string()))?;
        let bucket = Arc::new(Bucket {
            store: connect(options)?,
            prefix,
            runtime,
        });
        let workers = Workers::start("bucket", PUTS).map_err(|error| Fault::Internal(error.to_string()))?;
        let puts = Puts {
            bucket: Arc::clone(&bucket),
            workers,
        };
        Ok(Self {
            incoming: Arc::new(incoming),
            bucket,
            puts: Arc::new(puts),
        })
    }
}

impl S3Files {
    /// Puts the bytes of a file of this machine back under the name that they had.
    ///
    /// # Errors
    /// A [`Fault`] where they cannot be read or put.
    pub fn put_again(&self, name: &str, from: &Path) -> Result<(), Fault> {
        let from = Temporary::standing(from).map_err(|error| super::fault(from, &error))?;
        self.puts.put(name, from)
    }
}

impl Files for S3Files {
    fn begin(&self) -> Result<Box<dyn Upload>, Fault> {
        let puts = Arc::clone(&self.puts);
        self.incoming.begin(puts)
    }

    fn read(&self, name: &str, from: u64, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        let key = self.bucket.key(name)?;
        self.bucket.runtime.block_on(self.bucket.read(&key, from, most))
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        let key = self.bucket.key(name)?;
        match self.bucket.runtime.block_on(self.bucket.store.delete(&key)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(&error)),
        }
    }

    fn names(&self) -> Result<Vec<(String, Time)>, Fault> {
        self.bucket.runtime.block_on(self.bucket.names())
    }

    fn sweep(&self, before: Time) -> Result<(), Fault> {
        self.incoming.sweep(before)
    }

    fn stand(&self) -> Result<(), Fault> {
        self.incoming.stand()
    }

    /// An upload comes onto this machine first; of the bucket each upload finds out.
    fn prove(&self) -> Result<(), Fault> {
        self.incoming.prove()
    }
}

struct Bucket {
    store: AmazonS3,
    prefix: Key,
    runtime: Handle,
}

impl Bucket {
    fn key(&self, name: &str) -> Result<Key, Fault> {
        Ok(self.prefix.clone().join(shelf(name)?).join(name))
    }

    async fn read(&self, key: &Key, from: u64, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        let range = from..from.saturating_add(most as u64).min(LAST_BYTE);
        let mut failed = None;
        if !range.is_empty() {
            match self.store.get_range(key, range).await {
                Ok(bytes) => return Ok(Some(bytes.into())),
                Err(error) => failed = Some(error),
            }
        }
        // A range without a byte of the file is refused like much else: its size tells which it was.
        match (self.store.head(key).await, failed) {
            (Err(Error::NotFound { .. }), _) => Ok(None),
            (Ok(meta), Some(error)) if from < meta.size => Err(fault(&error)),
            (Ok(_), _) => Ok(Some(Vec::new())),
            (Err(error), _) => Err(fault(&error)),
        }
    }

    async fn names(&self) -> Result<Vec<(String, Time)>, Fault> {
        let prefix = Some(&self.prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let mut listed = self.store.list(prefix);
        let mut names = Vec::new();
        while let Some(meta) = listed.try_next().await.map_err(|error| fault(&error))? {
            let name = meta.location.filename().unwrap_or_default();
            // Whatever else somebody put into the bucket is passed over.
            if self.key(name).is_ok_and(|key| key == meta.location) {
                names.push((name.to_owned(), Time(meta.last_modified.timestamp_micros())));
            }
        }
        Ok(names)
    }

    async fn put(&self, key: &Key, mut from: Temporary) -> Result<(), Fault> {
        from.file.seek(SeekFrom::Start(0)).map_err(|error| from.fault(&error))?;
        if from.len > PART_BYTES {
            return self.put_in_parts(key, from).await;
        }
        let put = self.store.put(key, next_part(&mut from)?.into()).await;
        put.map(|_| ()).map_err(|error| fault(&error))
    }

    async fn put_in_parts(&self, key: &Key, mut from: Temporary) -> Result<(), Fault> {
        let mut upload = self.store.put_multipart(key).await.map_err(|error| fault(&error))?;
        match send_parts(upload.as_mut(), &mut from).await {
            Ok(()) => Ok(()),
            Err(failed) => {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "parts of a file that could not be put stay in the bucket");
                }
                Err(failed)
            }
        }
    }
}

/// Threads that put files: each has a part of one in the memory.
struct Puts {
    bucket: Arc<Bucket>,
    workers: Workers,
}

impl Storage for Puts {
    fn put(&self, name: &str, from: Temporary) -> Result<(), Fault> {
        let key = self.bucket.key(name)?;
        let bucket = Arc::clone(&self.bucket);
        let done = self
            .workers
            .run(move || bucket.runtime.block_on(bucket.put(&key, from)));
        done.unwrap_or_else(|| Err(Fault::Internal("putting a file into the bucket panicked".to_owned())))
    }
}

async fn send_parts(upload: &mut dyn MultipartUpload, from: &mut Temporary) -> Result<(), Fault> {
    loop {
        let part = next_part(from)?;
        if part.is_empty() {
            break;
        }
        upload.put_part(part.into()).await.map_err(|error| fault(&error))?;
    }
    upload.complete().await.map(|_| ()).map_err(|error| fault(&error))
}

fn next_part(from: &mut Temporary) -> Result<Vec<u8>, Fault> {
    let mut part = Vec::with_capacity(usize::try_from(from.len.min(PART_BYTES)).unwrap_or(0));
    let read: io::Result<usize> = (&from.file).take(PART_BYTES).read_to_end(&mut part);
    read.map_err(|error| from.fault(&error))?;
    Ok(part)
}

fn connect(options: &S3Options) -> Result<AmazonS3, Fault> {
    let mut builder = AmazonS3Builder::new()
        .with_region(&options.region)
        .with_bucket_name(&options.bucket)
        .with_access_key_id(&options.key_id)
        .with_secret_access_key(&options.secret_key)
        .with_virtual_hosted_style_request(!options.path_style)
        .with_http_connector(Https(client()?))
        // A person waits for the answer.
        .with_retry(RetryConfig {
            max_retries: 3,
            retry_timeout: Duration::from_secs(30),
            ..RetryConfig::default()
        });
    if let Some(endpoint) = &options.endpoint {
        builder = builder
            .with_endpoint(endpoint)
            .with_allow_http(endpoint.starts_with("http://"));
    }
    builder.build().map_err(|error| fault(&error))
}

/// A client that follows nobody anywhere else, trusts whom this machine trusts, and does without OpenSSL and aws-lc.
fn client() -> Result<reqwest::Client, Fault> {
    let no_client = |error: &dyn fmt::Display| Fault::Internal(format!("no client for the bucket: {error}"));
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|error| no_client(&error))?
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(30))
        .build()
        .map_err(|error| no_client(&error))
}

#[derive(Debug)]
struct Https(reqwest::Client);

impl HttpConnector for Https {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// With its causes: that a certificate is not trusted is the last of them.
fn fault(error: &Error) -> Fault {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !said.contains(&why) {
            said = format!("{said}: {why}");
        }
        cause = error.source();
    }
    Fault::Store(format!("the bucket: {said}"))
}
