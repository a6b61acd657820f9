//! What the crate promises, by subject.

mod assessments;
mod generated;
mod given;
mod large_groups;
mod offending_rules;
mod plans;
mod port_sets;
mod properties_of_exposure;
mod properties_of_plans;
mod properties_of_reading;
mod questions;
mod reading;
mod reference;
mod reports;
mod which_rules_reach;
mod which_sources_are_open;
