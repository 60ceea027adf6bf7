//! The rules. Their words are put together from two halves where this file would break them itself.

/// Words that must not stand somewhere.
#[derive(Debug)]
pub(super) struct Rule {
    /// The directory, or file, that it is about.
    pub(super) within: &'static str,
    /// Directories and files inside that may.
    pub(super) except: &'static [&'static str],
    /// The endings of the files; all if empty.
    pub(super) endings: &'static [&'static str],
    /// How it looks.
    pub(super) search: Search,
    /// The words, in lower case where case doesn't matter.
    pub(super) words: &'static [&'static str],
    /// What to know about it.
    pub(super) why: &'static str,
}

/// Where a word counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Search {
    /// In the whole line.
    Everywhere,
    /// Outside comments.
    Code,
    /// Outside comments, in capitals too.
    CodeAnyCase,
}

/// File names that say nothing.
pub(super) const NAMES: [&str; 3] =
    [concat!("ut", "il.rs"), concat!("help", "ers.rs"), concat!("comm", "on.rs")];

/// What to do about a long file.
pub(super) const LINES: &str = "split it by what its parts know";

/// The rules that are about words.
pub(super) const RULES: [Rule; 7] = [
    Rule {
        within: "aggregate-core/src/sql",
        except: &[],
        endings: &["rs"],
        search: Search::Code,
        words: &["sqlx::"],
        why: "`sql` makes text and knows no driver",
    },
    Rule {
        within: "aggregate-core/src/diff",
        except: &[],
        endings: &["rs"],
        search: Search::Code,
        words: &["Backend"],
        why: "the diff needs no database",
    },
    Rule {
        within: "aggregate-derive/src/expand",
        except: &[],
        endings: &["rs"],
        search: Search::Code,
        words: &["Attribute", "attr::"],
        why: "`expand` sees the checked model, no attributes",
    },
    Rule {
        within: "aggregate-core/src",
        except: &["aggregate-core/src/backend", "aggregate-core/src/private", "aggregate-core/src/lib.rs"],
        endings: &["rs"],
        search: Search::Code,
        words: &["feature = \"postgres\"", "feature = \"sqlite\"", "feature = \"mysql\""],
        why: "databases are chosen in `backend`, `private` and the aliases of `lib.rs`",
    },
    Rule {
        within: "aggregate-derive/src",
        except: &[],
        endings: &["rs"],
        search: Search::CodeAnyCase,
        words: &["postgres", "sqlite", "mysql", "mariadb"],
        why: "the macro knows no database",
    },
    Rule {
        within: "",
        except: &[],
        endings: &["rs", "toml", "sh", "yml"],
        search: Search::Everywhere,
        words: &[
            concat!("to", "do!"),
            concat!("unimple", "mented!"),
            concat!("TO", "DO"),
            concat!("FIX", "ME"),
        ],
        why: "nothing is left undone here; write an issue",
    },
    Rule {
        within: "",
        except: &[],
        endings: &[],
        search: Search::Everywhere,
        words: &[concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")],
        why: "a path of somebody's machine",
    },
];
