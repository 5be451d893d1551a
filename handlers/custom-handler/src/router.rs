//! Router: which function a request is for, from a table built once.

use std::collections::HashMap;
use std::sync::Arc;

use http::Method;

use crate::route::{Segment, Template, is_id};
use crate::{Function, Trigger};

/// The functions of a table, by where they are found.
pub(crate) struct Router<A> {
    events: HashMap<&'static str, Arc<Function<A>>>,
    root: Node<A>,
    catch_all: Option<(&'static str, Arc<Function<A>>)>,
}

/// The routes that share their first segments.
struct Node<A> {
    literals: Vec<(&'static str, Node<A>)>,
    param: Option<Box<Node<A>>>,
    ends: Vec<End<A>>,
}

/// One method of a route that ends here.
struct End<A> {
    method: Method,
    function: Arc<Function<A>>,
    params: Vec<&'static str>,
}

/// An HTTP request's function and what its route cut out of the path.
pub(crate) struct Found<A> {
    pub(crate) function: Arc<Function<A>>,
    pub(crate) params: Vec<(String, String)>,
}

/// Why no function gets an HTTP request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// No route of that path and method, which the host does not tell apart either (rule f).
    Unknown,
    /// Rule h: an escape in an API path.
    Escaped,
}

impl<A> Router<A> {
    /// From a table that [`crate::check_table`] has accepted.
    pub(crate) fn new(functions: Vec<Function<A>>) -> Self {
        let mut router = Self { events: HashMap::new(), root: Node::new(), catch_all: None };
        for function in functions.into_iter().map(Arc::new) {
            match *function.trigger() {
                Trigger::Queue { .. } | Trigger::Timer { .. } => {
                    router.events.insert(function.name(), function);
                }
                Trigger::Http { methods, route, .. } => match Template::parse(route) {
                    Ok(Template::CatchAll(name)) => router.catch_all = Some((name, function)),
                    Ok(Template::Segments(segments)) => {
                        router.root.add(&segments, methods, &function);
                    }
                    // Refused by the check; without a route it is just never found.
                    Err(_) => {}
                },
            }
        }
        router
    }

    /// Rule b: the exact path `/{name}`, without any folding, decoding or trimming.
    pub(crate) fn event(&self, path: &str) -> Option<&Arc<Function<A>>> {
        self.events.get(path.strip_prefix('/')?)
    }

    /// The function of a proxied request. `path` is without the query.
    pub(crate) fn http(&self, method: &Method, path: &str) -> Result<Found<A>, Lost> {
        let rest = path.strip_prefix('/').ok_or(Lost::Unknown)?;
        let api = rest.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case("api"));
        if api && path.contains('%') {
            return Err(Lost::Escaped);
        }
        let mut values = Vec::new();
        if let Some(end) = self.root.find(rest, method, &mut values) {
            if !values.iter().all(|value| is_id(value)) {
                return Err(Lost::Unknown);
            }
            let names = end.params.iter().map(|name| (*name).to_owned());
            let params = names.zip(values.into_iter().map(str::to_owned)).collect();
            return Ok(Found { function: Arc::clone(&end.function), params });
        }
        match &self.catch_all {
            // Rule f: HEAD on any path, an API route's too, goes to the catch-all.
            Some((name, function)) if *method == Method::GET || *method == Method::HEAD => {
                let params = vec![((*name).to_owned(), rest.to_owned())];
                Ok(Found { function: Arc::clone(function), params })
            }
            _ => Err(Lost::Unknown),
        }
    }
}

impl<A> Node<A> {
    fn new() -> Self {
        Self { literals: Vec::new(), param: None, ends: Vec::new() }
    }

    fn add(&mut self, segments: &[Segment], methods: &[Method], function: &Arc<Function<A>>) {
        let mut node = self;
        let mut params = Vec::new();
        for segment in segments {
            node = match *segment {
                Segment::Literal(text) => node.literal(text),
                Segment::Param(name) => {
                    params.push(name);
                    node.param.get_or_insert_with(|| Box::new(Self::new()))
                }
            };
        }
        node.ends.extend(methods.iter().map(|method| End {
            method: method.clone(),
            function: Arc::clone(function),
            params: params.clone(),
        }));
    }

