use super::*;
use till_schema::ProductId;
use till_schema::order::TaxTreatment;
use till_schema::rows::ProductRow;

fn product(price: i64, lists: &[(&str, i64)]) -> ProductRow {
    ProductRow {
        id: ProductId([1; 16]),
        sku: "1".into(),
        name: "Café".into(),
        price,
        tax: "IVA".into(),
        tax_rate_bp: 1900,
        category: String::new(),
        unit: String::new(),
        barcodes: Vec::new(),
        archived: false,
        cost: None,
        low_stock: None,
        group: String::new(),
        variant: String::new(),
        plu: String::new(),
        lists: lists.iter().map(|(name, price)| ((*name).to_owned(), *price)).collect(),
    }
}

#[test]
fn a_tax_class_reads_as_it_is_written() {
    let taxes = parse_tax_class("IVA 19%; IBUA 38/u; INC 7.5% added; ICA exempt").unwrap();
    let seen: Vec<_> = taxes
        .iter()
        .map(|t| (t.tax.as_str(), t.rate_bp, t.per_unit, t.included, t.treatment))
        .collect();
    assert_eq!(
        seen,
        [
            ("IVA", 1900, None, true, TaxTreatment::Taxed),
            ("IBUA", 0, Some(38), true, TaxTreatment::Taxed),
            ("INC", 750, None, false, TaxTreatment::Taxed),
            ("ICA", 0, None, true, TaxTreatment::Exempt),
        ]
    );
    for bad in ["", "IVA", "IVA 19", "IVA x%", "IVA 19.555%", "IVA -1/u", "IVA 19% on top"] {
        assert!(parse_tax_class(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_list_that_starts_at_noon_holds_from_noon_on() {
    let list = PriceList::parse("tarde", "from=2026-11-25T12:00 percent=10").unwrap();
    let noon = list.from.unwrap();
    assert_eq!(noon, 20_782 * 24 * 60 + 12 * 60, "20 782 days after 1970-01-01");
    assert!(!list.holds(noon - 1, "") && list.holds(noon, ""));
    assert_eq!(list.price(&product(1_005, &[])), Some(904), "904.5 goes to the even neighbour");
    assert_eq!(list.price(&product(1_000, &[("tarde", 777)])), Some(777));
    let happy = PriceList::parse("noche", "daily=22:00-02:00 group=socios").unwrap();
    assert!(happy.holds(23 * 60, "socios") && happy.holds(60, "socios"));
    assert!(!happy.holds(3 * 60, "socios") && !happy.holds(23 * 60, ""));
    assert_eq!(happy.price(&product(1_000, &[])), None);
    for bad in
        ["percent", "percent=101", "from=mañana", "daily=12:00", "color=red", "to=2026-13-01"]
    {
        assert!(PriceList::parse("x", bad).is_err(), "{bad}");
    }
}

#[test]
fn what_a_person_types_is_checked_before_it_is_written() {
    let cop = Currency::Cop;
    assert_eq!(parse("cash.rounding", "50", cop), Ok(FieldValue::Int(5_000)));
    assert_eq!(parse("shift.required", "sí", cop), Ok(FieldValue::Flag(true)));
    assert_eq!(parse("tax.IVA19", "IVA 19%", cop), Ok(FieldValue::Text("IVA 19%".into())));
    assert_eq!(parse("currency.usd", "4123,45", cop), Ok(FieldValue::Text("4123,45".into())));
    for (name, text) in [
        ("cash.rounding", "-5"),
        ("cash.roundin", "5"),
        ("shift.required", "maybe"),
        ("tax.IVA", "19"),
        ("tax.", "IVA 19%"),
        ("list.x", "percent=200"),
        ("tender.gold", "yes"),
        ("currency.xyz", "4"),
        ("currency.usd", "0"),
        ("ticket.language", "fr"),
        ("printer.paper", "57"),
    ] {
        let error = parse(name, text, cop).unwrap_err().to_string();
        assert!(error.len() > 10, "{name}={text}: {error}");
    }
}
