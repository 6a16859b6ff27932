//! Films, photos and TIFFs that tell more than they show, for the tests: each of their secrets is [`SECRET`].

/// Stands wherever something is told.
pub const SECRET: &[u8] = b"+55.7558+037.6173/";

/// Stands wherever something is shown.
pub const SHOWN: &[u8] = b"what is seen and heard";

/// A box.
pub fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes(), kind.as_slice(), &body].concat()
}

/// A box with a version and flags.
pub fn versioned(kind: &[u8; 4], version: u8, parts: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], &parts.concat()])
}

/// A box whose length has eight bytes.
pub fn long(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = body.len() as u64 + 16;
    [&[0, 0, 0, 1], kind.as_slice(), &len.to_be_bytes(), body].concat()
}

pub fn handler(kind: &[u8; 4]) -> Vec<u8> {
    versioned(b"hdlr", 0, &[&[0; 4], kind, &[0; 13]])
}

/// A header that says when it was made and changed.
fn header(kind: &[u8; 4], version: u8) -> Vec<u8> {
    let times = if version == 0 { 8 } else { 16 };
    versioned(kind, version, &[&vec![0x77; times], &[3; 64]])
}

/// A handler that says whose camera or program it was.
fn named(kind: &[u8; 4]) -> Vec<u8> {
    versioned(b"hdlr", 0, &[&[0; 4], kind, &[0; 12], SECRET, &[0]])
}

/// A track; its samples, two of 18 bytes, stand in one chunk.
fn track(kind: &[u8; 4], version: u8, chunk: u32, others: &[&[u8]]) -> Vec<u8> {
    let sizes = [0_u32, 2, 18, 18].map(u32::to_be_bytes).concat();
    let table = boxed(
        b"stbl",
        &[
            &versioned(b"stsz", 0, &[&sizes]),
            &versioned(b"stsc", 0, &[&[1_u32, 1, 2, 1].map(u32::to_be_bytes).concat()]),
            &versioned(b"stco", 0, &[&[1, chunk].map(u32::to_be_bytes).concat()]),
        ],
    );
    let media = [
        header(b"mdhd", version),
        named(kind),
        boxed(b"minf", &[&table]),
        boxed(b"udta", &[SECRET]),
        boxed(b"skip", &[SECRET]),
    ];
    let media = media.concat();
    boxed(
        b"trak",
        &[&header(b"tkhd", version), &boxed(b"mdia", &[&media]), &others.concat()],
    )
}

/// A name and a value, as Apple's phones write them.
fn keys() -> Vec<u8> {
    let key = b"com.apple.quicktime.location.ISO6709";
    let keys = boxed(b"mdta", &[key]);
    let value = boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], SECRET]);
    boxed(
        b"meta",
        &[
            &handler(b"mdta"),
            &versioned(b"keys", 0, &[&1_u32.to_be_bytes(), &keys]),
            &boxed(b"ilst", &[&boxed(&[0, 0, 0, 1], &[&value])]),
        ],
    )
}

/// What a song says of itself, as iTunes writes it, and what a phone adds.
fn song() -> Vec<u8> {
    let tag = |kind: &[u8; 4], value: &[u8]| boxed(kind, &[&boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], value])]);
    let tags = [tag(b"\xa9nam", SHOWN), tag(b"\xa9xyz", SECRET), tag(b"apID", SECRET)].concat();
    versioned(
        b"meta",
        0,
        &[
            &handler(b"mdir"),
            &boxed(b"ilst", &[&tags, &boxed(b"free", &[SECRET])]),
            &boxed(b"free", &[SECRET]),
            &boxed(b"xml ", &[SECRET]),
        ],
    )
}

fn xmp() -> Vec<u8> {
    boxed(
        b"uuid",
        &[
            b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac",
            SECRET,
        ],
    )
}

/// A film as phones make it: samples first, of a track that is seen, and of one that says where.
pub fn film(brand: &[u8; 4]) -> Vec<u8> {
    let begin = boxed(b"ftyp", &[brand, &[0; 4], brand]);
    let media = [SHOWN, SECRET, SECRET, SHOWN].concat();
    let place = u32::try_from(begin.len() + 16 + SHOWN.len()).unwrap();
    let said = [
        boxed(b"\xa9xyz", &[&[0, 18, 0x15, 0xc7], SECRET]),
        versioned(b"loci", 0, &[&[0; 2], SECRET]),
        boxed(b"\xa9mak", &[&[0, 18, 0, 0], SECRET]),
        // QuickTime ends its list with a zero.
        vec![0; 4],
    ];
    let movie = [
        header(b"mvhd", 0),
        track(
            b"vide",
            1,
            place - 22,
            &[
                &boxed(b"udta", &[&boxed(b"name", &[SECRET])]),
                &keys(),
                &xmp(),
                &boxed(b"free", &[SECRET]),
            ],
        ),
        // What another program moved elsewhere, and what a camera of a car writes.
        boxed(b"free", &[SECRET]),
        boxed(b"gps ", &[SECRET]),
        boxed(b"udta", &[&said.concat()]),
        keys(),
        // Of all tracks the last.
        track(b"meta", 0, place, &[]),
    ];
    [
        begin,
        long(b"mdat", &media),
        boxed(b"moov", &[&movie.concat()]),
        boxed(
            b"moof",
            &[
                &boxed(b"udta", &[SECRET]),
                &boxed(b"traf", &[&keys(), &boxed(b"free", &[SECRET])]),
            ],
        ),
        boxed(b"skip", &[SECRET]),
        xmp(),
    ]
    .concat()
}

