//! `docs/data-inventory.md` says what is stored, and all of it (R21): every field that functions
//! store has its row, and no row names a field that nothing stores.

use std::collections::{BTreeMap, BTreeSet};

use domain::event_chain::{EventBody, Head};
use domain::inbox_row::{InboxRow, LastReview};
use domain::ledger_row::{LedgerRow, OpenDays};
use domain::operator_row::OperatorRow;
use domain::purpose::{DataField, LegalBasis, Purpose};
use domain::record::consent::Consent;
use domain::record::history::History;
use domain::record::hold::Hold;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::Details;
use domain::record::request::CaptureRequest;
use domain::record::tombstone::Tombstone;
use domain::record::upload::Upload;
use domain::register::controller::Controller;
use domain::register::declined_number::DeclinedNumber;
use domain::register::number::Reservation;
use domain::register::patient_row::PatientRow;
use domain::register::staff::Staff;
use domain::search_limit::Searches;
use domain::seen_day::LastDays;

use super::stored_field::{StoredField, declared};
use super::whole_life::everything_stored;
use crate::text_on_its_way::TextMessage;

const INVENTORY: &str = include_str!("../../../../docs/data-inventory.md");

/// A row of the inventory.
struct Row {
    container: String,
    document: String,
    fields: Vec<String>,
    category: String,
    purpose: String,
    basis: String,
}

/// Rows of the tables with nine columns; a cell that says nothing is a fault.
fn rows() -> Vec<Row> {
    let tables = INVENTORY.lines().filter(|line| line.starts_with("| `"));
    let cells = tables.map(|line| line.trim_matches('|').split('|').map(str::trim).collect());
    cells
        .filter(|cells: &Vec<&str>| cells.len() == 9)
        .map(|cells| {
            assert!(cells.iter().all(|cell| !cell.is_empty()), "an empty cell in {cells:?}");
            let plain = |cell: &str| cell.replace('`', "");
            Row {
                container: plain(cells[0]),
                document: plain(cells[1]),
                fields: cells[2].split('`').skip(1).step_by(2).map(str::to_owned).collect(),
                category: cells[3].to_owned(),
                purpose: plain(cells[5]),
                basis: cells[6].to_owned(),
            }
        })
        .collect()
}

fn inventory() -> BTreeSet<StoredField> {
    let mut named = BTreeSet::new();
    for row in rows() {
        for field in row.fields {
            let (place, document) = (row.container.clone(), row.document.clone());
            let field = StoredField { place, document, field };
            assert!(named.insert(field.clone()), "named twice: {field}");
        }
    }
    named
}

fn lines<'a>(fields: impl Iterator<Item = &'a StoredField>) -> String {
    fields.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

// R21.
#[tokio::test]
async fn every_stored_field_has_its_row_and_no_row_names_what_nothing_stores() {
    let (stored, named) = (everything_stored().await, inventory());
    let (unnamed, unstored) = (lines(stored.difference(&named)), lines(named.difference(&stored)));
    assert_eq!(unnamed, "", "stored, and not in docs/data-inventory.md");
    assert_eq!(unstored, "", "in docs/data-inventory.md, and stored by nothing");
}

/// A field that is mostly absent must not slip past because nothing here happened to store it.
#[tokio::test]
async fn what_a_type_can_hold_was_held_at_least_once() {
    let stored = everything_stored().await;
    for (document, fields) in [
        ("patient", declared::<Details>()),
        ("history-…", declared::<History>()),
        ("request-…", declared::<CaptureRequest>()),
        ("consent-…", declared::<Consent>()),
        ("upload-…", declared::<Upload>()),
        ("item-…", declared::<Item>()),
        ("note-…", declared::<Note>()),
        ("hold-…", declared::<Hold>()),
        ("tombstone-…", declared::<Tombstone>()),
        ("event-…", declared::<EventBody>()),
        ("head", declared::<Head>()),
        ("controller", declared::<Controller>()),
        ("declined-…", declared::<DeclinedNumber>()),
        ("number-…", declared::<Reservation>()),
        ("patient-…", declared::<PatientRow>()),
        ("staff-directory", declared::<Staff>()),
        ("row", declared::<InboxRow>()),
        ("last-review", declared::<LastReview>()),
        ("operator", declared::<OperatorRow>()),
        ("searches", declared::<Searches>()),
        ("seen-…", declared::<LastDays>()),
        ("row", declared::<LedgerRow>()),
        ("open-days", declared::<OpenDays>()),
        ("text", declared::<TextMessage>()),
    ] {
        let held: BTreeSet<&str> = stored
            .iter()
            .filter(|field| field.document == document)
            .filter_map(|field| field.field.split(['.', '[']).next())
            .collect();
        let never: Vec<_> = fields.iter().filter(|name| !held.contains(name.as_str())).collect();
        assert!(never.is_empty(), "`{document}` was never stored with {never:?}");
    }
}

fn words_of(field: DataField) -> &'static str {
    match field {
        DataField::Name => "Name",
        DataField::DateOfBirth => "Date of birth",
        DataField::NhsNumber => "NHS number",
        DataField::GpPractice => "GP practice",
        DataField::Photos => "Photos",
        DataField::Videos => "Videos",
        DataField::Notes => "Notes",
    }
}

// R32, R33: the allow-lists of the purpose register hold for every field that is stored.
#[test]
fn a_purpose_stores_what_its_list_allows_and_nothing_else() {
    let allowed: BTreeMap<&str, Vec<&str>> = Purpose::ALL
        .iter()
        .map(|purpose| (purpose.as_str(), purpose.fields().iter().copied().map(words_of).collect()))
        .collect();
    let listed: BTreeSet<&str> = allowed.values().flatten().copied().collect();
    for row in rows() {
        let (category, fields) = (row.category.as_str(), &row.fields);
        match allowed.get(row.purpose.as_str()) {
            Some(allowed) => {
                assert!(allowed.contains(&category), "{category} for {}: {fields:?}", row.purpose);
            }
            None => {
                assert!(!listed.contains(category), "{category} for {}: {fields:?}", row.purpose);
            }
        }
    }
}

/// One purpose has one lawful basis, in every row: that of the register where it has the purpose.
// R145: staff sign in elsewhere, patients have no account; there is nothing to steal here.
#[test]
fn no_password_is_stored() {
    for row in rows() {
        for field in row.fields {
            let named = field.to_lowercase();
            let is_secret = ["password", "passcode", "pin"].iter().any(|word| named == **word);
            assert!(!is_secret, "{} {field}", row.document);
        }
    }
}

#[test]
fn a_purpose_has_one_basis_in_every_row() {
    let mut bases: BTreeMap<String, String> = Purpose::ALL
        .iter()
        .map(|purpose| {
            let basis = match purpose.basis() {
                LegalBasis::LegitimateInterest => "legitimate interest",
                LegalBasis::Consent => "consent",
            };
            (purpose.as_str().to_owned(), basis.to_owned())
        })
        .collect();
    for row in rows() {
        let basis = bases.entry(row.purpose.clone()).or_insert_with(|| row.basis.clone());
        assert_eq!(*basis, row.basis, "{}: {:?}", row.purpose, row.fields);
    }
    let known: Vec<&str> = bases.keys().map(String::as_str).collect();
    assert_eq!(known, ["account", "identify", "manage-condition", "operate"]);
}
