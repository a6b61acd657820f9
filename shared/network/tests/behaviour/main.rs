//! What the crate promises, by subject.

mod assessments;
mod exemptions;
mod generated;
mod given;
mod large_groups;
mod offending_rules;
mod plans;
mod port_sets;
mod properties_of_exposure;
mod properties_of_plans;
mod reference;
mod round_trips;
mod rule_ids;
mod which_rules_reach;
mod which_sources_are_open;
