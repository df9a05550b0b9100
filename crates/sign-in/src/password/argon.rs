//! Argon2id itself: one hash, one comparison, on the thread that calls.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error, phc},
};
use upivia_domain::{
    identity::{PasswordCheck, PasswordHash},
    ports::PasswordFault,
};

/// A kept hash that asks for more is not computed: a damaged row must not take the machine's memory.
const MOST_MEMORY_KIB: u32 = 256 * 1_024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;

/// The way in which hashes are made now.
#[derive(Clone)]
pub(super) struct Argon {
    params: Params,
}

impl Argon {
    pub(super) fn new(memory_kib: u32, passes: u32) -> Result<Self, PasswordFault> {
        let fits = memory_kib <= MOST_MEMORY_KIB && passes <= MOST_PASSES;
        let params = Params::new(memory_kib, passes, 1, Some(Params::DEFAULT_OUTPUT_LEN));
        params.ok().filter(|_| fits).map(|params| Self { params }).ok_or(PasswordFault::Failed)
    }

    pub(super) fn hash(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash, PasswordFault> {
        let hash = self.hasher().hash_password_with_salt(password, salt).map_err(|_| PasswordFault::Failed)?;
        PasswordHash::try_from(hash.to_string()).map_err(|_| PasswordFault::Failed)
    }

    pub(super) fn verify(&self, attempt: &[u8], kept: &PasswordHash) -> Result<PasswordCheck, PasswordFault> {
        let kept = phc::PasswordHash::new(kept.expose()).map_err(|_| PasswordFault::Unreadable)?;
        let params = affordable(&kept)?;
        match self.hasher().verify_password(attempt, &kept) {
            Ok(()) if self.made(&kept, &params) => Ok(PasswordCheck::Right),
            Ok(()) => Ok(PasswordCheck::RightButOutdated),
            Err(Error::PasswordInvalid) => Ok(PasswordCheck::Wrong),
            Err(_) => Err(PasswordFault::Unreadable),
        }
    }

    fn hasher(&self) -> Argon2<'_> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    fn made(&self, kept: &phc::PasswordHash, params: &Params) -> bool {
        let same_algorithm = kept.algorithm == Algorithm::Argon2id.ident();
        let same_version = kept.version == Some(Version::V0x13.into());
        same_algorithm && same_version && *params == self.params
    }
}

fn affordable(kept: &phc::PasswordHash) -> Result<Params, PasswordFault> {
    let params = Params::try_from(kept).map_err(|_| PasswordFault::Unreadable)?;
    let cheap = params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= MOST_LANES;
    let whole = kept.salt.is_some() && kept.hash.is_some();
    (cheap && whole).then_some(params).ok_or(PasswordFault::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &[u8; 16] = b"sixteen bytes of";

    fn cheap() -> Argon {
        Argon::new(64, 1).unwrap()
    }

    fn kept(text: &str) -> PasswordHash {
        PasswordHash::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn only_the_password_verifies() {
        let hash = cheap().hash(b"correct horse", SALT).unwrap();
        assert_eq!(cheap().verify(b"correct horse", &hash), Ok(PasswordCheck::Right));
        assert_eq!(cheap().verify(b"correct horse ", &hash), Ok(PasswordCheck::Wrong));
        assert_eq!(cheap().verify(b"", &hash), Ok(PasswordCheck::Wrong));
    }

    #[test]
    fn a_hash_says_how_it_was_made() {
        let hash = Argon::new(19 * 1_024, 2).unwrap().hash(b"correct horse", SALT).unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
    }

    // Made by the reference implementation: `echo -n password | argon2 somesalt -t 2 -m 16 -p 1`, and with `-id`.
    #[test]
    fn hashes_of_other_programs_verify_and_are_outdated() {
        let argon2i = "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA";
        let argon2id = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        for text in [argon2i, argon2id] {
            assert_eq!(cheap().verify(b"password", &kept(text)), Ok(PasswordCheck::RightButOutdated), "{text}");
            assert_eq!(cheap().verify(b"passwort", &kept(text)), Ok(PasswordCheck::Wrong), "{text}");
        }
    }

    #[test]
    fn weaker_and_stronger_parameters_are_outdated() {
        for (memory, passes) in [(128, 1), (64, 2), (32, 1)] {
            let hash = Argon::new(memory, passes).unwrap().hash(b"correct horse", SALT).unwrap();
            assert_eq!(cheap().verify(b"correct horse", &hash), Ok(PasswordCheck::RightButOutdated));
        }
    }

    #[test]
    fn a_damaged_hash_costs_nothing() {
        let greedy = "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let slow = "$argon2id$v=19$m=64,t=4000000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        for text in [greedy, slow, "$argon2id$v=19$m=64", "$argon2id", "$2b$10$abcdefghijklmnopqrstuv"] {
            assert_eq!(cheap().verify(b"password", &kept(text)), Err(PasswordFault::Unreadable), "{text}");
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        assert!(Argon::new(1, 1).is_err());
        assert!(Argon::new(64, 0).is_err());
        assert!(Argon::new(MOST_MEMORY_KIB + 1, 1).is_err());
    }
}
