//! What organizations show to each other.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{
    access::UserCaller,
    agents::Adoption,
    publishing::{Listing, ListingPage},
};
use upivia_domain::{PublicationId, TeamId, identity::Permission};
use utoipa::ToSchema;

use super::{
    agents::CreatedAgentBody,
    cursor,
    filters::CURSOR,
    present::{ok, with_status},
    publishing::ManifestBody,
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Marketplace", routes: &[LISTINGS, CLONE] };

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

const LISTINGS: Route = Route {
    method: Method::Get,
    path: "/marketplace/listings",
    access: Access::Person(Permission::MarketplaceRead, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listMarketplaceListings",
        summary: "What organizations published to each other, the newest first",
        details: "Manifests alone: of money, limits, keys and people nothing is told, of the publisher its name. Those of organizations that \
                  are suspended, closing or closed are not there.",
        parameters: &[
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            CURSOR,
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<ListingList>() }],
        errors: &[],
    },
};

const CLONE: Route = Route {
    method: Method::Post,
    path: "/marketplace/listings/{id}/clone",
    access: Access::Person(Permission::AgentCreateOwn, |caller, input| Box::pin(clone(caller, input))),
    changes: true,
    doc: Doc {
        id: "cloneMarketplaceListing",
        summary: "Create an agent after a listing, in one's own organization",
        details: "The agent has what the manifest shows, belongs to the caller, and begins without bindings, money or cap: what it \
                  may use is bound afterwards, within the limits of this organization. Its two keys are shown here for the only \
                  time. Later changes of the listing do not reach it.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<CloneListing>(), example: r#"{"name":"Scout of ours"}"# }),
        answers: &[Success { status: 201, meaning: "Created.", schema: SchemaOf::of::<CreatedAgentBody>() }],
        errors: &[(404, "There is no such listing any more, or no such team.")],
    },
};

/// How the clone differs from its listing.
#[derive(Debug, Deserialize, ToSchema)]
struct CloneListing {
    /// 1 to 200 characters; absent: the one that is listed.
    #[schema(value_type = Option<String>)]
    name: Member,
    /// Absent: the team called Default.
    #[serde(alias = "teamId")]
    #[schema(value_type = Option<String>)]
    team_id: Member,
}

/// A page of listings.
#[derive(Debug, Serialize, ToSchema)]
struct ListingList {
    listings: Vec<ListingBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A listing.
#[derive(Debug, Serialize, ToSchema)]
struct ListingBody {
    id: String,
    /// `agent`.
    kind: &'static str,
    #[serde(flatten)]
    manifest: ManifestBody,
    /// The name of the organization that published it.
    publisher: Option<String>,
    published_at: String,
}

async fn list(_: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let before = query.text("cursor").map(cursor::place).transpose()?;
    let page = input.api.parts.publishing.listings(before, query.limit(DEFAULT_LIMIT, MOST)?).await?;
    ok(&ListingList::from(page))
}

async fn clone(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, body) = (input.path::<PublicationId>("id", "listing")?, input.json::<CloneListing>()?);
    let adoption = body.into_adoption()?;
    let made = input.api.parts.agents.adopt(input.author(caller), id, adoption).await?;
    with_status(StatusCode::CREATED, &CreatedAgentBody::of(made))
}

impl CloneListing {
    fn into_adoption(self) -> Result<Adoption, ApiError> {
        let team = fields::text("team_id", self.team_id)?;
        Ok(Adoption {
            name: fields::parsed("name", self.name)?,
            team: team.map(|id| id.parse::<TeamId>().map_err(|_| ApiError::NotFound("team"))).transpose()?,
        })
    }
}

impl From<ListingPage> for ListingList {
    fn from(page: ListingPage) -> Self {
        let listings = page.listings.into_iter().map(ListingBody::from).collect();
        Self { listings, next_cursor: page.next.map(cursor::text) }
    }
}

impl From<Listing> for ListingBody {
    fn from(Listing { publication, publisher }: Listing) -> Self {
        Self {
            id: publication.id.to_string(),
            kind: publication.subject.kind(),
            manifest: publication.manifest.into(),
            publisher: publisher.map(|name| name.to_string()),
            published_at: publication.created_at.to_string(),
        }
    }
}
