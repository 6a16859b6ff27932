//! A set of keys (RFC 7517) as an issuer writes it, and the keys of it that may prove tokens here.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use serde::Deserialize;
use serde_json::Value;

/// The shortest modulus of an RSA key that proves anything (RFC 7518, 3.3): 2048 bits.
const RSA_BYTES: usize = 256;

/// A key of a set.
pub struct Key {
    /// Its name, which tokens give as `kid`.
    pub name: Option<String>,
    /// How tokens may be signed that it proves.
    pub algorithms: Vec<Algorithm>,
    /// What proves them.
    pub proof: DecodingKey,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// The keys of a set that prove signatures of one of these algorithms; others may stand in it for others.
///
/// # Errors
/// It is no set of keys.
pub fn read(body: &[u8], algorithms: &[Algorithm]) -> Result<Vec<Key>, String> {
    let set: Set = serde_json::from_slice(body).map_err(|_| "the answer is no set of keys".to_owned())?;
    Ok(set.keys.iter().filter_map(|key| usable(key, algorithms)).collect())
}

fn usable(key: &Value, algorithms: &[Algorithm]) -> Option<Key> {
    let key = Jwk::deserialize(key).ok()?;
    let common = &key.common;
    let is_for_signatures = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
    let verifies = |uses: &Vec<KeyOperations>| uses.contains(&KeyOperations::Verify);
    if !is_for_signatures || !common.key_operations.as_ref().is_none_or(verifies) {
        return None;
    }
    let says = |algorithm: &Algorithm| match common.key_algorithm {
        Some(said) => said == KeyAlgorithm::from(*algorithm),
        None => true,
    };
    let fitting: Vec<Algorithm> = kinds(&key.algorithm)
        .iter()
        .filter(|kind| algorithms.contains(kind))
        .filter(|kind| says(kind))
        .copied()
        .collect();
    let proof = DecodingKey::from_jwk(&key).ok()?;
    if fitting.is_empty() || is_short(&proof) {
        return None;
    }
    Some(Key {
        name: key.common.key_id,
        algorithms: fitting,
        proof,
    })
}

/// What a key of this kind can prove. A shared secret proves nothing: whoever can read the set knows it.
fn kinds(parameters: &AlgorithmParameters) -> &'static [Algorithm] {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    match parameters {
        AlgorithmParameters::RSA(_) => &[RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => &[ES256],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => &[ES384],
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => &[EdDSA],
        _ => &[],
    }
}

fn is_short(key: &DecodingKey) -> bool {
    match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, .. } => n.iter().skip_while(|byte| **byte == 0).count() < RSA_BYTES,
        DecodingKeyKind::SecretOrDer(_) => false,
    }
}
