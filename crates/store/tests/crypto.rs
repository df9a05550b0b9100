//! Secrets at rest: what opens, what must not, and what must never be printed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use upivia_domain::{
    OrgId,
    ports::{Entropy, TokenHasher},
};
use upivia_store::crypto::{CryptoError, KeyCheck, KeyedTokenHasher, MasterKey, Place, Sealer, SystemEntropy};

const PLACE: Place<'static> = Place { column: "requests.sealed", row: "srq_1" };
const TEXT: &[u8] = b"{\"to\":\"ada@example.com\"}";

fn key(byte: char) -> MasterKey {
    MasterKey::from_base64(&format!("{}=", byte.to_string().repeat(42) + "A")).unwrap()
}

fn org(number: u8) -> OrgId {
    format!("org_{number:0>22}").parse().unwrap()
}

/// A folder of its own for each test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("upivia-keys-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn key_file(&self) -> PathBuf {
        self.0.join("master.key")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_sealed_opens_again_and_never_looks_the_same() {
    let sealer = Sealer::new(&key('a')).unwrap();
    let data_key = sealer.unwrap(org(1), &sealer.create(org(1)).unwrap().0).unwrap();
    let (first, second) = (data_key.seal(PLACE, TEXT).unwrap(), data_key.seal(PLACE, TEXT).unwrap());
    assert_ne!(first, second, "nonces differ");
    assert!(!first.windows(5).any(|part| part == b"ada@e"));
    assert_eq!(data_key.open(PLACE, &first).unwrap(), TEXT);
    assert_eq!(data_key.open(PLACE, &data_key.seal(PLACE, b"").unwrap()).unwrap(), b"");
}

#[test]
fn no_changed_bit_and_no_cut_opens() {
    let sealer = Sealer::new(&key('a')).unwrap();
    let data_key = sealer.unwrap(org(1), &sealer.create(org(1)).unwrap().0).unwrap();
    let sealed = data_key.seal(PLACE, TEXT).unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(data_key.open(PLACE, &changed).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(data_key.open(PLACE, &sealed[..length]).is_err(), "length {length}");
    }
}

#[test]
fn a_sealed_text_cannot_be_moved() {
    let sealer = Sealer::new(&key('a')).unwrap();
    let wrapped = sealer.create(org(1)).unwrap();
    let one = sealer.unwrap(org(1), &wrapped.0).unwrap();
    let other = sealer.unwrap(org(2), &sealer.create(org(2)).unwrap().0).unwrap();
    let sealed = one.seal(PLACE, TEXT).unwrap();
    for elsewhere in [Place { column: "requests.result", ..PLACE }, Place { row: "srq_2", ..PLACE }] {
        assert!(one.open(elsewhere, &sealed).is_err(), "{elsewhere:?}");
    }
    let refused = other.open(PLACE, &sealed).unwrap_err();
    assert!(matches!(refused, CryptoError::Unopenable { what: "requests.sealed", .. }), "{refused:?}");
    let stolen = sealer.unwrap(org(2), &wrapped.0).unwrap_err();
    assert!(matches!(stolen, CryptoError::Unopenable { what: "organizations.data_key", .. }), "{stolen:?}");
}

#[test]
fn another_master_key_unwraps_nothing() {
    let wrapped = Sealer::new(&key('a')).unwrap().create(org(1)).unwrap();
    assert!(Sealer::new(&key('b')).unwrap().unwrap(org(1), &wrapped.0).is_err());
}

#[test]
fn a_newer_version_is_named() {
    let sealer = Sealer::new(&key('a')).unwrap();
    let mut wrapped = sealer.create(org(1)).unwrap().0;
    let data_key = sealer.unwrap(org(1), &wrapped).unwrap();
    wrapped[0] = 2;
    assert!(matches!(sealer.unwrap(org(1), &wrapped), Err(CryptoError::UnknownVersion(2))));
    let mut sealed = data_key.seal(PLACE, TEXT).unwrap();
    sealed[0] = 7;
    assert!(matches!(data_key.open(PLACE, &sealed), Err(CryptoError::UnknownVersion(7))));
}

#[test]
fn keys_are_at_hand_until_they_are_forgotten() {
    let sealer = Sealer::new(&key('a')).unwrap();
    assert!(sealer.cached(org(1)).is_none());
    sealer.unwrap(org(1), &sealer.create(org(1)).unwrap().0).unwrap();
    assert_eq!(sealer.cached(org(1)).unwrap().org(), org(1));
    sealer.forget(org(1));
    assert!(sealer.cached(org(1)).is_none());
}

