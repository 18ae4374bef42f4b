//! One small file of each format, as its program writes it; see
//! `samples/import/README.md`.

use super::*;

fn sample(name: &str) -> std::fs::File {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/import");
    std::fs::File::open(folder.join(name)).unwrap()
}

/// A draft on one line: code, name, group, variant, price, cost, barcodes,
/// category, unit, tax, stock, low-stock mark.
fn line(draft: &ProductDraft) -> String {
    let amount = |amount: Option<i64>| amount.map(|cents| cents.to_string()).unwrap_or_default();
    let quantity = |some: Option<Quantity>| some.map(|some| some.to_string()).unwrap_or_default();
    [
        draft.sku.clone(),
        draft.name.clone(),
        draft.group.clone(),
        draft.variant.clone(),
        draft.price.to_string(),
        amount(draft.cost),
        draft.barcodes.join("+"),
        draft.category.clone(),
        draft.unit.clone(),
        format!("{} {}", draft.tax, draft.tax_rate_bp),
        quantity(draft.stock),
        quantity(draft.low_stock),
    ]
    .join("|")
}

fn texts(errors: &[RowError]) -> Vec<String> {
    errors.iter().map(RowError::to_string).collect()
}

struct Expected<'a> {
    format: Format,
    rows: &'a [&'a str],
    errors: &'a [&'a str],
    warnings: &'a [&'a str],
    skipped: Skipped,
}

fn expect(name: &str, currency: Currency, expected: &Expected<'_>) -> Vec<ProductDraft> {
    let imported = products(sample(name), currency, &defaults()).unwrap();
    assert_eq!(imported.format, expected.format);
    assert_eq!(imported.rows.iter().map(line).collect::<Vec<_>>(), expected.rows);
    assert_eq!(texts(&imported.errors), expected.errors);
    assert_eq!(texts(&imported.warnings), expected.warnings);
    assert_eq!(imported.skipped, expected.skipped);
    imported.rows
}

#[test]
fn shopify_old() {
    let expected = Expected {
        format: Format::Shopify,
        rows: &[
            "ruana-lana-m-rojo|Ruana de lana|ruana-lana|M / \
             Rojo|18000000|9000000|7702004003508|Ropa|u|IVA 1900|4|",
            "RUA-L-R|Ruana de lana|ruana-lana|L / Rojo|18500000|9200000||Ropa|u|IVA 1900|2|",
            "LIB-1|Libro de cocina|||4500000||7702004003509|Libros|u|IVA 0||",
        ],
        errors: &["line 6, column Variant Price: “99000.505” has too many decimals; at most 2 \
             are kept"],
        warnings: &["line 5, column Variant Barcode: the last digit of “7702004003509” does not \
             check, so a digit may be mistyped; it is kept as it is"],
        skipped: Skipped { images: 1, archived: 1, ..Skipped::default() },
    };
    expect("shopify-old.csv", Currency::Cop, &expected);
}

#[test]
fn shopify_new() {
    let expected = Expected {
        format: Format::ShopifyNew,
        rows: &[
            "canvas-bag-sand|Canvas bag|canvas-bag|Sand|123400||0036000291452|Luggage & \
             Bags|u|IVA 1900|7|",
            "BAG-BLK|Canvas bag|canvas-bag|Black|124000|80000||Luggage & Bags|u|IVA 0|-1|",
        ],
        errors: &["line 5, column SKU: “BAG-BLK” is on line 3 already; give each product its own"],
        warnings: &[],
        skipped: Skipped { images: 1, ..Skipped::default() },
    };
    expect("shopify-new.csv", Currency::Usd, &expected);
}

#[test]
fn square() {
    let expected = Expected {
        format: Format::Square,
        rows: &[
            "LAT|Latte|||450|110|0036000291452|Drinks|u|IVA 1900||",
            "BEA-250|House beans|beans|250 g|123400|||Coffee|u|IVA + Bag fee 2000|20|5",
            "beans-1-kg|House beans|beans|1 kg|3000|||Coffee|u|IVA 0|2.5|",
            "CHE|Cheese|||1800|||Deli|kg|IVA 0||",
        ],
        errors: &["line 6, column Price: the price is “variable”, and every product needs one \
             here; write a price, which can be changed in the sale"],
        warnings: &["line 3, column Tax - IVA (19%): the taxes IVA and Bag fee were added up to \
             one rate; look at the product's tax"],
        skipped: Skipped { archived: 1, ..Skipped::default() },
    };
    expect("square.csv", Currency::Usd, &expected);
}

