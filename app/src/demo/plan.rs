//! What is sold where and when: decided before anything runs, from the
//! baskets and the seed alone.

use crate::baskets::Basket;
use std::collections::BTreeMap;
use till_node::command::{Cart, CartLine};
use till_schema::OrderId;
use till_schema::money::div_half_even;
use till_schema::order::{Tender, TenderKind};

/// The register that is alone while the network is cut, from 0.
pub(super) const ALONE: usize = 2;
/// The register that reaches the relay while the network is cut, from 0.
pub(super) const REACHES_RELAY: usize = 1;
/// Part of the baskets sold by the end of each phase, in percent.
const SOLD_BY_PHASE: [usize; PHASES] = [25, 80, 95, 100];
/// Together, cut, healed, drained.
pub(super) const PHASES: usize = 4;

/// Everything to be sold.
#[derive(Debug)]
pub(super) struct Plan {
    /// Carts by phase and register, in order.
    pub(super) carts: [Vec<Vec<Cart>>; PHASES],
    /// How many orders in all.
    pub(super) orders: usize,
    /// What they pay, minor units.
    pub(super) money: i64,
    /// A product sold on both sides of the cut, and how many pieces are enough
    /// for either side but not for both.
    pub(super) last_pieces: Option<(String, i64)>,
}

impl Plan {
    pub(super) fn new(baskets: &[Basket], registers: usize, seed: u64) -> Self {
        let mut carts: [Vec<Vec<Cart>>; PHASES] =
            std::array::from_fn(|_| vec![Vec::new(); registers]);
        for (index, basket) in baskets.iter().enumerate() {
            let share = index * 100 / baskets.len().max(1);
            let phase = SOLD_BY_PHASE.iter().position(|by| share < *by).unwrap_or(PHASES - 1);
            let id = order_id(seed, index, &basket.id);
            let register = usize::from(id.0[15]) % registers;
            carts[phase][register].push(cart(id, basket));
        }
        let last_pieces = last_pieces(&carts[1]);
        let money = baskets.iter().map(Basket::total).sum();
        Self { carts, orders: baskets.len(), money, last_pieces }
    }
}

fn order_id(seed: u64, index: usize, basket: &str) -> OrderId {
    let name = format!("tillmesh demo order {seed} {index} {basket}");
    let digest = till_schema::entry::body_hash(name.as_bytes());
    OrderId(digest[..16].try_into().expect("a digest is longer"))
}

/// A basket as a cart that costs what was paid then, whatever the catalogue
/// says now: the unit price is rounded up and the rest is a discount.
fn cart(order: OrderId, basket: &Basket) -> Cart {
    let lines: Vec<CartLine> = basket
        .lines
        .iter()
        .map(|line| {
            let before = i128::from(line.amount + line.discount);
            let quantity = i128::from(line.quantity.0);
            let unit_price = (before * 1000 + quantity - 1).div_euclid(quantity);
            let gross = div_half_even(unit_price * quantity, 1000);
            let whole = |amount: i128| i64::try_from(amount).expect("a basket's amounts are small");
            CartLine {
                code: line.sku.clone(),
                quantity: line.quantity,
                unit_price: Some(whole(unit_price)),
                discount: whole(gross) - line.amount,
                discount_bp: 0,
                note: String::new(),
            }
        })
        .collect();
    let total = basket.total();
    let tenders = if total == 0 {
        Vec::new()
    } else {
        // Cash with change, card, or both, as the order's id falls.
        let pay = |kind, amount| Tender { kind, amount, reference: String::new(), foreign: None };
        match order.0[0] % 3 {
            0 => vec![pay(TenderKind::Cash, (total + 499) / 500 * 500)],
            1 => vec![pay(TenderKind::Card, total)],
            _ if total > 1 => {
                let half = total / 2;
                vec![pay(TenderKind::Card, half), pay(TenderKind::Cash, total - half)]
            }
            _ => vec![pay(TenderKind::Transfer, total)],
        }
    };
    let customer = basket.customer.clone();
    Cart {
        order,
        lines,
        customer,
        tenders,
        sold_at_ms: Some(basket.sold_at_ms),
        provisional: false,
        discount: till_node::command::Discount::default(),
        tip: 0,
        note: String::new(),
        resumes: None,
    }
}

/// The first product, by code, that both sides of the cut sell.
fn last_pieces(cut: &[Vec<Cart>]) -> Option<(String, i64)> {
    let mut sold: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (register, carts) in cut.iter().enumerate() {
        for line in carts.iter().flat_map(|cart| &cart.lines) {
            let sides = sold.entry(&line.code).or_default();
            if register == ALONE {
                sides.1 += line.quantity.0;
            } else {
                sides.0 += line.quantity.0;
            }
        }
    }
    sold.into_iter()
        .find(|(_, (here, there))| *here > 0 && *there > 0)
        .map(|(code, (here, there))| (code.to_owned(), here.max(there)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baskets::{BasketLine, shipped_baskets};
    use till_books_free::total_of;
    use till_schema::Quantity;

    /// The engine's rule, said again in the simplest way.
    mod till_books_free {
        use super::*;
        pub(super) fn total_of(cart: &Cart) -> i64 {
            cart.lines
                .iter()
                .map(|line| {
                    let price = i128::from(line.unit_price.expect("set"));
                    let gross = div_half_even(price * i128::from(line.quantity.0), 1000);
                    i64::try_from(gross).expect("small") - line.discount
                })
                .sum()
        }
    }

    #[test]
    fn every_shipped_basket_is_sold_once_for_what_was_paid() {
        let baskets = shipped_baskets();
        let plan = Plan::new(&baskets, 3, 7);
        let carts: Vec<&Cart> = plan.carts.iter().flatten().flatten().collect();
        assert_eq!(carts.len(), baskets.len());
        assert_eq!(carts.iter().map(|cart| total_of(cart)).sum::<i64>(), plan.money);
        assert!(carts.iter().flat_map(|cart| &cart.lines).all(|line| line.discount >= 0));
        assert!(plan.last_pieces.is_some());
        assert!(plan.carts[1].iter().all(|carts| !carts.is_empty()), "all sell while cut");
    }

    #[test]
    fn three_for_a_dollar_costs_a_dollar() {
        let line =
            BasketLine { sku: "1".into(), quantity: Quantity::units(3), amount: 100, discount: 0 };
        let basket = Basket { id: "b".into(), sold_at_ms: 0, customer: None, lines: vec![line] };
        let cart = cart(OrderId([0; 16]), &basket);
        assert_eq!(total_of(&cart), 100);
    }

    #[test]
    fn the_same_seed_sells_the_same() {
        let baskets = shipped_baskets();
        let ids = |seed| -> Vec<OrderId> {
            let plan = Plan::new(&baskets, 3, seed);
            plan.carts.into_iter().flatten().flatten().map(|cart| cart.order).collect()
        };
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
    }
}