#[test]
fn token_hashes_depend_on_the_token_and_on_the_pepper() {
    let hasher = KeyedTokenHasher::new(&key('a')).unwrap();
    assert_eq!(hasher.hash("agent_key_live_x"), KeyedTokenHasher::new(&key('a')).unwrap().hash("agent_key_live_x"));
    assert_ne!(hasher.hash("agent_key_live_x"), hasher.hash("agent_key_live_y"));
    assert_ne!(hasher.hash("agent_key_live_x"), KeyedTokenHasher::new(&key('b')).unwrap().hash("agent_key_live_x"));
}

#[test]
fn a_wrong_key_is_recognised() {
    let stored = KeyCheck::of(&key('a')).unwrap().to_bytes();
    KeyCheck::of(&key('a')).unwrap().verify(&stored).unwrap();
    let wrong = KeyCheck::of(&key('b')).unwrap();
    assert!(matches!(wrong.verify(&stored), Err(CryptoError::WrongMasterKey)));
    assert!(matches!(wrong.verify(&[]), Err(CryptoError::WrongMasterKey)));
    assert!(matches!(wrong.verify(&[9, 1, 2]), Err(CryptoError::UnknownVersion(9))));
}

#[test]
fn a_missing_key_file_is_made_once_and_kept() {
    let folder = Folder::new();
    let made = MasterKey::load_or_create(&folder.key_file()).unwrap();
    let read = MasterKey::load_or_create(&folder.key_file()).unwrap();
    assert_eq!(made.to_base64().expose(), read.to_base64().expose());
    let other = Folder::new();
    let fresh = MasterKey::load_or_create(&other.key_file()).unwrap();
    assert_ne!(made.to_base64().expose(), fresh.to_base64().expose());
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_a_new_key_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    MasterKey::load_or_create(&folder.key_file()).unwrap();
    assert_eq!(std::fs::metadata(folder.key_file()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_key_file_that_holds_no_key_is_refused_and_left_alone() {
    let folder = Folder::new();
    for contents in [&b""[..], b"swordfish\n", &[0xff, 0xfe]] {
        std::fs::write(folder.key_file(), contents).unwrap();
        let refused = MasterKey::load_or_create(&folder.key_file()).unwrap_err();
        assert!(matches!(refused, CryptoError::MalformedKeyFile { .. }), "{refused:?}");
        assert!(!refused.to_string().contains("swordfish"));
        assert_eq!(std::fs::read(folder.key_file()).unwrap(), contents);
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let missing = std::env::temp_dir().join("upivia-no-such-folder").join("master.key");
    let refused = MasterKey::load_or_create(&missing).unwrap_err();
    assert!(refused.to_string().contains("upivia-no-such-folder"), "{refused}");
}

#[test]
fn blanks_around_a_key_do_not_matter_and_other_texts_are_refused() {
    let generated = MasterKey::generate().unwrap().to_base64();
    let read = MasterKey::from_base64(&format!("  {}\n", generated.expose())).unwrap();
    assert_eq!(read.to_base64().expose(), generated.expose());
    assert!(matches!(MasterKey::from_base64("hunter2"), Err(CryptoError::MalformedMasterKey)));
}

#[test]
fn nothing_prints_a_key() {
    let master = key('a');
    let sealer = Sealer::new(&master).unwrap();
    let data_key = sealer.unwrap(org(1), &sealer.create(org(1)).unwrap().0).unwrap();
    assert_eq!(format!("{master:?} {:?}", master.to_base64()), "MasterKey(***) ***");
    assert_eq!(format!("{sealer:?}"), "Sealer(***)");
    assert_eq!(format!("{data_key:?}"), format!("DataKey({}, ***)", org(1)));
    let debug = format!("{:?} {:?}", KeyedTokenHasher::new(&master).unwrap(), KeyCheck::of(&master).unwrap());
    assert!(
        !debug.chars().any(|c| c.is_ascii_digit() && c != '2' && c != '5' && c != '6'),
        "only SHA256 may appear: {debug}"
    );
}

#[test]
fn entropy_fills_every_byte() {
    let mut seen = [0_u8; 64];
    for _ in 0..64 {
        let mut buffer = [0; 64];
        SystemEntropy.fill(&mut buffer);
        seen.iter_mut().zip(buffer).for_each(|(sum, byte)| *sum |= byte);
    }
    assert!(seen.iter().all(|byte| *byte != 0));
}
