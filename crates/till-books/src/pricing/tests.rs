use super::*;
use proptest::prelude::*;
use till_schema::ProductId;
use till_schema::order::{LineTax, Tender, TenderKind};

pub(crate) fn line(unit_price: i64, quantity: i64, discount: i64, rate: u32) -> OrderLine {
    OrderLine {
        product: ProductId([0; 16]),
        sku: "1".into(),
        name: "Café".into(),
        quantity: Quantity(quantity),
        unit_price,
        discount,
        total: 0,
        tax: format!("IVA{rate}"),
        tax_rate_bp: rate,
        stock_before: 0,
        taxes: Vec::new(),
        order_discount: 0,
        unit: String::new(),
        note: String::new(),
        price_list: String::new(),
        list_price: None,
        unit_cost: None,
        category: String::new(),
    }
}

fn rule(tax: &str, rate_bp: u32, per_unit: Option<i64>, included: bool) -> LineTax {
    LineTax {
        tax: tax.to_owned(),
        rate_bp,
        per_unit,
        treatment: TaxTreatment::Taxed,
        included,
        base: 0,
        amount: 0,
    }
}

fn rules() -> impl Strategy<Value = Vec<LineTax>> {
    let one = (
        prop::sample::select(vec![0_u32, 500, 700, 800, 1900, 100_000]),
        prop::option::weighted(0.2, 0_i64..500_000),
        any::<bool>(),
        prop::sample::select(vec![
            TaxTreatment::Taxed,
            TaxTreatment::Taxed,
            TaxTreatment::Exempt,
            TaxTreatment::Excluded,
        ]),
    );
    let one = one.prop_map(|(rate, per_unit, included, treatment)| LineTax {
        treatment,
        ..rule("T", if per_unit.is_some() { 0 } else { rate }, per_unit, included)
    });
    prop::collection::vec(one, 0..5)
}

fn cart() -> impl Strategy<Value = (Vec<OrderLine>, i64)> {
    let one = (0_i64..10_000_000, 1_i64..100_000, 0_i64..=100, rules());
    let lines = prop::collection::vec(one, 1..20).prop_map(|lines| {
        lines
            .into_iter()
            .map(|(price, quantity, percent, taxes)| {
                let gross = line_gross(price, Quantity(quantity), "x").unwrap();
                OrderLine { taxes, ..line(price, quantity, gross * percent / 100, 1900) }
            })
            .collect::<Vec<_>>()
    });
    (lines, 0_i64..=100).prop_map(|(lines, percent)| {
        let left: i64 = lines
            .iter()
            .map(|l| line_gross(l.unit_price, l.quantity, "x").unwrap() - l.discount)
            .sum();
        (lines, left * percent / 100)
    })
}

