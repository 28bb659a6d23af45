"""Certificates for a server on loopback: an authority of its own that signs one certificate, made by Java's keytool."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from infra.errors import ServerError

PASSWORD = "loopback"
"""Of the key store; it guards nothing, but Java wants one."""


class Certificates(NamedTuple):
    """``authority`` (PEM) is what clients trust; ``store`` (PKCS 12, password ``PASSWORD``) is the server's."""

    authority: Path
    store: Path


def make_certificates(folder: Path, java: Path) -> Certificates:
    """Make the certificates of 127.0.0.1 and localhost in ``folder``, valid for ten years; keep those that are there.

    Raises:
        ServerError: keytool failed; the message has what it said.
    """
    made = Certificates(folder / "ca.pem", folder / "server.p12")
    if made.store.exists():
        return made
    keytool = [str(java / "bin" / "keytool"), "-keystore", str(made.store), "-storepass", PASSWORD]
    keys = ["-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"]
    # Strict clients want both marks on an authority.
    authority = ["-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign"]
    _run([*keytool, *keys, "-alias", "ca", "-dname", "CN=Redline test authority", *authority])
    names = ["-ext", "san=ip:127.0.0.1,dns:localhost"]
    _run([*keytool, *keys, "-alias", "server", "-dname", "CN=localhost", "-signer", "ca", *names])
    _run([*keytool, "-exportcert", "-rfc", "-alias", "ca", "-file", str(made.authority)])
    # With two keys in the store a server might show the authority's own certificate.
    _run([*keytool, "-delete", "-alias", "ca"])
    return made


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise ServerError(f"keytool could not make the certificates: {done.stdout.strip()}")
