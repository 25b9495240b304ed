//! Judging several things although one of them cannot be judged.

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

/// Judges every database that the suite binds, in its order.
pub fn each_database(cx: &Context, mut judge: impl FnMut(&Connection) -> Result<(), CheckError>) -> CheckResult {
    if cx.databases().is_empty() {
        return Err(CheckError::settings("this check needs a database, and the suite binds none to it"));
    }
    each(cx.databases(), |name| judge(&cx.open(name)?))?;
    Ok(Conclusion::Completed)
}
