use super::*;
use till_schema::limits::TEXT_BYTES_MAX;

#[test]
fn each_broken_row_says_where_and_what() {
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    let too_long = format!(
        "line 2, column name: the text has {} bytes, at most {TEXT_BYTES_MAX} are kept; \
         shorten it (or close its quotation mark)",
        long.len()
    );
    let long_row = format!("1,{long},2,,\n");
    let cases = [
        ("1,Pan,abc,,\n", "line 2, column price: “abc” is not a number; write it like 12.50"),
        ("1,Pan,-2,,\n", "line 2, column price: “-2” is negative; a price is zero or more"),
        ("1,Pan,,,\n", "line 2, column price: is empty; every row needs it"),
        (",Pan,2,,\n", "line 2, column sku: is empty; every row needs it"),
        ("1,  ,2,,\n", "line 2, column name: is empty; every row needs it"),
        (
            "1,Pa\u{7}n,2,,\n",
            "line 2, column name: the text holds a control character; type it again",
        ),
        (&long_row, &too_long),
        (
            "1,Pan,2,,0.19\n",
            "line 2, column iva: “0.19” is not a percentage from 0 to 100; write 19 for 19 %",
        ),
        (
            "1,Pan,2,\"7,70201E+12\",\n",
            "line 2, column barcode: a spreadsheet shortened the barcode to “7,70201E+12”; \
             format the column as text and enter it again",
        ),
        (
            "1,Pan,4,500,,\n",
            "line 2: the row has 6 cells, the header has 5; \
             put texts that hold the separator between quotation marks",
        ),
        (
            "1,Pan,2\n",
            "line 2: the row has 3 cells, the header has 5; \
             put texts that hold the separator between quotation marks",
        ),
        (
            "1,Pan,2,,\n2,\"Sal,2,,\n3,Té,2,,\n",
            "line 3: a quotation mark opened in this row is never closed; close it or remove it",
        ),
        (
            "1,Pan,2,,\n1,Sal,2,,\n",
            "line 3, column sku: “1” is on line 2 already; give each product its own",
        ),
        (
            "1,Pan,2,77,\n2,Sal,2,77,\n",
            "line 3, column barcode: “77” is on line 2 already; give each product its own",
        ),
    ];
    for (rows, error) in cases {
        assert_eq!(product_errors(&format!("sku,name,price,barcode,iva\n{rows}")), [error]);
    }
}

#[test]
fn a_broken_row_leaves_the_others_alone() {
    let csv = "sku,name,price\n1,Pan,x\n1,Pan,2\n2,Sal,3\n";
    let imported = products(csv.as_bytes(), Currency::Usd, &defaults()).unwrap();
    // The first “1” was not taken, so the second is no repetition.
    assert_eq!(imported.rows.iter().map(|row| row.price).collect::<Vec<_>>(), [200, 300]);
    assert_eq!(imported.errors.len(), 1);
}

#[test]
fn a_name_of_the_greatest_length_is_kept_whole() {
    let name = "é".repeat(TEXT_BYTES_MAX / 2);
    assert_eq!(all_products(&format!("sku,name,price\n1,{name},2\n")).rows[0].name, name);
}

#[test]
fn a_file_of_no_use_says_why() {
    assert_eq!(refusal(b""), "the file is empty; its first line must name the columns");
    assert_eq!(refusal(b"\n\n"), "the file is empty; its first line must name the columns");
    assert_eq!(
        refusal(b"sku,price,cost\n"),
        "this looks like a product file (plain table), but lacks “name (or nombre)”; \
         its columns are “sku”, “price”, “cost”"
    );
    assert_eq!(
        refusal(b"Handle,Title,Variant SKU\n"),
        "this looks like a product file (Shopify), but lacks “Variant Price”; \
         its columns are “Handle”, “Title”, “Variant SKU”"
    );
    assert_eq!(
        refusal(b"sku,name,price,Price\n"),
        "the column “price” appears more than once; keep one of them"
    );
}

#[test]
fn text_in_another_encoding_is_refused_with_its_line() {
    let reason = |line| {
        format!(
            "line {line} is not UTF-8 text; save the file again as “CSV UTF-8” \
             (or choose the encoding UTF-8 when exporting it)"
        )
    };
    assert_eq!(refusal(b"sku,name,price\r\n1,Pan,2\r\n2,Jab\xf3n,3\r\n"), reason(3));
    // UTF-16 with its byte order mark.
    assert_eq!(refusal(b"\xff\xfes\0k\0u\0"), reason(1));
}

#[test]
fn rows_are_bounded() {
    let mut csv = format!("sku,name,price\n{}", ",,\n".repeat(ROWS_MAX));
    assert_eq!(all_products(&csv).skipped.blank, ROWS_MAX as u64);
    csv.push_str("1,Pan,2\n");
    assert_eq!(
        refusal(csv.as_bytes()),
        "the file has more than 200000 rows; split it into several"
    );
}

#[test]
fn an_endless_file_is_not_read_to_its_end() {
    let endless = std::io::repeat(b'x');
    let error = products(endless, Currency::Usd, &defaults()).unwrap_err();
    assert!(matches!(error, ImportError::TooLarge { max: FILE_BYTES_MAX }), "{error}");
}
