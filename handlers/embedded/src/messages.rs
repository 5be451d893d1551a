//! Messages of the queues: hidden until a moment, handed out with a receipt, gone when deleted.
//! Semantics of Azure Queue Storage. Every function runs inside a transaction of its caller and
//! takes the moment as a value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::random::Random;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use crate::database::Failed;
use crate::random;

/// What expires at the end of time never does (Azure says 31 December 9999 there, too).
pub(crate) const NEVER: Timestamp = Timestamp::MAX;

/// A message to put.
#[derive(Debug, Clone)]
pub(crate) struct NewMessage {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) inserted_at: Timestamp,
    pub(crate) visible_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) pop_receipt: String,
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) inserted_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) visible_at: Timestamp,
    pub(crate) dequeue_count: i64,
    pub(crate) pop_receipt: String,
}

/// Why a queue did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No such queue.
    NoQueue,
    /// No such message, or it has expired.
    NoMessage,
    /// The receipt is not the newest one: somebody else has the message now.
    OtherReceipt,
}

impl NewMessage {
    /// A message as the ports put it: base64 of the JSON, as queue triggers expect it
    /// (functions-host.md §6.2), kept until somebody deletes it.
    pub(crate) fn seen_at_once(message: &Value, now: Timestamp, random: &dyn Random) -> Self {
        Self {
            id: random::uuid(random),
            text: STANDARD.encode(message.to_string()),
            inserted_at: now,
            visible_at: now,
            expires_at: NEVER,
            pop_receipt: random::pop_receipt(random),
        }
    }
}

const COLUMNS: &str = "id, text, inserted_at, expires_at, visible_at, dequeue_count, pop_receipt";

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let instant = |column| row.get(column).map(instant);
    Ok(Message {
        id: row.get(0)?,
        text: row.get(1)?,
        inserted_at: instant(2)?,
        expires_at: instant(3)?,
        visible_at: instant(4)?,
        dequeue_count: row.get(5)?,
        pop_receipt: row.get(6)?,
    })
}

/// Only our own instants stand in the table.
fn instant(stored: i64) -> Timestamp {
    Timestamp::from_microsecond(stored).unwrap_or(NEVER)
}

/// False where the queue was there already.
pub(crate) fn create_queue(connection: &Connection, queue: &str) -> Result<bool, Failed> {
    let made = connection
        .prepare_cached("INSERT INTO queues (name) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute([queue])?;
    Ok(made == 1)
}

fn queue_is_there(connection: &Connection, queue: &str) -> Result<bool, Failed> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM queues WHERE name = ?1)")?
        .query_row([queue], |row| row.get(0))?)
}

/// Puts the message.
pub(crate) fn put(
    connection: &Connection,
    queue: &str,
    new: &NewMessage,
) -> Result<Result<(), Refused>, Failed> {
    if !queue_is_there(connection, queue)? {
        return Ok(Err(Refused::NoQueue));
    }
    connection
        .prepare_cached(
            "INSERT INTO messages (queue, id, text, inserted_at, expires_at, visible_at,
                                   dequeue_count, pop_receipt)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)",
        )?
        .execute(params![
            queue,
            new.id,
            new.text,
            new.inserted_at.as_microsecond(),
            new.expires_at.as_microsecond(),
            new.visible_at.as_microsecond(),
            new.pop_receipt
        ])?;
    Ok(Ok(()))
}

/// Up to `most` messages that can be seen at `now`, those that waited longest first.
pub(crate) fn peek(
    connection: &Connection,
    queue: &str,
    now: Timestamp,
    most: u32,
) -> Result<Result<Vec<Message>, Refused>, Failed> {
    if !queue_is_there(connection, queue)? {
        return Ok(Err(Refused::NoQueue));
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages
         WHERE queue = ?1 AND visible_at <= ?2 AND expires_at > ?2
         ORDER BY visible_at, sequence LIMIT ?3"
    ))?;
    let messages = statement.query_map(params![queue, now.as_microsecond(), most], message)?;
    Ok(Ok(messages.collect::<Result<_, _>>()?))
}

