//! A small file that claims to be a huge picture costs nothing, a huge picture no more than it may, and a file of very many
//! parts little. Alone in their process, one after the other: its memory is measured.

#[cfg(test)]
#[path = "../../src/files/small/made.rs"]
mod made;

#[cfg(test)]
mod tests {
    use super::made::Jpeg;
    use beseda_core::ports::Files as _;
    use beseda_core::words::Limits;
    use beseda_store::{DiskFiles, MediaTypes};
    use image::{DynamicImage, ImageFormat};
    use parking_lot::Mutex;
    use std::io::Cursor;
    use std::path::Path;

    const SIDE: u16 = 60_000;

    /// Held by the test that is measured.
    static ALONE: Mutex<()> = Mutex::new(());

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(1, 1).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Pictures of one pixel whose headers claim more.
    fn claims() -> [(&'static str, Vec<u8>); 4] {
        let mut png = picture(ImageFormat::Png);
        png[16..24].copy_from_slice(&[u32::from(SIDE).to_be_bytes(); 2].concat());
        let sum = crc32fast::hash(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        png.resize(1_024, 0);

        let mut jpeg = picture(ImageFormat::Jpeg);
        let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[SIDE.to_be_bytes(); 2].concat());

        let mut gif = picture(ImageFormat::Gif);
        gif[6..10].copy_from_slice(&[SIDE.to_le_bytes(); 2].concat());

        // An extended one has a canvas, which is its claim.
        let side = (u32::from(SIDE) - 1).to_le_bytes();
        let canvas = [b"VP8X\x0a\0\0\0\0\0\0\0".as_slice(), &side[..3], &side[..3]].concat();
        let mut webp = picture(ImageFormat::WebP);
        webp.splice(12..12, canvas);
        let len = u32::try_from(webp.len() - 8).unwrap();
        webp[4..8].copy_from_slice(&len.to_le_bytes());
        [("png", png), ("jpeg", jpeg), ("gif", gif), ("webp", webp)]
    }

    /// The most that this process ever asked for, and the most that it ever touched, in KiB.
    #[expect(clippy::disallowed_methods, reason = "only the system knows what a process has")]
    fn most() -> [i64; 2] {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        ["VmPeak:", "VmHWM:"].map(|name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse().unwrap()
        })
    }

    /// Has the most that was touched begin anew, at what is touched now.
    #[expect(clippy::disallowed_methods, reason = "only the system knows what a process has")]
    fn measure_anew() {
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test made the folder")]
    fn a_huge_picture_costs_no_more_than_it_may() {
        let _alone = ALONE.lock();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("huge-{}", std::process::id()));
        let limits = Limits {
            picture_memory_bytes: 8 * 1_048_576,
            ..Limits::default()
        };
        let files = DiskFiles::open(&folder, &limits, MediaTypes::default()).unwrap();
        let plain = Jpeg {
            size: (16_320, 12_240),
            fine: &[(1, 1)],
            is_progressive: false,
            is_apart: false,
            restart: None,
            shade: |_, x, _| (x % 256) as u8,
        };
        let progressive = Jpeg {
            size: (8_064, 6_048),
            fine: &[(2, 2), (1, 1), (1, 1)],
            is_progressive: true,
            ..plain
        };
        let mut png = Cursor::new(Vec::new());
        let rows = DynamicImage::new_rgb8(4_000, 3_000);
        rows.write_to(&mut png, ImageFormat::Png).unwrap();
        drop(rows);
        for (what, bytes) in [
            ("200 MP", plain.bytes()),
            ("48 MP", progressive.bytes()),
            ("png", png.into_inner()),
        ] {
            measure_anew();
            let before = most()[1];
            let mut upload = files.begin().unwrap();
            upload.write(&bytes).unwrap();
            let look = upload.finish().unwrap();
            assert!(look.picture.unwrap().has_thumbnail, "{what}");
            let grown = most()[1] - before;
            // Besides the picture's, what is read and written at a time.
            assert!(grown < 9 * 1_024, "{what}: grew by {grown} KiB");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test made the folder")]
    fn films_and_tiffs_of_very_many_parts_cost_little() {
        let _alone = ALONE.lock();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("parts-{}", std::process::id()));
        let files = DiskFiles::open(&folder, &Limits::default(), MediaTypes::default()).unwrap();
        let begin = b"\0\0\0\x10ftypisom\0\0\0\0".as_slice();
        let boxes = [begin, &b"\0\0\0\x08uuid".repeat(3_000_000)].concat();
        // Each entry lists 4,096 further directories, which stand in the entries themselves.
        let lists = b"\x4a\x01\x04\0\0\x10\0\0\x08\0\0\0".repeat(60_000);
        let lists = [b"II*\0\x08\0\0\0\x60\xea".as_slice(), &lists, &[0; 4]].concat();
        for (media, bytes) in [("video/mp4", boxes), ("image/tiff", lists)] {
            measure_anew();
            let before = most()[1];
            let mut upload = files.begin().unwrap();
            upload.write(&bytes).unwrap();
            assert_eq!(upload.finish().unwrap().media, media);
            let grown = most()[1] - before;
            assert!(grown < 20 * 1_024, "{media}: grew by {grown} KiB");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test made the folder")]
    fn a_kilobyte_that_claims_60_000_by_60_000_pixels_costs_nothing() {
        let _alone = ALONE.lock();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("claims-{}", std::process::id()));
        let limits = Limits::default();
        let files = DiskFiles::open(&folder, &limits, MediaTypes::default()).unwrap();
        let claims = claims();
        let before = most();
        for (format, bytes) in claims {
            assert!(bytes.len() <= 1_024, "{format}");
            let mut upload = files.begin().unwrap();
            upload.write(&bytes).unwrap();
            let look = upload.finish().unwrap().picture.unwrap();
            assert_eq!((look.width, look.height), (SIDE.into(), SIDE.into()), "{format}");
            assert!(!look.has_thumbnail, "{format}");
        }
        let after = most();
        let grown = [after[0] - before[0], after[1] - before[1]];
        assert!(grown.iter().all(|kib| *kib < 5 * 1_024), "grew by {grown:?} KiB");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