#[test]
fn loyverse() {
    let expected = Expected {
        format: Format::Loyverse,
        rows: &[
            "10000|Arepa|||350000|90000|7702004003508|Comidas|u|IVA 1900|52|15",
            "10001|Queso campesino|||2400000|1800000||Lácteos|kg|IVA 1900|2|",
            "10002|Camiseta|camiseta|S / Azul|3000000|||Ropa|u|IVA 1900||",
            "camiseta-m-azul|Camiseta|camiseta|M / Azul|3200000|||Ropa|u|IVA 1900||",
            "10004|Combo arepa y queso|||900000|||Comidas|u|IVA 1900||",
        ],
        errors: &["line 8, column Price [Centro]: the price is “variable”, and every product \
             needs one here; write a price, which can be changed in the sale"],
        warnings: &[
            "line 3, column Price [Norte]: another price than in Price [Centro], which was \
             taken; make a price list for it",
        ],
        skipped: Skipped { archived: 1, others: 1, ..Skipped::default() },
    };
    expect("loyverse.csv", Currency::Cop, &expected);
}

#[test]
fn woocommerce() {
    let expected = Expected {
        format: Format::Woocommerce,
        rows: &[
            "SOAP-1|Soap|||499||7702004003508|Home > Bath|u|IVA 1900|25|5",
            "TEE-m-red|T-shirt|TEE|M / Red|2000|||Clothing|u|IVA 1900|3|",
            "TEE-S-B|T-shirt|TEE|S / Blue|2000|||Clothing|u|IVA 1900||",
            "woo-15|Gift wrap|||100||||u|IVA 0||",
            "BREAD|Bread|||200|||Bakery|u|IVA 1900|4.5|",
        ],
        errors: &[
            "line 6, column Parent: its product “id:99” is in no earlier row; export the \
             variable products too",
            "line 11, column Regular price: is empty; every row needs it",
        ],
        warnings: &[
            "line 5, column Sale price: the sale price 18.00 was left out, and the regular \
             price taken",
            "line 8, column Tax class: the file does not say the rate of the class \
             “reduced-rate”; it got the usual one",
        ],
        skipped: Skipped { archived: 1, others: 2, ..Skipped::default() },
    };
    expect("woocommerce.csv", Currency::Usd, &expected);
}

#[test]
fn odoo() {
    let expected = Expected {
        format: Format::Odoo,
        rows: &[
            "CUA-100|Cuaderno|||590000|310000|7702004003508|Saleable / Papelería|u|IVA \
             Ventas 1900|120|",
            "__export__.product_product_2_b2|Lápiz|||120000|||Saleable / Papelería|u|IVA \
             0|15.5|",
            "CAM-M|Camisa|camisa|M / Azul|6000000|3000000||Ropa|u|IVA 1900|4|",
        ],
        errors: &["line 6, column Sales Price: “3.450.00” is not a number; write it like 12.50"],
        warnings: &["line 4, column Customer Taxes: the product has several taxes and got the \
             first; look at its tax"],
        skipped: Skipped { others: 1, ..Skipped::default() },
    };
    expect("odoo.csv", Currency::Cop, &expected);
}

#[test]
fn generic_en() {
    let expected = Expected {
        format: Format::Generic,
        rows: &[
            "A-1|Coffee 250 g|||450|210|0036000291452|Coffee|u|IVA 850|12|3",
            "A-2|Tomatoes|||320|||Produce|kg|IVA 0|2.75|",
            "A-3|Scarf|scarf|Red|1500|||Clothes|u|IVA 1900||",
        ],
        errors: &[
            "line 5, column SKU: “A-3” is on line 4 already; give each product its own",
            "line 6, column Price: “12.345” can be read as 12345 or as 12.345; write it \
             without thousands marks and with two decimals or none",
            "line 7, column Price: “9.999999” has too many decimals; at most 2 are kept",
        ],
        warnings: &[],
        skipped: Skipped::default(),
    };
    let rows = expect("generic-en.csv", Currency::Usd, &expected);
    // “Price (cost)” is no price and no cost beside “Cost”.
    assert_eq!(rows[0].lists, [("Wholesale".to_owned(), 400)]);
    assert_eq!(rows[1].plu, "4664");
}

