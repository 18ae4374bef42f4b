//! Finding products: exactly by code for scans, by words while typing.
//!
//! In memory and pure. Texts are folded once, when a product changes; a search
//! reads through all of them, which takes milliseconds for 50,000 products.

use std::collections::{BTreeMap, BTreeSet};
use till_schema::ProductId;
use till_schema::rows::ProductRow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The products of a shop, as a till looks for them.
#[derive(Clone, Debug, Default)]
pub struct SearchIndex {
    products: BTreeMap<ProductId, Indexed>,
    /// SKUs and barcodes as they are written. Several products may bear one
    /// code; that is a conflict for people, and a choice for the cashier.
    codes: BTreeMap<String, BTreeSet<ProductId>>,
}

#[derive(Clone, Debug)]
struct Indexed {
    codes: BTreeSet<String>,
    /// Folded codes.
    folded_codes: Vec<String>,
    /// Words of the name, folded, each after a blank.
    name: String,
    /// Words of name, codes and category, folded, each after a blank.
    text: String,
    archived: bool,
}

/// How well a product fits; lower is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Code,
    WordsOfName,
    Anywhere,
}

/// The code under which a product is found that a scale knows by some digits:
/// they must not be taken for a SKU.
pub fn plu_code(plu: &str) -> Option<String> {
    let digits = plu.trim().trim_start_matches('0');
    (!digits.is_empty()).then(|| format!("plu:{digits}"))
}

impl SearchIndex {
    /// Adds a product, or replaces what was known of it.
    pub fn upsert(&mut self, row: &ProductRow) {
        self.remove(row.id);
        let codes: BTreeSet<String> = std::iter::once(&row.sku)
            .chain(&row.barcodes)
            .map(|code| code.trim())
            .filter(|code| !code.is_empty())
            .map(str::to_owned)
            .chain(plu_code(&row.plu))
            .collect();
        for code in &codes {
            self.codes.entry(code.clone()).or_default().insert(row.id);
        }
        let folded_codes: Vec<_> = codes.iter().map(|code| fold(code)).collect();
        let name = fold(&row.name);
        let text = format!("{name}{}{}", folded_codes.concat(), fold(&row.category));
        let indexed = Indexed { codes, folded_codes, name, text, archived: row.archived };
        self.products.insert(row.id, indexed);
    }

    /// Removes a product.
    pub fn remove(&mut self, id: ProductId) {
        let Some(indexed) = self.products.remove(&id) else {
            return;
        };
        for code in indexed.codes {
            if let Some(ids) = self.codes.get_mut(&code) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.codes.remove(&code);
                }
            }
        }
    }

    /// Products that bear a code as their SKU or a barcode, to the letter,
    /// rising; archived ones too, as their labels are still around.
    pub fn exact(&self, code: &str) -> Vec<ProductId> {
        self.codes.get(code.trim()).into_iter().flatten().copied().collect()
    }

    /// Products in whose name, codes or category all words of the query occur,
    /// without regard to accents and case: first those with that very code,
    /// then those with words of the name beginning so, then the rest; by name
    /// within. An empty query finds all products. Archived ones are left out.
    pub fn find(&self, query: &str, limit: usize) -> Vec<ProductId> {
        let query = fold(query);
        let mut found: Vec<(Rank, &str, ProductId)> = self
            .products
            .iter()
            .filter(|(_, indexed)| !indexed.archived)
            .filter_map(|(id, indexed)| Some((indexed.rank(&query)?, indexed.name.as_str(), *id)))
            .collect();
        if limit < found.len() {
            found.select_nth_unstable(limit);
            found.truncate(limit);
        }
        found.sort_unstable();
        found.into_iter().map(|(_, _, id)| id).collect()
    }

    /// How many products there are, archived ones too.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }
}

impl Indexed {
    /// How well the product fits a folded query; `None` if it does not.
    fn rank(&self, query: &str) -> Option<Rank> {
        if !query.split_whitespace().all(|word| self.text.contains(word)) {
            return None;
        }
        if self.folded_codes.iter().any(|code| code == query) {
            return Some(Rank::Code);
        }
        // Every folded word stands after a blank, those of the query too.
        let begins_word = |word: &str| {
            self.name.match_indices(word).any(|(at, _)| self.name[..at].ends_with(' '))
        };
        if query.split_whitespace().all(begins_word) {
            return Some(Rank::WordsOfName);
        }
        Some(Rank::Anywhere)
    }
}

