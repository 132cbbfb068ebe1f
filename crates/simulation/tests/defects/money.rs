//! 7.2: what the amounts mean, and whose they are.

use tidemark_simulator::{Amendment, FaultKind, LedgerRow, NewReversal, NewSale, Shape, Source};

use crate::support::{
    FULL, RealLab, SLOW, awkward, database, days, earnings_fault, models, script, sell, sell_as,
};

const SUM: &str = "select coalesce(sum(gross_cents), 0)::bigint from fanvue_transactions \
     where agency_id = $1 and withdrawn_at is null";

#[tokio::test]
async fn d027_a_refund_and_a_smaller_amount_lower_the_total() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    let sale = sell(&lab, 5_000);
    let other = sell(&lab, 3_000);
    read(&lab).await;
    assert_eq!(lab.value::<i64>(SUM).await, 8_000);
    refund(&lab, &NewReversal::of(&order_of(&sale)).in_part(-2_000));
    read(&lab).await;
    assert_eq!(lab.value::<i64>(SUM).await, 6_000);
    let (model, smaller) = (
        lab.model(),
        Amendment {
            gross_cents: 1_000,
            net_cents: None,
        },
    );
    lab.fanvue(|world, _| world.amend_row(model, other.sequence, smaller))
        .unwrap();
    read(&lab).await;
    assert_eq!(lab.value::<i64>(SUM).await, 4_000);
    let kept: i64 = lab
        .value(
            "select gross_cents from fanvue_transactions \
             where agency_id = $1 and withdrawn_at is not null",
        )
        .await;
    assert_eq!(kept, 3_000, "the amount before");
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d028_totals_are_exact_to_the_cent_and_d030_never_floating_point() {
    let database = database().await;
    let lab = models(2)
        .transactions(500)
        .fanvue(awkward)
        .on(&database.sql)
        .await;
    lab.sync().await;
    let truth = lab.fanvue(|world, _| world.ledger(world.models()[0].id).unwrap());
    let ledger = lab.ledger(lab.model()).await;
    let told = |rows: &[LedgerRow]| -> (i64, i64) {
        let gross = rows.iter().map(|row| row.gross_cents).sum();
        (gross, rows.iter().map(|row| row.net_cents).sum())
    };
    let stored = (
        ledger.iter().map(|row| row.gross).sum(),
        ledger.iter().map(|row| row.net).sum(),
    );
    assert_eq!(told(&truth), stored);
    let types: String = lab
        .value(
            "select string_agg(distinct data_type, ',') from information_schema.columns \
             where column_name like '%cents' and $1::uuid is not null",
        )
        .await;
    assert_eq!(types, "bigint");
}

#[tokio::test]
async fn d031_the_fans_currency_is_kept_and_changes_no_amount() {
    let database = database().await;
    let lab = models(1).transactions(150).on(&database.sql).await;
    lab.troubles.rewrite_answers(|request, response| {
        if request.url.contains("/insights/earnings?") {
            let text = String::from_utf8(response.body.clone()).unwrap();
            let text = text.replace(r#""currency":"USD""#, r#""currency":null"#);
            response.body = text.into_bytes();
        }
    });
    lab.sync().await;
    lab.assert_ledger_is_true().await;
    let invented: i64 = lab
        .value(
            "select count(*) from fanvue_transactions \
             where agency_id = $1 and currency is distinct from raw ->> 'currency'",
        )
        .await;
    assert_eq!(invented, 0, "a missing currency is no dollar");
}

#[tokio::test]
async fn d032_a_reversal_is_a_signed_row_on_its_own_date_linked_to_its_sale() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    let sale = sell(&lab, 5_000);
    lab.pass(days(3));
    for source in [Source::Refund, Source::Chargeback] {
        let mut reversal = NewReversal::of(&order_of(&sale)).in_part(-2_500);
        reversal.source = source;
        refund(&lab, &reversal);
    }
    read(&lab).await;
    assert_eq!(lab.value::<i64>(SUM).await, 0);
    let linked: i64 = lab
        .value(
            "select count(*) from fanvue_transactions as reversal \
             join fanvue_transactions as sale on sale.agency_id = reversal.agency_id \
             and sale.order_id = reversal.reverses_order_id \
             where reversal.agency_id = $1 and reversal.gross_cents = -2500 \
             and reversal.occurred_at > sale.occurred_at + interval '2 days'",
        )
        .await;
    assert_eq!(linked, 2);
}

#[tokio::test]
async fn d012_net_is_stored_as_it_is_read_and_d034_never_computed_from_gross() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    let mut sale = NewSale::new(Source::Tip, 1_000);
    sale.net_cents = Some(123);
    sell_as(&lab, &sale);
    read(&lab).await;
    let ledger = lab.ledger(lab.model()).await;
    assert_eq!((ledger[0].gross, ledger[0].net), (1_000, 123));
}

#[tokio::test]
async fn d038_renewals_keep_their_source_and_d039_unknown_ones_their_word() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    let words = ["renewal", "mediaLink", "referral", "giveaway", "hologram"];
    for word in words {
        sell_as(&lab, &NewSale::new(Source::parse(word).unwrap(), 900));
    }
    read(&lab).await;
    let mut stored: Vec<String> = lab
        .ledger(lab.model())
        .await
        .into_iter()
        .map(|row| row.source)
        .collect();
    stored.sort();
    let mut expected = words;
    expected.sort_unstable();
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn d044_rows_go_to_the_model_whose_path_was_asked_and_to_no_other() {
    let database = database().await;
    let lab = models(3).transactions(240).on(&database.sql).await;
    lab.sync().await;
    lab.assert_ledger_is_true().await;
    let personal = lab.requests("GET /v1/insights/earnings");
    assert_eq!(personal, [], "an agency's own earnings are no creator's");
}

