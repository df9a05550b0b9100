//! Meters: what an account has, and what a window has used. Limits compare against them.

mod alert;
mod limit;
mod meter;
mod window;

pub use alert::{ALERT_LEVELS, AlertKey, BudgetAlert, alerts};
pub use limit::{Limit, LimitUnit, Reason, ReasonCode};
pub use meter::{Account, AccountOwner, Meter, MeterKey, SystemAccount};
pub use window::{InvalidMeterKey, Period, Scope, Window};
