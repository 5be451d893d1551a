//! The few sentences in which recordings say what a structure did not hold.

use std::time::Duration;

/// A sentence, looked at for words, counts and times.
pub struct Sentence {
    text: String,
}

impl Sentence {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_lowercase() }
    }

    pub fn has(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    /// The number before `unit`: 4 in "4 events".
    pub fn count(&self, unit: &str) -> Option<u64> {
        let words: Vec<&str> = self.words().collect();
        let at = words.iter().position(|word| *word == unit)?;
        words.get(at.checked_sub(1)?)?.parse().ok()
    }

    /// The first time said: "400 ms", "0.3 s", "t=7 s".
    pub fn duration(&self) -> Option<Duration> {
        self.durations().into_iter().next()
    }

    pub fn durations(&self) -> Vec<Duration> {
        let words: Vec<&str> = self.words().collect();
        words
            .windows(2)
            .filter_map(|pair| {
                let [number, unit] = pair else { return None };
                let number: f64 = number.trim_start_matches("t=").parse().ok()?;
                let seconds = match *unit {
                    "ms" => number / 1000.0,
                    "s" => number,
                    _ => return None,
                };
                Duration::try_from_secs_f64(seconds).ok()
            })
            .collect()
    }

    /// The first three-digit number that can be a status.
    pub fn status(&self) -> Option<u16> {
        self.words().find_map(|word| word.parse().ok().filter(|n| (100..600).contains(n)))
    }

    /// The number after `word`: 1 in "exits 1 about 0.3 s after start".
    pub fn number_after(&self, word: &str) -> Option<i32> {
        let mut words = self.words().skip_while(|candidate| *candidate != word);
        words.nth(1)?.parse().ok()
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.text
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')'))
            .filter(|word| !word.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_times_and_statuses_are_found() {
        let events = Sentence::new("4 events, one each 400 ms");
        assert_eq!(events.count("events"), Some(4));
        assert_eq!(events.duration(), Some(Duration::from_millis(400)));
        let exit = Sentence::new("exits 1 about 0.3 s after start, every time");
        assert_eq!(exit.number_after("exits"), Some(1));
        assert_eq!(exit.duration(), Some(Duration::from_millis(300)));
        let late = Sentence::new("e4 would answer after 25 s (starts at t=7 s)");
        assert_eq!(late.durations(), [Duration::from_secs(25), Duration::from_secs(7)]);
        assert_eq!(Sentence::new("GET / answered 500").status(), Some(500));
        assert_eq!(Sentence::new("listens 3 s after start").status(), None);
    }
}
