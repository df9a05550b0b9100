//! Fourteen days at a glance: by day, by agent, by operation. All parts add up the same requests, each on the day of its
//! admission with all that it cost by now, so that what is shown is what the limits of that day have counted.

use std::{collections::HashMap, hash::Hash};

use upivia_domain::{
    AgentId, Mode, NanoUsd, OrgId, Timestamp,
    catalog::OperationName,
    dispatch::RequestState,
    identity::Name,
    ports::{StoreError, TotalsFilter, UsageTotal},
    time::{Day, Zone},
};

use super::{ReportError, Reports, UsageFilter};

const DAYS: usize = 14;
/// Longer than the days together, whatever the clocks of their zone did.
const FIFTEEN_DAYS_MICROS: i64 = 15 * 86_400 * 1_000_000 + 12 * 3_600 * 1_000_000;

/// What requests did together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many there were, those that still run or wait included.
    pub requests: i64,
    /// How many of them were executed.
    pub executed: i64,
    /// How many were blocked by policy, budget, balance or a person.
    pub blocked: i64,
    /// How many failed.
    pub failed: i64,
    /// What they cost.
    pub cost: NanoUsd,
}

/// The glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The world of money.
    pub mode: Mode,
    /// The zone that cuts the days.
    pub zone: Zone,
    /// Every day, also those without requests, the oldest first.
    pub days: Vec<(Day, Figures)>,
    /// All days together.
    pub total: Figures,
    /// By agent, the dearest first.
    pub by_agent: Vec<(AgentId, Option<Name>, Figures)>,
    /// By operation, the dearest first.
    pub by_operation: Vec<(OperationName, Figures)>,
}

impl Reports {
    /// The fourteen days that end with today, or with the day before `to`. `from` and `to` also leave out what was admitted
    /// outside them; tag and cursor are not looked at.
    ///
    /// # Errors
    ///
    /// [`ReportError::NotFound`], [`ReportError::Unavailable`].
    pub async fn activity(&self, org: OrgId, filter: &UsageFilter) -> Result<Activity, ReportError> {
        let mode = self.mode(org, filter.mode).await?;
        let head = self.parts.ledger.head(org).await?.ok_or(ReportError::NotFound("organization"))?;
        let last = filter.to.map_or_else(|| self.parts.clock.now(), |to| to.plus_micros(-1));
        let zone = head.calendar.zone_at(last);
        let midnights = midnights(zone, last);
        let (agent, service, operation) = (filter.agent, filter.service.clone(), filter.operation.clone());
        let wanted = TotalsFilter { mode, agent, service, operation };
        let mut spans = self.parts.usage.totals(org, &wanted, &within(&midnights, filter)).await?;
        if let Some(status) = &filter.status {
            spans.iter_mut().for_each(|span| span.retain(|total| total.state.wire() == status));
        }
        let all = || spans.iter().flatten();
        let by_agent = grouped(all(), |total| total.agent)?;
        let names = self.names(org, by_agent.iter().map(|(agent, _)| *agent)).await?;
        let dates = midnights.iter().map(|midnight| zone.day(*midnight));
        let figures = spans.iter().map(|span| sum(span.iter())).collect::<Result<Vec<_>, _>>()?;
        Ok(Activity {
            mode,
            zone,
            days: dates.zip(figures).collect(),
            total: sum(all())?,
            by_agent: by_agent.into_iter().map(|(id, figures)| (id, names.get(&id).cloned(), figures)).collect(),
            by_operation: grouped(all(), |total| total.operation.clone())?,
        })
    }
}

/// The first instants of the last fourteen local days, and the end of the last one.
fn midnights(zone: Zone, last: Timestamp) -> Vec<Timestamp> {
    let end = zone.next_day(last);
    let next = |at: &Timestamp| Some(zone.next_day(*at)).filter(|next| next > at && *next <= end);
    let midnights = std::iter::successors(Some(zone.next_day(end.plus_micros(-FIFTEEN_DAYS_MICROS))), next);
    let mut midnights: Vec<_> = midnights.collect();
    let surplus = midnights.len().saturating_sub(DAYS + 1);
    midnights.split_off(surplus)
}

fn within(midnights: &[Timestamp], filter: &UsageFilter) -> Vec<Timestamp> {
    let from = filter.from.unwrap_or(Timestamp::from_micros(i64::MIN));
    let to = filter.to.unwrap_or(Timestamp::from_micros(i64::MAX));
    midnights.iter().map(|midnight| (*midnight).max(from).min(to)).collect()
}

fn sum<'a>(mut totals: impl Iterator<Item = &'a UsageTotal>) -> Result<Figures, StoreError> {
    let beyond = || StoreError::Internal("usage is beyond the range of money".to_owned());
    totals.try_fold(Figures::default(), Figures::plus).ok_or_else(beyond)
}

impl Figures {
    fn plus(self, total: &UsageTotal) -> Option<Self> {
        let count = |before: i64, counts: bool| before.saturating_add(if counts { total.requests } else { 0 });
        Some(Self {
            requests: count(self.requests, true),
            executed: count(self.executed, total.state == RequestState::Executed),
            blocked: count(self.blocked, total.state == RequestState::Blocked),
            failed: count(self.failed, total.state == RequestState::Failed),
            cost: self.cost.checked_add(total.cost)?,
        })
    }
}

fn grouped<'a, K: Clone + Eq + Hash + Ord>(
    totals: impl Iterator<Item = &'a UsageTotal>,
    key: impl Fn(&UsageTotal) -> K,
) -> Result<Vec<(K, Figures)>, StoreError> {
    let mut groups: HashMap<K, Vec<&UsageTotal>> = HashMap::new();
    for total in totals {
        groups.entry(key(total)).or_default().push(total);
    }
    let figures = groups.into_iter().map(|(key, totals)| Ok((key, sum(totals.into_iter())?)));
    let mut figures = figures.collect::<Result<Vec<_>, StoreError>>()?;
    figures.sort_unstable_by(|(a, one), (b, other)| other.cost.cmp(&one.cost).then_with(|| a.cmp(b)));
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fourteen_days_whatever_the_clocks_do() {
        for zone in ["UTC", "America/New_York", "Europe/Paris", "Asia/Kathmandu", "Africa/Cairo", "America/Santiago"] {
            let zone: Zone = zone.parse().unwrap();
            for day in 0..400_i64 {
                let last = Timestamp::parse("2026-01-01T11:30:00Z").unwrap().plus_seconds(day * 86_400);
                let cuts = midnights(zone, last);
                assert_eq!(cuts.len(), DAYS + 1, "{} {last}", zone.name());
                assert!(cuts[DAYS - 1] <= last && last < cuts[DAYS]);
                let days: Vec<_> = cuts.iter().map(|cut| zone.day(*cut)).collect();
                assert!(days.is_sorted_by(|a, b| a < b) && days[DAYS - 1] == zone.day(last));
            }
        }
    }

    #[test]
    fn the_edges_of_time_have_days_too() {
        for micros in [i64::MIN, 0, i64::MAX] {
            assert!(!midnights(Zone::UTC, Timestamp::from_micros(micros)).is_empty());
        }
    }
}
