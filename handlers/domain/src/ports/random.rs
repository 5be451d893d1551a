//! Randomness, asked at the edge and handed in as values.

/// A cryptographically secure source.
pub trait Random: Send + Sync {
    /// 32 fresh random bytes.
    fn bytes(&self) -> [u8; 32];
}
