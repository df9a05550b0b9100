//! Names to addresses, less those that may not be reached. The client connects to exactly what comes out of here.

use std::{io, net::SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{Reach, address::is_public};

/// Resolves by the operating system and keeps what is within reach.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuardedResolver(pub(crate) Reach);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            // The port of the URL replaces this one.
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed = within(reach, found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn within(reach: Reach, mut found: Vec<SocketAddr>) -> io::Result<Vec<SocketAddr>> {
    if reach == Reach::Public {
        found.retain(|address| is_public(address.ip()));
    }
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the name leads to no address that may be called"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Vec<SocketAddr> {
        vec!["127.0.0.1:0".parse().unwrap(), "1.1.1.1:0".parse().unwrap()]
    }

    #[test]
    fn inner_addresses_of_a_name_are_dropped() {
        assert_eq!(within(Reach::Public, addresses()).unwrap(), ["1.1.1.1:0".parse().unwrap()]);
        assert_eq!(within(Reach::Operator, addresses()).unwrap(), addresses());
        assert!(within(Reach::Public, addresses()[..1].to_vec()).is_err());
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_public() {
        assert!(GuardedResolver(Reach::Public).resolve("localhost".parse().unwrap()).await.is_err());
        assert!(GuardedResolver(Reach::Operator).resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
