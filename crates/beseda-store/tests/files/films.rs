//! Films and photos that are not decoded here lose their metadata, too, and are kept as what they became.

use crate::films_forged::{SECRET, SHOWN, film, photo, recording, tiff};
use crate::ground::{Folder, keep, read};
use beseda_core::words::Limits;
use sha2::{Digest as _, Sha256};

#[test]
fn what_is_kept_tells_nothing_besides_itself_and_is_named_by_what_it_became() {
    let folder = Folder::new();
    let files = folder.disk(&Limits::default());
    for (media, bytes) in [
        ("video/mp4", film(b"isom")),
        ("video/quicktime", film(b"qt  ")),
        ("audio/mp4", recording()),
        ("image/heic", photo(b"heic", 0)),
        ("image/avif", photo(b"avif", 0)),
        ("image/tiff", tiff(true, false)),
        ("image/tiff", tiff(false, false)),
    ] {
        let look = keep(&files, "ab", &bytes);
        let kept = read(&files, "ab");
        assert_eq!((look.media.as_str(), look.bytes), (media, bytes.len() as u64));
        assert_eq!(look.sha256, <[u8; 32]>::from(Sha256::digest(&kept)), "{media}");
        let holds = |wanted: &[u8]| kept.windows(wanted.len()).any(|window| window == wanted);
        assert!(!holds(SECRET) && holds(SHOWN), "{media}");
        // What lost it already stays as it is.
        assert_eq!(keep(&files, "cd", &kept), look, "{media}");
    }
}

#[test]
fn a_film_that_cannot_be_walked_is_taken_as_it_came() {
    let folder = Folder::new();
    let files = folder.disk(&Limits::default());
    // Cut off in its samples, as an upload that was resumed wrongly.
    let film = film(b"isom");
    let cut = &film[..60];
    keep(&files, "ab", cut);
    assert_eq!(read(&files, "ab"), cut);
}
