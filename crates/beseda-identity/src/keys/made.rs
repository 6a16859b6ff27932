//! Key pairs made when a test runs. Nobody keeps one.

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::KeypairBytes;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::OsRng;

/// A private key and its public half, as PEM.
pub struct Pair {
    pub private: String,
    pub public: String,
}

pub fn rsa(bits: usize) -> Pair {
    let key = RsaPrivateKey::new(&mut OsRng, bits).unwrap();
    pair(&key, &key.to_public_key())
}

pub fn p256() -> Pair {
    let key = p256::SecretKey::random(&mut OsRng);
    pair(&key, &key.public_key())
}

pub fn p384() -> Pair {
    let key = p384::SecretKey::random(&mut OsRng);
    pair(&key, &key.public_key())
}

pub fn ed25519() -> Pair {
    let key = SigningKey::generate(&mut OsRng);
    // As openssl writes it, without the public half: the other form is not read everywhere.
    let private = KeypairBytes {
        secret_key: key.to_bytes(),
        public_key: None,
    };
    pair(&private, &key.verifying_key())
}

fn pair(private: &impl EncodePrivateKey, public: &impl EncodePublicKey) -> Pair {
    Pair {
        private: private.to_pkcs8_pem(LineEnding::LF).unwrap().to_string(),
        public: public.to_public_key_pem(LineEnding::LF).unwrap(),
    }
}
