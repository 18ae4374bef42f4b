//! Delta debugging: the fewest items of a list that still do it.

/// Leaves out ever smaller parts of a list as long as what is left passes the
/// test, which the whole list does. In the end no single item can be left out.
pub(super) fn ddmin<T: Clone>(items: Vec<T>, mut still: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut items = items;
    if items.is_empty() || still(&[]) {
        return Vec::new();
    }
    let mut parts = 2;
    while items.len() >= 2 {
        let size = items.len().div_ceil(parts);
        let mut smaller = None;
        for begin in (0..items.len()).step_by(size) {
            let end = (begin + size).min(items.len());
            let rest: Vec<T> = items[..begin].iter().chain(&items[end..]).cloned().collect();
            if !rest.is_empty() && still(&rest) {
                smaller = Some(rest);
                break;
            }
        }
        match smaller {
            Some(rest) => {
                items = rest;
                parts = (parts - 1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(items.len()),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::ddmin;

    #[test]
    fn exactly_what_matters_is_left() {
        for wanted in [vec![], vec![7], vec![0, 99], vec![3, 4, 50]] {
            let mut tries = 0;
            let found = ddmin((0..100).collect(), |items: &[i32]| {
                tries += 1;
                wanted.iter().all(|item| items.contains(item))
            });
            assert_eq!(found, wanted);
            assert!(tries < 120, "{tries}");
        }
    }
}
