//! The first frame of a shop.

use crate::Node;
use crate::command::CommandError;
use crate::io::Now;
use crate::job::InFlight;
use till_schema::body::{Body, DeviceAdd, ResolutionImport, Role, Sharing, ShopFounded, SpaceOpen};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::numbering::Space;
use till_schema::rows::Rows;
use till_schema::{Currency, LogId, ShopId};

/// What a shop begins with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Founding {
    /// Random.
    pub nonce: [u8; 16],
    /// The shop's name.
    pub shop_name: String,
    /// The founding device's name.
    pub device_name: String,
    /// Currency of the books.
    pub currency: Currency,
    /// Country profile.
    pub country: String,
    /// The issuer's tax id.
    pub tax_id: String,
    /// Prefix of the first number space.
    pub prefix: String,
    /// First and last number of the first resolution.
    pub numbers: (u64, u64),
    /// Public half of the key that the recovery words make.
    pub recovery_key: Option<[u8; 32]>,
}

impl Founding {
    /// The id the shop will have.
    pub fn shop_id(&self, founder: LogId) -> ShopId {
        self.founded().shop_id(founder)
    }

    /// Checks what a person typed.
    ///
    /// # Errors
    /// Names the field and what it should be.
    pub fn check(&self) -> Result<(), CommandError> {
        let wrong = |text: &str| Err(CommandError::Wrong(text.to_owned()));
        let typed = [&self.shop_name, &self.device_name, &self.tax_id, &self.prefix];
        if typed.iter().any(|text| text.len() > TEXT_BYTES_MAX) {
            return wrong("one of the names is too long");
        }
        if self.shop_name.trim().is_empty() || self.device_name.trim().is_empty() {
            return wrong("the shop and the device need a name");
        }
        if self.tax_id.trim().is_empty() {
            return wrong("the shop needs its tax id: it names who issues the documents");
        }
        if self.numbers.0 == 0 || self.numbers.0 > self.numbers.1 {
            return wrong("the first number must be at least 1 and not above the last");
        }
        Ok(())
    }

    fn founded(&self) -> ShopFounded {
        ShopFounded {
            nonce: self.nonce,
            name: self.shop_name.trim().to_owned(),
            currency: self.currency,
            country: self.country.clone(),
            tax_id: self.tax_id.trim().to_owned(),
            recovery_key: self.recovery_key,
        }
    }
}

impl Node {
    /// Writes the founding frame: the shop, this device as its owner, a number
    /// space with this device as custodian, and the first numbers.
    ///
    /// # Errors
    /// When the input is wrong or the shop was founded before.
    pub fn found(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        founding: &Founding,
    ) -> Result<(), CommandError> {
        founding.check()?;
        if self.drafter.head().seq.0 != 0 {
            return Err(CommandError::Wrong("this device is in a shop already".to_owned()));
        }
        let space = Space {
            authority: founding.country.clone(),
            issuer: founding.tax_id.trim().to_owned(),
            document_kind: "POS".to_owned(),
            prefix: founding.prefix.trim().to_owned(),
        };
        let import = ResolutionImport {
            space: space.id(),
            resolution: "founding".to_owned(),
            from: founding.numbers.0,
            to: founding.numbers.1,
            valid_from_day: None,
            valid_to_day: None,
        };
        let device = DeviceAdd {
            log: self.me,
            name: founding.device_name.trim().to_owned(),
            roles: vec![Role::Owner, Role::Register],
            replaces: None,
        };
        let bodies: Vec<Body> = vec![
            founding.founded().into(),
            device.into(),
            SpaceOpen {
                space,
                custodian: self.me,
                sharing: Sharing::Shared,
                utc_offset_min: Some(self.utc_offset_min),
            }
            .into(),
            import.into(),
        ];
        self.write(now, rows, bodies, InFlight::default())
    }
}
