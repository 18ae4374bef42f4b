use super::*;

fn all(csv: &str) -> Imported<CustomerDraft> {
    let imported = customers(csv.as_bytes(), Currency::Cop).unwrap();
    assert_eq!(imported.errors, []);
    imported
}

fn errors(csv: &str) -> Vec<String> {
    customers(csv.as_bytes(), Currency::Cop)
        .unwrap()
        .errors
        .iter()
        .map(RowError::to_string)
        .collect()
}

fn draft(key: &str, name: &str, document: [&str; 2], email: &str, phone: &str) -> CustomerDraft {
    let [kind, number] = document.map(str::to_owned);
    CustomerDraft {
        key: key.into(),
        name: name.into(),
        tax_id_kind: kind,
        tax_id: number,
        email: email.into(),
        phone: phone.into(),
        ..CustomerDraft::default()
    }
}

#[test]
fn grocery_households() {
    let imported = all("customer\n14\n23\n");
    assert_eq!(imported.format, Format::Grocery);
    assert_eq!(
        imported.rows,
        [
            draft("14", "Household 14", ["", ""], "", ""),
            draft("23", "Household 23", ["", ""], "", ""),
        ]
    );
}

#[test]
fn shopify_export() {
    let imported = all(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,\
         Default Address Phone,Phone\n\
         '7001,Ana,Ruiz,ana@x.example,yes,Acme,'+57 1,'+57 300 555 0101\n\
         '7002,,,shop@x.example,no,Acme Ltd,,\n\
         '7003,,,only@x.example,no,,,\n",
    );
    assert_eq!(imported.format, Format::Shopify);
    assert_eq!(
        imported.rows,
        [
            draft("7001", "Ana Ruiz", ["", ""], "ana@x.example", "+57 300 555 0101"),
            draft("7002", "Acme Ltd", ["", ""], "shop@x.example", ""),
            draft("7003", "only@x.example", ["", ""], "only@x.example", ""),
        ]
    );
}

#[test]
fn spanish_table_with_documents() {
    let imported = all("nombre;tipo_documento;documento;correo;teléfono\n\
         Ana Ruiz;Cédula de ciudadanía;1.020.304.501;ana@x.example;300\n\
         Fogón S.A.S.;NIT;900.373.076-4;;301\n\
         Panamá S.A.;RUC;155596713-2-2015;;302\n\
         Sin papeles;CC;;;\n");
    assert_eq!(imported.format, Format::Generic);
    assert_eq!(
        imported.rows,
        [
            draft("ana@x.example", "Ana Ruiz", ["CC", "1020304501"], "ana@x.example", "300"),
            draft("301", "Fogón S.A.S.", ["NIT", "900373076"], "", "301"),
            draft("302", "Panamá S.A.", ["RUC", "155596713-2-2015"], "", "302"),
            draft("", "Sin papeles", ["", ""], "", ""),
        ]
    );
}

#[test]
fn the_name_of_the_column_tells_the_kind_of_document() {
    let imported = all("razón social,nit\nFogón S.A.S.,800197268-4\nOtra,900373076\n");
    let told: Vec<_> =
        imported.rows.iter().map(|row| (row.tax_id_kind.as_str(), row.tax_id.as_str())).collect();
    assert_eq!(told, [("NIT", "800197268"), ("NIT", "900373076")]);
}

#[test]
fn broken_rows() {
    let header = "codigo,nombre,tipo documento,documento,correo\n";
    let cases = [
        ("1,,CC,79512345,\n", "line 2, column nombre: is empty; every row needs it"),
        (
            "1,Ana,NIT,900373076-5,\n",
            "line 2, column documento: the check digit of “900373076-5” does not fit: a digit is \
             wrong. Look at the document again; for this number it would be 4",
        ),
        (
            "1,Ana,DNI,?,\n",
            "line 2, column documento: “?” is not the number of a document; \
             write digits and letters",
        ),
        (
            "1,Ana,CC,79512345,ana\n",
            "line 2, column correo: “ana” is not an e-mail address; \
             correct it or leave it empty",
        ),
        ("1,Ana,,,\n1,Eva,,,\n", "line 3: “1” is the customer of line 2 already"),
        (
            "1,Ana,CC,79512345,\n2,Eva,CC,79512345,\n",
            "line 3: “79512345” is the customer of line 2 already",
        ),
    ];
    for (rows, error) in cases {
        assert_eq!(errors(&format!("{header}{rows}")), [error]);
    }
    assert_eq!(errors("customer\n7\n7\n"), ["line 3: “7” is the customer of line 2 already"]);
}

#[test]
fn a_file_without_names_is_refused() {
    assert_eq!(
        customers("correo,telefono\n".as_bytes(), Currency::Cop).unwrap_err().to_string(),
        "this looks like a customer file (plain table), but lacks “name (or nombre)”; \
         its columns are “correo”, “telefono”"
    );
}
