//! Flows through the local host, the store's contract, and the declarations, in one binary.

#[cfg(test)]
mod commands;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod declarations;
#[cfg(test)]
mod hostile_files;
#[cfg(test)]
mod in_the_room;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod london_days;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod outsiders;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod running_app;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod sms_payload;
#[cfg(test)]
mod tries;
