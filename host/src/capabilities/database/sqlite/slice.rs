//! Handing a batch out in the portions that a check asks for.

use crate::capabilities::database::{Batch, ColumnData, ColumnValues};

/// A batch that is handed out piece by piece.
pub(super) struct Slices {
    batch: Batch,
    /// Rows that are gone already.
    row: usize,
    /// For each column of joined texts, where the next row's text begins.
    text: Vec<usize>,
}

impl Slices {
    pub(super) fn new(batch: Batch) -> Self {
        let text = vec![0; batch.columns.len()];
        Slices { batch, row: 0, text }
    }

    /// The next rows, at most `most` of them (0: all), and whether rows are left.
    pub(super) fn take(mut self, most: u32) -> (Batch, Option<Self>) {
        let left = (self.batch.rows as usize).saturating_sub(self.row);
        let count = if most == 0 { left } else { left.min(most as usize) };
        if self.row == 0 && count == left {
            return (self.batch, None);
        }
        let from = self.row;
        let columns = self.batch.columns.iter_mut().zip(&mut self.text);
        let columns = columns.map(|(column, text)| slice(column, from, count, text)).collect();
        self.row += count;
        let batch = Batch { rows: count as u32, columns };
        (batch, (count < left).then_some(self))
    }
}

fn slice(column: &mut ColumnData, from: usize, count: usize, text: &mut usize) -> ColumnData {
    let values = match &mut column.values {
        ColumnValues::Booleans(bytes) => ColumnValues::Booleans(part(bytes, from, count)),
        ColumnValues::Integers(bytes) => ColumnValues::Integers(part(bytes, from * 8, count * 8)),
        ColumnValues::Reals(bytes) => ColumnValues::Reals(part(bytes, from * 8, count * 8)),
        ColumnValues::Texts(texts) => {
            let rest = texts.get(*text..).unwrap_or_default();
            let length = rest.match_indices('\0').nth(count.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
            let piece = rest.get(..length).unwrap_or_default().to_owned();
            *text += length + 1;
            ColumnValues::Texts(piece)
        }
        ColumnValues::TextsWithNul(texts) => ColumnValues::TextsWithNul(taken(texts, from, count)),
        ColumnValues::Blobs(blobs) => ColumnValues::Blobs(taken(blobs, from, count)),
        ColumnValues::Mixed(values) => ColumnValues::Mixed(part(values, from, count)),
    };
    let nulls = column.nulls.as_ref().map(|nulls| part(nulls, from, count)).filter(|nulls| nulls.contains(&1));
    ColumnData { values, nulls }
}

fn part<T: Clone>(values: &[T], from: usize, count: usize) -> Vec<T> {
    values.get(from..from + count).unwrap_or_default().to_vec()
}

/// Moves the values out, since each is handed out once.
fn taken<T: Default>(values: &mut [T], from: usize, count: usize) -> Vec<T> {
    values.get_mut(from..from + count).unwrap_or_default().iter_mut().map(std::mem::take).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::database::Value;

    #[test]
    fn pieces_together_are_the_whole() {
        let batch = Batch {
            rows: 3,
            columns: vec![
                ColumnData { values: ColumnValues::Booleans(vec![1, 0, 1]), nulls: None },
                ColumnData { values: ColumnValues::Integers((0..24).collect()), nulls: Some(vec![0, 0, 1]) },
                ColumnData { values: ColumnValues::Texts("é\0\0c".into()), nulls: Some(vec![0, 1, 0]) },
                ColumnData {
                    values: ColumnValues::TextsWithNul(vec!["a\0b".into(), "c".into(), "d".into()]),
                    nulls: None,
                },
                ColumnData {
                    values: ColumnValues::Mixed(vec![Value::Integer(1), Value::Text("x".into()), Value::Null]),
                    nulls: Some(vec![0, 0, 1]),
                },
            ],
        };
        let (first, rest) = Slices::new(batch.clone()).take(2);
        assert_eq!(first.rows, 2);
        assert_eq!(first.columns[0].values, ColumnValues::Booleans(vec![1, 0]));
        assert_eq!(first.columns[1].nulls, None);
        assert_eq!(first.columns[2].values, ColumnValues::Texts("é\0".into()));
        assert_eq!(first.columns[2].nulls, Some(vec![0, 1]));
        assert_eq!(first.columns[3].values, ColumnValues::TextsWithNul(vec!["a\0b".into(), "c".into()]));
        let (second, rest) = rest.unwrap().take(2);
        assert_eq!((second.rows, rest.is_none()), (1, true));
        assert_eq!(second.columns[1].values, ColumnValues::Integers((16..24).collect()));
        assert_eq!(second.columns[1].nulls, Some(vec![1]));
        assert_eq!(second.columns[2].values, ColumnValues::Texts("c".into()));
        assert_eq!(second.columns[3].values, ColumnValues::TextsWithNul(vec!["d".into()]));
        let (whole, rest) = Slices::new(batch.clone()).take(0);
        assert_eq!((whole, rest.is_none()), (batch, true));
    }
}
