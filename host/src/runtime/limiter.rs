//! How far a guest's memory may grow, and that it once wanted more.

use wasmtime::ResourceLimiter;

/// Bytes of one table element, as the engine holds it.
const TABLE_ELEMENT: usize = 8;

/// Counts all memories and tables of one instance together.
#[derive(Debug)]
pub(super) struct Limiter {
    most: usize,
    used: usize,
    peak: usize,
    refused: bool,
}

impl Limiter {
    pub(super) fn new(most: u64) -> Self {
        Limiter { most: usize::try_from(most).unwrap_or(usize::MAX), used: 0, peak: 0, refused: false }
    }

    /// The most bytes that were in use at once.
    pub(super) fn peak(&self) -> u64 {
        self.peak as u64
    }

    /// True once the guest asked for more than it may have: what it made of the refusal, its own message may not tell.
    pub(super) fn refused(&self) -> bool {
        self.refused
    }

    fn grow(&mut self, by: usize) -> bool {
        let wanted = self.used.saturating_add(by);
        if wanted > self.most {
            self.refused = true;
            return false;
        }
        self.used = wanted;
        self.peak = self.peak.max(wanted);
        true
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current).saturating_mul(TABLE_ELEMENT)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_share_one_budget() {
        let mut limiter = Limiter::new(100);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.table_growing(0, 5, None).unwrap());
        assert!(!limiter.refused());
        assert!(!limiter.memory_growing(60, 61, None).unwrap());
        assert!(limiter.refused());
        assert_eq!(limiter.peak(), 100);
    }
}