/// Lower case without accents; each run of letters and digits after one blank.
fn fold(text: &str) -> String {
    let plain: String =
        text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let mut folded = String::with_capacity(plain.len() + 1);
    for word in plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        folded.push(' ');
        folded.push_str(word);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(id: u8, name: &str, sku: &str, barcodes: &[&str]) -> ProductRow {
        ProductRow {
            id: ProductId([id; 16]),
            sku: sku.into(),
            name: name.into(),
            price: 100,
            tax: "IVA".into(),
            tax_rate_bp: 1900,
            category: "Café y té".into(),
            unit: "u".into(),
            barcodes: barcodes.iter().map(|code| (*code).to_owned()).collect(),
            archived: false,
            cost: None,
            low_stock: None,
            group: String::new(),
            variant: String::new(),
            plu: String::new(),
            lists: Vec::new(),
        }
    }

    fn index(products: &[ProductRow]) -> SearchIndex {
        let mut index = SearchIndex::default();
        products.iter().for_each(|row| index.upsert(row));
        index
    }

    fn ids(found: Vec<ProductId>) -> Vec<u8> {
        found.into_iter().map(|id| id.0[0]).collect()
    }

    #[test]
    fn scans_find_skus_and_barcodes_to_the_letter() {
        let mut index = index(&[
            product(1, "Agua", "A-1", &["7700001", "7700002"]),
            product(2, "Agua con gas", "A-2", &["7700002"]),
        ]);
        assert_eq!(ids(index.exact("7700001")), [1]);
        assert_eq!(ids(index.exact(" 7700002\n")), [1, 2]);
        assert_eq!(ids(index.exact("A-2")), [2]);
        assert_eq!(ids(index.exact("a-2")), [] as [u8; 0]);
        assert_eq!(ids(index.exact("770000")), [] as [u8; 0]);
        assert_eq!(ids(index.exact("")), [] as [u8; 0]);
        index.upsert(&product(1, "Agua", "A-1", &["7700003"]));
        assert_eq!(ids(index.exact("7700002")), [2]);
        assert_eq!(ids(index.exact("7700003")), [1]);
        index.remove(ProductId([2; 16]));
        assert_eq!(ids(index.exact("7700002")), [] as [u8; 0]);
        assert_eq!(index.len(), 1);
    }

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        let index = index(&[
            product(1, "Panela ORGÁNICA ñame", "P", &[]),
            product(2, "Coca-Cola", "C", &[]),
        ]);
        for query in ["organica", "Orgánica", "PANELA nam", "ñ panela"] {
            assert_eq!(ids(index.find(query, 9)), [1], "{query}");
        }
        for query in ["coca cola", "coca-cola", "cola coca"] {
            assert_eq!(ids(index.find(query, 9)), [2], "{query}");
        }
    }

    #[test]
    fn all_words_must_match() {
        let index = index(&[product(1, "Leche entera", "L", &[]), product(2, "Leche", "M", &[])]);
        assert_eq!(ids(index.find("leche ent", 9)), [1]);
        assert_eq!(ids(index.find("leche azul", 9)), [] as [u8; 0]);
        assert_eq!(ids(index.find("leche cafe", 9)), [2, 1], "the category counts too");
    }

    #[test]
    fn codes_come_before_words_and_words_before_the_rest() {
        let index = index(&[
            product(1, "Maracuyá", "X1", &[]),
            product(2, "Cuy asado", "X2", &[]),
            product(3, "Zumo", "CUY", &[]),
            product(4, "Asado de cuy", "X4", &[]),
        ]);
        assert_eq!(ids(index.find("cuy", 9)), [3, 4, 2, 1]);
        assert_eq!(ids(index.find("cuy", 2)), [3, 4]);
        assert_eq!(ids(index.find("cuy", 0)), [] as [u8; 0]);
    }

    #[test]
    fn archived_products_are_found_by_code_only() {
        let mut archived = product(1, "Agua", "A-1", &[]);
        archived.archived = true;
        let index =
            index(&[archived, product(2, "Agua", "A-2", &[]), product(3, "Aba", "A-3", &[])]);
        assert_eq!(ids(index.find("agua", 9)), [2]);
        assert_eq!(ids(index.find("", 9)), [3, 2]);
        assert_eq!(ids(index.exact("A-1")), [1]);
    }
}
