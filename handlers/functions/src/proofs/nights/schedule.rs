//! One schedule: some nights on which everything goes wrong that may, then quiet ones.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use custom_handler::{Failure, QueueMessage, Timer};
use domain::ports::blobs::BlobContainer;
use domain::ports::clock::Clock as _;
use domain::ports::documents::Container;
use domain::ports::queues::Queue;
use domain::record::{ITEM, PATIENT, UPLOAD};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dice::Dice;
use super::ports::{Fate, Ports};
use super::rights_desk::{approve_erasure, place_hold, release_holds};
use super::staff_desk;
use super::template::Template;
use super::world::Message;
use crate::app::App;
use crate::reserve_number::FUNCTION_TIMEOUT;
use crate::testing::{ASHA, TestApp};

/// The host gives up a message after so many failures.
const MOST_DELIVERIES: u32 = 5;
/// More than any night of this needs.
const MOST_STEPS: usize = 20_000;

type Work = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// An invocation that runs.
struct Actor {
    name: String,
    /// The message that it handles.
    message: Option<Message>,
    begun: Timestamp,
    work: Work,
}

/// See the module.
pub struct Schedule<'a> {
    template: &'a Template,
    pub ports: Arc<Ports>,
    app: App,
    dice: Dice,
    actors: Vec<Actor>,
    /// Something goes wrong once in so many steps.
    trouble: usize,
    /// What happened, to be printed where a law is broken.
    pub log: Vec<String>,
}

impl<'a> Schedule<'a> {
    pub fn of(template: &'a Template, seed: u64) -> Self {
        let mut dice = Dice::of(seed);
        let starts = ["2026-11-22T10:05:00Z", "2034-11-21T23:57:00Z", "2034-11-22T02:00:00Z"];
        let start: Timestamp = starts[dice.below(3)].parse().unwrap();
        let keys = (template.link_key.clone(), template.number_key.clone());
        let world = template.world.clone();
        let ports = Ports::over(world, start, Dice::of(!seed), keys.0, keys.1);
        let app = ports.app(&template.app);
        let trouble = [20, 60, 200][dice.below(3)];
        Self { template, ports, app, dice, actors: Vec::new(), trouble, log: Vec::new() }
    }

    /// Two to four bad nights, every other time with one picture held before.
    pub async fn bad_nights(&mut self) {
        let patient = self.dice.one_of(&self.template.patients).unwrap().clone();
        if let Some(item) = self.item_of(&patient)
            && self.dice.once_in(2)
        {
            let name = format!("hold {item}");
            self.start(name, None, place_hold(self.app.clone(), patient, Some(item)));
            self.run_actors().await;
        }
        self.ports.take_turns(true);
        for _ in 0..2 + self.dice.below(3) {
            self.bad_night().await;
            self.go_to_next_night();
        }
    }

    /// Nights on which nothing fails and every message arrives.
    pub async fn quiet_nights(&mut self, nights: usize) {
        self.ports.take_turns(false);
        for _ in 0..nights {
            self.say("a quiet night".into());
            self.start_timer();
            self.run_quietly().await;
            let reconcile = crate::reconcile_uploads::reconcile_uploads;
            let work = reconcile(self.app.clone(), Timer::for_test());
            self.start("reconcile-uploads".into(), None, work);
            self.run_quietly().await;
            self.go_to_next_night();
        }
    }

    /// Releases all that is held and goes to a day on which everything is due.
    pub async fn end_of_time(&mut self) {
        self.ports.take_turns(false);
        for patient in self.template.patients.clone() {
            let work = release_holds(self.app.clone(), patient);
            self.start("release".into(), None, work);
            self.run_quietly().await;
        }
        self.ports.set_now("2046-01-01T02:00:00Z".parse().unwrap());
    }

