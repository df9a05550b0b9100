//! The contract suite of the persistence ports, on both databases.

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

mod sqlite {
    //! The embedded file.
    upivia_ports_tests::contract_suite!(super::support::sqlite::fresh);
}

mod postgres {
    //! A server.
    upivia_ports_tests::contract_suite!(super::support::postgres::fresh);
}
