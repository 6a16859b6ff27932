//! Encryption for one browser, which its push service cannot take off: RFC 8291 over one record of RFC 8188.

use beseda_core::Fault;
use beseda_core::words::{PUSH_AUTH_BYTES, PUSH_KEY_BYTES, PushSubscription};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// What a record says is its size; a push service takes no bigger body.
const RECORD_BYTES: u32 = 4_096;
/// Bytes of the salt.
const SALT_BYTES: usize = 16;
/// Behind what the last record holds.
const END: u8 = 2;

/// What is drawn for each push: never twice the same.
pub struct Drawn {
    /// The private key.
    pub key: [u8; 32],
    /// The salt.
    pub salt: [u8; SALT_BYTES],
}

/// Whether these bytes are a key that something can be encrypted for.
#[must_use]
pub fn is_key(p256dh: &[u8; PUSH_KEY_BYTES]) -> bool {
    PublicKey::from_sec1_bytes(p256dh).is_ok()
}

/// Encrypts what a browser is told: the body of a request to its push service.
///
/// # Errors
/// A fault where the browser's key, or the one that was drawn, is none, or it is too long.
pub fn seal(browser: &PushSubscription, plain: &[u8], drawn: &Drawn) -> Result<Vec<u8>, Fault> {
    let wrong = |what: &str| Fault::Internal(format!("a push cannot be encrypted: {what}"));
    let theirs = PublicKey::from_sec1_bytes(&browser.p256dh).map_err(|_| wrong("the browser's key is none"))?;
    let ours = SecretKey::from_slice(&drawn.key).map_err(|_| wrong("the key that was drawn is none"))?;
    let public = point(&ours.public_key())?;
    let shared = diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
    let (key, nonce) = keys(
        shared.raw_secret_bytes(),
        &browser.auth,
        &browser.p256dh,
        &public,
        &drawn.salt,
    );

    let mut record = plain.to_vec();
    record.push(END);
    let key = UnboundKey::new(&AES_128_GCM, &key).map_err(|_| wrong("its key has another length"))?;
    LessSafeKey::new(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .map_err(|_| wrong("it is too long"))?;

    let mut body = drawn.salt.to_vec();
    body.extend_from_slice(&RECORD_BYTES.to_be_bytes());
    body.push(u8::try_from(PUSH_KEY_BYTES).map_err(|_| wrong("a key has too many bytes"))?);
    body.extend_from_slice(&public);
    body.extend_from_slice(&record);
    if body.len() > RECORD_BYTES as usize {
        return Err(wrong("it is too long"));
    }
    Ok(body)
}

/// A point as SEC1 writes it in full.
pub(super) fn point(key: &PublicKey) -> Result<[u8; PUSH_KEY_BYTES], Fault> {
    let point = key.to_encoded_point(false);
    let bytes = point.as_bytes().try_into();
    bytes.map_err(|_| Fault::Internal("a point on P-256 has another length".to_owned()))
}

/// The key and the nonce of the one record.
fn keys(
    shared: &[u8],
    auth: &[u8; PUSH_AUTH_BYTES],
    theirs: &[u8; PUSH_KEY_BYTES],
    ours: &[u8; PUSH_KEY_BYTES],
    salt: &[u8; SALT_BYTES],
) -> ([u8; 16], [u8; 12]) {
    let both = derived(&mac(auth, &[shared]), &[b"WebPush: info\0", theirs, ours]);
    let seed = mac(salt, &[&both]);
    let key = first(derived(&seed, &[b"Content-Encoding: aes128gcm\0"]));
    let nonce = first(derived(&seed, &[b"Content-Encoding: nonce\0"]));
    (key, nonce)
}

/// What HKDF makes of a seed, of which the first block is all that is needed here.
fn derived(seed: &[u8; 32], info: &[&[u8]]) -> [u8; 32] {
    let mut said = info.to_vec();
    said.push(&[1]);
    mac(seed, &said)
}

fn mac(key: &[u8], said: &[&[u8]]) -> [u8; 32] {
    let mut padded = hmac::digest::Key::<Hmac<Sha256>>::default();
    // No key here is longer than a block, which is filled up with zeros.
    for (to, from) in padded.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&padded);
    said.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn first<const N: usize>(block: [u8; 32]) -> [u8; N] {
    let mut first = [0; N];
    for (to, from) in first.iter_mut().zip(block) {
        *to = from;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use beseda_core::words::{Came, PersonId, Time};
    use uuid::Uuid;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    fn browser() -> PushSubscription {
        PushSubscription {
            id: Uuid::from_u128(1),
            came: Came::oneself(PersonId(1), Time(0)),
            endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".to_owned(),
            p256dh: bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
            created_at: Time(0),
        }
    }

    /// The example of RFC 8291, section 5.
    #[test]
    fn the_example_of_the_standard_comes_out_byte_for_byte() {
        let drawn = Drawn {
            key: bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            salt: bytes("DGv6ra1nlYgDCS1FRnbzlw"),
        };
        let body = seal(&browser(), b"When I grow up, I want to be a watermelon", &drawn).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz\
                        AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(body), expected);
    }

    #[test]
    fn a_body_of_a_push_service_is_filled_and_one_byte_more_is_refused() {
        let drawn = Drawn {
            key: [7; 32],
            salt: [9; 16],
        };
        // 86 bytes stand before the record, and 17 in it besides.
        let most = vec![b'x'; 4_096 - 86 - 17];
        assert_eq!(seal(&browser(), &most, &drawn).unwrap().len(), 4_096);
        assert!(seal(&browser(), &[&most[..], b"x"].concat(), &drawn).is_err());
    }

    #[test]
    fn what_is_no_point_is_no_key() {
        assert!(is_key(&browser().p256dh));
        assert!(!is_key(&[0; PUSH_KEY_BYTES]));
        let mut other = browser().p256dh;
        other[64] ^= 1;
        assert!(!is_key(&other));
        let nobody = PushSubscription {
            p256dh: other,
            ..browser()
        };
        let drawn = Drawn {
            key: [7; 32],
            salt: [9; 16],
        };
        assert!(seal(&nobody, b"x", &drawn).is_err());
    }
}
