//! What AWS Config is told, and how.

mod annotation;
mod delivery;
mod item;
mod parameters;
mod verdict;