/// As [`peek`], and hides what it hands out until `visible_at`, counted and with a new receipt.
/// What has expired goes.
pub(crate) fn get(
    connection: &Connection,
    queue: &str,
    now: Timestamp,
    most: u32,
    visible_at: Timestamp,
    random: &dyn Random,
) -> Result<Result<Vec<Message>, Refused>, Failed> {
    connection
        .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND expires_at <= ?2")?
        .execute(params![queue, now.as_microsecond()])?;
    let mut messages = match peek(connection, queue, now, most)? {
        Ok(messages) => messages,
        refused => return Ok(refused),
    };
    for message in &mut messages {
        message.visible_at = visible_at;
        message.dequeue_count += 1;
        message.pop_receipt = random::pop_receipt(random);
        save(connection, queue, message)?;
    }
    Ok(Ok(messages))
}

fn save(connection: &Connection, queue: &str, message: &Message) -> Result<(), Failed> {
    connection
        .prepare_cached(
            "UPDATE messages SET text = ?3, visible_at = ?4, dequeue_count = ?5, pop_receipt = ?6
             WHERE queue = ?1 AND id = ?2",
        )?
        .execute(params![
            queue,
            message.id,
            message.text,
            message.visible_at.as_microsecond(),
            message.dequeue_count,
            message.pop_receipt
        ])?;
    Ok(())
}

/// The message, if `pop_receipt` is its newest.
fn held(
    connection: &Connection,
    queue: &str,
    id: &str,
    pop_receipt: &str,
    now: Timestamp,
) -> Result<Result<Message, Refused>, Failed> {
    if !queue_is_there(connection, queue)? {
        return Ok(Err(Refused::NoQueue));
    }
    let found = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM messages WHERE queue = ?1 AND id = ?2 AND expires_at > ?3"
        ))?
        .query_row(params![queue, id, now.as_microsecond()], message)
        .optional()?;
    Ok(match found {
        None => Err(Refused::NoMessage),
        Some(message) if message.pop_receipt != pop_receipt => Err(Refused::OtherReceipt),
        Some(message) => Ok(message),
    })
}

/// Hides the message until `visible_at` and, where given, changes its text; its new receipt.
pub(crate) fn update(
    connection: &Connection,
    queue: &str,
    (id, pop_receipt): (&str, &str),
    now: Timestamp,
    visible_at: Timestamp,
    text: Option<String>,
    random: &dyn Random,
) -> Result<Result<String, Refused>, Failed> {
    let mut message = match held(connection, queue, id, pop_receipt, now)? {
        Ok(message) => message,
        Err(refused) => return Ok(Err(refused)),
    };
    message.visible_at = visible_at;
    message.pop_receipt = random::pop_receipt(random);
    message.text = text.unwrap_or(message.text);
    save(connection, queue, &message)?;
    Ok(Ok(message.pop_receipt))
}

/// Deletes the message.
pub(crate) fn delete(
    connection: &Connection,
    queue: &str,
    (id, pop_receipt): (&str, &str),
    now: Timestamp,
) -> Result<Result<(), Refused>, Failed> {
    if let Err(refused) = held(connection, queue, id, pop_receipt, now)? {
        return Ok(Err(refused));
    }
    connection
        .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND id = ?2")?
        .execute([queue, id])?;
    Ok(Ok(()))
}

/// How many messages there are, hidden ones included.
pub(crate) fn count(
    connection: &Connection,
    queue: &str,
    now: Timestamp,
) -> Result<Result<i64, Refused>, Failed> {
    if !queue_is_there(connection, queue)? {
        return Ok(Err(Refused::NoQueue));
    }
    Ok(Ok(connection
        .prepare_cached("SELECT count(*) FROM messages WHERE queue = ?1 AND expires_at > ?2")?
        .query_row(params![queue, now.as_microsecond()], |row| row.get(0))?))
}
