//! A record as bytes that fit: as text while it is small, compressed when it is not, in parts when that is still too
//! much for one item.
//!
//! An item is at most 400 KB with the names of its attributes:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>

use std::io::{Read, Write};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use remediation::ledger::Record;
use sha2::{Digest, Sha256};

/// Up to how many bytes a record stays text, which people can read in the console.
const TEXT: usize = 30_000;

/// How many bytes an item holds besides what its other attributes take.
const ITEM: usize = 350_000;

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Body {
    /// How many bytes it is as text.
    pub(crate) length: usize,
    /// What tells its bytes from those of another writing of the same record.
    pub(crate) digest: String,
    pub(crate) form: Form,
}

/// In which form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    Text(String),
    Gzip(Vec<u8>),
    /// Compressed, and cut.
    Parts(Vec<Vec<u8>>),
}

/// Why a record cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Gzip(#[from] std::io::Error),
}

impl Body {
    pub(crate) fn of(record: &Record) -> Result<Self, BodyError> {
        let text = serde_json::to_string(record)?;
        let length = text.len();
        if length <= TEXT {
            return Ok(Self { length, digest: digest(text.as_bytes()), form: Form::Text(text) });
        }
        let bytes = compressed(&text)?;
        let digest = digest(&bytes);
        let form = if bytes.len() <= ITEM {
            Form::Gzip(bytes)
        } else {
            Form::Parts(bytes.chunks(ITEM).map(<[u8]>::to_vec).collect())
        };
        Ok(Self { length, digest, form })
    }

    /// The parts that are stored in items of their own.
    pub(crate) fn parts(&self) -> &[Vec<u8>] {
        match &self.form {
            Form::Parts(parts) => parts,
            Form::Text(_) | Form::Gzip(_) => &[],
        }
    }

    /// What the record's own item holds; `None` where that is nothing.
    pub(crate) fn attribute(&self) -> Option<AttributeValue> {
        match &self.form {
            Form::Text(text) => Some(AttributeValue::S(text.clone())),
            Form::Gzip(bytes) => Some(AttributeValue::B(Blob::new(bytes.clone()))),
            Form::Parts(_) => None,
        }
    }
}

/// The record of a text.
pub(crate) fn from_text(text: &str) -> Result<Record, BodyError> {
    Ok(serde_json::from_str(text)?)
}

/// The record of what was compressed.
pub(crate) fn from_gzip(bytes: &[u8]) -> Result<Record, BodyError> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text)?;
    from_text(&text)
}

fn compressed(text: &str) -> Result<Vec<u8>, BodyError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
