//! One schedule: whoever handles a message, resends a link or reports a delivery takes turns at each
//! call, and something goes wrong until the seed's share of trouble is used up.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use azure::testing::{TEMPLATE, Trouble};
use custom_handler::{Failure, Method, QueueMessage, Request};
use domain::ports::clock::Clock as _;
use domain::ports::queues::Queue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Counts;
use super::providers::{Double, Kind, Outage};
use super::template::Template;
use crate::app::App;
use crate::proofs::nights::{Dice, Fate, Ports};
use crate::reserve_number::FUNCTION_TIMEOUT;
use crate::testing::{ASHA, TestApp};

/// The host gives up a message after so many failures.
const MOST_DELIVERIES: u32 = 5;
/// More than any schedule needs: a provider that is away for ten days is asked every hour of every day.
const MOST_STEPS: usize = 100_000;
const OTHER_TEMPLATE: &str = "00000000-0000-4000-8000-000000000000";

type Work = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// What an actor does.
#[derive(Debug, Clone, PartialEq)]
enum Task {
    /// A message of `sms`, by its number in the world.
    Message { number: u64, json: Value },
    /// A message that failed five times, on its way to a person.
    Poison(Value),
    /// Notify tells what became of a text.
    Callback(Value),
    /// Staff send the link again.
    Resend,
}

struct Actor {
    task: Task,
    begun: Timestamp,
    work: Work,
}

/// See the module.
pub struct Schedule<'a> {
    pub template: &'a Template,
    pub ports: Arc<Ports>,
    pub double: Double,
    pub outage: Arc<Outage>,
    app: App,
    dice: Dice,
    actors: Vec<Actor>,
    /// What else waits to be done until it is: poison and callbacks.
    waiting: Vec<Task>,
    troubles: usize,
    resends: usize,
    reported: usize,
    /// Generations that two invocations were about at once.
    pub overlapped: BTreeSet<u64>,
    /// Messages that ended as poison.
    pub poisoned: Vec<Value>,
    pub counts: Counts,
    /// What happened, to be printed where a law is broken.
    pub log: Vec<String>,
}

/// None, one of minutes, one of hours, or one that outlives every link.
fn outage(dice: &mut Dice, now: Timestamp) -> Arc<Outage> {
    let minutes = match dice.below(48) {
        0..18 => 0,
        18..36 => 1 + dice.below(59),
        36..47 => 60 + dice.below(14 * 60),
        _ => 60 * 24 * 60,
    };
    let until = now + SignedDuration::from_mins(i64::try_from(minutes).unwrap());
    Outage::between(now, until)
}

impl<'a> Schedule<'a> {
    pub fn of(template: &'a Template, seed: u64) -> Self {
        let mut dice = Dice::of(seed);
        let keys = (template.link_key.clone(), template.number_key.clone());
        let world = template.world.clone();
        let ports = Ports::over(world, template.now, Dice::of(!seed), keys.0, keys.1);
        let double = Double::of(template.kind);
        // Now and then the service has no such template: a text that stays wrong.
        let named = if dice.once_in(20) { OTHER_TEMPLATE } else { TEMPLATE };
        let outage = outage(&mut dice, template.now);
        let texts = double.providers(&ports, named, &outage);
        let app = App { texts, ..ports.app(&template.app) };
        ports.take_turns(true);
        Self {
            template,
            ports,
            double,
            outage,
            app,
            troubles: dice.below(14),
            resends: dice.below(3),
            dice,
            actors: Vec::new(),
            waiting: Vec::new(),
            reported: 0,
            overlapped: BTreeSet::new(),
            poisoned: Vec::new(),
            counts: Counts { schedules: 1, ..Counts::default() },
            log: Vec::new(),
        }
    }

