//! Whether an agent's paid calls go well, told from those that ended lately.
//!
//! Only calls that were let through count: a refusal by policy or budget is the control plane at work, not an illness.

/// A call that was let through and has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedCall {
    /// Whether the provider delivered.
    pub succeeded: bool,
    /// From the admission to the end, in milliseconds.
    pub latency_ms: i64,
}

/// How an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthClass {
    /// Fewer than one call in ten failed.
    Healthy,
    /// At least one call in ten failed.
    Degraded,
    /// At least every second call failed.
    Failing,
    /// No call ended.
    Idle,
}

/// Figures about the calls of one agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentHealth {
    /// What they come to.
    pub class: HealthClass,
    /// How many calls ended.
    pub calls: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Failed calls in a hundred, rounded half up.
    pub error_percent: u64,
    /// Half of the calls took no longer, in milliseconds; absent where there is none.
    pub p50_ms: Option<i64>,
    /// Nineteen of twenty took no longer.
    pub p95_ms: Option<i64>,
    /// None took longer.
    pub slowest_ms: Option<i64>,
}

impl HealthClass {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Healthy, Self::Degraded, Self::Failing, Self::Idle];

    /// The shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
            Self::Idle => "idle",
        }
    }

    const fn of(calls: u64, failed: u64) -> Self {
        match (calls, failed) {
            (0, _) => Self::Idle,
            (calls, failed) if failed.saturating_mul(2) >= calls => Self::Failing,
            (calls, failed) if failed.saturating_mul(10) >= calls => Self::Degraded,
            _ => Self::Healthy,
        }
    }
}

impl AgentHealth {
    /// Of these calls, in any order.
    pub fn of(calls: &[EndedCall]) -> Self {
        let (all, failed) = (count(calls.iter()), count(calls.iter().filter(|call| !call.succeeded)));
        let mut latencies: Vec<i64> = calls.iter().map(|call| call.latency_ms).collect();
        latencies.sort_unstable();
        Self {
            class: HealthClass::of(all, failed),
            calls: all,
            failed,
            error_percent: (failed.saturating_mul(200) + all).checked_div(all.saturating_mul(2)).unwrap_or_default(),
            p50_ms: percentile(&latencies, 50),
            p95_ms: percentile(&latencies, 95),
            slowest_ms: latencies.last().copied(),
        }
    }
}

fn count<'a>(calls: impl Iterator<Item = &'a EndedCall>) -> u64 {
    u64::try_from(calls.count()).unwrap_or(u64::MAX)
}

/// The smallest value that so many in a hundred do not exceed.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(succeeded: usize, failed: usize) -> Vec<EndedCall> {
        let call = |succeeded| EndedCall { succeeded, latency_ms: 5 };
        [vec![call(true); succeeded], vec![call(false); failed]].concat()
    }

    #[test]
    fn classes_follow_the_share_of_failures() {
        for (succeeded, failed, class, percent) in [
            (0, 0, HealthClass::Idle, 0),
            (1, 0, HealthClass::Healthy, 0),
            (19, 1, HealthClass::Healthy, 5),
            (9, 1, HealthClass::Degraded, 10),
            (2, 1, HealthClass::Degraded, 33),
            (1, 1, HealthClass::Failing, 50),
            (0, 3, HealthClass::Failing, 100),
        ] {
            let health = AgentHealth::of(&calls(succeeded, failed));
            assert_eq!((health.class, health.error_percent), (class, percent), "{succeeded} + {failed}");
            assert_eq!(health.p50_ms, Some(5).filter(|_| health.calls > 0));
        }
    }

    #[test]
    fn latencies_are_those_of_real_calls() {
        let of = |latencies: &[i64]| {
            let call = |ms: &i64| EndedCall { succeeded: true, latency_ms: *ms };
            let health = AgentHealth::of(&latencies.iter().map(call).collect::<Vec<_>>());
            (health.p50_ms, health.p95_ms, health.slowest_ms)
        };
        assert_eq!(of(&[7]), (Some(7), Some(7), Some(7)));
        assert_eq!(of(&[40, 10, 30, 20]), (Some(20), Some(40), Some(40)));
        let hundred: Vec<i64> = (1..=100).rev().collect();
        assert_eq!(of(&hundred), (Some(50), Some(95), Some(100)));
    }
}
