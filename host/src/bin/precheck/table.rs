//! Columns of text, as wide as they need to be.

use precheck::report::text;
use textwrap::core::display_width;

/// Characters of a cell that are shown.
const CELL_CHARACTERS: usize = 200;
const GAP: &str = "  ";

/// Rows below their headings; a column in which no row has anything is left out, and so is a table without rows.
pub fn table<const COLUMNS: usize>(headings: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let mut lines = vec![String::new(); rows.len() + 1];
    for (column, heading) in headings.into_iter().enumerate() {
        let cells = rows.iter().map(|row| row.get(column).map_or("", String::as_str));
        let cells: Vec<String> =
            std::iter::once(heading).chain(cells).map(|cell| text::short(cell, CELL_CHARACTERS)).collect();
        if cells.iter().skip(1).all(String::is_empty) {
            continue;
        }
        let width = cells.iter().map(|cell| display_width(cell)).max().unwrap_or_default();
        for (line, cell) in lines.iter_mut().zip(&cells) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - display_width(cell)));
            line.push_str(GAP);
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_empty_ones_are_left_out() {
        let rows = [["a", "", "日本"], ["long", "", "x\ny"]].map(|row| row.map(String::from));
        assert_eq!(table(["ID", "NOTES", "OWNER"], &rows), "ID    OWNER\na     日本\nlong  x\\ny\n");
        assert_eq!(table(["ID"], &[]), "");
    }
}
