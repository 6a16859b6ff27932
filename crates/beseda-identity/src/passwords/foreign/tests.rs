//! What other programs hashed, and what is no hash.

use super::*;
use crate::passwords::{hash as our_hash, is_right};

const PASSWORD: &str = "пароль-7";

/// Made by Django 5.2, Werkzeug 3 and their libraries; some with less work than they take, because tests check them often.
const MADE: [&str; 11] = [
    "pbkdf2_sha256$1000000$mrFk0syB2b0cUmciShCWyX$f4EyTvfqOfnMY1JqGogQg2zNZGJKkAhX/xbv/l7KiQs=",
    "pbkdf2_sha1$1000$aSalt01$VCizlzMGwmHwAzpv0GnC1maNYOo=",
    "scrypt$1024$aSalt01$8$5$bhqaA7kLOI0BW4J+0iIRNvwiOtMLIyEaTDg4OSI6whaWO6UtoCmrou7AdLaml7D4sLbORJRLvO6P6IChV7wfQQ==",
    "argon2$argon2id$v=19$m=102400,t=2,p=8$vuT5hyugSfLVA/kTn1rOVQ$6i/+vg++fLSBoxyutFmJW/fCyoBSAB4IDkNQXcCNQSc",
    "bcrypt_sha256$$2b$05$uKZdeDXjeYIKQqKfQWM3luqNm8E5kvsNWz8MwmetF.93sqhKhyo/G",
    "bcrypt$$2b$05$VGu/cRy8TnWCsZzJCIkdMuZEkQxctvPg2aosbpmk03s4lDtBicSYO",
    "$2b$05$VGu/cRy8TnWCsZzJCIkdMuZEkQxctvPg2aosbpmk03s4lDtBicSYO",
    "scrypt:1024:8:1$aSalt01$5f1426f2f31fc7665d1835b2da6fc153f5815555b9230a67b6a8b6818d81a8cf2e151ea1a9cd46fdbbd475780b90a88dc7b342145e4fada1bb137fa598e3af84",
    "pbkdf2:sha256:1000000$eHxs3Aex92Dr3CCM$0b2fb717e55a323a98310030106f7fedffa5f092e7d0bc2efb42ebde7fa1152a",
    "pbkdf2:sha512:2000$FlRdLC46QAcyUihx$3d637fc8928c5b9737212318656f29531537b2c69a8a45c5b994c9ca3c672592c63819a4ad194dc0dae7fffcf22a7be004201e570bf049b23b30bf4eb958d60f",
    "pbkdf2:sha1:1000$aSalt01$5428b3973306c261f0033a6fd069c2d6668d60ea",
];

#[test]
fn what_other_programs_hashed_is_checked() {
    for hash in MADE {
        assert!(is_foreign(hash), "{hash}");
        assert_eq!(is_right(PASSWORD, hash), Ok(true), "{hash}");
        assert_eq!(is_right("пароль-8", hash), Ok(false), "{hash}");
        assert_eq!(is_right("", hash), Ok(false), "{hash}");
    }
}

#[test]
fn ours_is_not_foreign() {
    assert!(!is_foreign(&our_hash(PASSWORD, [1; 16]).unwrap()));
}

#[test]
fn what_is_no_hash_or_costs_too_much_is_of_no_known_kind() {
    for hash in [
        "",
        "!kM9Z3c",
        "plain",
        "md5$salt$5d41402abc4b2a76b9719d911017c592",
        "sha256$salt$2cf24dba",
        "pbkdf2_sha256$0$salt$AAAAAAAAAAAAAAAA",
        "pbkdf2_sha256$10000001$salt$AAAAAAAAAAAAAAAA",
        "pbkdf2_sha256$1000$salt$",
        "pbkdf2_sha256$1000$salt$?",
        "pbkdf2:sha256$salt$abcd",
        "pbkdf2:md5:1000$salt$00112233445566778899",
        "pbkdf2:sha256:1000$salt$abc",
        "pbkdf2:sha256:1000$salt$abcd",
        "scrypt:524288:8:1$salt$00112233445566778899",
        "scrypt:16384:8:17$salt$00112233445566778899",
        "scrypt:16383:8:1$salt$00112233445566778899",
        "scrypt:1:8:1$salt$00112233445566778899",
        "scrypt:16384:0:1$salt$00112233445566778899",
        "scrypt:16384:8:0$salt$00112233445566778899",
        "scrypt:4611686018427387904:4294967295:1$salt$00112233445566778899",
        "argon2$argon2id$v=19$m=262145,t=2,p=8$vuT5hyugSfLVA/kTn1rOVQ$6i/+vg++fLSBoxyutFmJW/fCyoBSAB4IDkNQXcCNQSc",
        "argon2$argon2id$v=19$m=102400,t=17,p=8$vuT5hyugSfLVA/kTn1rOVQ$6i/+vg++fLSBoxyutFmJW/fCyoBSAB4IDkNQXcCNQSc",
        "bcrypt_sha256$$2b$17$uKZdeDXjeYIKQqKfQWM3luqNm8E5kvsNWz8MwmetF.93sqhKhyo/G",
        "$2b$05$short",
    ] {
        assert!(!is_foreign(hash), "{hash}");
    }
    for hash in [
        "pbkdf2:sha256:10000000$salt$00112233445566778899",
        "scrypt:262144:8:16$salt$00112233445566778899",
        "argon2$argon2id$v=19$m=262144,t=16,p=8$vuT5hyugSfLVA/kTn1rOVQ$6i/+vg++fLSBoxyutFmJW/fCyoBSAB4IDkNQXcCNQSc",
    ] {
        assert!(is_foreign(hash), "{hash}: the most that is taken");
    }
}
