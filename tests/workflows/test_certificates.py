"""Tests of the certificates that a preflight looks at, over real TLS."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crisis import config
from crisis.workflows.preflight import certificates

NOW = datetime.now(UTC).replace(microsecond=0)


def _certificate(path: Path, *, ends: datetime) -> Path:
    """A certificate of its own for localhost, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[[datetime, bool], tuple[int, Path]]]:
    """Starts a server with a certificate until then; as an SMTP server that offers STARTTLS if asked to."""
    servers: list[socket.socket] = []

    def serve(ends: datetime, smtp: bool) -> tuple[int, Path]:
        path = _certificate(tmp_path / "certificate.pem", ends=ends)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def run() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = server.accept()
                    with suppress(OSError), plain:
                        if smtp:
                            _until_starttls(plain)
                        with context.wrap_socket(plain, server_side=True) as secure:
                            secure.recv(100)

        threading.Thread(target=run, daemon=True).start()
        return server.getsockname()[1], path

    yield serve
    for one in servers:
        one.close()


def _until_starttls(plain: socket.socket) -> None:
    plain.sendall(b"220 localhost\r\n")
    while not plain.recv(200).upper().startswith(b"STARTTLS"):
        plain.sendall(b"250-localhost\r\n250 STARTTLS\r\n")
    plain.sendall(b"220 go on\r\n")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes a certificate one that this host trusts."""
    before = ssl.create_default_context

    def trust(path: Path) -> None:
        monkeypatch.setattr(ssl, "create_default_context", lambda: before(cafile=str(path)))

    return trust


Serve = Callable[[datetime, bool], tuple[int, Path]]


@pytest.mark.parametrize(
    ("days", "ok", "says"),
    [(90, True, "days left"), (5, False, "renew it"), (-1, False, "certificate refused (certificate has expired)")],
)
def test_the_certificate_of_the_public_address(
    settings: config.Settings, serving: Serve, trusted: Callable[[Path], None], days: int, ok: bool, says: str
) -> None:
    port, path = serving(NOW + timedelta(days=days), False)
    trusted(path)
    line = certificates.public(settings.model_copy(update={"public_url": f"https://localhost:{port}"}), now=NOW)
    assert line.ok is ok
    assert says in line.text


def test_one_that_nobody_trusts_is_refused(settings: config.Settings, serving: Serve) -> None:
    port, _ = serving(NOW + timedelta(days=90), False)
    line = certificates.public(settings.model_copy(update={"public_url": f"https://localhost:{port}"}), now=NOW)
    assert not line.ok
    assert "certificate refused" in line.text


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_certificate_of_the_mail_host(
    settings: config.Settings,
    serving: Serve,
    trusted: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
) -> None:
    monkeypatch.setattr(certificates.addresses, "is_loopback", lambda _host: False)
    port, path = serving(NOW + timedelta(days=90), scheme == "smtp")
    trusted(path)
    wanted = settings.model_copy(update={"smtp_url": f"{scheme}://localhost:{port}"})
    line = certificates.mail(wanted, now=NOW)
    if scheme == "smtp":
        assert line.text.startswith("localhost: 90 days left")
    else:
        assert not line.ok  # it says nothing after the handshake, and so is no mail host


def test_an_address_without_tls_is_only_for_this_host(settings: config.Settings) -> None:
    assert certificates.public(settings, now=NOW).ok
    plain = settings.model_copy(update={"public_url": "http://desk.example"})
    assert not certificates.public(plain, now=NOW).ok
