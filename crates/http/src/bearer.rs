//! The token in the `Authorization` header.

use actix_web::{HttpRequest, http::header::AUTHORIZATION};

use crate::ApiError;

/// The bearer token. A header that is missing, twice there, of another scheme or no text is no credential.
pub(crate) fn token(http: &HttpRequest) -> Result<&str, ApiError> {
    let mut values = http.headers().get_all(AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else { return Err(ApiError::Unauthorized) };
    let text = value.to_str().map_err(|_| ApiError::Unauthorized)?;
    let (scheme, token) = text.trim().split_once(' ').ok_or(ApiError::Unauthorized)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(ApiError::Unauthorized) }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(values: &[&str]) -> Option<String> {
        let request =
            values.iter().fold(TestRequest::get(), |request, value| request.append_header((AUTHORIZATION, *value)));
        token(&request.to_http_request()).ok().map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        assert_eq!(read(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(read(&["bearer   abc "]).as_deref(), Some("abc"));
    }

    #[test]
    fn anything_else_is_no_credential() {
        for values in [&[][..], &["abc"], &["Basic abc"], &["Bearer"], &["Bearer a", "Bearer b"]] {
            assert_eq!(read(values), None, "{values:?}");
        }
    }
}
