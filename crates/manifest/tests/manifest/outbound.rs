//! Which hosts a component may call.

use tidemark_manifest::outbound::EntryFault;
use tidemark_manifest::{AllowedHosts, Resolved};

fn allowed(entries: &[&str]) -> AllowedHosts {
    let entries: Vec<Resolved> = entries.iter().map(|entry| Resolved::from(*entry)).collect();
    AllowedHosts::parse(&entries).unwrap_or_else(|error| panic!("{error}"))
}

fn fault(entry: &str) -> EntryFault {
    let entries = [Resolved::from(entry)];
    AllowedHosts::parse(&entries).expect_err(entry).fault
}

/// An entry, and calls `scheme host [port]` that it permits and that it refuses.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

fn check(cases: &[Case]) {
    for (entry, permitted, refused) in cases {
        let allowed = allowed(&[entry]);
        let permits = |call: &str| {
            let mut words = call.split(' ');
            let scheme = words.next().expect("a scheme");
            let host = words.next().expect("a host");
            let port = words.next().map(|port| port.parse().expect("a port"));
            allowed.permits(scheme, host, port)
        };
        for call in *permitted {
            assert!(permits(call), "{entry} must permit {call}");
        }
        for call in *refused {
            assert!(!permits(call), "{entry} must refuse {call}");
        }
    }
}

#[test]
fn a_domain_grants_itself_on_its_port() {
    check(&[
        (
            "https://api.fanvue.com",
            &["https api.fanvue.com", "https API.fanvue.com 443"],
            &[
                "http api.fanvue.com 443",
                "https api.fanvue.com 8443",
                "https evil.api.fanvue.com",
                "https api.fanvue.com.evil.com",
            ],
        ),
        (" https://api.fanvue.com/ ", &["https api.fanvue.com"], &[]),
        ("https://api.fanvue.com:", &["https api.fanvue.com"], &[]),
        (
            "*://example.com:7777",
            &["tcp example.com 7777"],
            &["tcp example.com"],
        ),
        ("http://self", &[], &["http self", "http localhost"]),
    ]);
}

#[test]
fn a_database_is_granted_by_its_scheme() {
    check(&[
        (
            "postgres://*:*",
            &[
                "postgres 127.0.0.1 5432",
                "postgres db.example.com",
                "postgres ::1 6543",
            ],
            &["mysql 127.0.0.1 5432"],
        ),
        (
            "postgres://127.0.0.1:5432",
            &["postgres 127.0.0.1 5432", "postgres 127.0.0.1"],
            &["postgres 127.0.0.2 5432", "postgres localhost 5432"],
        ),
        (
            "postgres://127.0.0.1",
            &["postgres 127.0.0.1"],
            &["postgres 127.0.0.1 5433"],
        ),
    ]);
}

#[test]
fn a_star_grants_any_scheme_host_port_or_subdomain() {
    check(&[
        (
            "*://*:*",
            &["anything example.com", "tcp ::1 1"],
            &["tcp a%%b 1"],
        ),
        (
            "http://*",
            &["http example.com"],
            &["http example.com 8080"],
        ),
        (
            "http://*.Example.com",
            &["http a.b.example.com", "http a.example.COM 80"],
            &["http example.com", "http notexample.com", "http 127.0.0.1"],
        ),
        (
            "http://*.example.com:81/",
            &["http a.example.com 81"],
            &["http a.example.com"],
        ),
    ]);
}

#[test]
fn a_port_range_leaves_its_end_out() {
    check(&[(
        "http://h:8000..9000",
        &["http h 8000", "http h 8999"],
        &["http h 7999", "http h 9000", "http h"],
    )]);
}

#[test]
fn addresses_and_networks_grant_addresses() {
    check(&[
        // One address has several spellings.
        (
            "http://127.0.0.1",
            &["http 0x7f.1", "http 2130706433"],
            &["http localhost"],
        ),
        (
            "http://[::1]",
            &["http [::1]", "http ::1 80"],
            &["http [::2]", "http [::1] 81"],
        ),
        ("http://[::1]:8080/", &["http [::1] 8080"], &["http [::1]"]),
        ("http://[::1]:*", &["http ::1 1"], &["http ::2 1"]),
        (
            "*://10.1.2.3/8:80",
            &["tcp 10.9.9.9 80"],
            &["tcp 10.9.9.9 81"],
        ),
        (
            "http://10.0.0.0/8",
            &["http 10.255.0.1"],
            &["http 11.0.0.1", "http ten.example.com"],
        ),
        (
            "http://2001:db8::/32",
            &["http [2001:db8:abcd::1]"],
            &["http [2001:db9::1]"],
        ),
        (
            "http://2001:db8::/32:443",
            &["http 2001:db8::1 443"],
            &["http 2001:db8::1"],
        ),
    ]);
}

#[test]
fn any_entry_may_grant() {
    let allowed = allowed(&["https://a.example.com", "https://b.example.com"]);
    assert!(allowed.permits("https", "b.example.com", None));
    assert!(!allowed.permits("https", "c.example.com", None));
    assert!(!AllowedHosts::default().permits("https", "a.example.com", None));
}

#[test]
fn own_routes_are_granted_by_self_or_any_host() {
    for (entry, expected) in [
        ("http://self", true),
        ("http://self.alt", true),
        ("http://*", true),
        ("*://*:*", true),
        ("https://self", false),
        ("http://example.com", false),
        ("http://*.example.com", false),
    ] {
        assert_eq!(allowed(&[entry]).permits_self("http"), expected, "{entry}");
    }
}

#[test]
fn a_malformed_entry_is_refused_for_what_is_wrong_with_it() {
    for (entry, expected) in [
        ("", EntryFault::NoScheme),
        ("*", EntryFault::NoScheme),
        ("localhost:3001", EntryFault::NoScheme),
        ("[::1]:8080", EntryFault::NoScheme),
        ("h2c-x://example.com:80", EntryFault::Scheme),
        ("Http://example.com:80", EntryFault::Scheme),
        ("{http}://example.com:80", EntryFault::List),
        ("http://{a,b}:80", EntryFault::List),
        ("http://a:{80,81}", EntryFault::List),
        ("http://example.com/a", EntryFault::Path),
        ("http://example.com:80/a", EntryFault::Path),
        ("http://127.0.0.0/24/p", EntryFault::Path),
        ("http://[::1]/foo", EntryFault::Path),
        ("http://example.com//", EntryFault::Path),
        ("http://a.*.com", EntryFault::Wildcard),
        ("http://*.*.com", EntryFault::Wildcard),
        ("http://", EntryFault::Host),
        ("http://*.", EntryFault::Host),
        ("http://[::1junk", EntryFault::Port),
        ("http://*.[2001:db8::1]:80", EntryFault::Host),
        ("http://exa[mple.com", EntryFault::Host),
        ("http://example%.com", EntryFault::Host),
        ("*://127.0.0.0/24", EntryFault::NoPort),
        ("tcp://example.com", EntryFault::NoPort),
        ("http://example.com:port", EntryFault::Port),
        ("http://example.com:80:90", EntryFault::Host),
        ("http://example.com:8080..", EntryFault::Port),
        ("http://example.com:8080..70000", EntryFault::Port),
        ("http://example.com:9..8", EntryFault::EmptyRange),
        ("http://example.com:0..0", EntryFault::EmptyRange),
    ] {
        assert_eq!(fault(entry), expected, "{entry}");
    }
}
