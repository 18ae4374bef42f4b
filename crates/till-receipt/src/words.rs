//! What tickets say, in each language. The only place with words for people.

mod en;
mod es;

use till_schema::order::TenderKind;

/// A language of tickets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// Spanish.
    #[default]
    Es,
    /// English.
    En,
}

impl Language {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Es, Self::En];

    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::Es => &es::WORDS,
            Self::En => &en::WORDS,
        }
    }
}

/// The words of one language. A language that lacks one does not compile.
pub(crate) struct Words {
    // All tickets.
    pub(crate) months: [&'static str; 12],
    /// Between a number and its percent sign.
    pub(crate) percent: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) number: &'static str,
    pub(crate) date: &'static str,
    pub(crate) register: &'static str,
    pub(crate) cashier: &'static str,
    pub(crate) note: &'static str,
    pub(crate) code: &'static str,

    // Sales and credit notes.
    pub(crate) sale: &'static str,
    pub(crate) credit_note: &'static str,
    pub(crate) whole_sale_undone: &'static str,
    pub(crate) of_sale: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) provisional: &'static str,
    pub(crate) not_an_invoice: &'static str,
    pub(crate) internal_number: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) final_consumer: &'static str,
    pub(crate) discount: &'static str,
    pub(crate) subtotal: &'static str,
    pub(crate) taxes_added: &'static str,
    pub(crate) total: &'static str,
    pub(crate) tip: &'static str,
    pub(crate) rounding: &'static str,
    pub(crate) to_pay: &'static str,
    pub(crate) to_pay_back: &'static str,
    pub(crate) taxes: &'static str,
    pub(crate) base: &'static str,
    pub(crate) exempt: &'static str,
    pub(crate) excluded: &'static str,
    pub(crate) per_unit: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) change: &'static str,
    pub(crate) paid_back: &'static str,

    // Means of payment.
    pub(crate) cash: &'static str,
    pub(crate) card: &'static str,
    pub(crate) transfer: &'static str,
    pub(crate) other: &'static str,
    pub(crate) account: &'static str,

    // Shifts.
    pub(crate) x_report: &'static str,
    pub(crate) z_report: &'static str,
    pub(crate) shift: &'static str,
    pub(crate) opened: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) printed: &'static str,
    pub(crate) holder: &'static str,
    pub(crate) handover: &'static str,
    pub(crate) sales: &'static str,
    pub(crate) gross: &'static str,
    pub(crate) discounts: &'static str,
    pub(crate) total_sales: &'static str,
    pub(crate) tips: &'static str,
    pub(crate) returns: &'static str,
    pub(crate) returned: &'static str,
    pub(crate) voids: &'static str,
    pub(crate) returned_taxes: &'static str,
    pub(crate) returned_rounding: &'static str,
    pub(crate) means_of_payment: &'static str,
    pub(crate) of_sales: &'static str,
    pub(crate) of_debts: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) counted: &'static str,
    pub(crate) not_counted: &'static str,
    pub(crate) difference: &'static str,
    pub(crate) denominations: &'static str,
    pub(crate) drawer: &'static str,
    pub(crate) float: &'static str,
    pub(crate) pay_in: &'static str,
    pub(crate) pay_out: &'static str,
    pub(crate) no_sales: &'static str,
    pub(crate) dropped_carts: &'static str,
    pub(crate) copies: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) unsent: &'static str,
    pub(crate) held_carts: &'static str,

    // The test of a printer.
    pub(crate) printer_test: &'static str,
    pub(crate) letters: &'static str,
    pub(crate) bold: &'static str,
    pub(crate) large: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) scan_me: &'static str,
}

impl Words {
    /// The name of a means of payment.
    pub(crate) const fn tender(&self, kind: TenderKind) -> &'static str {
        match kind {
            TenderKind::Cash => self.cash,
            TenderKind::Card => self.card,
            TenderKind::Transfer => self.transfer,
            TenderKind::Other => self.other,
            TenderKind::Account => self.account,
        }
    }
}
