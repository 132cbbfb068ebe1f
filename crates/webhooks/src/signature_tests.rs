use proptest::prelude::*;

use super::*;

const BODY: &[u8] = br#"{"id":"evt_1","type":"creator.payment.succeeded","data":{}}"#;
const NOW: Instant = Instant::from_micros(1_800_000_000_000_000);

fn secrets(variable: &str) -> Secrets {
    Secrets::parse(&Secret::new(variable)).unwrap()
}

fn signed_at(offset_seconds: i64) -> String {
    let at = Instant::from_micros(NOW.micros() + offset_seconds * 1_000_000);
    sign(&Secret::new("whsec"), BODY, at)
}

fn checked(header: &str) -> Result<(), Forged> {
    verify(Some(header), BODY, &secrets("whsec"), NOW)
}

#[test]
fn the_scheme_is_fanvues_and_not_another() {
    // printf '1800000000.{}' | openssl dgst -sha256 -hmac whsec
    let header = sign(&Secret::new("whsec"), b"{}", NOW);
    assert_eq!(
        header,
        "t=1800000000,v0=77b7eef0d31630eb2979f9c5a7773983688ccf849f9d5a79d0a01c0a8bbaffa0"
    );
}

#[test]
fn a_valid_signature_holds_for_300_seconds_and_60_ahead() {
    for (offset, expected) in [
        (0, Ok(())),
        (-300, Ok(())),
        (-301, Err(Forged::Stale)),
        (60, Ok(())),
        (61, Err(Forged::Early)),
    ] {
        assert_eq!(checked(&signed_at(offset)), expected, "{offset}");
    }
}

#[test]
fn d041_no_signature_and_near_misses_are_refused() {
    let valid = signed_at(0);
    assert_eq!(
        verify(None, BODY, &secrets("whsec"), NOW),
        Err(Forged::Malformed)
    );
    let (head, last) = valid.split_at(valid.len() - 1);
    let other = if last == "0" { "1" } else { "0" };
    assert_eq!(checked(&format!("{head}{other}")), Err(Forged::Wrong));
    for malformed in [
        "",
        "anything",
        head,
        &format!("{valid}00"),
        &valid.replace("t=", "t=+"),
        &valid.replace("v0=", "v1="),
        &format!("t=1,{valid}"),
        &valid.replace("t=1800000000", "t="),
        &valid.replace("t=1800000000", "t=1800000000000"),
    ] {
        assert_eq!(checked(malformed), Err(Forged::Malformed), "{malformed}");
    }
    for changed in [
        valid.replace("t=1800000000", "t=1800000001"),
        valid.replace("t=1800000000", "t=01800000000"),
    ] {
        assert_eq!(checked(&changed), Err(Forged::Wrong), "{changed}");
    }
    assert_eq!(
        verify(Some(&valid), &BODY[1..], &secrets("whsec"), NOW),
        Err(Forged::Wrong)
    );
}

#[test]
fn either_secret_and_any_of_several_signatures_will_do() {
    let valid = signed_at(0);
    let digest = valid.split_once("v0=").unwrap().1;
    let wrong = "ab".repeat(32);
    let several = format!("t=1800000000, v0={wrong} ,v1=later,v0={digest}");
    assert_eq!(checked(&several), Ok(()));
    for variable in ["whsec,next", " next , whsec ", "whsec,"] {
        let result = verify(Some(&valid), BODY, &secrets(variable), NOW);
        assert_eq!(result, Ok(()), "{variable}");
    }
    let retired = verify(Some(&valid), BODY, &secrets("next"), NOW);
    assert_eq!(retired, Err(Forged::Wrong));
    let many = format!("t=1800000000{}", format!(",v0={wrong}").repeat(9));
    assert_eq!(checked(&many), Err(Forged::Malformed));
}

#[test]
fn without_a_secret_there_is_nothing_to_verify_with() {
    for unset in ["", " ", ",", " , "] {
        assert!(Secrets::parse(&Secret::new(unset)).is_none(), "{unset:?}");
    }
}

proptest! {
    #[test]
    fn no_header_but_the_signed_one_passes(header in ".{0,300}") {
        prop_assert!(checked(&header).is_err());
    }

    #[test]
    fn nearly_right_headers_never_pass_by_accident(
        time in "[0-9 +.-]{0,14}",
        digest in "[0-9a-fA-F]{60,68}",
        between in "[,;= ]{0,3}",
    ) {
        let header = format!("t={time}{between}v0={digest}");
        prop_assert!(checked(&header).is_err());
    }

    #[test]
    fn any_body_passes_as_it_was_signed_and_not_with_a_byte_changed(
        body in proptest::collection::vec(any::<u8>(), 1..400),
        position in any::<proptest::sample::Index>(),
        secret in "[ -+--~]{1,40}",
    ) {
        prop_assume!(!secret.trim().is_empty());
        let secret = Secret::new(secret.trim());
        let header = sign(&secret, &body, NOW);
        let ring = secrets(secret.expose());
        prop_assert_eq!(verify(Some(&header), &body, &ring, NOW), Ok(()));
        let mut changed = body.clone();
        changed[position.index(body.len())] ^= 1;
        prop_assert_eq!(verify(Some(&header), &changed, &ring, NOW), Err(Forged::Wrong));
    }
}
