//! Files in a bucket of a server that speaks S3 and checks every signature.

#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use crate::conformance::{ATTACHMENT_BYTES, sentences};
use crate::ground::{Folder, keep, read};
use beseda_core::error::Fault;
use beseda_core::ports::Files as _;
use beseda_core::words::Limits;
use beseda_store::{MediaTypes, S3Files, S3Options};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const KEY_ID: &str = "beseda-test";
const SECRET_KEY: &str = "only-for-this-test";

/// A server with one empty bucket in a folder, and the threads that it and its client run on.
struct Server {
    folder: Folder,
    runtime: Runtime,
    endpoint: String,
}

impl Server {
    fn start() -> Self {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.0.join("server/bucket")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.0.join("server")).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET_KEY));
        let service = builder.build();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let serving = http1::Builder::new().serve_connection(TokioIo::new(socket), service.clone());
                tokio::spawn(serving);
            }
        });
        Self {
            folder,
            runtime,
            endpoint,
        }
    }

    fn options(&self) -> S3Options {
        S3Options {
            endpoint: Some(self.endpoint.clone()),
            region: "us-east-1".to_owned(),
            bucket: "bucket".to_owned(),
            prefix: "beseda/chat".to_owned(),
            path_style: true,
            key_id: KEY_ID.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
        }
    }

    fn open(&self, options: &S3Options) -> S3Files {
        let limits = Limits {
            attachment_bytes: ATTACHMENT_BYTES,
            ..Limits::default()
        };
        let incoming = self.folder.0.join("incoming");
        let runtime = self.runtime.handle().clone();
        S3Files::open(incoming, &limits, MediaTypes::default(), options, runtime).unwrap()
    }

    fn incoming(&self) -> usize {
        std::fs::read_dir(self.folder.0.join("incoming")).unwrap().count()
    }
}

sentences!({
    let server = Server::start();
    (server.open(&server.options()), server)
});

#[test]
fn keys_are_laid_out_as_in_a_folder_and_nothing_stays_on_this_machine() {
    let server = Server::start();
    let files = server.open(&server.options());
    keep(&files, "c0ffee-1", b"text");
    let at = |path: &Path| server.folder.0.join("server/bucket").join(path).exists();
    assert!(at(Path::new("beseda/chat/c0/c0ffee-1")));
    assert_eq!(server.incoming(), 0);

    let bare = S3Options {
        prefix: String::new(),
        ..server.options()
    };
    let bare = server.open(&bare);
    keep(&bare, "c0ffee-2", b"text");
    assert!(at(Path::new("c0/c0ffee-2")));
    // What is beneath another prefix is somebody else's.
    assert_eq!(bare.names().unwrap().len(), 1);
    assert_eq!(files.names().unwrap().len(), 1);
}

#[test]
fn a_wrong_key_is_a_fault_that_tells_no_secret() {
    let server = Server::start();
    keep(&server.open(&server.options()), "ab", b"text");
    let wrong = S3Options {
        secret_key: "canary-of-a-wrong-key".to_owned(),
        ..server.options()
    };
    let files = server.open(&wrong);
    let mut upload = files.begin().unwrap();
    upload.write(b"text").unwrap();
    upload.finish().unwrap();
    let faults = [
        upload.keep("cd").unwrap_err(),
        files.read("ab", 0, 1).unwrap_err(),
        files.remove("ab").unwrap_err(),
        files.names().unwrap_err(),
    ];
    for fault in faults {
        assert!(matches!(fault, Fault::Store(_)), "{fault:?}");
        assert!(!fault.to_string().contains("canary"), "{fault}");
    }
    assert!(!format!("{wrong:?}").contains("canary"));
    assert_eq!(server.incoming(), 0);
    assert_eq!(read(&server.open(&server.options()), "ab"), b"text");
}

#[test]
fn no_such_bucket_is_a_fault() {
    let server = Server::start();
    let elsewhere = S3Options {
        bucket: "elsewhere".to_owned(),
        ..server.options()
    };
    let files = server.open(&elsewhere);
    assert!(matches!(files.names(), Err(Fault::Store(_))));
}
