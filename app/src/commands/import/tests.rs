#![allow(clippy::unwrap_used)]
//! Imports into a real device, and exports out of it.

use super::*;
use crate::cli::{ExportArgs, ExportFormat, ExportWhat};
use crate::export;
use std::fmt::Write;
use std::path::PathBuf;
use till_host::{Device, Folder, NewShop};

/// A shop in a folder of its own.
struct Shop {
    folder: tempfile::TempDir,
    target: Target,
}

const GLOBALS: Globals = Globals {
    data: None,
    json: false,
    language: None,
    user: None,
    pin: None,
    approve_user: None,
    approve_pin: None,
};

impl Shop {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let locked = Folder::lock(folder.path()).unwrap();
        let new = NewShop {
            shop_name: "Tienda".to_owned(),
            device_name: "Caja 1".to_owned(),
            currency: till_schema::Currency::Cop,
            tax_id: "900123456".to_owned(),
            prefix: "T1".to_owned(),
            numbers: (1, 100),
            words: till_host::WordLanguage::Spanish,
        };
        let (founding, _) = locked.create(&new).unwrap();
        Device::found(locked, &founding).unwrap().close().unwrap();
        let target = Target::open(folder.path()).await.unwrap();
        Self { folder, target }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    async fn import<D: Kind>(
        &mut self,
        file: PathBuf,
        skip_bad: bool,
    ) -> Result<(usize, usize, usize), String> {
        let args = ImportFile { file, preview: false, skip_bad, format: None };
        let defaults = Defaults { tax: "IVA".into(), tax_rate_bp: 0, unit: "u".into() };
        let rules = Rules { currency: till_schema::Currency::Cop, defaults, format: None };
        let written = read_twice::<D>(&GLOBALS, &args, rules, &mut self.target).await;
        let (Ok(Some(_)) | Err(_)) = &written else { panic!("the import wrote nothing") };
        written
            .map(|written| written.map(|w| (w.created, w.changed, w.unchanged)).unwrap())
            .map_err(|failure| format!("{failure:?}"))
    }

    async fn export(&mut self, what: ExportWhat, format: ExportFormat) -> (PathBuf, String) {
        let file = self.folder.path().join(format!("{what:?}"));
        let args = ExportArgs { what, file: Some(file.clone()), format };
        export::run(&args, &mut self.target).await.unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        (file, text)
    }
}

#[tokio::test]
async fn nothing_is_written_of_a_file_with_a_broken_row() {
    let mut shop = Shop::new().await;
    // The broken row comes after the first part, which must not be there then.
    let mut csv = "sku,name,price\n".to_owned();
    for row in 0..PART + 500 {
        writeln!(csv, "A{row},Pan {row},{row}").unwrap();
    }
    csv.push_str("B,Sal,x\n");
    let file = shop.file("many.csv", &csv);
    let refused = shop.import::<ProductDraft>(file.clone(), false).await.unwrap_err();
    assert!(refused.contains("1 of 5501 rows are broken and nothing was imported"), "{refused}");
    assert!(ProductDraft::known(&mut shop.target).await.unwrap().is_empty());

    assert_eq!(shop.import::<ProductDraft>(file.clone(), true).await, Ok((5_500, 0, 0)));
    assert_eq!(shop.import::<ProductDraft>(file, true).await, Ok((0, 0, 5_500)));
    assert_eq!(ProductDraft::known(&mut shop.target).await.unwrap().len(), 5_500);

    // Three pages go out, and come back as what they were.
    let (file, text) = shop.export(ExportWhat::Products, ExportFormat::Csv).await;
    assert_eq!(text.lines().count(), 5_501);
    assert_eq!(shop.import::<ProductDraft>(file, false).await, Ok((0, 0, 5_500)));
    shop.target.close();
}

#[tokio::test]
async fn an_interrupted_import_goes_on() {
    let mut shop = Shop::new().await;
    let half = shop.file("half.csv", "sku,name,price,stock\n1,Pan,2,5\n");
    let whole = shop.file("whole.csv", "sku,name,price,stock\n1,Pan,2,5\n2,Sal,3,7\n");
    assert_eq!(shop.import::<ProductDraft>(half, false).await, Ok((1, 0, 0)));
    assert_eq!(shop.import::<ProductDraft>(whole, false).await, Ok((1, 0, 1)));
    // The stock to begin with counts once.
    let (_, stock) = shop.export(ExportWhat::Stock, ExportFormat::Csv).await;
    let mut rows: Vec<&str> = stock.lines().skip(1).collect();
    rows.sort_unstable();
    assert_eq!(rows, ["1,Pan,shelf,5,u,", "2,Sal,shelf,7,u,"]);
    shop.target.close();
}

#[tokio::test]
async fn customers_and_sales_go_out() {
    use till_node::command::{Cart, CartLine};
    use till_schema::order::{Tender, TenderKind};
    use till_schema::{OrderId, Quantity};

    let mut shop = Shop::new().await;
    let file = shop.file("c.csv", "nombre,tipo documento,documento\nAna,NIT,900123456-8\n");
    assert_eq!(shop.import::<CustomerDraft>(file, false).await, Ok((1, 0, 0)));
    let (file, _) = shop.export(ExportWhat::Customers, ExportFormat::Csv).await;
    assert_eq!(shop.import::<CustomerDraft>(file, false).await, Ok((0, 0, 1)));
    let file = shop.file("p.csv", "sku,name,price\n1,Pan,2.50\n");
    shop.import::<ProductDraft>(file, false).await.unwrap();
    let cart = Cart {
        order: OrderId([7; 16]),
        lines: vec![CartLine::new("1", Quantity(2_000))],
        customer: Some("900123456".to_owned()),
        tenders: vec![Tender::new(TenderKind::Cash, 1_000)],
        sold_at_ms: None,
        provisional: false,
        discount: Default::default(),
        tip: 0,
        note: String::new(),
        resumes: None,
    };
    shop.target.execute(Command::Sell(cart)).await.unwrap();

    let (_, payments) = shop.export(ExportWhat::Payments, ExportFormat::Csv).await;
    let amounts: Vec<&str> =
        payments.lines().skip(1).filter_map(|row| row.rsplit(',').nth(1)).collect();
    assert_eq!(amounts, ["10.00", "-5.00"]);
    let (_, lines) = shop.export(ExportWhat::Lines, ExportFormat::Jsonl).await;
    let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!((&line["sku"], &line["total"]), (&"1".into(), &"5.00".into()));
    let (_, orders) = shop.export(ExportWhat::Orders, ExportFormat::Jsonl).await;
    let order: serde_json::Value = serde_json::from_str(&orders).unwrap();
    assert_eq!((&order["customer"], &order["number"]), (&"Ana".into(), &"T1-1".into()));
    let (_, documents) = shop.export(ExportWhat::Documents, ExportFormat::Csv).await;
    assert!(documents.contains("sale,T1-1,07070707070707070707070707070707,"), "{documents}");
    for what in [ExportWhat::Returns, ExportWhat::Shifts] {
        assert_eq!(shop.export(what, ExportFormat::Csv).await.1.lines().count(), 1);
    }
    let args = ExportArgs { what: ExportWhat::Lines, file: None, format: ExportFormat::Shopify };
    assert!(export::run(&args, &mut shop.target).await.is_err());
    shop.target.close();
}
