//! What is said of many measurements: the middle one, and the one that only a few are worse than.

/// The measured value that so many of a hundred do not exceed; 0 of none.
pub fn quantile(values: &[f64], of_hundred: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * of_hundred).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// The middle value; 0 of none.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 50)
}

/// The value that one in twenty exceeds; 0 of none.
pub fn p95(values: &[f64]) -> f64 {
    quantile(values, 95)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert!((median(&hundred) - 50.0).abs() < f64::EPSILON);
        assert!((p95(&hundred) - 95.0).abs() < f64::EPSILON);
        assert!((p95(&[7.0]) - 7.0).abs() < f64::EPSILON);
        assert!(p95(&[]).abs() < f64::EPSILON);
    }

    #[test]
    fn one_slow_answer_in_a_hundred_moves_no_quantile_and_ten_do() {
        let slow = |count: usize| [vec![1.0; 100 - count], vec![9_000.0; count]].concat();
        assert!((p95(&slow(1)) - 1.0).abs() < f64::EPSILON);
        assert!((p95(&slow(10)) - 9_000.0).abs() < f64::EPSILON);
    }
}
