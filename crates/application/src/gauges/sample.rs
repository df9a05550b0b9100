//! One sample: open holds by age, open outcomes, waiting questions, drift. Its rows are a closed set.

use upivia_domain::{Mode, NanoUsd, Timestamp, dispatch::RequestState, ports::OpenHold};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MODES: [Mode; 2] = [Mode::Live, Mode::Test];

/// How old a hold is. Each hold has one age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Up to one minute.
    Minute,
    /// Up to ten minutes.
    TenMinutes,
    /// Up to one hour.
    Hour,
    /// Up to one day.
    Day,
    /// More.
    Older,
}

/// Open holds of one world and age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldsOfAge {
    /// The world of their money.
    pub mode: Mode,
    /// How old they are.
    pub age: Age,
    /// How many.
    pub count: u64,
    /// Their sum; stays at the largest amount.
    pub amount: NanoUsd,
}

/// Requests of one world that are running or unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOutcomes {
    /// The world of their money.
    pub mode: Mode,
    /// [`RequestState::Running`] or [`RequestState::Unknown`].
    pub state: RequestState,
    /// How many.
    pub count: u64,
    /// The age of the oldest; zero where there is none.
    pub oldest_seconds: i64,
}

/// All figures of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneySample {
    /// When they were taken; absent before the first.
    pub at: Option<Timestamp>,
    /// Every world and age.
    pub holds: Vec<HoldsOfAge>,
    /// Every world, running and unknown.
    pub outcomes: Vec<OpenOutcomes>,
    /// How many questions wait for a person, for every world.
    pub pending_approvals: Vec<(Mode, u64)>,
    /// By how much the books differ from what they must show.
    pub drift_nanos: i128,
    /// How many looks failed since the process began.
    pub failures: u64,
}

impl Default for MoneySample {
    fn default() -> Self {
        let holds = |mode| Age::ALL.map(|age| HoldsOfAge { mode, age, count: 0, amount: NanoUsd::ZERO });
        let outcomes = |mode| {
            [RequestState::Running, RequestState::Unknown].map(|state| OpenOutcomes {
                mode,
                state,
                count: 0,
                oldest_seconds: 0,
            })
        };
        Self {
            at: None,
            holds: MODES.into_iter().flat_map(holds).collect(),
            outcomes: MODES.into_iter().flat_map(outcomes).collect(),
            pending_approvals: MODES.map(|mode| (mode, 0)).to_vec(),
            drift_nanos: 0,
            failures: 0,
        }
    }
}

impl Age {
    /// All of them, the youngest first.
    pub const ALL: [Self; 5] = [Self::Minute, Self::TenMinutes, Self::Hour, Self::Day, Self::Older];

    /// The name in figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::TenMinutes => "10m",
            Self::Hour => "1h",
            Self::Day => "1d",
            Self::Older => "older",
        }
    }

    /// Of so many seconds.
    pub const fn of(seconds: i64) -> Self {
        match seconds {
            ..=60 => Self::Minute,
            61..=600 => Self::TenMinutes,
            601..=3_600 => Self::Hour,
            3_601..=86_400 => Self::Day,
            _ => Self::Older,
        }
    }
}

impl MoneySample {
    /// Adds a hold, seen at that instant.
    pub(super) fn add(&mut self, hold: &OpenHold, now: Timestamp) {
        let seconds = now.micros().saturating_sub(hold.created_at.micros()).max(0) / MICROS_PER_SECOND;
        let age = Age::of(seconds);
        for row in self.holds.iter_mut().filter(|row| (row.mode, row.age) == (hold.mode, age)) {
            row.count += 1;
            row.amount = row.amount.checked_add(hold.amount).unwrap_or(NanoUsd::MAX);
        }
        for row in self.outcomes.iter_mut().filter(|row| (row.mode, row.state) == (hold.mode, hold.state)) {
            row.count += 1;
            row.oldest_seconds = row.oldest_seconds.max(seconds);
        }
    }

    /// Adds waiting questions.
    pub(super) fn waiting(&mut self, mode: Mode, count: u64) {
        self.pending_approvals.iter_mut().filter(|row| row.0 == mode).for_each(|row| row.1 += count);
    }
}
