//! What every place for files promises: the same sentences for each.

use crate::ground::{keep, read, refused};
use crate::samples;
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::ports::{Files, thumbnail_name};
use beseda_core::words::Time;
use image::ImageFormat;
use sha2::{Digest as _, Sha256};

/// Makes a test of each sentence for a place: `$open` gives the place, and what must outlive it.
macro_rules! sentences {
    ($open:expr) => {
        $crate::conformance::sentences!(
            $open,
            what_is_kept_is_read_whole_and_in_parts,
            nothing_has_a_name_before_it_is_kept,
            what_is_dropped_leaves_nothing,
            keeping_twice_under_one_name_is_fine,
            removing_is_fine_twice,
            names_say_what_is_there,
            names_that_are_none_of_ours_touch_nothing,
            a_small_copy_is_kept_beside_its_picture,
            a_file_of_many_parts_is_whole,
            an_upload_takes_its_steps_in_order,
            what_is_not_taken_is_refused,
            a_file_one_byte_too_big_is_refused,
            abandoned_uploads_are_swept_and_others_are_not,
            many_upload_at_once
        );
    };
    ($open:expr, $($sentence:ident),*) => {
        $(
            #[test]
            fn $sentence() {
                let (files, _outlives) = $open;
                $crate::conformance::$sentence(&files);
            }
        )*
    };
}
pub(crate) use sentences;

/// What the places of these sentences take: less than by default, so that one byte more is soon uploaded.
pub const ATTACHMENT_BYTES: u64 = 20 * 1024 * 1024;

pub fn what_is_kept_is_read_whole_and_in_parts(files: &dyn Files) {
    let look = keep(files, "c0ffee", "Привет".as_bytes());
    assert_eq!(
        (look.bytes, look.media.as_str(), look.picture),
        (12, "text/plain; charset=utf-8", None)
    );
    assert_eq!(look.sha256, <[u8; 32]>::from(Sha256::digest("Привет")));

    let part = |from, most| files.read("c0ffee", from, most).unwrap().unwrap();
    assert_eq!(part(0, usize::MAX), "Привет".as_bytes());
    assert_eq!(part(2, 4), "ри".as_bytes());
    assert_eq!(part(10, 100), "т".as_bytes());
    assert_eq!(part(11, 1), [0x82]);
    for (from, most) in [
        (12, 1),
        (13, 5),
        (u64::MAX, 1),
        (u64::MAX, usize::MAX),
        (0, 0),
        (12, 0),
        (99, 0),
    ] {
        assert!(part(from, most).is_empty(), "{from} {most}");
    }
}

pub fn nothing_has_a_name_before_it_is_kept(files: &dyn Files) {
    let mut upload = files.begin().unwrap();
    upload.write(b"text").unwrap();
    assert_eq!(files.names().unwrap(), []);
    upload.finish().unwrap();
    assert_eq!(files.names().unwrap(), []);
    assert_eq!(files.read("aa", 0, 1).unwrap(), None);
    assert_eq!(files.read("aa", 0, 0).unwrap(), None);
    upload.keep("aa").unwrap();
    assert_eq!(read(files, "aa"), b"text");
}

pub fn what_is_dropped_leaves_nothing(files: &dyn Files) {
    drop(files.begin().unwrap());
    let mut upload = files.begin().unwrap();
    upload.write(&samples::picture(ImageFormat::Png, 4, 4)).unwrap();
    upload.finish().unwrap();
    drop(upload);
    assert_eq!(files.names().unwrap(), []);
}

pub fn keeping_twice_under_one_name_is_fine(files: &dyn Files) {
    keep(files, "ab-2", b"same");
    keep(files, "ab-2", b"same");
    assert_eq!(read(files, "ab-2"), b"same");
    assert_eq!(files.names().unwrap().len(), 1);
}

pub fn removing_is_fine_twice(files: &dyn Files) {
    keep(files, "ab", b"text");
    keep(files, "ab-1", b"text");
    files.remove("ab").unwrap();
    assert_eq!(files.read("ab", 0, 1).unwrap(), None);
    files.remove("ab").unwrap();
    files.remove("cd").unwrap();
    assert_eq!(read(files, "ab-1"), b"text");
}

pub fn names_say_what_is_there(files: &dyn Files) {
    for name in ["a", "ab", "abcd", "abcd-17", "0123456789"] {
        keep(files, name, b"text");
    }
    keep(files, "ffff", &samples::picture(ImageFormat::Png, 2, 2));
    let mut names = files.names().unwrap();
    names.sort();
    // Some day after the code was written, in microseconds.
    assert!(
        names.iter().all(|(_, kept)| *kept > Time(1_763_000_000_000_000)),
        "{names:?}"
    );
    let names: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["0123456789", "a", "ab", "abcd", "abcd-17", "ffff", "ffff.thumbnail"]
    );
}

pub fn names_that_are_none_of_ours_touch_nothing(files: &dyn Files) {
    keep(files, "abcd", b"text");
    for name in samples::ODD_NAMES {
        let is_fault = |fault: Fault| matches!(fault, Fault::Internal(_));
        assert!(files.read(name, 0, 1).is_err_and(is_fault), "{name:?}");
        assert!(files.remove(name).is_err_and(is_fault), "{name:?}");
        let mut upload = files.begin().unwrap();
        upload.write(b"other").unwrap();
        upload.finish().unwrap();
        assert!(upload.keep(name).is_err_and(is_fault), "{name:?}");
    }
    // A picture cannot have the name of a small copy: its own would have none.
    let mut upload = files.begin().unwrap();
    upload.write(&samples::picture(ImageFormat::Png, 2, 2)).unwrap();
    upload.finish().unwrap();
    upload.keep("ab.thumbnail").unwrap_err();
    assert_eq!(read(files, "abcd"), b"text");
    assert_eq!(files.names().unwrap().len(), 1);
}

