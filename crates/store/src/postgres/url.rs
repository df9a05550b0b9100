//! What a connection is asked for besides what the operator says. Whatever the operator says stays.

/// Without these a server that vanished without a word would be waited for until the system gives up, which takes hours. All
/// times in seconds.
const DEFAULTS: [(&str, &str); 6] = [
    ("application_name", "upivia"),
    ("connect_timeout", "5"),
    ("keepalives_idle", "15"),
    ("keepalives_interval", "5"),
    ("keepalives_retries", "3"),
    ("tcp_user_timeout", "20"),
];

/// The same address with what it leaves open. Both spellings work: `postgres://…` and `host=… user=…`.
pub(super) fn with_defaults(url: &str) -> String {
    let is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let mut complete = url.to_owned();
    for (name, value) in DEFAULTS.iter().filter(|(name, _)| !url.contains(&format!("{name}="))) {
        let separator = match is_url {
            false => ' ',
            true if complete.contains('?') => '&',
            true => '?',
        };
        complete.push(separator);
        complete.push_str(&format!("{name}={value}"));
    }
    complete
}

#[cfg(test)]
mod tests {
    use super::with_defaults;

    #[test]
    fn an_address_is_completed_in_its_own_spelling() {
        let url = with_defaults("postgres://ada@db/upivia");
        assert!(url.starts_with("postgres://ada@db/upivia?application_name=upivia&connect_timeout=5&"), "{url}");
        let url = with_defaults("postgres://ada@db/upivia?sslmode=disable");
        assert!(url.starts_with("postgres://ada@db/upivia?sslmode=disable&application_name=upivia&"), "{url}");
        let pairs = with_defaults("host=db user=ada");
        assert!(pairs.starts_with("host=db user=ada application_name=upivia connect_timeout=5 "), "{pairs}");
    }

    #[test]
    fn what_the_operator_says_stays() {
        let url = with_defaults("postgres://db/upivia?connect_timeout=60");
        assert_eq!(url.matches("connect_timeout").count(), 1);
        assert!(url.contains("connect_timeout=60"));
    }
}