    fn literal(&mut self, text: &'static str) -> &mut Self {
        let at = match self.literals.binary_search_by_key(&text, |(known, _)| known) {
            Ok(at) => at,
            Err(at) => {
                self.literals.insert(at, (text, Self::new()));
                at
            }
        };
        &mut self.literals[at].1
    }

    /// Literals first, then the parameter; a way that leads nowhere is given up.
    fn find<'n, 'p>(
        &'n self,
        rest: &'p str,
        method: &Method,
        values: &mut Vec<&'p str>,
    ) -> Option<&'n End<A>> {
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (rest, None),
        };
        let go_on = |node: &'n Self, values: &mut Vec<&'p str>| match after {
            Some(after) => node.find(after, method, values),
            None => node.ends.iter().find(|end| end.method == *method),
        };
        let literal = self.literals.binary_search_by_key(&segment, |(known, _)| known).ok();
        if let Some((_, node)) = literal.and_then(|at| self.literals.get(at))
            && let Some(end) = go_on(node, values)
        {
            return Some(end);
        }
        let node = self.param.as_deref().filter(|_| !segment.is_empty())?;
        values.push(segment);
        let found = go_on(node, values);
        if found.is_none() {
            values.pop();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{QueueMessage, Reply, Request, Timer};

    const TABLE: &[(&str, &[Method], &str)] = &[
        ("add-patient", &[Method::POST], "api/patients"),
        ("correct-patient", &[Method::PUT], "api/patients/{patient}"),
        ("find-patients", &[Method::POST], "api/patients/find"),
        ("list-inbox", &[Method::GET], "api/inbox"),
        ("nothing-yet", &[Method::GET], "api/patients/find/deep/er"),
        ("show-patient", &[Method::GET], "api/patients/{patient}"),
        ("view-item", &[Method::POST], "api/patients/{patient}/items/{item}/view"),
        ("www-pages", &[Method::GET, Method::HEAD], "{*path}"),
    ];

    type Routed = (&'static str, Vec<(String, String)>);

    fn functions() -> Vec<Function<()>> {
        let mut functions: Vec<_> = TABLE
            .iter()
            .map(|(name, methods, route)| {
                Function::http(name, methods, route, |(), _: Request| async {
                    Ok(Reply::no_content())
                })
            })
            .collect();
        functions
            .push(Function::queue("dispatch-sms", "sms", |(), _: QueueMessage| async { Ok(()) }));
        functions.push(Function::timer("expire-records", "0 0 2 * * *", |(), _: Timer| async {
            Ok(())
        }));
        functions
    }

    fn routed(method: &Method, path: &str) -> Result<Routed, Lost> {
        let functions = functions();
        crate::check_table(&functions).unwrap();
        let found = Router::new(functions).http(method, path)?;
        Ok((found.function.name(), found.params))
    }

    fn name(method: &Method, path: &str) -> Option<&'static str> {
        routed(method, path).ok().map(|(name, _)| name)
    }

    #[test]
    fn a_request_goes_to_the_function_of_its_method_and_route() {
        assert_eq!(name(&Method::POST, "/api/patients"), Some("add-patient"));
        assert_eq!(name(&Method::GET, "/api/patients/p1"), Some("show-patient"));
        assert_eq!(name(&Method::PUT, "/api/patients/p1"), Some("correct-patient"));
        assert_eq!(
            routed(&Method::POST, "/api/patients/p-1/items/i_2/view").unwrap().1,
            [("patient".to_owned(), "p-1".to_owned()), ("item".to_owned(), "i_2".to_owned())]
        );
    }

    // Rule b: the handler routes by itself, whatever order the host tried.
    #[test]
    fn literals_go_before_parameters_and_a_dead_end_is_given_up() {
        assert_eq!(name(&Method::POST, "/api/patients/find"), Some("find-patients"));
        // `find` is a literal for POST only; for GET it is a patient's id like any other.
        assert_eq!(
            routed(&Method::GET, "/api/patients/find").unwrap(),
            ("show-patient", vec![("patient".to_owned(), "find".to_owned())])
        );
        assert_eq!(
            routed(&Method::POST, "/api/patients/find/items/deep/view").unwrap().1[0].1,
            "find"
        );
    }

    // Rule f: a wrong method is a 404 for the host, never a 405.
    #[test]
    fn another_method_is_no_route() {
        assert_eq!(routed(&Method::DELETE, "/api/patients/p1"), Err(Lost::Unknown));
        assert_eq!(routed(&Method::POST, "/api/inbox"), Err(Lost::Unknown));
        assert_eq!(routed(&Method::POST, "/"), Err(Lost::Unknown));
    }

    // Rule f.
    #[test]
    fn head_on_an_api_route_goes_to_the_catch_all() {
        assert_eq!(name(&Method::HEAD, "/api/patients/p1"), Some("www-pages"));
    }

    // Rule b: the catch-all takes GET and HEAD only.
    #[test]
    fn the_catch_all_takes_what_is_left_of_get_and_head() {
        assert_eq!(
            routed(&Method::GET, "/assets/app.js").unwrap(),
            ("www-pages", vec![("path".to_owned(), "assets/app.js".to_owned())])
        );
        assert_eq!(name(&Method::GET, "/"), Some("www-pages"));
        assert_eq!(name(&Method::GET, "/dispatch-sms"), Some("www-pages"));
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            assert_eq!(routed(&method, "/assets/app.js"), Err(Lost::Unknown));
            assert_eq!(routed(&method, "/dispatch-sms"), Err(Lost::Unknown));
        }
    }

    // Rule h: `%` in an API path is a 400, whatever it would have stood for.
    #[test]
    fn an_escape_in_an_api_path_is_refused() {
        for path in
            ["/api/patients/%70", "/api/a%252Fb", "/API/%2e%2e/x", "/api/%", "/api/x/y/%41/z"]
        {
            assert_eq!(routed(&Method::GET, path), Err(Lost::Escaped), "{path}");
        }
        assert_eq!(name(&Method::GET, "/pages/caf%C3%A9"), Some("www-pages"));
        assert_eq!(name(&Method::GET, "/apis/%41"), Some("www-pages"));
    }

    // Rule h: ids in paths are [A-Za-z0-9_-].
    #[test]
    fn an_id_of_other_characters_is_no_route() {
        for path in
            ["/api/patients/a.b", "/api/patients/a+b", "/api/patients/a;b", "/api/patients/a:b"]
        {
            assert_eq!(routed(&Method::GET, path), Err(Lost::Unknown), "{path}");
        }
    }

    #[test]
    fn slashes_and_case_are_matched_as_they_stand() {
        for path in
            ["/api/patients/", "/api//patients", "//api/patients", "/Api/patients", "/api/Patients"]
        {
            assert_eq!(routed(&Method::POST, path), Err(Lost::Unknown), "{path}");
        }
    }

    // Rule b: event functions answer to the exact path and nothing else.
    #[test]
    fn an_event_has_one_path() {
        let router = Router::new(functions());

        assert_eq!(router.event("/dispatch-sms").unwrap().name(), "dispatch-sms");
        for path in [
            "/dispatch-sms/",
            "//dispatch-sms",
            "/Dispatch-Sms",
            "/dispatch%2Dsms",
            "/dispatch-sms%3F",
            "dispatch-sms",
            "/api/dispatch-sms",
            "/./dispatch-sms",
            "/dispatch-sms;x",
            "/",
            "",
            "/show-patient",
            "/dispatch-sms%20",
            "/dispatch-sms\u{0}",
        ] {
            assert!(router.event(path).is_none(), "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn no_path_is_too_strange(path in "(/[a-zA-Z%.{}*é-]{0,9}){0,7}/?") {
            let _ = routed(&Method::GET, &path);
        }

        #[test]
        fn every_route_finds_its_own_function(ids in proptest::collection::vec("[A-Za-z0-9_-]{1,9}", 3)) {
            // A literal sibling owns an id of the same letters.
            prop_assume!(ids.iter().all(|id| id != "find"));
            for (name, methods, route) in TABLE.iter().filter(|(_, _, route)| !route.contains('*')) {
                let mut ids = ids.iter();
                let path: String = route
                    .split('/')
                    .map(|part| if part.starts_with('{') { ids.next().unwrap() } else { part })
                    .flat_map(|part| ["/", part])
                    .collect();
                prop_assert_eq!(routed(&methods[0], &path).unwrap().0, *name);
            }
        }
    }
}