proptest! {
    /// The promise: lines, totals and tax table say the same for any cart.
    #[test]
    fn lines_totals_and_tax_table_agree((lines, discount) in cart()) {
        let (priced, totals) = price_cart(lines.clone(), discount).unwrap();
        prop_assert_eq!(totals.total, priced.iter().map(|line| line.total).sum::<i64>());
        prop_assert_eq!(priced.iter().map(|line| line.order_discount).sum::<i64>(), discount);
        let given: i64 = lines.iter().map(|line| line.discount).sum();
        prop_assert_eq!(totals.discount, given + discount);
        prop_assert_eq!(totals.gross - totals.discount + totals.added, totals.total);
        let gross: i64 = priced
            .iter()
            .map(|line| line_gross(line.unit_price, line.quantity, "x").unwrap())
            .sum();
        prop_assert_eq!(totals.gross, gross);
        for line in &priced {
            let taxes = taxes_of(line);
            prop_assert_eq!(net(line) + taxes.iter().map(|t| t.amount).sum::<i64>(), line.total);
            prop_assert!(net(line) >= 0 && taxes.iter().all(|tax| tax.amount >= 0));
            for tax in taxes.iter().filter(|tax| tax.per_unit.is_none()) {
                prop_assert_eq!(tax.base, net(line));
            }
        }
        let all = |pick: fn(&LineTax) -> i64| -> i64 {
            priced.iter().flat_map(taxes_of).map(|tax| pick(&tax)).sum()
        };
        prop_assert_eq!(totals.taxes.iter().map(|tax| tax.amount).sum::<i64>(), all(|t| t.amount));
        prop_assert_eq!(totals.taxes.iter().map(|tax| tax.base).sum::<i64>(), all(|t| t.base));
        prop_assert!(totals.taxes.windows(2).all(|pair| pair[0].tax <= pair[1].tax));
    }

    /// However a sold line is taken apart, its parts add up to it.
    #[test]
    fn parts_add_up_to_the_line(
        (lines, discount) in cart(),
        cuts in prop::collection::vec(1_i64..60_000, 0..6),
    ) {
        let (priced, _) = price_cart(lines, discount).unwrap();
        for line in &priced {
            let mut before = 0;
            let mut parts = Vec::new();
            for cut in cuts.iter().copied().chain([i64::MAX]) {
                let quantity = cut.min(line.quantity.0 - before);
                if quantity > 0 {
                    parts.push(part(line, Quantity(before), Quantity(quantity)));
                    before += quantity;
                }
            }
            let sum = |pick: &dyn Fn(&OrderLine) -> i64| parts.iter().map(pick).sum::<i64>();
            prop_assert_eq!(sum(&|part| part.total), line.total);
            prop_assert_eq!(sum(&|part| part.discount), line.discount);
            prop_assert_eq!(sum(&|part| part.quantity.0), line.quantity.0);
            prop_assert_eq!(sum(&net), net(line));
            for (index, tax) in taxes_of(line).iter().enumerate() {
                prop_assert_eq!(sum(&|part| part.taxes[index].amount), tax.amount);
            }
        }
    }

    #[test]
    fn what_is_paid_is_the_total_the_tip_the_rounding_and_the_change(
        total in 0_i64..100_000_000,
        tip in 0_i64..100_000,
        card in 0_i64..50_000_000,
        over in 0_i64..100_000,
        coin in prop::sample::select(vec![0_i64, 1, 5, 100, 5_000, 10_000]),
    ) {
        let card = card.min(total + tip);
        let left = total + tip - card;
        let mut tenders = Vec::new();
        if card > 0 { tenders.push(Tender::new(TenderKind::Card, card)); }
        let cash = left + over + coin;
        if left > 0 { tenders.push(Tender::new(TenderKind::Cash, cash)); }
        let settled = settle(total, tip, &tenders, coin).unwrap();
        let paid: i64 = tenders.iter().map(|tender| tender.amount).sum();
        prop_assert_eq!(paid, total + tip + settled.rounding + settled.change);
        prop_assert!(settled.change >= 0 && 2 * settled.rounding.abs() <= coin.max(0));
        if coin > 1 && left > 0 {
            prop_assert_eq!((cash - settled.change) % coin, 0, "coins that exist");
        }
    }
}

#[test]
fn taxes_of_several_kinds_on_one_line() {
    // A sugary drink: 19 % and 20 % in the price, 38 a unit in it, 10 a bag on top.
    let drink = OrderLine {
        taxes: vec![
            rule("IVA", 1900, None, true),
            rule("ICUI", 2000, None, true),
            rule("IBUA", 0, Some(38), true),
            rule("INCBP", 0, Some(10), false),
        ],
        ..line(10_000, 2_000, 0, 0)
    };
    let (lines, totals) = price_cart(vec![drink], 0).unwrap();
    let amounts: Vec<(i64, i64)> = lines[0].taxes.iter().map(|t| (t.base, t.amount)).collect();
    // 20 000 − 76 = 19 924 = 1.39 × 14 333.81…
    assert_eq!(amounts, [(14_334, 2_723), (14_334, 2_867), (0, 76), (0, 20)]);
    assert_eq!((lines[0].total, totals.added, totals.total), (20_020, 20, 20_020));
    assert_eq!(net(&lines[0]), 14_334);
}

#[test]
fn a_tax_on_top_is_of_the_discounted_price() {
    let book =
        OrderLine { taxes: vec![rule("ITBMS", 700, None, false)], ..line(1_000, 3_000, 300, 0) };
    let (lines, totals) = price_cart(vec![book], 200).unwrap();
    assert_eq!(lines[0].taxes[0].base, 2_500);
    assert_eq!(
        (totals.gross, totals.discount, totals.added, totals.total),
        (3_000, 500, 175, 2_675)
    );
}

#[test]
fn exempt_and_excluded_goods_bear_no_tax_and_say_which() {
    let of = |treatment| OrderLine {
        taxes: vec![LineTax { treatment, ..rule("IVA", 1900, None, true) }],
        ..line(500, 1_000, 0, 0)
    };
    let cart =
        vec![of(TaxTreatment::Exempt), of(TaxTreatment::Excluded), line(1_190, 1_000, 0, 1900)];
    let (_, totals) = price_cart(cart, 0).unwrap();
    let rows: Vec<_> =
        totals.taxes.iter().map(|t| (t.treatment, t.rate_bp, t.base, t.amount)).collect();
    assert_eq!(
        rows,
        [
            (TaxTreatment::Exempt, 0, 500, 0),
            (TaxTreatment::Excluded, 0, 500, 0),
            (TaxTreatment::Taxed, 1900, 1_000, 190),
        ]
    );
}

