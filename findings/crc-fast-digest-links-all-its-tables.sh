#!/usr/bin/env bash
# crc-fast 1.10.0, built by cargo with stable Rust on x86-64 Linux.
#
# A program that computes one checksum with `Digest`, CRC-64/NVME as S3 has it, is three quarters of a megabyte larger than one
# that computes none, most of it read-only data: all of the crate's tables are linked, whichever algorithm is asked for and
# however few features are on. Link-time optimization does not leave them out, since the algorithm is a value. Whatever writes
# to S3 through AWS's SDK for Rust has them: aws-smithy-checksums uses this crate. The function `checksum` links them too,
# unless the feature `ffi` is off, which is on by default.
#
# Seen: 290,552 bytes without a checksum, 1,041,848 bytes with `Digest`. 684,160 bytes of the difference are read-only data
# (`.rodata`). The script fails where the difference is less than 500,000 bytes, or less than 500,000 of read-only data.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p src/bin
cat > src/bin/none.rs <<'RUST'
fn main() {
    println!("{}", std::env::args().count());
}
RUST
cat > src/bin/one.rs <<'RUST'
use crc_fast::{CrcAlgorithm, Digest};

fn main() {
    let mut digest = Digest::new(CrcAlgorithm::Crc64Nvme);
    for text in std::env::args() {
        digest.update(text.as_bytes());
    }
    println!("{}", digest.finalize());
}
RUST
cat > Cargo.toml <<'TOML'
[package]
name = "sizes"
version = "0.0.0"
edition = "2024"
[dependencies]
crc-fast = { version = "=1.10.0", default-features = false, features = ["std"] }
[profile.release]
opt-level = "s"
lto = "fat"
codegen-units = 1
panic = "abort"
strip = true
TOML
cargo build --quiet --release --target-dir target
whole() { stat -c %s "target/release/$1"; }
data() { printf '%d' "0x$(readelf -S --wide "target/release/$1" | sed -n 's/.*\.rodata  *PROGBITS  *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p')"; }
more=$(($(whole one) - $(whole none))) of_data=$(($(data one) - $(data none)))
echo "without a checksum $(whole none) bytes, with one $(whole one): $more more, $of_data of them read-only data"
((more >= 500000 && of_data >= 500000)) || { echo "the tables are not linked any more"; exit 1; }
