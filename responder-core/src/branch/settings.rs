//! The settings of one branch, checked.

use std::{fmt, sync::Arc};

use crate::{
    CountryCode, E164,
    emergency::{Policy, PolicyError},
};

/// What a branch needs to know besides its words and addresses.
#[derive(Clone)]
pub struct BranchSettings {
    policy: Arc<Policy>,
    /// The number that customers call, and that status replies come from (`TWILIO_PHONE_NUMBER`).
    pub phone_number: E164,
    /// The number that technicians are called from and texts are sent from (`TWILIO_AUTOMATED_NUMBER`).
    pub automated_number: E164,
    /// The number that a transfer target sees (`TWILIO_TRANSFER_NUMBER`); `automated_number` without one.
    pub transfer_number: Option<E164>,
    /// What a number without country code is completed with (`DEFAULT_COUNTRY`).
    pub default_country: CountryCode,
    /// How many emergencies may be active at a time (`max_active_emergencies`).
    pub max_active_emergencies: u32,
    /// Who a caller without an emergency is put through to (`no_emergency_target`).
    pub no_emergency_target: Option<E164>,
}

/// Why settings can't work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The policy can't.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A branch that lets nothing in is switched off, not limited.
    #[error("max_active_emergencies must be at least 1")]
    NoRoom,
}

impl BranchSettings {
    /// With `phone_number` for everything, country code 1, one emergency at a time, and nobody to put strangers
    /// through to. The branch's own numbers are added to those that `policy` never calls.
    ///
    /// # Errors
    /// [`SettingsError::Policy`] when no emergency could be handled by the policy.
    pub fn new(policy: Policy, phone_number: E164) -> Result<Self, SettingsError> {
        Self {
            policy: Arc::new(policy),
            phone_number,
            automated_number: phone_number,
            transfer_number: None,
            default_country: CountryCode::NORTH_AMERICA,
            max_active_emergencies: 1,
            no_emergency_target: None,
        }
        .checked()
    }

    /// The same settings, checked once more after a field was set.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn checked(mut self) -> Result<Self, SettingsError> {
        let own = [Some(self.phone_number), Some(self.automated_number), self.transfer_number];
        let policy = Arc::make_mut(&mut self.policy);
        for number in own.into_iter().flatten() {
            if !policy.own_numbers.contains(&number) {
                policy.own_numbers.push(number);
            }
        }
        self.policy.validate()?;
        if self.no_emergency_target.is_some_and(|target| !self.policy.may_reach(target)) {
            return Err(PolicyError::MayNotReach.into());
        }
        if self.max_active_emergencies == 0 {
            return Err(SettingsError::NoRoom);
        }
        Ok(self)
    }

    /// How emergencies are handled.
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }
}

/// Without the numbers.
impl fmt::Debug for BranchSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BranchSettings").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> BranchSettings {
        let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
        BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings")
    }

    #[test]
    fn nobody_is_put_through_to_ourselves() {
        let with = |target: &str| {
            let no_emergency_target = Some(target.parse().expect("a number"));
            BranchSettings { no_emergency_target, ..settings() }.checked().map(|_| ())
        };
        assert_eq!(with("+15005550006"), Err(SettingsError::Policy(PolicyError::MayNotReach)));
        assert_eq!(with("+15005550007"), Ok(()));
    }

    #[test]
    fn a_phone_rings_no_longer_than_a_provider_lets_it() {
        let mut policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
        policy.timing.ring = std::time::Duration::from_secs(601);
        let refused = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).map(|_| ());
        assert_eq!(refused, Err(SettingsError::Policy(PolicyError::Duration)));
    }
}
