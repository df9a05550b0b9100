//! Named places where tests may kill or stop the process. Production passes through [`NoFailPoints`].

/// A place on the way of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailPoint {
    /// Nothing is written yet.
    BeforeAdmit,
    /// The admission is committed.
    AfterAdmit,
    /// Right before the fence check that precedes the send.
    BeforeSend,
    /// The provider answered; nothing of it is written yet.
    AfterAnswer,
    /// The end is about to be committed.
    BeforeSettle,
    /// The end is committed; the caller has no answer yet.
    AfterSettle,
}

impl FailPoint {
    /// Every place.
    pub const ALL: [Self; 6] = [
        Self::BeforeAdmit,
        Self::AfterAdmit,
        Self::BeforeSend,
        Self::AfterAnswer,
        Self::BeforeSettle,
        Self::AfterSettle,
    ];

    /// The name in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeAdmit => "before_admit",
            Self::AfterAdmit => "after_admit",
            Self::BeforeSend => "before_send",
            Self::AfterAnswer => "after_answer",
            Self::BeforeSettle => "before_settle",
            Self::AfterSettle => "after_settle",
        }
    }
}

/// Something that may happen at a place.
pub trait FailPoints: Send + Sync {
    /// Called each time a request passes.
    fn pass(&self, point: FailPoint);
}

/// Nothing ever happens.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFailPoints;

impl FailPoints for NoFailPoints {
    fn pass(&self, _point: FailPoint) {}
}
