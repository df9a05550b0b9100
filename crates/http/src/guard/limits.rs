//! The figures that an operator sets.

/// What one caller may do. Zero = without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests in a second, over time.
    pub per_second: u32,
    /// Requests at once after a pause; also without limit where `per_second` is.
    pub burst: u32,
    /// Requests that are answered at the same time.
    pub concurrency: u32,
}

impl Limits {
    /// No limit at all.
    pub const OFF: Self = Self { per_second: 0, burst: 0, concurrency: 0 };

    pub(super) const fn limits_rate(self) -> bool {
        self.per_second > 0 && self.burst > 0
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_second: 200, burst: 400, concurrency: 256 }
    }
}
