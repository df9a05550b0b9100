//! Sessions: from a cookie to a caller, and back.

use upivia_domain::{
    OrgId, Secret, Timestamp, UserId,
    identity::{Cookie, Email, Name, PasswordCheck, SessionClaims, SignIn, User},
};

use super::{SignInError, SignIns};
use crate::access::{AccessError, UserCaller};

/// How long a session holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Seconds after which a session ends that nobody looked at.
    pub idle_seconds: i64,
    /// Seconds after which it ends in any case.
    pub absolute_seconds: i64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const DAY: i64 = 24 * 60 * 60;
        Self { idle_seconds: 7 * DAY, absolute_seconds: 30 * DAY }
    }
}

/// A session that counts, with the cookies that carry it.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Whose.
    pub user: UserId,
    /// Where mail reaches them.
    pub email: Email,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// What the browser keeps.
    pub cookies: Vec<Cookie>,
}

impl SignIns {
    /// Whom the cookies of a request are about, if they carry a session that was not forged and has not ended by itself.
    /// Nothing is looked up: whether it still counts is what [`SignIns::authenticate`] says.
    pub fn claimed(&self, cookies: &[Cookie]) -> Option<SessionClaims> {
        Some(self.parts.codec.decode(cookies, self.parts.clock.now())?.claims)
    }

    /// Names of the cookies that carry a session: to be cleared where they are not written again.
    pub fn names_among(&self, cookies: &[Cookie]) -> Vec<String> {
        self.parts.codec.names_among(cookies)
    }

    /// The caller of a session, in the organization that is named; where it does not act there, in the oldest one of theirs in
    /// which it does. Whoever names one must look where the caller is.
    ///
    /// # Errors
    ///
    /// [`AccessError::Unauthorized`] where the session was ended, or acts nowhere.
    pub async fn authenticate(
        &self,
        claims: &SessionClaims,
        workspace: Option<OrgId>,
    ) -> Result<UserCaller, AccessError> {
        let (person, _) = self.person(claims).await?.ok_or(AccessError::Unauthorized)?;
        if let Some(org) = workspace
            && let Some(caller) = self.caller_in(org, &person, claims).await?
        {
            return Ok(caller);
        }
        for organization in self.parts.people.organizations_of(person.id).await? {
            if let Some(caller) = self.caller_in(organization.id, &person, claims).await? {
                return Ok(caller);
            }
        }
        Err(AccessError::Unauthorized)
    }

    /// A session from before a removal is none of that organization, even where the person came back.
    async fn caller_in(
        &self,
        org: OrgId,
        person: &User,
        claims: &SessionClaims,
    ) -> Result<Option<UserCaller>, AccessError> {
        let standing = self.parts.credentials.standing(org, person.id, None).await?;
        if !standing.admits_session(claims.issued_at) {
            return Ok(None);
        }
        let caller = UserCaller::standing((org, person.id), None, person.email.clone(), standing);
        Ok(caller.map(|caller| UserCaller { session_began: Some(claims.issued_at), ..caller }))
    }

    /// Signs somebody in by their password. Whoever does not exist costs as much time as a wrong password.
    ///
    /// # Errors
    ///
    /// [`SignInError::Refused`] without saying why.
    pub async fn sign_in(&self, email: Option<&Email>, attempt: &Secret<String>) -> Result<OpenSession, SignInError> {
        // Before anything is read: a password that is changed meanwhile ends this session, too.
        let now = self.parts.clock.now();
        let found = match email {
            Some(email) => self.parts.people.user_by_email(email).await?,
            None => None,
        };
        let Some((user, row)) = self.with_row(found).await? else {
            self.parts.passwords.verify_nothing(attempt).await?;
            return Err(SignInError::Refused);
        };
        self.check(&row, attempt).await?;
        tracing::info!(user = %user.id, "signed in");
        self.open(user, row.session_from(now), now)
    }

    /// The session of those cookies once more, with a later end, if it still counts.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn renew(&self, cookies: &[Cookie]) -> Result<Option<OpenSession>, SignInError> {
        let Some(claims) = self.claimed(cookies) else { return Ok(None) };
        let Some((user, _)) = self.person(&claims).await.map_err(|_| SignInError::Unavailable)? else {
            return Ok(None);
        };
        // It began when it began: renewals never carry it beyond its absolute end.
        self.open(user, claims.issued_at, self.parts.clock.now()).map(Some)
    }

    /// How a person is called, where they said it.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn name_of(&self, user: UserId) -> Result<Option<Name>, SignInError> {
        Ok(self.parts.people.name_of(user).await?)
    }

    /// Whether an attempt is the person's password.
    pub(super) async fn check(&self, row: &SignIn, attempt: &Secret<String>) -> Result<(), SignInError> {
        let Some(kept) = &row.password else {
            self.parts.passwords.verify_nothing(attempt).await?;
            return Err(SignInError::Refused);
        };
        match self.parts.passwords.verify(attempt, kept).await? {
            PasswordCheck::Right | PasswordCheck::RightButOutdated => Ok(()),
            PasswordCheck::Wrong => Err(SignInError::Refused),
        }
    }

    /// A session that began at that time.
    pub(super) fn open(&self, user: User, began: Timestamp, now: Timestamp) -> Result<OpenSession, SignInError> {
        let Lifetimes { idle_seconds, absolute_seconds } = self.parts.lifetimes;
        let expires_at = now.plus_seconds(idle_seconds).min(began.plus_seconds(absolute_seconds));
        let claims = SessionClaims {
            subject: user.id.to_string(),
            email: Some(user.email.clone()),
            name: None,
            session_id: self.parts.ids.uuid().to_string(),
            issued_at: began,
            expires_at,
        };
        let cookies = self.parts.codec.encode(&claims).map_err(|_| SignInError::Unauthorized)?;
        Ok(OpenSession { user: user.id, email: user.email, expires_at, cookies })
    }

    /// The person of a session that counts. People are known by their ids, never by an address that a session names.
    async fn person(&self, claims: &SessionClaims) -> Result<Option<(User, SignIn)>, AccessError> {
        let Ok(id) = claims.subject.parse::<UserId>() else { return Ok(None) };
        let user = self.parts.credentials.user(id).await?;
        let found = self.with_row(user).await?;
        Ok(found.filter(|(_, row)| row.counts(claims.issued_at)))
    }

    pub(super) async fn with_row(
        &self,
        user: Option<User>,
    ) -> Result<Option<(User, SignIn)>, upivia_domain::ports::StoreError> {
        let Some(user) = user else { return Ok(None) };
        // Whoever is kept out is nobody here: they neither sign in nor renew a session.
        if self.parts.credentials.is_suspended(user.id).await? {
            return Ok(None);
        }
        let row = self.parts.people.sign_in(user.id).await?.unwrap_or(SignIn::none(user.id));
        Ok(Some((user, row)))
    }

    pub(super) async fn oldest(&self, user: UserId) -> Result<Option<OrgId>, AccessError> {
        Ok(self.parts.people.organizations_of(user).await?.first().map(|organization| organization.id))
    }
}
