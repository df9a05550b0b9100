//! Sign-in at an OpenID provider: code flow with PKCE, state and nonce.
//!
//! Not here: keeping the secrets of an attempt until the browser comes back, and whom a proven identity belongs to.

mod faults;
mod http;
mod person;
mod remembered;
mod settings;
mod token;

use std::sync::Arc;

use async_trait::async_trait;
use openidconnect::{
    AccessToken, AuthType, AuthenticationFlow, AuthorizationCode, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, Scope, SubjectIdentifier,
    UserInfoError,
    core::{
        CoreClient, CoreClientAuthMethod, CoreProviderMetadata, CoreResponseType, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use tokio::time::Instant;
use upivia_domain::{
    Timestamp,
    identity::{AuthorizationReply, ProvenIdentity, SignInAttempt},
    ports::{IdentityFault, IdentityProvider},
};

pub use settings::{InvalidOidcSettings, OidcSettings};

use crate::session::are_equal;
use faults::{redemption, unavailable, with_causes};
use http::Http;
use person::Person;
use remembered::Remembered;
use settings::Registration;
use token::TokenFault;

/// Longer codes than any provider gives.
const MOST_CODE_BYTES: usize = 4 * 1_024;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// One provider, asked about itself when somebody first signs in.
pub struct OidcProvider {
    registration: Registration,
    http: Http,
    metadata: Remembered<CoreProviderMetadata>,
}

impl OidcProvider {
    /// Asks nobody yet: a provider that is down does not keep us from starting.
    ///
    /// # Errors
    ///
    /// See [`InvalidOidcSettings`].
    pub fn new(settings: OidcSettings) -> Result<Self, InvalidOidcSettings> {
        let http = Http::new().map_err(|_| InvalidOidcSettings::Client)?;
        Ok(Self { registration: settings.try_into()?, http, metadata: Remembered::nothing() })
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, IdentityFault> {
        let issuer = self.registration.issuer.clone();
        CoreProviderMetadata::discover_async(issuer, &self.http).await.map_err(|error| unavailable(&error))
    }

    async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, IdentityFault> {
        self.metadata.get(Instant::now(), || self.discover()).await
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let Registration { client_id, client_secret, redirect_url, .. } = &self.registration;
        CoreClient::from_provider_metadata(metadata.clone(), client_id.clone(), client_secret.clone())
            .set_redirect_uri(redirect_url.clone())
            .set_auth_type(authentication(metadata))
    }

    fn check(&self, reply: &AuthorizationReply, attempt: &SignInAttempt) -> Result<(), IdentityFault> {
        let refused = |why: &str| Err(IdentityFault::Refused(why.to_owned()));
        if !are_equal(reply.state.expose().as_bytes(), attempt.state.expose().as_bytes()) {
            return refused("the state is another attempt's");
        }
        if reply.issuer.as_ref().is_some_and(|issuer| issuer != self.registration.issuer.as_str()) {
            return refused("another issuer answered");
        }
        if !(1..=MOST_CODE_BYTES).contains(&reply.code.expose().len()) {
            return refused("there is no code");
        }
        Ok(())
    }

    async fn redeem(
        &self,
        client: &Client,
        reply: &AuthorizationReply,
        attempt: &SignInAttempt,
    ) -> Result<CoreTokenResponse, IdentityFault> {
        client
            .exchange_code(AuthorizationCode::new(reply.code.expose().clone()))
            .map_err(|error| unavailable(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.pkce_verifier.expose().clone()))
            .request_async(&self.http)
            .await
            .map_err(redemption)
    }

    /// Subject and person of the identity token. A key that we do not know may be a new one.
    async fn identify(
        &self,
        metadata: &Arc<CoreProviderMetadata>,
        tokens: &CoreTokenResponse,
        attempt: &SignInAttempt,
        now: Timestamp,
    ) -> Result<(SubjectIdentifier, Person), IdentityFault> {
        match self.verify(metadata, tokens, attempt, now) {
            Err(TokenFault::UnknownKey) => {
                let newer = self.metadata.newer(metadata, Instant::now(), || self.discover()).await;
                let newer = newer.ok_or(TokenFault::UnknownKey)?;
                Ok(self.verify(&newer, tokens, attempt, now)?)
            }
            verified => Ok(verified?),
        }
    }

    fn verify(
        &self,
        metadata: &CoreProviderMetadata,
        tokens: &CoreTokenResponse,
        attempt: &SignInAttempt,
        now: Timestamp,
    ) -> Result<(SubjectIdentifier, Person), TokenFault> {
        let client = self.client(metadata);
        let missing = || TokenFault::Refused("there is no identity token".to_owned());
        let id_token = tokens.extra_fields().id_token().ok_or_else(missing)?;
        let verifier = client.id_token_verifier();
        let claims = token::claims(id_token, tokens.access_token(), verifier, attempt.nonce.expose(), now)?;
        Ok((claims.subject().clone(), claims.into()))
    }

    /// Some providers put the address only here; some answer no such question. The answer must be about the same person.
    async fn ask_about(
        &self,
        client: &Client,
        access: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Option<Person>, IdentityFault> {
        let Ok(request) = client.user_info(access.clone(), Some(subject.clone())) else { return Ok(None) };
        let claims: Result<CoreUserInfoClaims, _> = request.request_async(&self.http).await;
        match claims {
            Ok(claims) => Ok(Some((&claims).into())),
            Err(UserInfoError::ClaimsVerification(error)) => Err(IdentityFault::Refused(with_causes(&error))),
            Err(error) => Err(unavailable(&error)),
        }
    }
}

#[async_trait]
impl IdentityProvider for OidcProvider {
    fn issuer(&self) -> String {
        self.registration.issuer.to_string()
    }

    async fn authorization_url(&self, attempt: &SignInAttempt) -> Result<String, IdentityFault> {
        let client = self.client(&*self.metadata().await?);
        let (state, nonce) = (attempt.state.expose().clone(), attempt.nonce.expose().clone());
        let verifier = PkceCodeVerifier::new(attempt.pkce_verifier.expose().clone());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = client
            .authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        Ok(request.url().0.into())
    }

    async fn exchange(
        &self,
        reply: &AuthorizationReply,
        attempt: &SignInAttempt,
        now: Timestamp,
    ) -> Result<ProvenIdentity, IdentityFault> {
        self.check(reply, attempt)?;
        let metadata = self.metadata().await?;
        let client = self.client(&metadata);
        let tokens = self.redeem(&client, reply, attempt).await?;
        let (subject, said) = self.identify(&metadata, &tokens, attempt, now).await?;
        let asked = match said.has_email() {
            true => None,
            false => self.ask_about(&client, tokens.access_token(), &subject).await?,
        };
        asked.unwrap_or(said).prove(self.registration.issuer.as_str(), &subject)
    }
}

/// How we show our secret: as every provider must accept it, unless this one says that it wants it in the body only.
fn authentication(metadata: &CoreProviderMetadata) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported();
    let accepts = |method| methods.is_none_or(|methods| methods.contains(&method));
    let in_body = !accepts(CoreClientAuthMethod::ClientSecretBasic) && accepts(CoreClientAuthMethod::ClientSecretPost);
    if in_body { AuthType::RequestBody } else { AuthType::BasicAuth }
}