#[tokio::test]
async fn d045_two_agencies_with_the_same_creators_keep_their_own_models_and_rows() {
    let database = database().await;
    let world = || models(2).transactions(120);
    let (one, other) = (
        world().on(&database.sql).await,
        world().on(&database.sql).await,
    );
    assert_eq!(one.models(), other.models());
    one.sync().await;
    let before = one.ledger_hash().await;
    other.sync().await;
    sell(&other, 5_555);
    read(&other).await;
    assert_eq!(one.ledger_hash().await, before);
    one.assert_ledger_is_true().await;
    other.assert_ledger_is_true().await;
    let grants = "select count(*) from models join connections using (agency_id, connection_id) \
         where agency_id = $1";
    assert_eq!(one.value::<i64>(grants).await, 2);
}

#[tokio::test]
async fn d048_creators_listed_again_are_the_same_models() {
    let database = database().await;
    let lab = models(3).on(&database.sql).await;
    for _ in 0..3 {
        lab.sync().await;
        lab.pass(std::time::Duration::from_hours(2));
    }
    assert_eq!(lab.requests("GET /creators").len(), 3);
    let models: i64 = lab
        .value("select count(*) from models where agency_id = $1")
        .await;
    assert_eq!(models, 3);
}

#[tokio::test]
async fn cf16_a_reversal_before_its_sale_counts_at_once_and_is_linked_when_the_sale_comes() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    let order = "FV-ORDER-990001";
    refund(&lab, &NewReversal::of(order).in_part(-700));
    read(&lab).await;
    assert_eq!(lab.value::<i64>(SUM).await, -700);
    let mut sale = NewSale::new(Source::Post, 700);
    sale.order_id = Some(order.to_owned());
    sell_as(&lab, &sale);
    read(&lab).await;
    assert_eq!(lab.value::<i64>(SUM).await, 0);
    let linked: i64 = lab
        .value(
            "select count(*) from fanvue_transactions as reversal \
             join fanvue_transactions as sale on sale.agency_id = reversal.agency_id \
             and sale.order_id = reversal.reverses_order_id where reversal.agency_id = $1",
        )
        .await;
    assert_eq!(linked, 1);
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn cf21_own_and_managed_accounts_are_read_by_their_own_paths() {
    let database = database().await;
    for shape in [Shape::Feb2026, Shape::Unversioned, Shape::V1] {
        let world = || models(2).transactions(200).fanvue(awkward).shape(shape);
        let managed = world().on(&database.sql).await;
        managed.sync().await;
        managed.assert_ledger_is_true().await;
        let own = world().own_account().on(&database.sql).await;
        own.sync().await;
        own.assert_ledger_is_true().await;
        assert_eq!(own.requests("{id}/insights"), []);
        let models: i64 = own
            .value("select count(*) from models where agency_id = $1")
            .await;
        assert_eq!(models, 1, "{shape:?}");
    }
}

#[tokio::test]
async fn cf22_a_model_that_begins_to_send_order_ids_keeps_the_number_of_its_rows() {
    let database = database().await;
    let shapes = [
        (Shape::Feb2026, Shape::Unversioned),
        (Shape::Feb2026, Shape::V1),
        (Shape::Unversioned, Shape::V1),
    ];
    for (before, after) in shapes {
        let world = models(2).transactions(240).fanvue(awkward).shape(before);
        let lab = world.own_account().on(&database.sql).await;
        lab.sync().await;
        let rows = lab.row_count().await;
        lab.set_shape(after);
        lab.pass(days(2));
        lab.settle().await;
        lab.assert_ledger_is_true().await;
        lab.sync_as(FULL).await;
        lab.assert_ledger_is_true().await;
        let bare: i64 = lab
            .value(
                "select count(*) from fanvue_transactions where agency_id = $1 \
                 and withdrawn_at is null and order_id is null and raw ? 'transactionOrderId'",
            )
            .await;
        assert_eq!(bare, 0, "{before:?} to {after:?}");
        // The newest shape may show sales that the older ones left out, and never fewer.
        assert!(lab.row_count().await >= rows, "{before:?} to {after:?}");
    }
}

#[tokio::test]
async fn cf22_one_model_may_move_while_the_others_stay() {
    let database = database().await;
    let lab = models(2).transactions(200).on(&database.sql).await;
    let [moving, staying] = lab.models()[..] else {
        panic!("two models");
    };
    for model in [moving, staying] {
        lab.set_shape_of(model, Shape::Feb2026);
    }
    lab.sync().await;
    lab.set_shape_of(moving, Shape::Unversioned);
    script(&lab, earnings_fault(FaultKind::ServerError).times(2));
    lab.pass(days(2));
    lab.settle().await;
    lab.assert_ledger_is_true().await;
}

/// Lets a moment pass, so that what happened lies in the past, and reads it.
async fn read(lab: &RealLab<'_>) {
    lab.pass(SLOW);
    lab.sync().await;
}

fn order_of(row: &LedgerRow) -> String {
    row.order_id.clone().expect("an order id")
}

fn refund(lab: &RealLab<'_>, reversal: &NewReversal) {
    let model = lab.model();
    let row = lab.fanvue(|world, now| world.append_reversal(model, reversal, now));
    row.expect("a reversal");
}
