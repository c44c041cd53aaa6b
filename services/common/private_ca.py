"""Certificates for the suite's own network, from an authority that is made for them.

    python -m services.common.private_ca /certificates scoring gateway --also gateway=crm.example

writes `ca.pem`, and for each name `<name>/tls.crt` and `<name>/tls.key`, good as server and as client, with a copy of
`ca.pem` so that the one folder is all that a container needs. The key of the authority is thrown away: whoever wants
another certificate makes all of them anew. What is there and good for another month stays, so a start that runs this
each time changes nothing.
"""

import argparse
import datetime as dt
import ipaddress
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFESPAN = dt.timedelta(days=397)
_RENEWED_BEFORE = dt.timedelta(days=30)


def make_certificates(folder: Path, names: Mapping[str, Sequence[str]]) -> bool:
    """Writes an authority's root and a certificate for each name, unless good ones are there.

    Args:
        folder: Where they go; made if missing.
        names: By name of the service, the further hosts and IP addresses its certificate is for.

    Returns:
        Whether they were made anew.
    """
    if all(_is_good(folder / name / "tls.crt", {name, "localhost", *also}) for name, also in names.items()):
        return False
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leadlight, this installation")])
    root = (
        _unsigned(ca_name, ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    root_pem = root.public_bytes(serialization.Encoding.PEM)
    for name, also in names.items():
        key = ec.generate_private_key(ec.SECP256R1())
        hosts = [_general_name(host) for host in dict.fromkeys((name, "localhost", *also))]
        usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            _unsigned(subject, ca_name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
            .add_extension(x509.ExtendedKeyUsage(usage), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        (folder / name).mkdir(parents=True, exist_ok=True)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        private = folder / name / "tls.key"
        private.touch(mode=0o600)
        private.write_bytes(pem)
        (folder / name / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / name / "ca.pem").write_bytes(root_pem)
    (folder / "ca.pem").write_bytes(root_pem)
    return True


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _LIFESPAN)
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _is_good(path: Path, hosts: set[str]) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {
        *names.get_values_for_type(x509.DNSName),
        *map(str, names.get_values_for_type(x509.IPAddress)),
    }
    return hosts <= covered and certificate.not_valid_after_utc > dt.datetime.now(dt.UTC) + _RENEWED_BEFORE


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description="Make certificates for the suite's own network.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+", help="services, under the names they are called by")
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="NAME=HOST",
        help="one more host or IP address of a service",
    )
    given = parser.parse_args(arguments)
    names: dict[str, list[str]] = {name: [] for name in given.names}
    for each in given.also:
        name, separator, host = each.partition("=")
        if not separator or name not in names or not host:
            parser.error(f"--also {each}: give one of the names, '=' and a host")
        names[name].append(host)
    made = make_certificates(given.folder, names)
    sys.stdout.write(f"{'made' if made else 'kept'} certificates for {', '.join(names)}\n")


if __name__ == "__main__":
    main()
