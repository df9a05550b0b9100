//! Comparison that takes the same time wherever two texts differ.

/// Whether both are the same bytes.
pub(crate) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    #[expect(deprecated, reason = "the library would rather see whole tags verified; these are cut or no tags at all")]
    ring::constant_time::verify_slices_are_equal(one, other).is_ok()
}
