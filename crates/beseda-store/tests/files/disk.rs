//! Files in a folder: what everybody promises, and what only a folder can.

#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use crate::conformance::{ATTACHMENT_BYTES, sentences};
use crate::ground::{Folder, keep, read};
use crate::samples;
use beseda_core::ports::Files as _;
use beseda_core::words::{Limits, Time};
use beseda_store::{DiskFiles, MediaTypes};
use image::ImageFormat;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

fn limits() -> Limits {
    Limits {
        attachment_bytes: ATTACHMENT_BYTES,
        ..Limits::default()
    }
}

sentences!({
    let folder = Folder::new();
    (folder.disk(&limits()), folder)
});

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn everything_is_this_users_alone_and_on_the_shelf_of_its_first_digits() {
    let folder = Folder::new();
    let files = folder.disk(&limits());
    keep(&files, "c0ffee-1", &samples::picture(ImageFormat::Png, 2, 2));
    keep(&files, "a", b"text");
    let chat = folder.chat();
    let names = |folder: &Path| {
        listed(folder)
            .iter()
            .map(|path| path.file_name().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&chat), ["a", "c0", "incoming"]);
    assert_eq!(names(&chat.join("c0")), ["c0ffee-1", "c0ffee-1.thumbnail"]);
    for shelf in listed(&chat) {
        assert_eq!(mode(&shelf), 0o700, "{shelf:?}");
    }
    for file in listed(&chat.join("c0")) {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
    assert_eq!(mode(&chat), 0o700);
    // Whoever opened it wider meant to.
    std::fs::set_permissions(&chat, Permissions::from_mode(0o750)).unwrap();
    drop(folder.disk(&limits()));
    assert_eq!(mode(&chat), 0o750);
}

#[test]
fn no_upload_leaves_a_file_behind_however_it_ends() {
    let folder = Folder::new();
    let files = folder.disk(&limits());
    let incoming = folder.chat().join("incoming");

    let mut upload = files.begin().unwrap();
    upload.write(b"text").unwrap();
    assert_eq!(listed(&incoming).len(), 1);
    assert_eq!(mode(&listed(&incoming)[0]), 0o600);
    drop(upload);
    let picture = samples::picture(ImageFormat::Png, 2, 2);
    let mut upload = files.begin().unwrap();
    upload.write(&picture).unwrap();
    upload.finish().unwrap();
    assert_eq!(listed(&incoming).len(), 2);
    drop(upload);
    keep(&files, "ab", &picture);
    let mut refused = files.begin().unwrap();
    refused.write(&picture[..40]).unwrap();
    refused.finish().unwrap_err();
    drop(refused);
    let mut misnamed = files.begin().unwrap();
    misnamed.write(&picture).unwrap();
    misnamed.finish().unwrap();
    misnamed.keep("../ab").unwrap_err();
    assert_eq!(listed(&incoming), [] as [PathBuf; 0]);
    assert_eq!(listed(&folder.0).len(), 1);
}

#[test]
fn what_a_killed_process_left_is_swept() {
    let folder = Folder::new();
    let files = folder.disk(&limits());
    let incoming = folder.chat().join("incoming");
    // Nothing runs when a process is killed.
    let mut upload = files.begin().unwrap();
    upload.write(b"half a fi").unwrap();
    std::mem::forget(upload);
    drop(files);

    // The next process may have the same id, and begin to count anew.
    let files = folder.disk(&limits());
    assert_eq!(listed(&incoming).len(), 1);
    keep(&files, "ab", b"text");
    assert_eq!(listed(&incoming).len(), 1);
    files.sweep(Time(0)).unwrap();
    assert_eq!(listed(&incoming).len(), 1);
    files.sweep(Time(i64::MAX)).unwrap();
    assert_eq!(listed(&incoming), [] as [PathBuf; 0]);
    assert_eq!(read(&files, "ab"), b"text");
}

#[test]
fn what_somebody_else_put_into_the_folder_is_left_alone() {
    let folder = Folder::new();
    let files = folder.disk(&limits());
    keep(&files, "abcd", b"text");
    let chat = folder.chat();
    std::fs::write(chat.join("note.txt"), "a note").unwrap();
    std::fs::write(chat.join("ab/note.txt"), "a note").unwrap();
    // On a shelf that is not its own, and a folder where a file should be.
    std::fs::write(chat.join("ab/cdef"), "a note").unwrap();
    std::fs::create_dir(chat.join("ab/ab12")).unwrap();
    std::fs::create_dir(chat.join("lost+found")).unwrap();
    std::fs::create_dir(chat.join("incoming/folder")).unwrap();
    symlink("/nowhere", chat.join("ab/ab34")).unwrap();
    symlink("/", chat.join("cd")).unwrap();

    let names: Vec<String> = files.names().unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["abcd"]);
    files.sweep(Time(i64::MAX)).unwrap();
    assert!(chat.join("note.txt").exists() && chat.join("incoming/folder").exists());
    // A fault, not a panic.
    files.read("ab12", 0, 1).unwrap_err();
    files.remove("ab12").unwrap_err();
    assert_eq!(files.read("ab34", 0, 1), Ok(None));
}

#[test]
fn a_place_that_cannot_be_is_a_fault_that_says_where() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("uploads"), "a file").unwrap();
    let fault = DiskFiles::open(folder.chat(), &limits(), MediaTypes::default())
        .err()
        .unwrap();
    assert!(fault.to_string().contains("uploads/chat"), "{fault}");

    let files = DiskFiles::open(folder.0.join("chat"), &limits(), MediaTypes::default()).unwrap();
    std::fs::write(folder.0.join("chat/ab"), "where a shelf should be").unwrap();
    let mut upload = files.begin().unwrap();
    upload.write(b"text").unwrap();
    upload.finish().unwrap();
    upload.keep("abcd").unwrap_err();
    assert_eq!(listed(&folder.0.join("chat/incoming")), [] as [PathBuf; 0]);
    std::fs::remove_dir_all(folder.0.join("chat")).unwrap();
    assert!(files.begin().is_err() && files.names().is_err());
}

#[test]
fn only_what_the_list_holds_is_taken() {
    let folder = Folder::new();
    let taken = MediaTypes::only(&["image/png"]).unwrap();
    let files = DiskFiles::open(folder.chat(), &limits(), taken).unwrap();
    keep(&files, "ab", &samples::picture(ImageFormat::Png, 2, 2));
    let text = crate::ground::refused(&files, b"text");
    assert_eq!(text, beseda_core::Refusal::FileType);
}

#[test]
fn a_list_with_what_anything_is_takes_every_file_as_it_is() {
    let folder = Folder::new();
    let taken = MediaTypes::only(&["application/octet-stream"]).unwrap();
    let files = DiskFiles::open(folder.chat(), &limits(), taken).unwrap();
    let program = b"\x7fELF\x02\x01\x01\0";
    assert_eq!(keep(&files, "ab", program).media, "application/octet-stream");
    assert_eq!(files.read("ab", 0, 100).unwrap().unwrap(), program);
    let picture = keep(&files, "cd", &samples::picture(ImageFormat::Png, 2, 2));
    assert!(picture.media == "image/png" && picture.picture.is_some());
}