    /// Until nothing is left to do.
    pub async fn run(&mut self) {
        for _ in 0..MOST_STEPS {
            self.report_what_was_sent();
            let crowd = self.actors.len();
            if crowd > 0 && (crowd > 2 || !self.dice.once_in(8)) {
                self.step().await;
            } else if self.resends > 0 && self.dice.once_in(12) {
                self.resends -= 1;
                self.ports.set_now(self.ports.now() + SignedDuration::from_secs(61));
                self.start(Task::Resend);
            } else if !self.hand_out() && self.actors.is_empty() && !self.wait() {
                return;
            }
        }
        self.log.push("it never ends".into());
    }

    /// One call of one of those that run, and what may befall it.
    async fn step(&mut self) {
        let place = self.dice.below(self.actors.len());
        if self.troubles > 0 && self.dice.once_in(6) {
            self.troubles -= 1;
            match self.dice.below(6) {
                0 | 1 => {
                    self.counts.kills += 1;
                    let actor = self.actors.swap_remove(place);
                    return self.end(actor, "is killed", false);
                }
                2 => {
                    // The process dies, and everybody in it.
                    self.counts.kills += self.actors.len();
                    while let Some(actor) = self.actors.pop() {
                        self.end(actor, "dies with its process", false);
                    }
                    return;
                }
                3 => self.ports.set_fate(Fate::Fails),
                4 => {
                    self.counts.lost_replies += 1;
                    self.ports.set_fate(Fate::AnswerLost);
                }
                _ => {
                    let trouble = [Trouble::Broken, Trouble::TooMany][self.dice.below(2)];
                    self.double.troubles().plan([Some(trouble)]);
                }
            }
            self.log.push(format!("trouble for {:?}", self.actors[place].task));
        }
        let outcome = loop {
            let work = self.actors[place].work.as_mut();
            match work.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(result) => break Some(result),
                Poll::Pending if self.ports.gave_way() => break None,
                // Who stepped aside sleeps.
                Poll::Pending => {
                    tokio::time::advance(Duration::from_millis(100)).await;
                    tokio::task::yield_now().await;
                }
            }
        };
        self.ports.set_fate(Fate::Works);
        if let Some(result) = outcome {
            let actor = self.actors.swap_remove(place);
            match result {
                Ok(()) => self.end(actor, "is done", true),
                Err(failure) => self.end(actor, &format!("failed: {failure}"), false),
            }
        }
    }

    fn end(&mut self, actor: Actor, how: &str, is_done: bool) {
        self.log.push(format!("{:?} {how}", actor.task));
        match actor.task {
            Task::Message { number, json } => {
                let now = self.ports.now();
                let mut world = self.ports.world();
                let place = world.messages.iter().position(|message| message.number == number);
                let Some(place) = place else { return };
                if is_done {
                    world.messages.swap_remove(place);
                } else if world.messages[place].handed_out >= MOST_DELIVERIES {
                    world.messages.swap_remove(place);
                    self.poisoned.push(json.clone());
                    self.waiting.push(Task::Poison(json));
                } else {
                    let pauses = [0, 1, 2].map(SignedDuration::from_mins);
                    world.messages[place].visible_at = now + pauses[self.dice.below(3)];
                }
            }
            // Staff may press the button again, or go home.
            Task::Resend => self.resends += usize::from(!is_done && self.dice.once_in(2)),
            task @ (Task::Poison(_) | Task::Callback(_)) if !is_done => self.waiting.push(task),
            Task::Poison(_) | Task::Callback(_) => {}
        }
    }

    fn start(&mut self, task: Task) {
        self.log.push(format!("{task:?} begins"));
        let app = self.app.clone();
        let message = |json: &Value| QueueMessage::for_test(&json.to_string());
        let work: Work = match &task {
            Task::Message { json, .. } => {
                self.counts.deliveries += 1;
                Box::pin(crate::dispatch_sms::dispatch_sms(app, message(json)))
            }
            Task::Poison(json) => Box::pin(crate::report_poison::report_sms(app, message(json))),
            Task::Callback(report) => {
                let call = Request::for_test(Method::POST, "/")
                    .header("authorization", "Bearer what Notify says")
                    .param("controller", "riverside")
                    .json(report)
                    .build();
                let told = crate::record_delivery::record_delivery(app, call);
                Box::pin(async { told.await.map(drop) })
            }
            Task::Resend => {
                let at =
                    [("patient", &*self.template.patient), ("request", &*self.template.request)];
                let resent =
                    crate::resend_link::resend_link(app, TestApp::staff_at(ASHA, &at, &json!({})));
                Box::pin(async { resent.await.map(drop) })
            }
        };
        self.actors.push(Actor { task, begun: self.ports.now(), work });
    }

    /// Hands out something that waits; now and then a message whose lease was lost. False: nothing.
    fn hand_out(&mut self) -> bool {
        if !self.waiting.is_empty() && self.dice.once_in(3) {
            let task = self.waiting.swap_remove(self.dice.below(self.waiting.len()));
            self.start(task);
            return true;
        }
        let lease_is_lost = self.dice.once_in(8);
        let about = |json: &Value| json["generation"].as_u64();
        let handled: Vec<(u64, Option<u64>)> = self
            .actors
            .iter()
            .filter_map(|actor| match &actor.task {
                Task::Message { number, json } => Some((*number, about(json))),
                _ => None,
            })
            .collect();
        let now = self.ports.now();
        let chosen = {
            let mut world = self.ports.world();
            let may_go = |place: &usize| {
                let message = &world.messages[*place];
                let twice = handled.iter().any(|(number, _)| *number == message.number);
                let crowd = handled.iter().filter(|(_, text)| *text == about(&message.json));
                message.visible_at <= now && (!twice || lease_is_lost) && crowd.count() < 2
            };
            let visible: Vec<usize> = (0..world.messages.len()).filter(may_go).collect();
            self.dice.one_of(&visible).copied().map(|place| {
                let message = &mut world.messages[place];
                message.handed_out += 1;
                (message.number, message.json.clone())
            })
        };
        let Some((number, json)) = chosen else {
            let Some(task) = self.waiting.pop() else { return false };
            self.start(task);
            return true;
        };
        if let Some(text) = about(&json)
            && handled.iter().any(|(_, other)| *other == Some(text))
        {
            self.overlapped.insert(text);
        }
        self.start(Task::Message { number, json });
        true
    }

    /// The provider tells what became of each text that it took, once or twice.
    fn report_what_was_sent(&mut self) {
        if self.double.count() == self.reported {
            return;
        }
        for text in self.double.sent().into_iter().skip(self.reported) {
            self.reported += 1;
            let delivered = !self.dice.once_in(4);
            for _ in 0..=self.dice.below(2) {
                match self.template.kind {
                    Kind::Notify => {
                        let status = if delivered { "delivered" } else { "permanent-failure" };
                        self.waiting.push(Task::Callback(
                            json!({ "reference": text.reference, "status": status }),
                        ));
                    }
                    Kind::CommunicationServices => {
                        let status = if delivered { "Delivered" } else { "Failed" };
                        let event = json!({
                            "type": "Microsoft.Communication.SMSDeliveryReportReceived",
                            "data": { "tag": text.reference, "deliveryStatus": status },
                        });
                        let now = self.ports.now();
                        self.ports.world().send(Queue::Sms, event, now);
                    }
                }
            }
        }
    }

    /// Goes to the moment at which the next message becomes visible; false where none waits.
    fn wait(&mut self) -> bool {
        let next = self.ports.world().messages.iter().map(|message| message.visible_at).min();
        let Some(next) = next else { return false };
        self.ports.set_now(next.max(self.ports.now()));
        let now = self.ports.now();
        let is_old = |actor: &mut Actor| now.duration_since(actor.begun) >= FUNCTION_TIMEOUT;
        let old: Vec<Actor> = self.actors.extract_if(.., is_old).collect();
        for actor in old {
            self.end(actor, "takes too long and is killed", false);
        }
        true
    }
}
