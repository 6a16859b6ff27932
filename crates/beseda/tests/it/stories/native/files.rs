//! Files: what is said of one when it is uploaded, and on its message.

use super::{hello, next, open, party};
use crate::harness::Actor;
use crate::harness::actor::answer;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::io::Cursor;

const ROOM: &str = "/api/v1/rooms/order:1/";
/// `rgbaToThumbHash` of thumbhash 0.1.1 on npm gave these bytes for the pixels below.
const BLUR: &str = "YAiCBQIVnyKEgXiolcwO+RllMGVwmZNZaQ==";

fn picture() -> Vec<u8> {
    let pixels = RgbaImage::from_fn(100, 100, |x, y| {
        let parts = [
            x * x / 16 + 2 * y,
            x * y / 8 + 40,
            y * y / 8 + 3 * x,
            x * x * y * y / 16_384,
        ];
        Rgba(parts.map(|part| (part % 256) as u8))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(pixels)
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("it is encoded");
    bytes.into_inner()
}

async fn upload(by: &Actor, title: &'static str, bytes: Vec<u8>) -> Value {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(title));
    let taken = by.request(Method::POST, &format!("{ROOM}files/")).multipart(form);
    let taken = answer(taken).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    taken.json()
}

#[tokio::test]
async fn a_picture_is_uploaded_and_told_with_its_blurred_look() {
    let (_server, client, expert) = party("native-blur", "").await;
    client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await;
    let (mut socket, ..) = hello(&expert, None).await;
    open(&mut socket, "order:1").await;
    let uploaded = upload(&client, "кот.png", picture()).await;
    assert_eq!((&uploaded["blur"], &uploaded["width"]), (&json!(BLUR), &json!(100)));
    let text = upload(&client, "note.txt", b"a note".to_vec()).await;
    let again = upload(&expert, "снова.png", picture()).await;
    assert_eq!((&text["blur"], &again["blur"]), (&Value::Null, &json!(BLUR)));

    let draft = json!({"files": [uploaded["id"], text["id"]]});
    let sent = client.post(&format!("{ROOM}messages/"), &draft).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let listed = expert.get(&format!("{ROOM}messages/")).await.json();
    let heard = next(&mut socket, "changes").await;
    for message in [&sent.json(), &listed["items"][0], &heard["messages"][0]] {
        let blurs = [&message["files"][0]["blur"], &message["files"][1]["blur"]];
        assert_eq!(blurs, [&json!(BLUR), &Value::Null], "{message}");
    }
}
