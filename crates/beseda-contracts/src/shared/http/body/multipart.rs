//! Multipart forms: texts are gathered, files flow to disk as they come.

use super::measure::Measure;
use super::parameters::Parameters;
use super::{Form, TEXT_BYTES};
use crate::shared::Shared;
use crate::shared::field::FieldError;
use crate::shared::files::title::harmless;
use crate::shared::files::upload::{Flow, Uploaded};
use crate::shared::refused::Refused;
use axum::body::HttpBody;
use axum::extract::Request;
use beseda_core::words::PersonId;
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use multer::{Field, Multipart};
use serde_json::Value;

/// Parts of a form.
const PARTS: usize = 100;

/// The longest mark between parts, in bytes, which is Django's; RFC 2046 has 70.
const BOUNDARY_BYTES: usize = 201;

/// Reads the texts, and the files where somebody brings them; otherwise files are read past.
pub(super) async fn read(request: Request, most: u64, to: Option<(&Shared, PersonId)>) -> Result<Form, Refused> {
    // What says that it is too big is refused before a byte of it is read.
    if request.body().size_hint().lower() > most {
        return Err(Refused::TooLarge(most));
    }
    let boundary = boundary(request.headers()).ok_or_else(|| broken("there is no usable boundary"))?;
    let measure = Measure::of(most);
    let mut parts = Multipart::new(measure.counted(request.into_body()), boundary);
    let (mut form, mut text_bytes) = (Form::default(), 0_u64);
    for _ in 0..=PARTS {
        let Some(mut part) = measure.next_part(&mut parts).await? else {
            return Ok(form);
        };
        let said = part.headers().get(CONTENT_DISPOSITION).map(Parameters::of);
        let said = said.unwrap_or_default();
        let name = said.get("name").ok_or_else(|| broken("a part has no name"))?;
        // What a browser sends for a field in which no file was chosen has no name and no bytes: it is no file.
        if let Some(title) = said.get("filename") {
            match to {
                Some((shared, by)) if !title.is_empty() => {
                    let file = of_file(shared, by, form.files.len(), name, &title, part, &measure).await?;
                    form.files.push(file);
                }
                _ => while measure.next_piece(&mut part).await?.is_some() {},
            }
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(piece) = measure.next_piece(&mut part).await? {
            text_bytes += piece.len() as u64;
            if text_bytes > TEXT_BYTES {
                return Err(Refused::TooLarge(TEXT_BYTES));
            }
            bytes.extend_from_slice(&piece);
        }
        let text = String::from_utf8(bytes).map_err(|_| broken("a part is not UTF-8"))?;
        form.fields.values.insert(name, Value::String(text));
    }
    Err(broken("there are too many parts"))
}

fn broken(what: &str) -> Refused {
    Refused::BrokenMultipart(what.to_owned())
}

/// The mark between parts, where the header names one that can stand there.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let boundary = Parameters::of(headers.get(CONTENT_TYPE)?).get("boundary")?;
    let can_stand = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    let is_usable = (1..=BOUNDARY_BYTES).contains(&boundary.len()) && boundary.bytes().all(can_stand);
    is_usable.then_some(boundary)
}

/// Lets a file flow to disk.
async fn of_file(
    shared: &Shared,
    by: PersonId,
    before: usize,
    field: String,
    title: &str,
    mut part: Field<'_>,
    measure: &Measure,
) -> Result<Uploaded, Refused> {
    let limits = shared.chat.limits();
    if before >= limits.attachments {
        let max = limits.attachments;
        return Err(Refused::field("file", FieldError::TooManyFiles { max }));
    }
    shared.throttles.upload(by)?;
    let (mut flow, mut bytes) = (Flow::begin(&shared.files).await?, 0_u64);
    while let Some(piece) = measure.next_piece(&mut part).await? {
        bytes += piece.len() as u64;
        if bytes > limits.attachment_bytes {
            return Err(Refused::TooLarge(limits.attachment_bytes));
        }
        flow.piece(piece).await?;
    }
    Ok(flow.end(by, field, harmless(title)).await?)
}
