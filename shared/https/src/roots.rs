//! The trusted roots: those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, else the system's.
//!
//! All of them are decoded before the first connection of a cold start. The PEM readers at hand take the time that secrets
//! need, the same for each letter. A bundle holds no secret: it is read a line at a time, with the decoder that the SDK
//! brings. Directories are left to the library.

use std::env;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;

use base64_simd::STANDARD;
use bstr::io::BufReadExt;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

const FILE: &str = "SSL_CERT_FILE";
const DIRECTORIES: &str = "SSL_CERT_DIR";

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// A bundle has some 220 KB.
const BUFFER: usize = 16 * 1024;

/// All roots that can be read. What cannot be read is logged, and who relies on it is not trusted.
pub(crate) fn trusted() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    match bundle() {
        Some(file) => {
            if let Err(error) =
                File::open(&file).and_then(|opened| in_bundle(opened, |der| add(&mut roots, der)))
            {
                tracing::warn!("not all trusted roots can be read from {}: {error}", file.display());
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::warn!("not all trusted roots can be read: {error}");
            }
            found.certs.iter().for_each(|certificate| add(&mut roots, certificate));
        }
    }
    if roots.is_empty() {
        tracing::warn!("there are no trusted roots: no HTTPS connection will be made");
    }
    roots
}

fn add(roots: &mut RootCertStore, der: &[u8]) {
    if let Err(error) = roots.add(CertificateDer::from(der)) {
        tracing::warn!("one of the trusted roots is of no use: {error}");
    }
}

/// The one file that holds all roots, where one does.
fn bundle() -> Option<PathBuf> {
    if named(DIRECTORIES).is_some() { None } else { named(FILE).or_else(of_the_system) }
}

/// What a variable names, where it names anything.
#[expect(
    clippy::disallowed_methods,
    reason = "who runs a program says so which authorities it trusts, whatever it is for"
)]
fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Elsewhere than on Linux the system has a store of its own, which the library asks.
fn of_the_system() -> Option<PathBuf> {
    if cfg!(target_os = "linux") { openssl_probe::probe().cert_file } else { None }
}

/// Hands over the certificates of a PEM text, each as it is read: the memory of a start is touched for the first time, page
/// by page. What is between them says for people what they are; what is cut off or cannot be decoded is left out, with a
/// word in the log.
fn in_bundle(text: impl Read, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let (mut body, mut der) = (Vec::new(), Vec::new());
    let mut inside = false;
    BufReader::with_capacity(BUFFER, text).for_byte_line(|line| {
        if line.starts_with(BEGIN) {
            body.clear();
            inside = true;
        } else if line.starts_with(END) {
            der.clear();
            // All lines at once, which the decoder is made for.
            match STANDARD.decode_append(&body, &mut der) {
                Ok(()) if inside => take(&der),
                _ => tracing::warn!("one of the trusted roots is not Base64 between its two lines"),
            }
            inside = false;
        } else if inside {
            body.extend_from_slice(line.trim_ascii());
        }
        Ok(true)
    })
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;

    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";

    /// Not a certificate: what is between the lines is not looked into here.
    fn pem(der: &[u8], width: usize, end_of_line: &str) -> String {
        let text = STANDARD.encode_to_string(der);
        let lines = text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned());
        let lines = lines.collect::<Vec<_>>().join(end_of_line);
        format!("{BEGIN}{end_of_line}{lines}{end_of_line}{END}{end_of_line}")
    }

    fn read(text: &str) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        in_bundle(text.as_bytes(), |der| found.push(der.to_owned())).unwrap();
        found
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
        assert_eq!(read(&format!("{cut_off}{second}{cut_off}")), [b"the second"]);
        assert_eq!(read(&format!("{END}\n{second}")), [b"the second"]);
        assert_eq!(read("no certificate"), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_key_or_a_list_of_the_revoked_is_no_root() {
        let others = pem(b"something else", 64, "\n").replace("CERTIFICATE", "X509 CRL");
        assert_eq!(read(&others), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn what_is_no_certificate_is_not_trusted() {
        let mut roots = RootCertStore::empty();
        in_bundle(pem(b"no certificate", 64, "\n").as_bytes(), |der| add(&mut roots, der)).unwrap();
        assert!(roots.is_empty());
    }
}