/// A song with a name and more.
pub fn recording() -> Vec<u8> {
    let movie = [
        header(b"mvhd", 0),
        boxed(
            b"udta",
            &[&song(), &boxed(b"\xa9xyz", &[SECRET]), &boxed(b"free", &[SECRET])],
        ),
    ];
    [
        boxed(b"ftyp", &[b"M4A ", &[0; 4], b"M4A "]),
        boxed(b"moov", &[&movie.concat()]),
        boxed(b"mdat", &[SHOWN]),
    ]
    .concat()
}

/// A photo as phones keep it: a picture, Exif and XMP, by a table of places of this version; and a film. Within the box of
/// items instead of beside it from version 1 on.
pub fn photo(brand: &[u8; 4], version: u8) -> Vec<u8> {
    let exif = [b"\0\0\0\x06Exif\0\0".as_slice(), SECRET].concat();
    let begin = boxed(b"ftyp", &[brand, &[0; 4], b"mif1", brand]);
    let wide = version == 2;
    let id = |id: u16| {
        if wide {
            u32::from(id).to_be_bytes().to_vec()
        } else {
            id.to_be_bytes().to_vec()
        }
    };
    let info = |number: u16, kind: &[u8; 4], more: &[u8]| {
        versioned(
            b"infe",
            if wide { 3 } else { 2 },
            &[&id(number), &[0; 2], kind, b"\0", more],
        )
    };
    let infos = [
        info(1, b"hvc1", b""),
        info(2, b"Exif", b""),
        info(3, b"mime", b"application/rdf+xml\0"),
    ];
    let media = [SHOWN, &exif, SECRET, SHOWN].concat();
    let meta = |base: u32| {
        let mut places = vec![0x44, 0x40];
        places.extend(id(3));
        let mut at = 0;
        for (number, len) in [(1, SHOWN.len()), (2, exif.len()), (3, SECRET.len())] {
            places.extend(id(number));
            if version > 0 {
                places.extend([0, 1]);
            }
            places.extend([0, 0]);
            places.extend(base.to_be_bytes());
            places.extend([0, 1]);
            places.extend([at, u32::try_from(len).unwrap()].map(u32::to_be_bytes).concat());
            at += u32::try_from(len).unwrap();
        }
        let properties = boxed(
            b"ipco",
            &[&versioned(b"ispe", 0, &[&[0; 8]]), &versioned(b"udes", 0, &[SECRET])],
        );
        let mut parts = vec![
            handler(b"pict"),
            versioned(b"iinf", 0, &[&[0, 3], &infos.concat()]),
            versioned(b"iloc", version, &[&places]),
            boxed(b"iprp", &[&properties]),
        ];
        if version > 0 {
            parts.push(boxed(b"idat", &[&media]));
        }
        versioned(b"meta", 0, &[&parts.concat()])
    };
    let before = begin.len() + meta(0).len() + 8;
    let base = if version == 0 {
        u32::try_from(before).unwrap()
    } else {
        0
    };
    let moves = boxed(b"mpvd", &[&boxed(b"moov", &[&keys()])]);
    [begin, meta(base), boxed(b"mdat", &[&media]), xmp(), moves].concat()
}

/// A TIFF of one pixel that tells who made it, where and with what; as a sensor saw it or as it is seen.
pub fn tiff(is_little: bool, is_raw: bool) -> Vec<u8> {
    let short = |number: u16| {
        if is_little {
            number.to_le_bytes()
        } else {
            number.to_be_bytes()
        }
    };
    let number = |number: u32| {
        if is_little {
            number.to_le_bytes()
        } else {
            number.to_be_bytes()
        }
    };
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&short(tag)[..], &short(kind), &number(count), &value].concat()
    };
    let one = |value: u16| [&short(value)[..], &[0, 0]].concat().try_into().unwrap();
    let text = u32::try_from(SECRET.len()).unwrap();
    let colours = if is_raw { 32_803 } else { 1 };
    // The directory at 8 has 10 entries and ends at 134; then one of a camera, and one of a place.
    let directory = [
        short(10).to_vec(),
        entry(256, 3, 1, one(1)),
        entry(257, 3, 1, one(1)),
        entry(262, 3, 1, one(colours)),
        entry(271, 2, text, number(200)),
        entry(273, 4, 1, number(300)),
        entry(274, 3, 1, one(6)),
        entry(279, 4, 1, number(22)),
        entry(700, 1, text, number(220)),
        entry(34_665, 4, 1, number(134)),
        entry(34_853, 4, 1, number(166)),
        vec![0; 4],
        short(2).to_vec(),
        entry(37_500, 7, text, number(240)),
        entry(42_033, 2, text, number(260)),
        vec![0; 6],
        short(1).to_vec(),
        entry(2, 5, 2, number(280)),
        vec![0; 20],
    ];
    let mut bytes = [if is_little { b"II" } else { b"MM" }.as_slice(), &short(42), &number(8)].concat();
    bytes.extend(directory.concat());
    bytes.resize(200, 0);
    for _ in 0..5 {
        bytes.extend(SECRET);
        bytes.resize(bytes.len().next_multiple_of(20), 0);
    }
    bytes.extend(SHOWN);
    bytes
}
