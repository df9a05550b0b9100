//! Whether an identity token counts, and what it says.

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, Nonce, SignatureVerificationError,
    core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm},
};
use upivia_domain::{Timestamp, ports::IdentityFault};

use super::faults::with_causes;

/// Clocks of two machines differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Signatures that only the provider can make. A MAC under our secret is none.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a token does not count.
pub(super) enum TokenFault {
    /// It is signed with a key that we have not seen: the provider may have new ones.
    UnknownKey,
    /// Anything else.
    Refused(String),
}

impl From<TokenFault> for IdentityFault {
    fn from(fault: TokenFault) -> Self {
        match fault {
            TokenFault::UnknownKey => Self::Refused("the identity token is signed with an unknown key".to_owned()),
            TokenFault::Refused(why) => Self::Refused(why),
        }
    }
}

/// The claims of a token that is signed, for us, for this attempt, in force, and about this access token.
pub(super) fn claims<'a>(
    token: &'a CoreIdToken,
    access: &AccessToken,
    verifier: CoreIdTokenVerifier<'_>,
    nonce: &str,
    now: Timestamp,
) -> Result<&'a CoreIdTokenClaims, TokenFault> {
    let verifier = strict(verifier, now);
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned())).map_err(TokenFault::from)?;
    if let Some(expected) = claims.access_token_hash() {
        let refused = |_| TokenFault::Refused("the access token cannot be compared".to_owned());
        let key = token.signing_key(&verifier).map_err(|_| TokenFault::UnknownKey)?;
        let algorithm = token.signing_alg().map_err(|_| TokenFault::Refused("no signature".to_owned()))?;
        if AccessTokenHash::from_token(access, algorithm, key).map_err(refused)? != *expected {
            return Err(TokenFault::Refused("the access token belongs to another identity token".to_owned()));
        }
    }
    Ok(claims)
}

fn strict(verifier: CoreIdTokenVerifier<'_>, now: Timestamp) -> CoreIdTokenVerifier<'_> {
    let now = DateTime::from_timestamp_micros(now.micros()).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let (earliest, latest) = (now - LEEWAY, now + LEEWAY);
    verifier.set_allowed_algs(SIGNATURES).set_time_fn(move || earliest).set_issue_time_verifier_fn(move |issued| {
        if issued <= latest { Ok(()) } else { Err("issued in the future".to_owned()) }
    })
}

impl From<ClaimsVerificationError> for TokenFault {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Self::UnknownKey
            }
            other => Self::Refused(with_causes(&other)),
        }
    }
}