pub fn a_small_copy_is_kept_beside_its_picture(files: &dyn Files) {
    let look = keep(files, "ab-1", &samples::picture(ImageFormat::Jpeg, 1_000, 500));
    let picture = look.picture.unwrap();
    assert_eq!(
        (picture.width, picture.height, picture.has_thumbnail),
        (1_000, 500, true)
    );
    assert_eq!(look.media, "image/jpeg");
    let kept = read(files, "ab-1");
    assert_eq!(look.bytes, kept.len() as u64);
    assert_eq!(look.sha256, <[u8; 32]>::from(Sha256::digest(&kept)));
    let small = image::load_from_memory(&read(files, &thumbnail_name("ab-1"))).unwrap();
    assert_eq!((small.width(), small.height()), (480, 240));

    // What is no picture has none.
    keep(files, "cd", b"text");
    assert_eq!(files.read(&thumbnail_name("cd"), 0, 1).unwrap(), None);
}

pub fn a_file_of_many_parts_is_whole(files: &dyn Files) {
    let text: Vec<u8> = (0..18_000_000_u32).map(|at| b'a' + (at % 23) as u8).collect();
    let mut upload = files.begin().unwrap();
    for part in text.chunks(70_001) {
        upload.write(part).unwrap();
    }
    let look = upload.finish().unwrap();
    assert_eq!(look.bytes, 18_000_000);
    upload.keep("ab").unwrap();
    assert_eq!(files.read("ab", 17_999_990, 100).unwrap().unwrap(), text[17_999_990..]);
    let sum: [u8; 32] = Sha256::digest(read(files, "ab")).into();
    assert_eq!(sum, look.sha256);
}

pub fn an_upload_takes_its_steps_in_order(files: &dyn Files) {
    let upload = files.begin().unwrap();
    upload.keep("ab").unwrap_err();
    let mut upload = files.begin().unwrap();
    upload.write(b"text").unwrap();
    upload.finish().unwrap();
    upload.write(b"more").unwrap_err();
    assert!(matches!(upload.finish(), Err(Error::Failed(_))));
    upload.keep("ab").unwrap();
    assert_eq!(read(files, "ab"), b"text");

    // What was refused cannot be kept.
    let mut upload = files.begin().unwrap();
    upload.write(b"\x7fELF\x02\x01\x01\0").unwrap();
    upload.finish().unwrap_err();
    upload.keep("cd").unwrap_err();
    assert_eq!(files.names().unwrap().len(), 1);
}

pub fn what_is_not_taken_is_refused(files: &dyn Files) {
    assert_eq!(refused(files, b""), Refusal::EmptyFile);
    assert_eq!(refused(files, b"\x7fELF\x02\x01\x01\0"), Refusal::FileType);
    assert_eq!(refused(files, b"MZ\x90\0"), Refusal::FileType);
    for (media, bytes) in samples::of_every_type() {
        let mut upload = files.begin().unwrap();
        upload.write(&bytes).unwrap();
        let told = upload.finish().unwrap().media;
        assert_eq!(told.split(';').next(), Some(media));
    }
}

pub fn a_file_one_byte_too_big_is_refused(files: &dyn Files) {
    let part = vec![b'a'; 1024 * 1024];
    for beyond in [0, 1, 5_000_000] {
        let mut upload = files.begin().unwrap();
        for _ in 0..ATTACHMENT_BYTES / part.len() as u64 {
            upload.write(&part).unwrap();
        }
        upload.write(&vec![b'a'; beyond]).unwrap();
        let finished = upload.finish().map(|look| look.bytes);
        let too_big = Error::from(Refusal::FileTooLarge { max: ATTACHMENT_BYTES });
        let expected = if beyond == 0 {
            Ok(ATTACHMENT_BYTES)
        } else {
            Err(too_big)
        };
        assert_eq!(finished, expected, "{beyond}");
    }
}

pub fn abandoned_uploads_are_swept_and_others_are_not(files: &dyn Files) {
    let mut going_on = files.begin().unwrap();
    going_on.write(b"going ").unwrap();
    keep(files, "ab", b"kept");
    files.sweep(Time(1_763_000_000_000_000)).unwrap();
    going_on.write(b"on").unwrap();
    going_on.finish().unwrap();
    going_on.keep("cd").unwrap();
    assert_eq!(read(files, "cd"), b"going on");
    // Nothing that is kept is ever swept.
    files.sweep(Time(i64::MAX)).unwrap();
    assert_eq!(files.names().unwrap().len(), 2);
}

pub fn many_upload_at_once(files: &dyn Files) {
    let picture = samples::picture(ImageFormat::Png, 600, 300);
    std::thread::scope(|scope| {
        for number in 0..12 {
            let picture = &picture;
            scope.spawn(move || {
                keep(files, &format!("ab-{number}"), format!("text {number}").as_bytes());
                keep(files, &format!("cd-{number}"), picture);
            });
        }
    });
    assert_eq!(files.names().unwrap().len(), 36);
    for number in 0..12 {
        assert_eq!(
            read(files, &format!("ab-{number}")),
            format!("text {number}").as_bytes()
        );
    }
}
