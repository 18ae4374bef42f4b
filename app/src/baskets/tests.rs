#![allow(clippy::unwrap_used)]

use super::*;
use crate::import::tests::shared_file;
use std::collections::BTreeSet;

const HEADER: &str = "basket_id,sold_at,customer,sku,quantity,amount,discount,coupon_disc\n";

fn read(rows: &str) -> Result<Vec<Basket>, String> {
    read_baskets(format!("{HEADER}{rows}").as_bytes(), Currency::Usd)
        .map_err(|error| error.to_string())
}

fn whole_store() -> Vec<Basket> {
    read_baskets(shared_file("grocery-367/baskets.csv"), Currency::Usd).unwrap()
}

fn defaults() -> Defaults {
    Defaults { tax: "IVA".into(), tax_rate_bp: 1900, unit: "u".into() }
}

#[test]
fn lines_become_baskets_and_money_is_kept_to_the_cent() {
    let baskets = read(
        "1,2017-01-01 18:24:46,883,A,2,7.38,0.0,0.0\n\
         2,2017-01-01 18:25:00,,A,1,2.5,0.29,1.0\n\
         1,2017-01-01 18:24:46,883,B,0.250,0.0,2.99,0.0\n",
    )
    .unwrap();
    let line = |sku: &str, quantity, amount, discount| BasketLine {
        sku: sku.into(),
        quantity: Quantity(quantity),
        amount,
        discount,
    };
    assert_eq!(
        baskets,
        [
            Basket {
                id: "1".into(),
                sold_at_ms: 1_483_295_086_000,
                customer: Some("883".into()),
                lines: vec![line("A", 2000, 738, 0), line("B", 250, 0, 299)],
            },
            Basket {
                id: "2".into(),
                sold_at_ms: 1_483_295_100_000,
                customer: None,
                lines: vec![line("A", 1000, 250, 29)],
            },
        ]
    );
    assert_eq!(baskets[0].total(), 738);
}

#[test]
fn oddities_of_other_stores_follow_the_rules() {
    let row = |quantity: &str, amount: &str| {
        let rows = format!("1,2017-01-01 18:24:46,883,A,{quantity},{amount},0,0\n");
        read(&rows).map(|baskets| {
            let lines = baskets.into_iter().flat_map(|basket| basket.lines);
            lines.map(|line| (line.quantity, line.amount)).collect::<Vec<_>>()
        })
    };
    assert_eq!(row("0", "0.0"), Ok(vec![]));
    assert_eq!(row("0", "1.5"), Ok(vec![(Quantity::ONE, 150)]));
    assert_eq!(row("1", "1.1400000000000001"), Ok(vec![(Quantity::ONE, 114)]));
    assert_eq!(row("1", "1.125"), Ok(vec![(Quantity::ONE, 112)]));
    assert_eq!(row("1", "1.135"), Ok(vec![(Quantity::ONE, 114)]));
    assert_eq!(row("1", "1.1250000000000001"), Ok(vec![(Quantity::ONE, 113)]));
    for (quantity, amount) in [("-1", "1"), ("1", "-1"), ("1", ""), ("", "1"), ("1", "1e3")] {
        assert!(row(quantity, amount).is_err(), "{quantity} {amount}");
    }
}

#[test]
fn one_wrong_row_refuses_the_file() {
    let good = "1,2017-01-01 18:24:46,883,A,2,7.38,0.0,0.0\n";
    let cases = [
        (
            "2,yesterday,883,A,2,7.38,0.0,0.0\n",
            "line 3, column sold_at: “yesterday” is not a time; \
             write it like 2017-01-31 18:24:46",
        ),
        (
            "2,2017-01-01 18:24:46,883,A,2,free,0.0,0.0\n",
            "line 3, column amount: “free” is not an amount of zero or more, like 12.50",
        ),
        (
            "1,2017-01-01 18:24:46,884,A,2,7.38,0.0,0.0\n",
            "line 3: basket “1” has another time or customer in an earlier row",
        ),
    ];
    for (bad, error) in cases {
        assert_eq!(read(&format!("{good}{bad}")).unwrap_err(), error);
    }
    assert_eq!(
        read_baskets("sku,amount\n".as_bytes(), Currency::Usd).unwrap_err().to_string(),
        "this looks like a basket file, but lacks “basket_id”, “sold_at”, “quantity”; \
         its columns are “sku”, “amount”"
    );
}