    async fn bad_night(&mut self) {
        self.say(format!("a bad night at {}", self.ports.now()));
        self.start_timer();
        let mut interventions = self.dice.below(6);
        for _ in 0..MOST_STEPS {
            let crowd = self.actors.len();
            if crowd > 0 && (crowd > 3 || !self.dice.once_in(12)) {
                self.step().await;
            } else if interventions > 0 && self.dice.once_in(4) {
                interventions -= 1;
                self.intervene();
            } else if !self.deliver() && self.actors.is_empty() && !self.wait() {
                break;
            }
        }
        // A host that is stopped takes everybody with it.
        while let Some(actor) = self.actors.pop() {
            self.end(actor, "is killed at dawn", false);
        }
    }

    /// One call of one of those that run, and what may befall it.
    async fn step(&mut self) {
        let place = self.dice.below(self.actors.len());
        if self.dice.once_in(self.trouble) {
            match self.dice.below(4) {
                0 => {
                    let actor = self.actors.swap_remove(place);
                    return self.end(actor, "is killed", false);
                }
                1 => self.set_fate(place, Fate::Fails),
                2 => self.set_fate(place, Fate::AnswerLost),
                _ => return self.time_passes(),
            }
        }
        let outcome = loop {
            let work = self.actors[place].work.as_mut();
            match work.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(result) => break Some(result),
                Poll::Pending if self.ports.gave_way() => break None,
                // How long others take to wake up must decide nothing.
                Poll::Pending => sleep_a_little().await,
            }
        };
        self.ports.set_fate(Fate::Works);
        if let Some(result) = outcome {
            let actor = self.actors.swap_remove(place);
            self.done(actor, result);
        }
    }

    /// A minute. No invocation outlives its time-out.
    fn time_passes(&mut self) {
        let now = self.ports.now() + SignedDuration::from_mins(1);
        self.ports.set_now(now);
        let is_old = |actor: &mut Actor| now.duration_since(actor.begun) >= FUNCTION_TIMEOUT;
        let old: Vec<Actor> = self.actors.extract_if(.., is_old).collect();
        for actor in old {
            self.end(actor, "takes too long and is killed", false);
        }
    }

    fn set_fate(&mut self, place: usize, fate: Fate) {
        let name = &self.actors[place].name;
        self.log.push(format!("next call of {name}: {fate:?}"));
        self.ports.set_fate(fate);
    }

    fn done(&mut self, actor: Actor, result: Result<(), Failure>) {
        match result {
            Ok(()) => self.end(actor, "is done", true),
            Err(failure) => self.end(actor, &format!("failed: {failure}"), false),
        }
    }

    /// What the host does with the message of one that ended.
    fn end(&mut self, actor: Actor, how: &str, is_done: bool) {
        self.log.push(format!("{} {how}", actor.name));
        let Some(message) = actor.message else {
            if !is_done && actor.name == "expire-records" && self.dice.once_in(2) {
                self.start_timer();
            }
            return;
        };
        let now = self.ports.now();
        let mut poison = None;
        {
            let mut world = self.ports.world();
            let Some(place) = world.messages.iter().position(|m| m.number == message.number) else {
                return;
            };
            if is_done {
                world.messages.swap_remove(place);
            } else if world.messages[place].handed_out >= MOST_DELIVERIES {
                poison = Some(world.messages.swap_remove(place));
            } else {
                let pauses = [0, 1, 2].map(SignedDuration::from_mins);
                world.messages[place].visible_at = now + pauses[self.dice.below(3)];
            }
        }
        if let Some(poison) = poison {
            self.report(&poison);
        }
    }

    fn report(&mut self, poison: &Message) {
        let (app, message) = (self.app.clone(), of(&poison.json));
        let name = format!("report-poison-{}", poison.queue.name());
        match poison.queue {
            Queue::Erasures => {
                self.start(name, None, crate::report_poison::report_erasures(app, message));
            }
            Queue::Uploads => {
                self.start(name, None, crate::report_poison::report_uploads(app, message));
            }
            Queue::Sms => self.start(name, None, crate::report_poison::report_sms(app, message)),
        }
    }

    fn start(
        &mut self,
        name: String,
        message: Option<Message>,
        work: impl Future<Output = Result<(), Failure>> + Send + 'static,
    ) {
        self.log.push(format!("{name} begins"));
        let begun = self.ports.now();
        self.actors.push(Actor { name, message, begun, work: Box::pin(work) });
    }

    fn start_timer(&mut self) {
        let work = crate::expire_records::expire_records(self.app.clone(), Timer::for_test());
        self.start("expire-records".into(), None, work);
    }

    /// Hands out any message that is visible, sometimes one that is being handled. False: none.
    fn deliver(&mut self) -> bool {
        let now = self.ports.now();
        let handled: Vec<u64> =
            self.actors.iter().filter_map(|a| a.message.as_ref()).map(|m| m.number).collect();
        let twice = self.dice.once_in(8);
        let chosen = {
            let mut world = self.ports.world();
            let visible: Vec<usize> = (0..world.messages.len())
                .filter(|place| world.messages[*place].visible_at <= now)
                .filter(|place| twice || !handled.contains(&world.messages[*place].number))
                .collect();
            let Some(place) = self.dice.one_of(&visible) else { return false };
            world.messages[*place].handed_out += 1;
            world.messages[*place].clone()
        };
        self.handle(chosen);
        true
    }

    fn handle(&mut self, message: Message) {
        let (app, queue_message) = (self.app.clone(), of(&message.json));
        let name = format!("{} {}", message.queue.name(), message.number);
        match message.queue {
            Queue::Erasures => {
                let work = crate::erase_records::erase_records(app, queue_message);
                self.start(name, Some(message), work);
            }
            Queue::Uploads => {
                let work = crate::file_upload::file_upload(app, queue_message);
                self.start(name, Some(message), work);
            }
            Queue::Sms => {
                let work = crate::dispatch_sms::dispatch_sms(app, queue_message);
                self.start(name, Some(message), work);
            }
        }
    }

    /// Somebody does something in the middle of the night.
    fn intervene(&mut self) {
        let patient = self.dice.one_of(&self.template.patients).unwrap().clone();
        let item = self.item_of(&patient);
        let app = self.app.clone();
        match (self.dice.below(13), item) {
            (0, _) => self.start(format!("hold {patient}"), None, place_hold(app, patient, None)),
            (1 | 2, Some(item)) => {
                self.start(format!("hold {item}"), None, place_hold(app, patient, Some(item)));
            }
            (3, _) => self.start(format!("release {patient}"), None, release_holds(app, patient)),
            (4, _) => self.start(format!("approve {patient}"), None, approve_erasure(app, patient)),
            (5, item) => {
                let note = json!({ "text": "Rang again.", "item": item });
                let call = TestApp::staff_at(ASHA, &[("patient", &patient)], &note);
                let work = async { crate::add_note::add_note(app, call).await.map(drop) };
                self.start(format!("note on {patient}"), None, work);
            }
            (6, Some(item)) => {
                let at = [("patient", patient.as_str()), ("item", item.as_str())];
                let call = TestApp::staff_at(ASHA, &at, &json!({}));
                let work = async { crate::view_item::view_item(app, call).await.map(drop) };
                self.start(format!("look at {item}"), None, work);
            }
            (7, _) => self.bytes_arrive(),
            (8 | 9, _) => self.correct_at_once(&patient),
            (10, _) => {
                let call = staff_desk::add(&mut self.dice);
                let work = async { crate::add_patient::add_patient(app, call).await.map(drop) };
                self.start("add".into(), None, work);
            }
            (11, _) => {
                let code = self.dice.one_of(&self.template.codes).unwrap();
                let call = staff_desk::answer(code);
                let work =
                    async { crate::verify_identity::verify_identity(app, call).await.map(drop) };
                self.start("answer".into(), None, work);
            }
            (12, _) => {
                let code = self.dice.one_of(&self.template.codes).unwrap();
                let call = staff_desk::decline(code);
                let work = async { crate::decline_link::decline_link(app, call).await.map(drop) };
                self.start("decline".into(), None, work);
            }
            _ => self.start_timer(),
        }
    }

    /// Up to three people correct what they saw, and saw the same.
    fn correct_at_once(&mut self, patient: &str) {
        let seen = self.ports.world().get(Container::Patients, patient, PATIENT);
        let Some(seen) = seen else { return };
        for _ in 0..=self.dice.below(3) {
            let call = staff_desk::correct(&mut self.dice, patient, &seen.body);
            let app = self.app.clone();
            let work = async { crate::correct_patient::correct_patient(app, call).await.map(drop) };
            self.start(format!("correct {patient}"), None, work);
        }
    }

    fn item_of(&mut self, patient: &str) -> Option<String> {
        let world = self.ports.world();
        let items = world.partition(Container::Patients, patient)?.keys();
        let items: Vec<&str> = items.filter_map(|id| id.strip_prefix(ITEM)).collect();
        self.dice.one_of(&items).map(|item| (*item).to_owned())
    }

    /// A browser sends its picture once more while its signature lives.
    fn bytes_arrive(&mut self) {
        let now = self.ports.now();
        let uploads: Vec<String> = self
            .template
            .world
            .all(Container::Patients)
            .filter(|(_, id, body)| {
                let until = body["signedUntil"].as_str().and_then(|at| at.parse().ok());
                id.starts_with(UPLOAD) && until.is_some_and(|until: Timestamp| now < until)
            })
            .filter_map(|(_, _, body)| body["blob"].as_str().map(str::to_owned))
            .collect();
        let Some(blob) = self.dice.one_of(&uploads) else { return };
        self.log.push(format!("bytes arrive in {blob}"));
        let mut world = self.ports.world();
        let bytes = bytes::Bytes::from_static(b"too late");
        world.put_blob(BlobContainer::Incoming, blob, "image/jpeg", bytes, now);
        world.send(Queue::Uploads, json!({ "source": "event", "blob": blob }), now);
    }

    /// Goes to the moment at which the next message becomes visible, if that is today.
    fn wait(&mut self) -> bool {
        let now = self.ports.now();
        let next = self.ports.world().messages.iter().map(|message| message.visible_at).min();
        let Some(next) =
            next.filter(|next| next.duration_since(now) < SignedDuration::from_hours(20))
        else {
            return false;
        };
        self.ports.set_now(next.max(now));
        true
    }

    async fn run_quietly(&mut self) {
        self.run_actors().await;
        while self.deliver() || self.wait() {
            self.run_actors().await;
        }
    }

    /// To their ends, one after the other; while nothing goes wrong nobody may fail.
    async fn run_actors(&mut self) {
        while let Some(mut actor) = self.actors.pop() {
            let result = loop {
                match actor.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(result) => break result,
                    Poll::Pending => sleep_a_little().await,
                }
            };
            if let Err(failure) = &result {
                let wrong = format!("{} failed on a quiet night: {failure}", actor.name);
                self.ports.world().witness.wrongs.push(wrong);
            }
            self.done(actor, result);
        }
    }

    fn go_to_next_night(&mut self) {
        let tomorrow = crate::ledger::day(self.ports.now()).tomorrow().unwrap();
        let night = tomorrow.at(2, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        self.ports.set_now(night.timestamp());
    }

    fn say(&mut self, what: String) {
        self.log.push(what);
    }
}

fn of(json: &Value) -> QueueMessage {
    QueueMessage::for_test(&json.to_string())
}

/// Who stepped aside sleeps; who cleans a picture works on another thread.
async fn sleep_a_little() {
    tokio::time::advance(Duration::from_millis(100)).await;
    tokio::task::yield_now().await;
}
