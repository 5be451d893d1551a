//! The table of functions: what must hold for all of them together.

use std::cmp::Ordering;

use http::Method;
use thiserror::Error;

use crate::route::{Segment, Template};
use crate::{Function, Trigger};

/// What is wrong with a table, all of it.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the table of functions is wrong: {}", .wrong.join("; "))]
pub struct TableError {
    /// One sentence for each fault.
    pub wrong: Vec<String>,
}

/// Checks that the real host and this crate will understand the table alike.
///
/// Names and routes are well formed and unique; the catch-all takes GET and HEAD only. Rule b: the
/// host tries routes in alphabetical order of function names, so a literal sibling's name sorts
/// before a parameter's, and the catch-all's after all others.
pub fn check_table<A>(functions: &[Function<A>]) -> Result<(), TableError> {
    let mut wrong = Vec::new();
    let mut routes = Vec::new();
    for (index, function) in functions.iter().enumerate() {
        let name = function.name();
        if !is_function_name(name) {
            wrong.push(format!("`{name}` is not a function name"));
        }
        if functions.iter().take(index).any(|other| other.name() == name) {
            wrong.push(format!("two functions are called `{name}`"));
        }
        match *function.trigger() {
            Trigger::Http { methods, route, .. } => match Template::parse(route) {
                Ok(template) => routes.push(HttpRoute { name, methods, template }),
                Err(fault) => wrong.push(format!("the route of `{name}`: {fault}")),
            },
            Trigger::Queue { queue } if !is_queue_name(queue) => {
                wrong.push(format!("`{queue}`, the queue of `{name}`, is not a queue name"));
            }
            Trigger::Timer { schedule } if schedule.split_whitespace().count() != 6 => {
                wrong.push(format!("the schedule of `{name}` does not have six fields"));
            }
            Trigger::Queue { .. } | Trigger::Timer { .. } => {}
        }
    }
    for (index, route) in routes.iter().enumerate() {
        route.check_alone(functions, &mut wrong);
        for other in routes.iter().skip(index + 1) {
            route.check_beside(other, &mut wrong);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(TableError { wrong }) }
}

/// The host's rule without underscores and capitals: `^[a-z][a-z0-9-]{0,127}$`, and not `host`.
pub(crate) fn is_function_name(name: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 128
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(in_name)
        && name != "host"
}

fn is_queue_name(name: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=63).contains(&name.len())
        && name.bytes().all(in_name)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

struct HttpRoute {
    name: &'static str,
    methods: &'static [Method],
    template: Template,
}

impl HttpRoute {
    fn check_alone<A>(&self, functions: &[Function<A>], wrong: &mut Vec<String>) {
        let name = self.name;
        if self.methods.is_empty() {
            wrong.push(format!("`{name}` names no method"));
        }
        match &self.template {
            Template::CatchAll(_) => {
                let reads = |method: &Method| *method == Method::GET || *method == Method::HEAD;
                if !self.methods.iter().all(reads) {
                    wrong.push(format!(
                        "`{name}` is the catch-all and takes more than GET and HEAD"
                    ));
                }
            }
            Template::Segments(segments) => {
                let first = match segments.as_slice() {
                    [Segment::Param(_), ..] => {
                        wrong.push(format!("the route of `{name}` begins with a parameter"));
                        return;
                    }
                    [Segment::Literal(only)] => *only,
                    _ => return,
                };
                let is_event = |other: &Function<A>| {
                    other.name() == first && !matches!(other.trigger(), Trigger::Http { .. })
                };
                if functions.iter().any(is_event) {
                    wrong.push(format!(
                        "the route of `{name}` is the path of the event function `{first}`"
                    ));
                }
            }
        }
    }

    fn check_beside(&self, other: &Self, wrong: &mut Vec<String>) {
        match (&self.template, &other.template) {
            (Template::CatchAll(_), Template::CatchAll(_)) => {
                wrong.push(format!("`{}` and `{}` are both the catch-all", self.name, other.name));
            }
            (Template::CatchAll(_), _) => other.check_before(self, wrong),
            (_, Template::CatchAll(_)) => self.check_before(other, wrong),
            (Template::Segments(mine), Template::Segments(theirs)) => {
                if !self.methods.iter().any(|method| other.methods.contains(method)) {
                    return;
                }
                match overlap(mine, theirs) {
                    None => {}
                    Some(Ordering::Equal) => wrong.push(format!(
                        "`{}` and `{}` have the same method and route",
                        self.name, other.name
                    )),
                    Some(Ordering::Less) => self.check_before(other, wrong),
                    Some(Ordering::Greater) => other.check_before(self, wrong),
                }
            }
        }
    }

    fn check_before(&self, later: &Self, wrong: &mut Vec<String>) {
        if !sorts_before(self.name, later.name) {
            wrong.push(format!(
                "`{}` has to sort before `{}`: the host tries routes in alphabetical order",
                self.name, later.name
            ));
        }
    }
}

/// Whether some path matches both; then which of them is the more literal, where they first differ.
fn overlap(mine: &[Segment], theirs: &[Segment]) -> Option<Ordering> {
    if mine.len() != theirs.len() {
        return None;
    }
    mine.iter().zip(theirs).try_fold(Ordering::Equal, |order, pair| {
        let here = match pair {
            (Segment::Literal(mine), Segment::Literal(theirs)) => {
                (mine == theirs).then_some(Ordering::Equal)?
            }
            (Segment::Literal(_), Segment::Param(_)) => Ordering::Less,
            (Segment::Param(_), Segment::Literal(_)) => Ordering::Greater,
            (Segment::Param(_), Segment::Param(_)) => Ordering::Equal,
        };
        Some(order.then(here))
    })
}

/// In the order of bytes and in the order of a culture that skips hyphens: both must agree, because
/// which of them the host uses depends on where it runs.
fn sorts_before(first: &str, second: &str) -> bool {
    let letters = |name: &str| name.replace('-', "");
    first < second && letters(first) < letters(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{QueueMessage, Reply, Request, Timer};

    const GET: &[Method] = &[Method::GET];
    const POST: &[Method] = &[Method::POST];

    fn http(name: &'static str, methods: &'static [Method], route: &'static str) -> Function<()> {
        Function::http(name, methods, route, |(), _: Request| async { Ok(Reply::no_content()) })
    }

    fn queue(name: &'static str, queue: &'static str) -> Function<()> {
        Function::queue(name, queue, |(), _: QueueMessage| async { Ok(()) })
    }

    fn timer(name: &'static str, schedule: &'static str) -> Function<()> {
        Function::timer(name, schedule, |(), _: Timer| async { Ok(()) })
    }

    #[track_caller]
    fn refused(functions: &[Function<()>], because: &str) {
        let wrong = check_table(functions).unwrap_err().wrong;
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains(because), "{wrong:?}");
    }

    #[test]
    fn a_whole_app_is_accepted() {
        let table = [
            http("add-patient", POST, "api/patients"),
            http("find-patients", POST, "api/patients/find"),
            http("show-patient", GET, "api/patients/{patient}"),
            queue("dispatch-sms", "sms"),
            queue("report-poison-sms", "sms-poison"),
            timer("expire-records", "0 0 2 * * *"),
            http("www-pages", &[Method::GET, Method::HEAD], "{*path}"),
        ];

        assert_eq!(check_table(&table), Ok(()));
    }

    #[test]
    fn a_name_is_one_that_the_host_takes() {
        for name in ["", "Send", "send_sms", "1st", "-x", "host", "süd"] {
            refused(&[queue(name, "sms")], "not a function name");
        }
    }

    #[test]
    fn names_and_routes_are_unique() {
        refused(&[queue("a", "sms"), queue("a", "sms")], "two functions are called `a`");
        refused(&[http("a", GET, "api/x"), http("b", GET, "api/x")], "same method and route");
        refused(&[http("a", GET, "api/{x}"), http("b", GET, "api/{y}")], "same method and route");
        assert_eq!(check_table(&[http("a", GET, "api/x"), http("b", POST, "api/x")]), Ok(()));
    }

    // Rule b: routes are tried in alphabetical order of function name.
    #[test]
    fn the_catch_all_sorts_last() {
        refused(
            &[http("pages", GET, "{*path}"), http("show-me", GET, "api/me")],
            "`show-me` has to sort before `pages`",
        );
        // Even where no method is shared, because a HEAD on an API route goes to the catch-all.
        refused(
            &[http("pages", GET, "{*path}"), http("send", POST, "api/me")],
            "`send` has to sort before",
        );
    }

    // Rule b.
    #[test]
    fn a_literal_sibling_sorts_before_a_parameter() {
        refused(
            &[http("show", GET, "api/x/{id}"), http("summary", GET, "api/x/all")],
            "`summary` has to sort before `show`",
        );
        assert_eq!(
            check_table(&[http("all", GET, "api/x/all"), http("show", GET, "api/x/{id}")]),
            Ok(())
        );
        assert_eq!(
            check_table(&[http("show", GET, "api/x/{id}"), http("summary", POST, "api/x/all")]),
            Ok(())
        );
    }

    #[test]
    fn an_order_that_depends_on_how_hyphens_sort_is_no_order() {
        // "a-z" < "ab" by bytes, but "az" > "ab" where hyphens are skipped.
        refused(
            &[http("a-z", GET, "api/x/all"), http("ab", GET, "api/x/{id}")],
            "`a-z` has to sort before `ab`",
        );
    }

    // Rule b: the catch-all takes GET and HEAD only.
    #[test]
    fn the_catch_all_only_reads() {
        refused(&[http("z", &[Method::GET, Method::POST], "{*path}")], "more than GET and HEAD");
        refused(&[http("y", GET, "{*path}"), http("z", GET, "{*rest}")], "both the catch-all");
    }

    // Rule b: nothing but an event may stand on an event's path.
    #[test]
    fn no_route_stands_on_the_path_of_an_event() {
        refused(
            &[http("a", POST, "dispatch-sms"), queue("dispatch-sms", "sms")],
            "path of the event",
        );
        refused(
            &[http("a", POST, "{any}"), queue("dispatch-sms", "sms")],
            "begins with a parameter",
        );
    }

    #[test]
    fn queues_and_schedules_are_what_the_host_can_read() {
        refused(&[queue("a", "SMS")], "not a queue name");
        refused(&[queue("a", "x")], "not a queue name");
        refused(&[timer("a", "0 2 * * *")], "six fields");
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let error = check_table(&[queue("A", "SMS"), http("b", &[], "api//x")]).unwrap_err();

        assert_eq!(error.wrong.len(), 3, "{error}");
    }
}
