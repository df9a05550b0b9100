//! Fail points of dev builds: at its n-th passage of a place the process kills or stops itself, as a crash or a long
//! pause would. `UPIVIA_FAILPOINTS="after_admit=kill@3,before_send=stop@1"`.

use std::{
    process::Command,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context, Error, Result, bail};
use upivia_application::failpoint::{FailPoint, FailPoints};

/// So long a signal to oneself may take until it has stopped every thread.
const EFFECT: Duration = Duration::from_millis(300);

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Kill,
    Stop,
}

#[derive(Debug)]
struct Trap {
    point: FailPoint,
    act: Act,
    at: u64,
    passed: AtomicU64,
}

/// The traps that were set.
#[derive(Debug)]
pub struct Traps(Vec<Trap>);

impl FailPoints for Traps {
    fn pass(&self, point: FailPoint) {
        for trap in self.0.iter().filter(|trap| trap.point == point) {
            if trap.passed.fetch_add(1, Ordering::SeqCst) + 1 == trap.at {
                trap.act.happen();
            }
        }
    }
}

impl Act {
    // A signal to oneself needs unsafe code; a shell does it without.
    fn happen(self) {
        let signal = if self == Self::Kill { "KILL" } else { "STOP" };
        let line = format!("kill -{signal} {}", std::process::id());
        let sent = Command::new("sh").args(["-c", &line]).status();
        if !sent.is_ok_and(|status| status.success()) {
            tracing::error!(line, "the fail point could not act");
        }
        // A signal takes effect when one of the process's threads is scheduled; this one must not go on before that.
        std::thread::sleep(EFFECT);
    }
}

impl FromStr for Traps {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        text.split(',')
            .map(|part| trap(part).with_context(|| format!("failpoints: {part:?}")))
            .collect::<Result<_>>()
            .map(Self)
    }
}

fn trap(text: &str) -> Result<Trap> {
    let (name, rest) = text.trim().split_once('=').context("expected place=kill@N or place=stop@N")?;
    let (act, at) = rest.split_once('@').context("expected @N, the passage at which it happens")?;
    let places = FailPoint::ALL.map(FailPoint::as_str).join(", ");
    let point = FailPoint::ALL
        .into_iter()
        .find(|point| point.as_str() == name)
        .with_context(|| format!("the places are {places}"))?;
    let act = match act {
        "kill" => Act::Kill,
        "stop" => Act::Stop,
        _ => bail!("it can only kill or stop"),
    };
    let at: u64 = at.parse().ok().filter(|at| *at > 0).context("N is a number from 1")?;
    Ok(Trap { point, act, at, passed: AtomicU64::new(0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traps_are_read() {
        let traps: Traps = "after_admit=kill@3, before_send=stop@1".parse().unwrap();
        let read: Vec<_> = traps.0.iter().map(|trap| (trap.point, trap.act, trap.at)).collect();
        assert_eq!(read, [(FailPoint::AfterAdmit, Act::Kill, 3), (FailPoint::BeforeSend, Act::Stop, 1)]);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "after_admit", "after_admit=kill", "nowhere=kill@1", "after_admit=sing@1", "after_admit=kill@0"]
        {
            assert!(bad.parse::<Traps>().is_err(), "{bad}");
        }
    }

    #[test]
    fn passages_before_the_trap_are_harmless() {
        let traps: Traps = "after_admit=kill@3".parse().unwrap();
        traps.pass(FailPoint::AfterAdmit);
        traps.pass(FailPoint::AfterAdmit);
        (0..9).for_each(|_| traps.pass(FailPoint::BeforeSend));
        assert_eq!(traps.0[0].passed.load(Ordering::SeqCst), 2);
    }
}
