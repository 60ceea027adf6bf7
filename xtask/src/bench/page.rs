//! The page of measurements: prose by hand, and sections that are replaced.

use std::fs;
use std::path::{Path, PathBuf};

use super::Provenance;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// The page.
const FILE: &str = "docs/performance.md";

/// Where its data and plots are.
const DATA: &str = "docs/performance";

/// Endings of the files that go with a section.
const KEPT: [&str; 2] = ["csv", "svg"];

/// `docs/performance.md` and what belongs to it.
#[derive(Debug)]
pub(crate) struct Page {
    file: PathBuf,
    data: PathBuf,
}

impl Page {
    /// The page of a workspace.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self { file: workspace.root().join(FILE), data: workspace.root().join(DATA) }
    }

    /// Replaces a section by what a measurement left in a directory: `SECTION.md`, data and plots.
    pub(crate) fn update(
        &self,
        section: &str,
        directory: &Path,
        provenance: &Provenance,
        command: &str,
    ) -> Result<(), Failure> {
        let fragment = directory.join(format!("{section}.md"));
        let fragment = fs::read_to_string(&fragment).map_err(Failure::io(fragment.display()))?;
        self.replace(section, &fragment, &provenance.line(command))?;
        fs::create_dir_all(&self.data).map_err(Failure::io(self.data.display()))?;
        for entry in fs::read_dir(directory).map_err(Failure::io(directory.display()))?.flatten() {
            let path = entry.path();
            let kept = path.extension().is_some_and(|ending| KEPT.iter().any(|kept| ending == *kept));
            if kept {
                fs::copy(&path, self.data.join(entry.file_name())).map_err(Failure::io(path.display()))?;
            }
        }
        Ok(())
    }

    /// Replaces the text of a section, without data.
    pub(crate) fn replace(&self, section: &str, fragment: &str, provenance: &str) -> Result<(), Failure> {
        let text = fs::read_to_string(&self.file).map_err(Failure::io(self.file.display()))?;
        let fragment = format!("{provenance}\n\n{}", fragment.trim());
        let replaced = replaced(&text, section, &fragment)
            .map_err(|problem| Failure::Failed(format!("{FILE}: {problem}")))?;
        fs::write(&self.file, replaced).map_err(Failure::io(self.file.display()))
    }
}

/// The text with what stands between a section's marks replaced.
fn replaced(text: &str, section: &str, fragment: &str) -> Result<String, String> {
    let (begin, end) = (format!("<!-- begin: {section} -->"), format!("<!-- end: {section} -->"));
    for mark in [&begin, &end] {
        let found = text.matches(mark.as_str()).count();
        if found != 1 {
            return Err(format!("`{mark}` is there {found} times, not once"));
        }
        if fragment.contains(mark.as_str()) {
            return Err(format!("the new text of `{section}` has `{mark}` in it"));
        }
    }
    let (before, rest) = text.split_once(&begin).unwrap_or_default();
    let (_, after) = rest.split_once(&end).ok_or_else(|| format!("`{end}` stands before `{begin}`"))?;
    Ok(format!("{before}{begin}\n\n{fragment}\n\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Speed\n\n<!-- begin: times -->\nold\n<!-- end: times -->\n\nProse.\n\n\
                        <!-- begin: hot -->\n<!-- end: hot -->\n";

    #[test]
    fn replaces_one_section_and_nothing_else() {
        let expected = "# Speed\n\n<!-- begin: times -->\n\nnew\n\n<!-- end: times -->\n\nProse.\n\n\
                        <!-- begin: hot -->\n<!-- end: hot -->\n";
        assert_eq!(replaced(PAGE, "times", "new").unwrap(), expected);
        assert_eq!(replaced(expected, "times", "new").unwrap(), expected, "again");
        assert!(replaced(PAGE, "hot", "hotter").unwrap().contains("\nold\n"));
    }

    #[test]
    fn refuses_a_page_without_the_marks() {
        assert!(replaced(PAGE, "memory", "new").unwrap_err().contains("0 times"));
        assert!(replaced(&PAGE.repeat(2), "times", "new").unwrap_err().contains("2 times"));
        let turned = "<!-- end: times -->\n<!-- begin: times -->\n";
        assert!(replaced(turned, "times", "new").unwrap_err().contains("stands before"));
        assert!(replaced(PAGE, "times", "<!-- end: times -->").is_err(), "it could not be replaced again");
    }

    #[test]
    fn keeps_data_and_plots_beside_the_page() {
        let scratch = crate::scratch::Scratch::create().unwrap();
        let (docs, left) = (scratch.directory("docs").unwrap(), scratch.directory("left").unwrap());
        let page = Page { file: docs.join("performance.md"), data: docs.join("performance") };
        fs::write(&page.file, PAGE).unwrap();
        for (name, text) in
            [("times.md", "| 1 |\n"), ("times.csv", "1"), ("times.svg", "<svg/>"), ("x.sqlite", "")]
        {
            fs::write(left.join(name), text).unwrap();
        }
        page.update("times", &left, &Provenance::default(), "cargo xtask bench").unwrap();
        assert!(fs::read_to_string(&page.file).unwrap().contains("\n\n| 1 |\n\n<!-- end: times -->"));
        let mut kept: Vec<_> =
            fs::read_dir(&page.data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        kept.sort();
        assert_eq!(kept, ["times.csv", "times.svg"]);
    }
}
