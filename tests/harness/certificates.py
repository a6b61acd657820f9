"""A certificate authority of the tests' own, and a server's certificate from it."""

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

HOUR = datetime.timedelta(hours=1)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject, key, issuer, signer, *extensions):
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - HOUR).not_valid_after(now + HOUR)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(signer, hashes.SHA256())


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key(like_aws):
    return rsa.generate_private_key(65537, 2048) if like_aws else ec.generate_private_key(ec.SECP256R1())


class Authority:
    """`roots` is the file that those who trust it are given; `server` makes the context of a server that it vouches for.

    `like_aws`: with RSA keys, and an authority between the root and the server, as AWS's own endpoints have it.
    """

    def __init__(self, folder, like_aws=False):
        self._folder, self._like_aws, self._between = folder, like_aws, b""
        self._key, self._name = _key(like_aws), _name("Curfew's tests")
        root = _certificate(self._name, self._key, self._name, self._key, x509.BasicConstraints(True, None))
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(_pem(root))
        if like_aws:
            key, name = _key(like_aws), _name("Curfew's tests, in between")
            self._between = _pem(_certificate(name, key, self._name, self._key, x509.BasicConstraints(True, 0)))
            self._key, self._name = key, name

    def server(self, address="127.0.0.1"):
        """For a server that is called by this address."""
        key = _key(self._like_aws)
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        certificate = _certificate(
            _name(address), key, self._name, self._key, x509.BasicConstraints(False, None), names
        )
        file = self._folder / f"{address}.pem"
        file.write_bytes(_pem(certificate) + self._between + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context
