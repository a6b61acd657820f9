//! The trusted roots: those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, else the system's.
//!
//! All of them are decoded before the first connection of a cold start. The PEM readers at hand take the time that secrets
//! need, the same for each letter. A bundle holds no secret: it is read a line at a time, with the decoder that the SDK
//! brings. Directories are left to the library.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use base64_simd::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

const FILE: &str = "SSL_CERT_FILE";
const DIRECTORIES: &str = "SSL_CERT_DIR";

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// All roots that can be read. What cannot be read is logged, and who relies on it is not trusted.
pub(crate) fn trusted() -> RootCertStore {
    let certificates = match bundle() {
        Some(file) => in_bundle(&file),
        None => in_directories(),
    };
    let mut roots = RootCertStore::empty();
    let (_, refused) = roots.add_parsable_certificates(certificates);
    if refused > 0 {
        tracing::warn!("{refused} of the trusted roots are no certificates that can be used");
    }
    if roots.is_empty() {
        tracing::warn!("there are no trusted roots: no HTTPS connection will be made");
    }
    roots
}

/// The one file that holds all roots, where one does.
fn bundle() -> Option<PathBuf> {
    if env::var_os(DIRECTORIES).is_some_and(|directories| !directories.is_empty()) {
        return None;
    }
    env::var_os(FILE).map(PathBuf::from).or_else(of_the_system)
}

/// Elsewhere than on Linux the system has a store of its own, which the library asks.
fn of_the_system() -> Option<PathBuf> {
    if cfg!(target_os = "linux") { openssl_probe::probe().cert_file } else { None }
}

fn in_bundle(file: &Path) -> Vec<CertificateDer<'static>> {
    match fs::read(file) {
        Ok(bytes) => certificates(&String::from_utf8_lossy(&bytes)),
        Err(error) => {
            tracing::warn!("no trusted roots from {}: {error}", file.display());
            Vec::new()
        }
    }
}

fn in_directories() -> Vec<CertificateDer<'static>> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!("not all trusted roots can be read: {error}");
    }
    found.certs
}

/// The certificates of a PEM text. What is between them says for people what they are; what is cut off or cannot be decoded
/// is left out, with a word in the log.
fn certificates(text: &str) -> Vec<CertificateDer<'static>> {
    let mut found = Vec::new();
    let begun =
        text.match_indices(BEGIN).filter(|(at, _)| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'));
    for (at, _) in begun {
        let body = text.get(at + BEGIN.len()..).and_then(|rest| rest.split_once(END)).map(|(body, _)| body);
        match body.and_then(decoded) {
            Some(der) => found.push(CertificateDer::from(der)),
            None => tracing::warn!("one of the trusted roots is not Base64 between its two lines"),
        }
    }
    found
}

/// Lines are whole groups of four letters in what every tool writes. What is broken elsewhere is decoded as one text.
fn decoded(body: &str) -> Option<Vec<u8>> {
    let mut der = Vec::with_capacity(body.len() / 4 * 3);
    let whole = body.lines().all(|line| STANDARD.decode_append(line.trim_ascii(), &mut der).is_ok());
    if whole { Some(der) } else { base64_simd::forgiving_decode_to_vec(body.as_bytes()).ok() }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// Not a certificate: what is between the lines is not looked into here.
    fn pem(der: &[u8], width: usize, end_of_line: &str) -> String {
        let text = STANDARD.encode_to_string(der);
        let lines = text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned());
        let lines = lines.collect::<Vec<_>>().join(end_of_line);
        format!("{BEGIN}{end_of_line}{lines}{end_of_line}{END}{end_of_line}")
    }

    fn read(text: &str) -> Vec<Vec<u8>> {
        certificates(text).iter().map(|certificate| certificate.to_vec()).collect()
    }

    #[test]
    fn a_bundle_is_read_as_the_library_reads_it() {
        for length in 1..300_u16 {
            let der: Vec<u8> = (0..length).map(|byte| byte.to_be_bytes()[1]).collect();
            for (width, end_of_line) in [(64, "\n"), (64, "\r\n"), (76, "\n"), (63, "\n"), (4096, "\n")] {
                let one = pem(&der, width, end_of_line);
                let text = format!("# An authority\n{one}\nAnother:\n{one}# {BEGIN}\n");
                let by_library: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(text.as_bytes())
                    .map(|certificate| certificate.unwrap().to_vec())
                    .collect();
                assert_eq!(read(&text), [der.clone(), der.clone()], "{text}");
                assert!(end_of_line == "\r\n" || by_library == read(&text), "{text}");
            }
        }
    }

    #[test]
    fn what_is_damaged_hides_nothing_of_what_follows() {
        let (first, second) = (pem(b"the first", 64, "\n"), pem(b"the second", 64, "\n"));
        let damaged = first.replace('Z', "%");
        assert_eq!(read(&format!("{damaged}{second}")), [b"the second"]);
        let cut_off = first.replace(END, "");
        assert_eq!(read(&format!("{second}{cut_off}")), [b"the second"]);
        assert_eq!(read("no certificate"), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_key_or_a_list_of_the_revoked_is_no_root() {
        let others = pem(b"something else", 64, "\n").replace("CERTIFICATE", "X509 CRL");
        assert_eq!(read(&others), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_file_that_is_not_there_gives_no_roots() {
        assert_eq!(in_bundle(Path::new("/nowhere/roots.pem")), []);
    }
}
