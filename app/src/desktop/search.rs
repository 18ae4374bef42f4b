//! Products by what a cashier types or a scanner reads. Built when the
//! snapshot's list changes, never per frame.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use till_node::command::ProductView;

/// Lower case, accents off: `Águila` and `aguila` are the same word.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(fold_char).collect()
}

fn fold_char(char: char) -> char {
    match char {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

/// What an exact code names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CodeHit {
    /// One product, by its place in the list.
    One(usize),
    /// More than one: a person chooses.
    Many,
}

/// The list, ready to search.
#[derive(Default)]
pub(crate) struct ProductIndex {
    products: Arc<Vec<ProductView>>,
    /// Name, SKU and barcodes of each product, folded.
    folded: Vec<String>,
    /// By SKU and barcode, folded.
    codes: HashMap<String, CodeHit>,
    categories: Vec<String>,
    /// Rises with each rebuild.
    generation: u64,
}

impl ProductIndex {
    /// Rebuilds when the list is another one; says whether it did.
    pub(crate) fn update(&mut self, products: &Arc<Vec<ProductView>>) -> bool {
        if self.generation > 0 && Arc::ptr_eq(&self.products, products) {
            return false;
        }
        self.products = Arc::clone(products);
        self.generation += 1;
        self.folded.clear();
        self.codes.clear();
        let mut categories = BTreeSet::new();
        for (place, view) in products.iter().enumerate() {
            let product = &view.product;
            let mut text = fold(&product.name);
            for code in std::iter::once(&product.sku).chain(&product.barcodes) {
                let code = fold(code);
                text.push('\n');
                text.push_str(&code);
                self.codes
                    .entry(code)
                    .and_modify(|hit| {
                        if *hit != CodeHit::One(place) {
                            *hit = CodeHit::Many;
                        }
                    })
                    .or_insert(CodeHit::One(place));
            }
            self.folded.push(text);
            if !product.category.is_empty() {
                categories.insert(product.category.clone());
            }
        }
        self.categories = categories.into_iter().collect();
        true
    }

    /// Number of the list indexed: hits of another one are stale.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Names of the categories, rising.
    pub(crate) fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Place of a category among them.
    pub(crate) fn category_place(&self, name: &str) -> Option<usize> {
        self.categories.binary_search_by(|category| category.as_str().cmp(name)).ok()
    }

    /// The product at a place.
    pub(crate) fn product(&self, place: usize) -> Option<&ProductView> {
        self.products.get(place)
    }

    /// The product or products with exactly this SKU or barcode.
    pub(crate) fn code(&self, code: &str) -> Option<CodeHit> {
        self.codes.get(&fold(code.trim())).copied()
    }

    /// Places of all products with every word of the query, in one category or
    /// in all: first those whose name begins with the query, then those with
    /// words that begin so, then the rest; each by name, as the list is.
    pub(crate) fn find(&self, query: &str, category: Option<&str>) -> Vec<usize> {
        let query = fold(query.trim());
        let words: Vec<&str> = query.split_whitespace().collect();
        let mut ranked: Vec<(u8, usize)> = Vec::new();
        for (place, text) in self.folded.iter().enumerate() {
            let in_category =
                category.is_none_or(|name| self.products[place].product.category == name);
            if in_category && words.iter().all(|word| text.contains(word)) {
                ranked.push((rank(text, &query, &words), place));
            }
        }
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, place)| place).collect()
    }
}

fn rank(text: &str, query: &str, words: &[&str]) -> u8 {
    if text.starts_with(query) {
        return 0;
    }
    let begins = |word: &&str| text.split_whitespace().any(|own| own.starts_with(*word));
    if words.iter().all(begins) { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::tests::data::product;

    fn index() -> ProductIndex {
        let list = vec![
            product("101", "Café Sello Rojo 500 g", 18_900, "Café"),
            product("102", "Café Águila Roja 250 g", 9_800, "Café"),
            product("201", "Descafeinado", 9_800, "Café"),
            product("301", "Leche entera", 5_200, "Lácteos"),
        ];
        let mut index = ProductIndex::default();
        assert!(index.update(&Arc::new(list)));
        index
    }

    #[test]
    fn accents_and_word_order_do_not_matter() {
        assert_eq!(index().find("roja AGUILA", None), [1]);
    }

    #[test]
    fn beginnings_come_before_middles() {
        assert_eq!(index().find("cafe", None), [0, 1, 2]);
        assert_eq!(index().find("", Some("Lácteos")), [3]);
    }

    #[test]
    fn codes_are_exact_and_a_shared_one_is_not_guessed() {
        let mut index = index();
        assert_eq!(index.code("301"), Some(CodeHit::One(3)));
        assert_eq!(index.code("30"), None);
        let twins = vec![product("x", "A", 1, ""), product("x", "B", 1, "")];
        index.update(&Arc::new(twins));
        assert_eq!(index.code("X"), Some(CodeHit::Many));
    }

    #[test]
    fn the_same_list_is_not_indexed_twice() {
        let mut index = ProductIndex::default();
        let list = Arc::new(vec![product("1", "A", 1, "")]);
        assert!(index.update(&list));
        assert!(!index.update(&Arc::clone(&list)));
        assert!(index.update(&Arc::new(list.as_ref().clone())));
    }
}