#[test]
fn generic_es() {
    let expected = Expected {
        format: Format::Generic,
        rows: &[
            "P-1|Café molido|||1290000|820050|7702004003508|Bebidas|u|IVA 500|24|6",
            "P-2|Tomate chonto|||380000|||Verduras|kg|IVA 0|18.5|",
            "P-3|Bufanda|bufanda|Roja|2500000|||Ropa|u|IVA 1900||",
        ],
        errors: &[
            "line 5, column Precio de venta: “1.500” can be read as 1500 or as 1.5; write \
             it without thousands marks and with two decimals or none",
            "line 6, column Nombre: is empty; every row needs it",
        ],
        warnings: &[],
        skipped: Skipped::default(),
    };
    let rows = expect("generic-es.csv", Currency::Cop, &expected);
    assert_eq!(rows[1].plu, "4664");
}

/// A customer on one line: key, name, document, e-mail, phone, address, group, limit.
fn customer_line(draft: &CustomerDraft) -> String {
    [
        draft.key.clone(),
        draft.name.clone(),
        format!("{} {}", draft.tax_id_kind, draft.tax_id).trim().to_owned(),
        draft.email.clone(),
        draft.phone.clone(),
        draft.address.clone(),
        draft.group.clone(),
        draft.credit_limit.map(|limit| limit.to_string()).unwrap_or_default(),
    ]
    .join("|")
}

#[test]
fn customers_of_every_program() {
    let cases: [(&str, Format, &[&str], &[&str]); 7] = [
        (
            "shopify",
            Format::Shopify,
            &[
                "7001|Ana Ruiz||ana@x.example|+573005550101|\
                 Calle 10 # 4-20, Apto 301, Medellín, ANT, 050001, CO|mayorista|",
                "7002|only@x.example||only@x.example||||",
            ],
            &["line 4, column Email: “bad.example” is not an e-mail address; \
               correct it or leave it empty"],
        ),
        (
            "square",
            Format::Square,
            &[
                "C-9|Bea Cortés||bea@x.example|+13055550101|1 Main St, Miami, FL, 33101||",
                "SQ2|Corner Ltd|||+13055550102|||",
            ],
            &[],
        ),
        (
            "loyverse",
            Format::Loyverse,
            &["LV-1|Carlos Peña||carlos@x.example|3005550103|\
               Carrera 7 # 12-30, Bogotá, Cundinamarca, 110111, CO||"],
            &["line 3, column Customer name: is empty; every row needs it"],
        ),
        (
            "woocommerce",
            Format::Woocommerce,
            &["21|Dora Lugo|NIT 900123456|dora@x.example|3005550104|\
               Calle 1, Cali, VAC, 760001, CO||"],
            &[
                "line 3, column billing_nit: the check digit of “900123456-7” does not fit: a digit \
               is wrong. Look at the document again; for this number it would be 8",
            ],
        ),
        (
            "odoo",
            Format::Odoo,
            &[
                "__export__.res_partner_7|Ferretería El Tornillo|NIT 900373076|tornillo@x.example|\
                 6063330000|Calle 45 # 20-10, Local 2, Pereira, Risaralda, 660001, Colombia|\
                 Mayorista|150000000",
                "__export__.res_partner_8|Fabio Gil|CC 1020304501||3005550105|||",
            ],
            &[],
        ),
        (
            "en",
            Format::Generic,
            &[
                "E-1|Gina Hall|PA AB123456|gina@x.example|5550106|2 High St, Colón|gold|25000",
                "E-2|Hugo Ince|RUC 155596713-2-2015||5550107|||",
            ],
            &["line 4, column document number: the check digit of “155596713-2-2015 DV 58” does \
               not fit: a digit is wrong. Look at the document again; for this number it would be \
               59"],
        ),
        (
            "es",
            Format::Generic,
            &[
                "jaime@x.example|Jaime Kléber|CC 79512345|jaime@x.example|300|Calle 2, Tunja|fiado|\
                 20000000",
                "301|Kiosco La 8 S.A.S.|NIT 900123456||301|||",
            ],
            &[
                "line 4, column documento: the check digit of “900123456-7” does not fit: a digit is \
               wrong. Look at the document again; for this number it would be 8",
            ],
        ),
    ];
    for (name, format, rows, errors) in cases {
        let file = sample(&format!("customers-{name}.csv"));
        let imported = customers(file, Currency::Cop).unwrap();
        assert_eq!(imported.format, format, "{name}");
        assert_eq!(imported.rows.iter().map(customer_line).collect::<Vec<_>>(), rows, "{name}");
        assert_eq!(texts(&imported.errors), errors, "{name}");
    }
}
