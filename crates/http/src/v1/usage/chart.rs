//! The glance at fourteen days, which `include_chart=1` adds.

use serde::Serialize;
use upivia_application::reports::{Activity, Figures};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::v1::service_requests::perhaps;

/// What requests did together.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FiguresBody {
    /// How many there were, those that still run or wait included; budget checks are not counted.
    requests: i64,
    executed: i64,
    blocked: i64,
    failed: i64,
    /// What they cost by now, corrections included; added up exactly and rounded half up once.
    cost_cents: i64,
    cost_usd: String,
}

/// One local day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChartDayBody {
    #[schema(example = "2026-01-31")]
    date: String,
    #[serde(flatten)]
    figures: FiguresBody,
}

/// One agent's share.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgentShareBody {
    agent_id: String,
    agent_name: Option<String>,
    #[serde(flatten)]
    figures: FiguresBody,
}

/// One operation's share.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperationShareBody {
    service: String,
    operation: String,
    #[serde(flatten)]
    figures: FiguresBody,
}

/// The chart, or none of it.
pub(super) struct PerhapsChart;

impl PartialSchema for PerhapsChart {
    fn schema() -> RefOr<Schema> {
        perhaps::perhaps::<ChartBody>()
    }
}

impl ToSchema for PerhapsChart {
    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        perhaps::with_nested::<ChartBody>(all);
    }
}

/// Fourteen days, and their parts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChartBody {
    /// Every day, the oldest first, also those without requests.
    chart: Vec<ChartDayBody>,
    /// The IANA zone that cuts the days.
    chart_zone: &'static str,
    /// All days together.
    totals: FiguresBody,
    /// The same requests by agent, the dearest first.
    by_agent: Vec<AgentShareBody>,
    /// The same requests by operation, the dearest first.
    by_operation: Vec<OperationShareBody>,
}

pub(super) fn body(activity: Activity) -> ChartBody {
    let day =
        |(day, figures): (upivia_domain::time::Day, _)| ChartDayBody { date: day.to_string(), figures: share(figures) };
    ChartBody {
        chart: activity.days.into_iter().map(day).collect(),
        chart_zone: activity.zone.name(),
        totals: share(activity.total),
        by_agent: activity
            .by_agent
            .into_iter()
            .map(|(id, name, figures)| AgentShareBody {
                agent_id: id.to_string(),
                agent_name: name.map(|name| name.to_string()),
                figures: share(figures),
            })
            .collect(),
        by_operation: activity
            .by_operation
            .into_iter()
            .map(|(name, figures)| OperationShareBody {
                service: name.service().to_owned(),
                operation: name.operation().to_owned(),
                figures: share(figures),
            })
            .collect(),
    }
}

fn share(figures: Figures) -> FiguresBody {
    FiguresBody {
        requests: figures.requests,
        executed: figures.executed,
        blocked: figures.blocked,
        failed: figures.failed,
        cost_cents: figures.cost.cents_half_up(),
        cost_usd: figures.cost.to_string(),
    }
}