#[test]
fn a_discount_on_the_order_is_shared_to_the_last_unit() {
    let cart = vec![line(100, 1_000, 0, 0), line(100, 1_000, 0, 0), line(100, 1_000, 0, 0)];
    let (lines, totals) = price_cart(cart.clone(), 100).unwrap();
    assert_eq!(lines.iter().map(|l| l.order_discount).collect::<Vec<_>>(), [34, 33, 33]);
    assert_eq!(totals.total, 200);
    assert_eq!(price_cart(cart.clone(), 301), Err(PricingError::OrderDiscount));
    assert_eq!(price_cart(cart, 300).unwrap().1.total, 0);
}

#[test]
fn tax_is_taken_out_of_the_price() {
    assert_eq!(included_tax(11_900, 1900), 1_900);
    assert_eq!(included_tax(100, 0), 0);
    assert_eq!(included_tax(1, 1900), 0);
}

#[test]
fn weighed_goods_round_once() {
    assert_eq!(line_gross(333, Quantity(250), "x"), Ok(83), "83.25");
    assert_eq!(line_gross(250, Quantity(50), "x"), Ok(12), "12.5 goes to the even neighbour");
}

#[test]
fn only_cash_gives_change() {
    let pay = Tender::new;
    let change = |total, tenders: &[Tender]| settle(total, 0, tenders, 0).map(|s| s.change);
    assert_eq!(change(900, &[pay(TenderKind::Cash, 1000)]), Ok(100));
    let split = [pay(TenderKind::Card, 500), pay(TenderKind::Cash, 500)];
    assert_eq!(change(900, &split), Ok(100));
    let card = [pay(TenderKind::Card, 1000)];
    assert_eq!(change(900, &card), Err(PricingError::NoChange { over: 100 }));
    let short = [pay(TenderKind::Cash, 100)];
    assert_eq!(change(900, &short), Err(PricingError::Short { short: 800 }));
    assert_eq!(change(0, &[]), Ok(0), "a fully discounted cart needs no tender");
    assert_eq!(change(0, &[pay(TenderKind::Cash, -5)]), Err(PricingError::Tender));
    let many = vec![pay(TenderKind::Cash, 1); ORDER_TENDERS_MAX + 1];
    assert!(matches!(change(1, &many), Err(PricingError::TooManyTenders(_))));
}

#[test]
fn only_the_cash_part_is_rounded() {
    let pay = Tender::new;
    let coin = 5_000; // 50 pesos
    let settled = |tenders: &[Tender]| settle(12_342_000, 0, tenders, coin);
    assert_eq!(settled(&[pay(TenderKind::Card, 12_342_000)]), Ok(Settled::default()));
    assert_eq!(
        settled(&[pay(TenderKind::Cash, 15_000_000)]),
        Ok(Settled { rounding: -2_000, change: 2_660_000 })
    );
    let split = [pay(TenderKind::Card, 12_338_000), pay(TenderKind::Cash, 5_000)];
    assert_eq!(settled(&split), Ok(Settled { rounding: 1_000, change: 0 }));
    assert_eq!(settle(2_500, 0, &[pay(TenderKind::Cash, 5_000)], coin).unwrap().rounding, -2_500);
    assert_eq!(settle_refund(12_342_000, &[pay(TenderKind::Cash, 12_340_000)], coin), Ok(-2_000));
    assert!(settle_refund(12_342_000, &[pay(TenderKind::Card, 12_340_000)], coin).is_err());
}

#[test]
fn a_tip_is_paid_on_top_and_taxed_by_nobody() {
    let settled = settle(10_000, 1_000, &[Tender::new(TenderKind::Card, 11_000)], 0);
    assert_eq!(settled, Ok(Settled::default()));
    assert_eq!(settle(10_000, -1, &[], 0), Err(PricingError::Tip));
}

#[test]
fn foreign_cash_is_worth_its_rate() {
    // 10.00 US$ at 4 123.45 pesos: one cent is 4 123.45 centavos.
    assert_eq!(foreign_value(1_000, 4_123_450_000), Ok(4_123_450));
    assert!(foreign_value(i64::MAX, 4_123_450_000).is_err());
}

#[test]
fn impossible_lines_are_refused() {
    let one = |line| price_cart(vec![line], 0);
    assert!(matches!(one(line(100, -1000, 0, 0)), Err(PricingError::Quantity(_))));
    assert!(matches!(one(line(100, 0, 0, 0)), Err(PricingError::Quantity(_))));
    assert!(matches!(one(line(-1, 1000, 0, 0)), Err(PricingError::Price(_))));
    assert!(matches!(one(line(100, 1000, 101, 0)), Err(PricingError::Discount(_))));
    assert!(matches!(one(line(i64::MAX, 9000, 0, 0)), Err(PricingError::TooLarge(_))));
    assert_eq!(price_cart(Vec::new(), 0), Err(PricingError::Empty));
    let many = vec![line(1, 1000, 0, 0); ORDER_LINES_MAX + 1];
    assert!(matches!(price_cart(many, 0), Err(PricingError::TooManyLines(_))));
}
