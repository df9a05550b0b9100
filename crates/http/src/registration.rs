//! From the table to the router.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, Resource, Scope, guard,
    http::Method as HttpMethod,
    web::{self, Payload, ServiceConfig},
};

use crate::{
    Api, ApiError, auth, endpoint,
    metrics::Series,
    route::{Method, Route},
    table::routes,
};

/// Every route is served below each of these.
pub const PREFIXES: [&str; 2] = ["/api/v1", "/v1"];

/// Where the metrics are: not part of the API, and not below its prefixes.
const METRICS: &str = "/metrics";

/// Registers all routes, and JSON answers for everything else. Nothing needs to be wrapped around it.
pub fn configure(api: Arc<Api>) -> impl Fn(&mut ServiceConfig) + Clone {
    move |config| {
        for prefix in PREFIXES {
            config.service(scope(prefix, &api));
        }
        config.service(auth::scope(&api));
        config.service(web::resource(METRICS).to(metrics(&api)));
        let api = Arc::clone(&api);
        config.default_service(web::to(move |http: HttpRequest| refused(&api, &http, &ApiError::NotFound("path"))));
    }
}

fn metrics(api: &Arc<Api>) -> impl Fn(HttpRequest) -> std::future::Ready<HttpResponse> + Clone + 'static {
    let api = Arc::clone(api);
    move |http| std::future::ready(endpoint::metrics(&api, &http))
}

fn scope(prefix: &str, api: &Arc<Api>) -> Scope {
    paths().into_iter().fold(web::scope(prefix), |scope, path| scope.service(resource(path, api)))
}

/// Each path once. Those without parameters come first: they win over patterns that would match them too.
fn paths() -> Vec<&'static str> {
    let mut paths: Vec<&str> = Vec::new();
    for (_, route) in routes() {
        if !paths.contains(&route.path) {
            paths.push(route.path);
        }
    }
    paths.sort_by_key(|path| path.contains('{'));
    paths
}

fn resource(path: &'static str, api: &Arc<Api>) -> Resource {
    let resource = of_path(path).fold(web::resource(path), |resource, route| resource.route(registered(route, api)));
    let (api, error) = (Arc::clone(api), ApiError::MethodNotAllowed { allow: allowed(path) });
    resource.default_service(web::to(move |http: HttpRequest| refused(&api, &http, &error)))
}

fn registered(route: &'static Route, api: &Arc<Api>) -> actix_web::Route {
    let api = Arc::clone(api);
    let row = (route, Series::of(route));
    let served = move |http: HttpRequest, payload: Payload| endpoint::serve(Arc::clone(&api), row, http, payload);
    let registered = match route.method {
        Method::Get => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        Method::Post => web::route().method(HttpMethod::POST),
        Method::Patch => web::route().method(HttpMethod::PATCH),
        Method::Delete => web::route().method(HttpMethod::DELETE),
    };
    registered.to(served)
}

fn refused(api: &Api, http: &HttpRequest, error: &ApiError) -> std::future::Ready<HttpResponse> {
    std::future::ready(endpoint::refuse(api, http, error))
}

fn of_path(path: &'static str) -> impl Iterator<Item = &'static Route> {
    routes().map(|(_, route)| route).filter(move |route| route.path == path)
}

fn allowed(path: &'static str) -> String {
    let names = of_path(path).flat_map(|route| match route.method {
        Method::Get => vec!["GET", "HEAD"],
        other => vec![other.as_str()],
    });
    names.collect::<Vec<_>>().join(", ")
}
