//! Custom rules answer AWS Config.
