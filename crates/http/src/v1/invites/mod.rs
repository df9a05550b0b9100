//! Invitations into an organization. Accepting one needs no credential: its token is the authentication.

mod body;
mod handlers;

use upivia_domain::identity::Permission;

use self::body::{AcceptInvite, CreateInvite, InviteList, InvitedBody, JoinedBody, WithdrawnInvite};
use crate::{
    openapi::{Body, Doc, Kind, Parameter, Place, SchemaOf, Success},
    route::{Access, Group, Method, Route},
    v1::docs::HtmlPage,
};

pub(crate) const GROUP: Group = Group { name: "Invites", routes: &[LIST, CREATE, WITHDRAW, ACCEPT, PAGE] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/orgs/{id}/invites",
    access: Access::Person(Permission::InviteRead, |caller, input| Box::pin(handlers::list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listInvites",
        summary: "Who is invited",
        details: "Invites that nobody accepted or withdrew; `status` is `expired` after seven days. `{id}` is the organization in \
                  which you act.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The oldest first.", schema: SchemaOf::of::<InviteList>() }],
        errors: &[],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/orgs/{id}/invites",
    access: Access::Person(Permission::InviteCreate, |caller, input| Box::pin(handlers::create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createInvite",
        summary: "Invite somebody by e-mail",
        details: "Nobody invites above their own role. Another invite of the same address takes the place of the earlier one. The \
                  mail has the link `accept_url`, which holds for seven days and once; `mail` is `queued`, or `not_configured` \
                  where the server has no mail server: then pass the link on yourself. The token is shown here only. The answer \
                  does not tell whether the person has an account.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreateInvite>(),
            example: r#"{"email":"grace@example.com","role":"member"}"#,
        }),
        answers: &[Success { status: 201, meaning: "Invited.", schema: SchemaOf::of::<InvitedBody>() }],
        errors: &[(409, "There are 200 already.")],
    },
};

const WITHDRAW: Route = Route {
    method: Method::Delete,
    path: "/orgs/{id}/invites",
    access: Access::Person(Permission::InviteWithdraw, |caller, input| Box::pin(handlers::withdraw(caller, input))),
    changes: true,
    doc: Doc {
        id: "withdrawInvite",
        summary: "Withdraw an invite",
        details: "Its link opens nothing any more.",
        parameters: &[Parameter {
            name: "invite_id",
            place: Place::Query,
            meaning: "The invite.",
            kind: Kind::Text,
            required: true,
        }],
        body: None,
        answers: &[Success { status: 200, meaning: "Withdrawn.", schema: SchemaOf::of::<WithdrawnInvite>() }],
        errors: &[],
    },
};

const ACCEPT: Route = Route {
    method: Method::Post,
    path: "/invites/{token}/accept",
    access: Access::Open(|caller, input| Box::pin(handlers::accept(caller, input))),
    changes: true,
    doc: Doc {
        id: "acceptInvite",
        summary: "Accept an invite",
        details: "The token of the link is the authentication. A new person sends `name` and `password` and has an account then. \
                  Whoever has one already shows that it is theirs: by their session, or by its `password`. A token is used once; \
                  one that was used, withdrawn, replaced or has ended is 404. Sign in at `/api/auth` afterwards.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AcceptInvite>(),
            example: r#"{"name":"Grace Hopper","password":"correct horse"}"#,
        }),
        answers: &[Success { status: 200, meaning: "Joined.", schema: SchemaOf::of::<JoinedBody>() }],
        errors: &[],
    },
};

const PAGE: Route = Route {
    method: Method::Get,
    path: "/invites/accept",
    access: Access::Public(|input| Box::pin(handlers::page(input))),
    changes: false,
    doc: Doc {
        id: "acceptInvitePage",
        summary: "The page behind the link of an invite",
        details: "Takes name and password and accepts. The token stands behind the `#` of the link.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The page.", schema: SchemaOf::html::<HtmlPage>() }],
        errors: &[],
    },
};
