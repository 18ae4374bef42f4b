use super::*;

#[test]
fn english_columns() {
    let imported = all_products(
        "sku,name,price,barcode,category,tax_rate,tax_class,stock,unit\n\
         A1,Coffee,12.50,7701234567897|'123,Drinks,5,GST,3.5,kg\n\
         A2,Tea,3,,,,,,\n",
    );
    assert_eq!(imported.format, Format::Generic);
    let coffee = ProductDraft {
        sku: "A1".into(),
        name: "Coffee".into(),
        price: 1250,
        barcodes: vec!["7701234567897".into(), "123".into()],
        category: "Drinks".into(),
        unit: "kg".into(),
        tax: "GST".into(),
        tax_rate_bp: 500,
        stock: Some(Quantity(3500)),
        ..ProductDraft::default()
    };
    let tea = ProductDraft {
        sku: "A2".into(),
        name: "Tea".into(),
        price: 300,
        barcodes: vec![],
        category: String::new(),
        unit: "u".into(),
        tax: "IVA".into(),
        tax_rate_bp: 1900,
        stock: None,
        ..ProductDraft::default()
    };
    assert_eq!(imported.rows, [coffee, tea]);
}

#[test]
fn spanish_columns_with_semicolons_as_a_spreadsheet_writes_them() {
    let csv = "\u{feff}Código;Nombre;Categoría;Precio;IVA (%);Unidad;Código de barras;Existencias\r\n\
               P-1;Jabón azul;Aseo;$ 3.800;19%;u;2000000000015;36\r\n\
               P-2;\"Papa; la \"\"criolla\"\"\";Verduras;2800,50;0;kg;;18,4\r\n";
    let imported = products(csv.as_bytes(), Currency::Cop, &defaults()).unwrap();
    assert_eq!(imported.errors, []);
    let told: Vec<_> = imported
        .rows
        .iter()
        .map(|row| (row.sku.as_str(), row.name.as_str(), row.price, row.tax_rate_bp, row.stock))
        .collect();
    assert_eq!(
        told,
        [
            ("P-1", "Jabón azul", 380_000, 1900, Some(Quantity::units(36))),
            ("P-2", "Papa; la \"criolla\"", 280_050, 0, Some(Quantity(18_400))),
        ]
    );
    assert_eq!(imported.rows[0].barcodes, ["2000000000015"]);
    assert_eq!(imported.rows[1].unit, "kg");
}

#[test]
fn column_names_differ_in_case_accents_and_marks() {
    // The second header spells its accents with combining marks.
    for header in ["CODIGO,NOMBRE,PRECIO_DE_VENTA", "Co\u{301}digo,nombre,Precio de venta"] {
        assert_eq!(all_products(&format!("{header}\n1,Pan,2\n")).rows[0].price, 200, "{header}");
    }
}

#[test]
fn an_exact_column_is_not_mistaken_for_a_similar_one() {
    let imported = all_products("sku,name,price (cost),price\n1,Pan,1,2\n");
    assert_eq!((imported.rows[0].price, imported.rows[0].cost), (200, Some(100)));
    assert!(refusal(b"sku,name,Price (cost)\n1,Pan,1\n").contains("lacks “price (or precio)”"));
}

#[test]
fn tabs_quoted_line_ends_and_blank_rows() {
    let imported = all_products("sku\tname\tprice\n\n1\t\"Pan\nde  ayer\"\t2\n\t\t\n2\tSal\t3");
    let names: Vec<_> = imported.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Pan de ayer", "Sal"]);
    assert_eq!(imported.skipped, Skipped { blank: 1, ..Skipped::default() });
    assert_eq!(imported.skipped.total(), 1);
}

#[test]
fn lines_are_counted_as_an_editor_shows_them() {
    let header = "sku,name,price";
    let rows = ["1,Pan,2", "", "2,\"Sal\n\nmarina\",x", "3,Té,y"];
    for end in ["\n", "\r\n", "\r"] {
        let csv = format!("{header}{end}{}{end}", rows.join(end));
        let imported = products(csv.as_bytes(), Currency::Usd, &defaults()).unwrap();
        let lines: Vec<u64> = imported.errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [4, 7], "{end:?}");
    }
}

#[test]
fn drafts_travel_as_json() {
    let imported = all_products("sku,name,price,stock\n1,Pan,2,1.5\n");
    let json = serde_json::to_string(&imported).unwrap();
    assert_eq!(serde_json::from_str::<Imported<ProductDraft>>(&json).unwrap(), imported);
}

#[test]
fn a_variant_without_a_code_gets_one_of_group_and_variant() {
    let imported =
        all_products("sku,name,price,grupo,variante\n,Bufanda,2,buf,Roja\n,Gorra,2,,XL\n");
    let codes: Vec<_> = imported.rows.iter().map(|row| row.sku.as_str()).collect();
    assert_eq!(codes, ["buf-roja", "gorra-xl"]);
}
