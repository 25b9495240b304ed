//! Judging several flags although one of them cannot be judged.

use precheck_sdk::prelude::*;

/// Judges every item even where an earlier one failed, so that no finding is lost; then the first error goes out.
pub fn each<T>(
    items: impl IntoIterator<Item = T>,
    mut judge: impl FnMut(T) -> Result<(), CheckError>,
) -> Result<(), CheckError> {
    let mut result = Ok(());
    for item in items {
        result = result.and(judge(item));
    }
    result
}
