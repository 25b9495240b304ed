//! The pages of the documentation, as far as tests read them.

use std::path::{Path, PathBuf};

use crate::repository;

/// A fenced block of a page.
#[derive(Debug, Clone)]
pub struct Block {
    /// `docs/page.md:12`, the line of its opening fence.
    pub place: String,
    /// The first word after the fence.
    pub language: String,
    /// What follows that word.
    pub mark: String,
    /// The lines in it, without the indentation of the fence.
    pub text: String,
}

/// Every page of the repository.
///
/// # Panics
///
/// If a folder cannot be read.
#[must_use]
pub fn pages() -> Vec<PathBuf> {
    fn find(folder: &Path, pages: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_symlink() || name.starts_with('.') || name == "target" {
                continue;
            } else if path.is_dir() {
                find(&path, pages);
            } else if name.ends_with(".md") {
                pages.push(path);
            }
        }
    }
    let mut pages = vec![];
    find(repository(), &mut pages);
    pages.sort();
    pages
}

/// The path of a page within the repository.
///
/// # Panics
///
/// If it is not in there.
#[must_use]
pub fn name(page: &Path) -> String {
    page.strip_prefix(repository()).expect("a page of the repository").display().to_string()
}

/// The fenced blocks of a page.
///
/// # Panics
///
/// If it cannot be read, or a block does not end.
#[must_use]
pub fn blocks(page: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(page).expect("a page");
    let mut blocks = vec![];
    let mut open: Option<(usize, Block)> = None;
    for (number, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (None, None) => {}
            (None, Some(info)) => {
                let (language, mark) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
                let block = Block {
                    place: format!("{}:{}", name(page), number + 1),
                    language: language.into(),
                    mark: mark.trim().into(),
                    text: String::new(),
                };
                open = Some((line.len() - line.trim_start().len(), block));
            }
            (Some((indent, block)), None) => {
                block.text.push_str(line.get(*indent..).unwrap_or_default());
                block.text.push('\n');
            }
            (Some(_), Some(_)) => blocks.extend(open.take().map(|(_, block)| block)),
        }
    }
    assert!(open.is_none(), "a block of {} does not end", page.display());
    blocks
}

/// A page without its fenced blocks.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
pub fn prose(page: &Path) -> String {
    let text = std::fs::read_to_string(page).expect("a page");
    let mut inside = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}
