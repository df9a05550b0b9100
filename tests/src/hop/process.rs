//! What the kernel says about time and memory of threads and processes.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Linux counts the time of processes in hundredths of a second for everybody who reads `/proc`.
const TICK: Duration = Duration::from_millis(10);

/// A thread of this process, from which others can ask for its time.
#[derive(Clone, Debug)]
pub struct Thread(String);

impl Thread {
    /// The one that calls this.
    pub fn current() -> Result<Self> {
        let link = fs::read_link("/proc/thread-self").context("/proc/thread-self")?;
        Ok(Self(format!("/proc/{}/schedstat", link.display())))
    }

    /// The time it has spent on a CPU.
    pub fn cpu(&self) -> Result<Duration> {
        let text = fs::read_to_string(&self.0).with_context(|| self.0.clone())?;
        let nanos = text.split_whitespace().next().context("an empty schedstat")?;
        Ok(Duration::from_nanos(nanos.parse()?))
    }
}

/// The time that all threads of a process have spent on CPUs.
pub fn cpu_of(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets may contain anything; user and system time are the 12th and 13th word after it.
    let (_, rest) = stat.rsplit_once(')').context("stat")?;
    let ticks = |n| rest.split_whitespace().nth(n).context("stat").and_then(|word: &str| Ok(word.parse::<u32>()?));
    Ok(TICK * (ticks(11)? + ticks(12)?))
}

/// The time that all CPUs of the machine have been busy.
pub fn cpu_of_machine() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let words = stat.lines().next().context("/proc/stat")?.split_whitespace().skip(1).map(str::parse::<u64>);
    let ticks = words.collect::<Result<Vec<_>, _>>()?;
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in the first two already.
    let busy: u64 = ticks.iter().take(8).enumerate().filter(|(n, _)| !matches!(n, 3 | 4)).map(|(_, ticks)| ticks).sum();
    Ok(Duration::from_millis(busy * 10))
}

/// The memory of a process now and at most so far, in kilobytes.
pub fn memory_of(pid: u32) -> Result<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no memory in status")?;
        Ok::<u64, anyhow::Error>(line.split_whitespace().next().context("no figure")?.parse()?)
    };
    Ok((kilobytes("VmRSS:")?, kilobytes("VmHWM:")?))
}

#[cfg(test)]
mod tests {
    use super::{Thread, cpu_of, cpu_of_machine, memory_of};

    #[test]
    fn this_process_has_memory_and_uses_time() -> anyhow::Result<()> {
        let thread = Thread::current()?;
        let (own, machine) = (thread.cpu()?, cpu_of_machine()?);
        while thread.cpu()? < own + std::time::Duration::from_millis(30) {}
        assert!(cpu_of(std::process::id())? >= std::time::Duration::from_millis(10));
        assert!(cpu_of_machine()? > machine);
        let (now, most) = memory_of(std::process::id())?;
        assert!(now > 0 && most >= now);
        Ok(())
    }
}
