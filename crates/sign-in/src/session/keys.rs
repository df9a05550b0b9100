//! The keys of one scheme: derived from each secret by HKDF, with what the libraries put in beside it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, hkdf};
use upivia_domain::{identity::SessionScheme, ports::Entropy};

use super::{
    SessionSettings, cbc_hs512, cookies, gcm,
    jwe::{self, Encryption, Sealed, Token},
};

/// What writes and reads the tokens of one scheme.
pub(super) struct Keys {
    pub scheme: SessionScheme,
    /// The name of the session cookie.
    pub cookie: String,
    written: Key,
    all: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    encryption: Encryption,
    bytes: Vec<u8>,
    kid: Option<String>,
}

impl Keys {
    /// `None` without a secret.
    pub(super) fn derive(scheme: SessionScheme, settings: &SessionSettings) -> Option<Self> {
        let cookie = cookies::name(scheme, settings.secure);
        let secrets = settings.secrets.iter().map(|secret| secret.expose().as_bytes());
        let all: Option<Vec<_>> = match scheme {
            SessionScheme::NextAuthV4 => secrets.map(Key::v4).collect(),
            SessionScheme::AuthJsV5 => secrets
                .flat_map(|secret| {
                    let kinds = [Encryption::CbcHs512, Encryption::Gcm];
                    kinds.map(|encryption| Key::v5(encryption, secret, &cookie))
                })
                .collect(),
        };
        let all = all?;
        Some(Self { scheme, cookie, written: all.first()?.clone(), all })
    }

    /// The content of a token that one of the keys opens.
    pub(super) fn open(&self, token: &str) -> Option<Vec<u8>> {
        let token = Token::parse(token)?;
        self.all.iter().filter(|key| key.fits(&token)).find_map(|key| key.open(&token))
    }

    /// A token under the key of the first secret.
    pub(super) fn seal(&self, plain: &[u8], entropy: &dyn Entropy) -> Option<String> {
        let key = &self.written;
        let header = jwe::header(key.encryption, key.kid.clone())?;
        Some(jwe::compact(&header, &key.seal(&header, plain, entropy)?))
    }
}

impl Key {
    fn v4(secret: &[u8]) -> Option<Self> {
        let bytes = expand(secret, "", "NextAuth.js Generated Encryption Key", gcm::KEY_BYTES)?;
        Some(Self { encryption: Encryption::Gcm, bytes, kid: None })
    }

    fn v5(encryption: Encryption, secret: &[u8], cookie: &str) -> Option<Self> {
        let length = match encryption {
            Encryption::Gcm => gcm::KEY_BYTES,
            Encryption::CbcHs512 => cbc_hs512::KEY_BYTES,
        };
        let bytes = expand(secret, cookie, &format!("Auth.js Generated Encryption Key ({cookie})"), length)?;
        Some(Self { encryption, kid: Some(thumbprint(encryption, &bytes)), bytes })
    }

    /// A token that names a key means that one; a token that names none may mean any.
    fn fits(&self, token: &Token<'_>) -> bool {
        let named = token.kid.is_none() || self.kid.is_none() || token.kid == self.kid;
        self.encryption == token.encryption && named
    }

    fn open(&self, token: &Token<'_>) -> Option<Vec<u8>> {
        match self.encryption {
            Encryption::Gcm => gcm::open(&self.bytes, token.header, &token.sealed),
            Encryption::CbcHs512 => cbc_hs512::open(&self.bytes, token.header, &token.sealed),
        }
    }

    fn seal(&self, header: &str, plain: &[u8], entropy: &dyn Entropy) -> Option<Sealed> {
        match self.encryption {
            Encryption::Gcm => gcm::seal(&self.bytes, header, random(entropy), plain),
            Encryption::CbcHs512 => cbc_hs512::seal(&self.bytes, header, random(entropy), plain),
        }
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// A key of so many bytes out of a secret, for one purpose.
pub(super) fn expand(secret: &[u8], salt: &str, info: &str, length: usize) -> Option<Vec<u8>> {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt.as_bytes()).extract(secret);
    let mut bytes = vec![0; length];
    prk.expand(&[info.as_bytes()], Length(length)).ok()?.fill(&mut bytes).ok()?;
    Some(bytes)
}

/// The name of a key by RFC 7638, with the digest that is as long as the key.
fn thumbprint(encryption: Encryption, key: &[u8]) -> String {
    let algorithm = match encryption {
        Encryption::Gcm => &digest::SHA256,
        Encryption::CbcHs512 => &digest::SHA512,
    };
    let jwk = format!(r#"{{"k":"{}","kty":"oct"}}"#, URL_SAFE_NO_PAD.encode(key));
    URL_SAFE_NO_PAD.encode(digest::digest(algorithm, jwk.as_bytes()))
}

pub(super) fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