#[test]
fn a_basket_too_long_for_an_order_goes_on_in_another() {
    let row = "1,2017-01-01 18:24:46,883,A,2,7.38,0.0,0.0\n";
    let parts = |rows: usize| {
        let baskets = read(&row.repeat(rows)).unwrap();
        assert!(baskets.iter().all(|basket| basket.customer.as_deref() == Some("883")));
        assert_eq!(baskets.iter().map(Basket::total).sum::<i64>(), 738 * rows as i64);
        let parts = baskets.into_iter().map(|basket| (basket.id, basket.lines.len()));
        parts.collect::<Vec<_>>()
    };
    let part = |id: &str, lines| (id.to_owned(), lines);
    const MAX: usize = ORDER_LINES_MAX;
    assert_eq!(parts(MAX), [part("1", MAX)]);
    assert_eq!(parts(MAX + 1), [part("1", MAX), part("1/2", 1)]);
    let three = [part("1", MAX), part("1/2", MAX), part("1/3", 1)];
    assert_eq!(parts(2 * MAX + 1), three);
}

#[test]
fn the_whole_store_is_as_described() {
    let baskets = whole_store();
    let lines: Vec<&BasketLine> = baskets.iter().flat_map(|basket| &basket.lines).collect();
    assert_eq!((baskets.len(), lines.len()), (3_552, 40_399));
    assert_eq!(lines.iter().map(|line| line.amount).sum::<i64>(), 13_070_490);
    assert_eq!(lines.iter().map(|line| line.discount).sum::<i64>(), 1_736_114);
    assert_eq!(lines.iter().filter(|line| line.amount == 0).count(), 48);
    assert_eq!(baskets.iter().filter(|basket| basket.total() == 0).count(), 1);
    assert_eq!(lines.iter().map(|line| line.quantity).max(), Some(Quantity::units(54)));
    assert_eq!(lines.iter().filter(|line| line.quantity > Quantity::units(20)).count(), 5);
    assert!(baskets.is_sorted_by_key(|basket| basket.sold_at_ms));
    for basket in &baskets {
        let skus: BTreeSet<&str> = basket.lines.iter().map(|line| line.sku.as_str()).collect();
        assert_eq!(skus.len(), basket.lines.len(), "basket {}", basket.id);
    }
}

#[test]
fn the_shipped_baskets_are_the_first_of_the_store() {
    let shipped = shipped_baskets();
    assert_eq!(shipped, whole_store()[..600]);
    assert_eq!(shipped.iter().map(|basket| basket.lines.len()).sum::<usize>(), 7_032);
    assert_eq!(shipped.iter().map(Basket::total).sum::<i64>(), 2_120_254);
}

#[test]
fn the_shipped_products_and_customers_cover_the_shipped_baskets() {
    let products = shipped_products(&defaults());
    let skus: BTreeSet<&str> = products.iter().map(|product| product.sku.as_str()).collect();
    let baskets = shipped_baskets();
    let used: BTreeSet<&str> =
        baskets.iter().flat_map(|basket| &basket.lines).map(|line| line.sku.as_str()).collect();
    assert!(used.is_subset(&skus));
    assert_eq!((used.len(), products.len()), (4_197, 4_497));
    let file = shared_file("grocery-367/products.csv");
    let all = import::products(file, Currency::Usd, &defaults()).unwrap().rows;
    let known: HashMap<&str, &ProductDraft> =
        all.iter().map(|product| (product.sku.as_str(), product)).collect();
    assert!(products.iter().all(|product| known[product.sku.as_str()] == product));
}

#[test]
fn the_sample_shop_is_whole() {
    let products = sample_products();
    assert!(products.len() >= 60, "{}", products.len());
    let categories: BTreeSet<&str> =
        products.iter().map(|product| product.category.as_str()).collect();
    assert_eq!(categories.len(), 8);
    let rates: BTreeSet<u32> = products.iter().map(|product| product.tax_rate_bp).collect();
    assert_eq!(rates.into_iter().collect::<Vec<_>>(), [0, 500, 1900]);
    for product in &products {
        assert_eq!(product.price % 100, 0, "{} has centavos", product.name);
        assert!(product.price > 0 && product.stock > Some(Quantity(0)), "{}", product.name);
        let [barcode] = &product.barcodes[..] else { panic!("{} needs one", product.name) };
        assert!(barcode.len() == 13 && barcode.starts_with("200000"), "{barcode}");
        let weighted = barcode
            .bytes()
            .enumerate()
            .map(|(index, digit)| u32::from(digit - b'0') * if index % 2 == 0 { 1 } else { 3 });
        assert_eq!(weighted.sum::<u32>() % 10, 0, "{barcode}");
    }

    let customers = sample_customers();
    assert_eq!(customers.len(), 12);
    let kinds: BTreeSet<&str> =
        customers.iter().map(|customer| customer.tax_id_kind.as_str()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["CC", "CE", "NIT"]);
    assert!(customers.iter().all(|customer| !customer.key.is_empty()));
}
