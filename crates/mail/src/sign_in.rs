//! User and password, in one of the two ways that every submission server knows.

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::AsyncSmtpConnection,
};
use upivia_domain::Secret;

pub(crate) async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    (user, password): &(String, Secret<String>),
) -> Result<(), Error> {
    let credentials = Credentials::new(user.clone(), password.expose().clone());
    connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map(drop)
}
