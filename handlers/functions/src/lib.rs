//! The app. Read this first: [`functions`] is the table of everything that runs; each line leads to
//! a file of the same name, which declares its trigger and does one thing.
//!
//! A function reads settings and ports from [`app::App`], opens a `record`, asks a rule of
//! `domain`, and commits. Nothing here knows what stores stand behind the ports.

pub mod app;
pub mod apply;
pub mod health;
pub mod run;
pub mod settings;
mod store_health;
pub mod stores;
pub mod text_providers;

// what functions share
mod arrived_blob;
mod as_staff;
mod attempt_alarm;
mod capture_problems;
mod clean_picture;
mod count_guesses;
mod delivery;
mod delivery_event;
mod details_form;
mod erasure;
mod half_sent;
mod healing;
mod inbox;
mod last_review;
mod ledger;
mod links;
mod looks;
mod missing_record;
mod notice_html;
mod notices;
mod operation;
mod operator_list;
mod own_patient;
mod own_request;
mod own_upload;
mod patient_shown;
mod picture_room;
mod plain_page;
mod press;
mod problems;
mod record;
mod refused_looks;
mod request_uploads;
mod reserve_number;
mod scanning;
mod search_count;
mod seen;
mod session;
pub mod sign_in;
mod signed_views;
mod staff_names;
mod standing_headers;
mod text_on_its_way;
mod text_shown;
mod visit;
mod walk_records;

// staff
mod add_note;
mod add_patient;
mod cancel_request;
mod correct_patient;
pub mod describe_api;
mod find_patients;
mod finish_task;
mod list_inbox;
mod request_capture;
mod resend_link;
mod show_me;
mod show_patient;
mod view_item;

// patient
mod decline_link;
mod extend_session;
mod finish_upload;
mod grant_upload;
mod open_link;
mod record_consent;
mod remove_upload;
mod renew_link;
mod show_capture;
mod show_consent;
mod submit_capture;
mod verify_identity;
mod withdraw_consent;

// events
pub mod dispatch_sms;
mod erase_records;
mod expire_records;
mod file_upload;
mod reconcile_uploads;
mod record_delivery;
mod report_poison;

// pages
mod show_controller_notice;
mod show_notice;
mod show_settings;
mod www_pages;

#[cfg(test)]
mod patient_page;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod testing;

use app::App;
use custom_handler::Function;

/// Every function, as the host knows it.
pub fn functions() -> Vec<Function<App>> {
    vec![
        // staff
        show_me::function(),
        describe_api::function(),
        add_patient::function(),
        find_patients::function(),
        show_patient::function(),
        correct_patient::function(),
        add_note::function(),
        request_capture::function(),
        resend_link::function(),
        cancel_request::function(),
        list_inbox::function(),
        finish_task::function(),
        view_item::function(),
        // patient
        open_link::function(),
        decline_link::function(),
        renew_link::function(),
        verify_identity::function(),
        show_consent::function(),
        record_consent::function(),
        withdraw_consent::function(),
        show_capture::function(),
        extend_session::function(),
        grant_upload::function(),
        remove_upload::function(),
        finish_upload::function(),
        submit_capture::function(),
        // events
        dispatch_sms::function(),
        record_delivery::function(),
        file_upload::function(),
        expire_records::function(),
        erase_records::function(),
        report_poison::sms(),
        report_poison::uploads(),
        report_poison::erasures(),
        reconcile_uploads::function(),
        // pages
        show_controller_notice::function(),
        show_notice::function(),
        show_settings::function(),
        www_pages::function(),
    ]
}
