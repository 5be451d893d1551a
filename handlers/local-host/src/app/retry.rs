//! Retry policies: how often and after what pause the host tries an invocation again.

use std::time::Duration;

use serde_json::Value;

use super::section::Section;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RetryPolicy {
    /// `None`: for ever (`-1`).
    pub most: Option<u32>,
    pub pause: Pause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    Fixed(Duration),
    Exponential { least: Duration, most: Duration },
}

impl RetryPolicy {
    /// Reads `retry` of host.json or function.json; a missing member is an error, as on the host.
    pub fn read(value: &Value) -> Result<Self, String> {
        let section = Section::root(value);
        let needed = |name: &str| {
            let span = section.section(name).span().map_err(|error| error.to_string())?;
            span.ok_or_else(|| format!("Value cannot be null. (Parameter '{name}')"))
        };
        let count: i64 = section
            .section("maxRetryCount")
            .number()
            .map_err(|error| error.to_string())?
            .ok_or("Value cannot be null. (Parameter 'maxRetryCount')")?;
        let most = match count {
            -1 => None,
            _ => Some(u32::try_from(count).map_err(|_| "maxRetryCount must be -1 or more")?),
        };
        let strategy = section.section("strategy").text().unwrap_or_default();
        let pause = match strategy.to_ascii_lowercase().as_str() {
            "fixeddelay" => Pause::Fixed(needed("delayInterval")?),
            "exponentialbackoff" => Pause::Exponential {
                least: needed("minimumInterval")?,
                most: needed("maximumInterval")?,
            },
            _ => return Err(format!("Unknown retry strategy '{strategy}'")),
        };
        Ok(Self { most, pause })
    }

    /// The pause before retry `count` (1 is the first), or `None` when there are no more.
    pub fn pause_before(&self, count: u32) -> Option<Duration> {
        if self.most.is_some_and(|most| count > most) {
            return None;
        }
        Some(match &self.pause {
            Pause::Fixed(pause) => *pause,
            Pause::Exponential { least, most } => {
                least.saturating_mul(2_u32.saturating_pow(count.saturating_sub(1))).min(*most)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fixed_delay_of_two_gives_two_retries() {
        let policy = RetryPolicy::read(&json!({
            "strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:01"
        }))
        .unwrap();
        assert_eq!(policy.pause_before(2), Some(Duration::from_secs(1)));
        assert_eq!(policy.pause_before(3), None);
    }

    #[test]
    fn a_missing_interval_is_refused() {
        let policy = json!({"strategy": "fixedDelay", "maxRetryCount": 2});
        assert!(RetryPolicy::read(&policy).unwrap_err().contains("delayInterval"));
    }

    #[test]
    fn an_exponential_pause_grows_to_its_maximum() {
        let policy = RetryPolicy::read(&json!({"strategy": "exponentialBackoff",
            "maxRetryCount": -1, "minimumInterval": "00:00:02", "maximumInterval": "00:00:10"}))
        .unwrap();
        let seconds: Vec<u64> =
            (1..5).map(|count| policy.pause_before(count).unwrap().as_secs()).collect();
        assert_eq!(seconds, [2, 4, 8, 10]);
    }
}
