//! What a provider says about a person, in the identity token or when it is asked about the user.

use openidconnect::{
    EndUserEmail, EndUserName, LocalizedClaim,
    core::{CoreIdTokenClaims, CoreUserInfoClaims},
};
use upivia_domain::{
    identity::{Email, ProvenIdentity},
    ports::IdentityFault,
};

/// Longer subjects than the standard allows are no ids.
const MOST_SUBJECT_BYTES: usize = 255;

/// Address and name.
pub(super) struct Person {
    email: Option<String>,
    is_verified: bool,
    name: Option<String>,
}

impl Person {
    /// Whether the provider must be asked no further.
    pub(super) const fn has_email(&self) -> bool {
        self.email.is_some()
    }

    /// The identity, with the address if that is verified.
    pub(super) fn prove(self, issuer: &str, subject: &str) -> Result<ProvenIdentity, IdentityFault> {
        if !(1..=MOST_SUBJECT_BYTES).contains(&subject.len()) {
            return Err(IdentityFault::Refused("the subject is no id".to_owned()));
        }
        let email = self.email.filter(|_| self.is_verified).and_then(|email| email.parse::<Email>().ok());
        Ok(ProvenIdentity { issuer: issuer.to_owned(), subject: subject.to_owned(), email, name: self.name })
    }

    fn said(email: Option<&EndUserEmail>, verified: Option<bool>, name: Option<&LocalizedClaim<EndUserName>>) -> Self {
        Self {
            email: email.map(|email| email.to_string()),
            is_verified: verified == Some(true),
            name: name.and_then(|name| name.get(None)).map(|name| name.to_string()),
        }
    }
}

impl From<&CoreIdTokenClaims> for Person {
    fn from(claims: &CoreIdTokenClaims) -> Self {
        Self::said(claims.email(), claims.email_verified(), claims.name())
    }
}

impl From<&CoreUserInfoClaims> for Person {
    fn from(claims: &CoreUserInfoClaims) -> Self {
        Self::said(claims.email(), claims.email_verified(), claims.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(email: &str, verified: Option<bool>) -> Result<ProvenIdentity, IdentityFault> {
        Person::said(Some(&EndUserEmail::new(email.to_owned())), verified, None).prove("https://a.example", "1")
    }

    #[test]
    fn only_a_verified_address_is_told() {
        let ada = "ada@example.com".parse().ok();
        assert_eq!(person("Ada@example.com", Some(true)).unwrap().email, ada);
        for (email, verified) in [("ada@example.com", Some(false)), ("ada@example.com", None), ("ada", Some(true))] {
            assert_eq!(person(email, verified).unwrap().email, None, "{email} {verified:?}");
        }
        assert_eq!(Person::said(None, Some(true), None).prove("a", "1").unwrap().email, None);
    }

    #[test]
    fn a_subject_is_an_id() {
        for subject in [String::new(), "x".repeat(256)] {
            let person = Person::said(Some(&EndUserEmail::new("a@b.c".to_owned())), Some(true), None);
            assert!(matches!(person.prove("a", &subject), Err(IdentityFault::Refused(_))));
        }
    }
}
