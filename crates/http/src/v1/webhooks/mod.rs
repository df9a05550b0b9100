//! Messages of providers about requests that they were given: signed, heard once, and turned into evidence.

mod body;
mod reply;

use actix_web::{HttpResponse, http::header::HeaderName};
use ring::digest::{SHA256, digest};
use upivia_application::reconciliation::Report;
use upivia_domain::dispatch::ProviderName;

use self::{body::ReconcileRequest, reply::ReconcileReply};
use super::present::ok;
use crate::{
    ApiError, Input,
    openapi::{Body, Doc, Kind, Parameter, Place, SIGNATURE, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

const HEADER: HeaderName = HeaderName::from_static("x-upivia-signature");

pub(crate) const GROUP: Group = Group {
    name: "Webhooks",
    routes: &[Route {
        method: Method::Post,
        path: "/webhooks/{provider}/reconcile",
        access: Access::Signed(signer, |sender, input| Box::pin(reconcile(sender, input))),
        changes: true,
        doc: Doc {
            id: "reconcileServiceRequest",
            summary: "A provider reports the outcome of a request",
            details: "For providers and the gateways in front of them. The message is signed with the provider's secret \
                      (`callback_secrets` of the configuration): HMAC-SHA256 over `<unix seconds>.<raw body>`, at most five \
                      minutes old. The same `event_id` with the same bytes is heard once and answered with `duplicate: true`; \
                      with other bytes it is refused. A cost that differs from what was charged corrects the charge; a failure \
                      that contradicts an execution moves no money and is flagged for people.",
            parameters: &[Parameter {
                name: SIGNATURE,
                place: Place::Header,
                meaning: "`t=<unix seconds>,v1=<hex>`; several `v1` while a secret is being replaced.",
                kind: Kind::Text,
                required: true,
            }],
            body: Some(Body {
                schema: SchemaOf::of::<ReconcileRequest>(),
                example: r#"{"event_id":"evt_1","request_id":"srq_0000000000000000000000","status":"executed","external_id":"call_7","cost_usd":"0.0325","result":{"duration_seconds":39}}"#,
            }),
            answers: &[Success {
                status: 200,
                meaning: "Heard, now or before.",
                schema: SchemaOf::of::<ReconcileReply>(),
            }],
            errors: &[
                (401, "The signature is missing, wrong or too old, or the provider is unknown."),
                (404, "There is no such request, or it was not given to this provider."),
                (409, "The event id was used for another message."),
            ],
        },
    }],
};

/// The provider, if the message is signed with its secret. Every other case looks the same from outside.
fn signer(input: &Input) -> Result<ProviderName, ApiError> {
    let provider: String = input.path("provider", "provider")?;
    let signature = input.header(&HEADER).ok().flatten().ok_or(ApiError::Unauthorized)?;
    let (api, now) = (&input.api.parts, input.api.parts.clock.now());
    api.signatures.signer(&provider, signature, input.bytes(), now).ok_or(ApiError::Unauthorized)
}

async fn reconcile(sender: ProviderName, input: Input) -> Result<HttpResponse, ApiError> {
    let body: ReconcileRequest = input.json()?;
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, input.bytes()).as_ref());
    let (event_id, reference, word) = body.into_parts()?;
    let report = Report { provider: sender, event_id, digest: bytes, reference, word };
    let heard = input.api.parts.reconciliation.hear(report).await?;
    ok(&ReconcileReply::of(&heard))
}
