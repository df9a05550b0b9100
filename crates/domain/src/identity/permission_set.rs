//! Sets of permissions: what a role includes, what a token was given, what is left of both.

use std::fmt;

use super::Permission;

/// A set of permissions. Whoever has one that includes others has those, too: the set holds them all.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct PermissionSet(u128);

// One bit for each.
const _: () = assert!(Permission::ALL.len() <= 128);

impl PermissionSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// Every permission that there is.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether it is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in both.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is here and not there.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those that only count in teams.
    pub fn of_teams(self) -> Self {
        Self(Permission::ALL.iter().filter(|one| one.is_of_teams()).fold(0, |bits, one| bits | bit(*one)) & self.0)
    }

    /// Its members, in the order of the documentation.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }

    /// The names of its members.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::as_str).collect()
    }

    /// As stored: names with blanks between them.
    pub fn stored(self) -> String {
        self.names().join(" ")
    }

    /// From what was stored. A name that nothing has any more allows nothing: it is left out.
    pub fn of_stored(text: &str) -> Self {
        text.split(' ').filter_map(|name| name.parse().ok()).collect()
    }
}

const fn bit(permission: Permission) -> u128 {
    1 << permission as u32
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let named = permissions.into_iter().fold(0, |bits, permission| bits | bit(permission));
        let of_others = |one: &&Permission| one.included_in().is_some_and(|whole| named & bit(whole) != 0);
        Self(Permission::ALL.iter().filter(of_others).fold(named, |bits, one| bits | bit(*one)))
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::OrgRole;

    #[test]
    fn names_are_of_one_form_and_unique() {
        let mut names: Vec<_> = Permission::ALL.iter().map(|one| one.as_str()).collect();
        for name in &names {
            let (noun, verb) = name.split_once('.').unwrap();
            assert!(!noun.is_empty() && !verb.is_empty(), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphabetic() || c == '.'), "{name}");
            assert_eq!(name.parse::<Permission>().map(Permission::as_str), Ok(*name));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Permission::ALL.len());
        assert!(names.len() >= 40 && "agent.flyAny".parse::<Permission>().is_err());
    }

    #[test]
    fn who_has_the_whole_has_its_parts() {
        let coarse = PermissionSet::from_iter([Permission::AgentManageAny]);
        assert!(coarse.contains(Permission::AgentPauseAny) && coarse.contains(Permission::AgentRotateKeyAny));
        let fine = PermissionSet::from_iter([Permission::AgentPauseAny]);
        assert!(!fine.contains(Permission::AgentManageAny) && !fine.contains(Permission::AgentRotateKeyAny));
        assert_eq!(
            coarse.without(fine).names(),
            ["agent.manageAny", "agent.capAny", "agent.rotateKeyAny", "agent.transferAny"]
        );
    }

    #[test]
    fn a_set_survives_its_text_and_forgets_names_that_are_gone() {
        let set = OrgRole::Member.permissions();
        assert_eq!(PermissionSet::of_stored(&set.stored()), set);
        assert_eq!(PermissionSet::of_stored("").names(), Vec::<&str>::new());
        assert_eq!(PermissionSet::of_stored("usage.read agent.flyAny").names(), ["usage.read"]);
    }
}
