//! Who runs the server: it refuses root.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::geteuid;

use super::Kind;
use crate::failure::Failure;

/// The account that the server runs under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// Our own.
    Ours,
    /// Another one, since we are root.
    Other {
        /// The user's number.
        uid: u32,
        /// The number of its group.
        gid: u32,
    },
}

impl Account {
    /// Our own account or, for root, that of the server's own user.
    pub(crate) fn find(kind: &Kind) -> Result<Self, Failure> {
        if !geteuid().is_root() {
            return Ok(Self::Ours);
        }
        let passwd = fs::read_to_string("/etc/passwd").map_err(Failure::io("/etc/passwd"))?;
        let (name, user) = (kind.name, kind.user);
        lookup(&passwd, user).ok_or_else(|| {
            Failure::Failed(format!(
                "{name} does not run as root and there is no user `{user}` to run it as: \
                 run this as another user, or `adduser --system --group {user}`"
            ))
        })
    }

    /// Makes a command run under this account.
    pub(crate) fn runs(self, command: &mut Command) {
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// Gives a directory to this account.
    pub(crate) fn owns(self, directory: &Path) -> Result<(), Failure> {
        match self {
            Self::Ours => Ok(()),
            Self::Other { uid, gid } => {
                chown(directory, Some(uid), Some(gid)).map_err(Failure::io(directory.display()))
            }
        }
    }
}

/// A user's line of the password file: `name:password:uid:gid:…`.
fn lookup(passwd: &str, name: &str) -> Option<Account> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    Some(Account::Other { uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_user_by_its_whole_name() {
        let passwd = "root:x:0:0::/:/bin/sh\npostgresql:x:5:6::/:/bin/sh\npostgres:x:104:112:,,:/:/bin/sh\n";
        assert_eq!(lookup(passwd, "postgres"), Some(Account::Other { uid: 104, gid: 112 }));
        assert_eq!(lookup(passwd, "nobody"), None);
        assert_eq!(lookup("postgres:x:many:1:", "postgres"), None);
    }
}
