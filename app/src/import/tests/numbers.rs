use super::super::number::{percent, price, quantity};
use till_schema::{Currency, Quantity};

#[test]
fn a_price_is_read_when_there_is_one_way_to_read_it() {
    use Currency::{Cop, Pab, Usd};
    let cases = [
        (Usd, "0", 0),
        (Usd, "12", 1200),
        (Usd, " 12.5 ", 1250),
        (Usd, "12,50", 1250),
        (Usd, "0.89", 89),
        (Usd, "12.5000", 1250),
        (Usd, "0.500", 50),
        (Usd, "1234.500", 123_450),
        (Usd, "$1,234.50", 123_450),
        (Usd, "1.234,50", 123_450),
        (Usd, "1,234,567", 123_456_700),
        (Usd, "1 234,50", 123_450),
        (Usd, "1\u{a0}234", 123_400),
        (Usd, "US$ 12.35", 1235),
        (Usd, "12.35 usd", 1235),
        (Usd, "USD $12.35", 1235),
        (Usd, "$1,500", 150_000),
        (Cop, "$ 1.500", 150_000),
        (Cop, "$\u{a0}128.400", 12_840_000),
        (Cop, "1.234.567", 123_456_700),
        (Cop, "COP 4500", 450_000),
        (Cop, "$ 128.400,50", 12_840_050),
        (Pab, "B/. 12.35", 1235),
    ];
    for (currency, text, minor) in cases {
        assert_eq!(price(text, currency), Ok(minor), "{text}");
    }
}

#[test]
fn every_amount_the_program_writes_is_read_back() {
    for currency in [Currency::Cop, Currency::Usd, Currency::Pab] {
        for minor in [0, 5, 99, 100, 99_999, 100_000, 123_400, 150_000, 99_999_900, 123_456_789] {
            let text = currency.format(minor);
            assert_eq!(price(&text, currency), Ok(minor), "{text}");
        }
    }
}

#[test]
fn a_price_that_would_have_to_be_guessed_is_refused() {
    use Currency::{Cop, Usd};
    let cases = [
        (Usd, "abc", "“abc” is not a number; write it like 12.50"),
        (Usd, "$", "“$” is not a number; write it like 12.50"),
        (Usd, "1e3", "“1e3” is not a number; write it like 12.50"),
        (Usd, "1.2.3", "“1.2.3” is not a number; write it like 12.50"),
        (Usd, "12,34,567", "“12,34,567” is not a number; write it like 12.50"),
        (Usd, "1.234,567,8", "“1.234,567,8” is not a number; write it like 12.50"),
        (Usd, ".50", "“.50” is not a number; write it like 12.50"),
        (
            Usd,
            "1.500",
            "“1.500” can be read as 1500 or as 1.5; \
             write it without thousands marks and with two decimals or none",
        ),
        (
            Cop,
            "1.500",
            "“1.500” can be read as 1500 or as 1.5; \
             write it without thousands marks and with two decimals or none",
        ),
        (
            Usd,
            "$1.500",
            "“$1.500” can be read as 1500 or as 1.5; \
             write it without thousands marks and with two decimals or none",
        ),
        (Usd, "-1", "“-1” is negative; a price is zero or more"),
        (Usd, "-$1.00", "“-$1.00” is negative; a price is zero or more"),
        (Usd, "$ -1.00", "“$ -1.00” is negative; a price is zero or more"),
        (Usd, "0.001", "“0.001” has too many decimals; at most 2 are kept"),
        (Usd, "1,234.567", "“1,234.567” has too many decimals; at most 2 are kept"),
        (Usd, "100000000000.01", "“100000000000.01” is too large"),
        (Usd, "99999999999999999999", "“99999999999999999999” is too large"),
        (Usd, "COP 4500", "“COP 4500” is in COP, but the shop keeps its books in USD"),
        (Cop, "US$4500", "“US$4500” is in USD, but the shop keeps its books in COP"),
    ];
    for (currency, text, reason) in cases {
        let error = price(text, currency).expect_err(text);
        assert_eq!(error.to_string(), reason);
    }
}

#[test]
fn rates_are_percentages() {
    let cases =
        [("0", 0), ("19", 1900), ("19 %", 1900), ("5,5%", 550), ("7.25", 725), ("100", 10_000)];
    for (text, basis_points) in cases {
        assert_eq!(percent(text), Ok(basis_points), "{text}");
    }
    for text in ["0.19", "0,05", "101", "-1", "IVA", "%", "19.125"] {
        assert_eq!(
            percent(text).expect_err(text).to_string(),
            format!("“{text}” is not a percentage from 0 to 100; write 19 for 19 %")
        );
    }
}

#[test]
fn quantities_may_be_negative_and_fractional() {
    assert_eq!(quantity("3"), Ok(Quantity::units(3)));
    assert_eq!(quantity("0.250"), Ok(Quantity(250)));
    assert_eq!(quantity("-2,5"), Ok(Quantity(-2500)));
    assert_eq!(quantity("1,234.5"), Ok(Quantity(1_234_500)));
    assert!(quantity("1.500").is_err());
    assert!(quantity("--1").is_err());
}
