"""One process that serves a county whose secret is told: `serve_county DATABASE SECRET PORT [FOLDER]`.

The program's own application and server, without the passphrase that `villagefp county serve` asks for. With the folder
of a certificate it speaks TLS.
"""

from __future__ import annotations

import sys
from pathlib import Path

from villagefp.county import app
from villagefp.county.app import Limits
from villagefp.county.engine import postgres_engine
from villagefp.county.keys import of_secret
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient


def main(url: str, secret: str, port: str, tls: str = "") -> None:
    """Serve until the process is ended."""
    limits = Limits(a_minute=100_000, burst=100_000)  # a benchmark asks more often than a laptop may
    county = County(postgres_engine(url, pool_size=limits.at_once), Ambient())
    server = app.server(app.make_app(county, of_secret(bytes.fromhex(secret)), limits), "127.0.0.1", int(port))
    if tls:
        server.config.ssl_certfile, server.config.ssl_keyfile = (
            Path(tls) / "certificate.pem",
            str(Path(tls) / "key.pem"),
        )
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
