//! What AWS Config is told, and how.

mod again;
mod annotation;
mod delivery;
mod item;
mod parameters;
mod verdict;
