//! Somebody who holds organizations until told to let go.

use tokio::{sync::oneshot, task::JoinHandle};
use upivia_domain::{
    OrgId,
    ports::{Abort, Work},
};

use crate::Ports;

/// An open unit of work that does nothing but hold.
pub(crate) struct Holder {
    release: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), Abort>>,
}

impl Holder {
    /// Begins, and returns once the organizations are held.
    pub(crate) async fn of(ports: &Ports, orgs: &[OrgId]) -> Self {
        let (release, released) = oneshot::channel();
        let (begun, begins) = oneshot::channel();
        let (unit, orgs) = (ports.unit.clone(), orgs.to_vec());
        let ended = tokio::spawn(async move {
            let work: Work = Box::new(move |_| {
                Box::pin(async move {
                    let _ = begun.send(());
                    let _ = released.await;
                    Ok(())
                })
            });
            unit.run(&orgs, work).await
        });
        begins.await.expect("the unit of work begins");
        Self { release, ended }
    }

    /// Lets go, and waits for the end.
    pub(crate) async fn release(self) -> Result<(), Abort> {
        let _ = self.release.send(());
        self.ended.await.unwrap()
    }

    /// Waits for the store to end it.
    pub(crate) async fn stopped(self) -> Result<(), Abort> {
        let _kept = self.release;
        self.ended.await.unwrap()
    }
}
