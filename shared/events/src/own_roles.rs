//! The roles that Curfew itself works with.

/// The roles of Curfew's own functions, by how their names begin.
///
/// What these roles do comes back through CloudTrail, and is no reason to look again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnRoles {
    beginnings: Vec<String>,
}

impl OwnRoles {
    /// No role: every call asks for a look.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The roles whose names begin with one of these, as in `curfew-`; an empty one, which would begin all, is left
    /// out. A name has no path in it.
    #[must_use]
    pub fn beginning<'a>(with: impl IntoIterator<Item = &'a str>) -> Self {
        let beginnings = with.into_iter().filter(|text| !text.is_empty()).map(ToOwned::to_owned).collect();
        Self { beginnings }
    }

    pub(crate) fn include(&self, name: &str) -> bool {
        self.beginnings.iter().any(|beginning| name.starts_with(beginning.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_own_by_how_its_name_begins() {
        let own = OwnRoles::beginning(["curfew-", "", "audit"]);
        assert!(own.include("curfew-s3-acl-private-eu-west-1") && own.include("audit"));
        assert!(!own.include("my-curfew-") && !own.include("") && !own.include("curfe"));
        assert!(!OwnRoles::none().include("curfew-s3-acl-private-eu-west-1"));
    }
}
