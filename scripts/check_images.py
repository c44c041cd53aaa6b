"""What an image of each service does, without a container engine.

For each service: docker/install.sh into a fresh environment, as docker/Dockerfile runs it; what must not be in it;
then the start command and the health command of the Dockerfile with the settings of docker/compose.yaml (TLS with
client certificates, tokens, beyond loopback), a stop by SIGTERM, and one line of figures.

    python -m scripts.check_images [SERVICE ...]
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from services.common.private_ca import make_certificates
from services.common.supervisor import SUITE

_ROOT = Path(__file__).parents[1]
_SERVING_WITHIN_S = 120.0
_HEAVY = {
    "spacy": {"conversation"},
    "sklearn": {"scoring"},
    "scipy": {"scoring", "relationship", "conversation"},
    "onnx": {"scoring"},
    "onnxruntime": {"scoring", "notes"},
    "pyarrow": {"scoring", "dedupe"},
    "duckdb": {"dedupe"},
    "starlette": {"gateway"},
    "pytest": set(),
    "pandas": set(),
    "typer": {"conversation"},  # spaCy's own
}
"""Import names, and the services that may have them: all others must do without."""


def command_after(instruction: str) -> list[str]:
    """The JSON list of the Dockerfile's last `instruction`."""
    text = (_ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found = re.findall(rf"^{instruction}\b.*?(\[.*\])$", text, re.MULTILINE)
    command: list[str] = json.loads(found[-1])
    return command


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment_of(service: str, prefix: Path, data: Path) -> dict[str, str]:
    """The variables of the container, with certificates of its own."""
    certificates = data / "certificates"
    make_certificates(certificates, {service: []})
    own = certificates / service
    variables = {
        "PATH": f"{prefix}/bin:{os.environ['PATH']}",
        "HOME": str(data),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LEADLIGHT_SERVICE": service,
        "LEADLIGHT_DATA_DIR": str(data / "kept"),
        "LEADLIGHT_LISTEN": f"0.0.0.0:{free_port()}",
        "LEADLIGHT_METRICS": f"0.0.0.0:{free_port()}",
        "LEADLIGHT_WORKERS": "1",
        "LEADLIGHT_AUTH": "jwt",
        "LEADLIGHT_JWT_SECRET": secrets.token_hex(32),
        "LEADLIGHT_TLS_CERT": str(own / "tls.crt"),
        "LEADLIGHT_TLS_KEY": str(own / "tls.key"),
        "LEADLIGHT_TLS_CLIENT_CA": str(certificates / "ca.pem"),
        "LEADLIGHT_PEER_TLS": "true",
        "LEADLIGHT_PEER_TLS_CA": str(certificates / "ca.pem"),
        "LEADLIGHT_PEER_TLS_CERT": str(own / "tls.crt"),
        "LEADLIGHT_PEER_TLS_KEY": str(own / "tls.key"),
    }
    if service == "gateway":
        variables["LEADLIGHT_GATEWAY_HTTP"] = f"0.0.0.0:{free_port()}"
    return variables


def check(service: str) -> str:
    """Installs, starts and stops one service.

    Returns:
        The line of figures.

    Raises:
        RuntimeError: Something is not as the image needs it.
    """
    with tempfile.TemporaryDirectory(prefix=f"leadlight-{service}-") as folder:
        prefix, data = Path(folder) / "environment", Path(folder) / "data"
        began_s = time.monotonic()
        subprocess.run(["sh", "docker/install.sh", service, str(prefix)], cwd=_ROOT, check=True)
        installed_s = time.monotonic() - began_s
        missing = [name for name in _HEAVY if service not in _HEAVY[name] and _is_in(prefix, name)]
        if missing:
            raise RuntimeError(f"{service}: {', '.join(missing)} should not be in this image")
        data.mkdir()
        variables = environment_of(service, prefix, data)
        with (data / "log").open("wb") as log:
            began_s = time.monotonic()
            process = subprocess.Popen(command_after("CMD"), cwd=data, env=variables, stderr=log)
            try:
                _await_health(process, variables, data)
                served_s = time.monotonic() - began_s
                process.send_signal(signal.SIGTERM)
                code = process.wait(timeout=60)
            finally:
                process.kill()
                process.wait()
        if code != 0:
            raise RuntimeError(f"{service}: ended with {code} after SIGTERM")
        size_mb = sum(path.lstat().st_size for path in prefix.rglob("*") if path.is_file()) / 1e6
        packages = len(list(prefix.glob("lib/python*/site-packages/*.dist-info")))
        return (
            f"{service:13} {packages:4} packages {size_mb:6.0f} MB   "
            f"installed in {installed_s:4.0f} s, serving after {served_s:4.1f} s, stopped with 0"
        )


def _is_in(prefix: Path, name: str) -> bool:
    return any(prefix.glob(f"lib/python*/site-packages/{name}"))


def _await_health(process: subprocess.Popen[bytes], variables: dict[str, str], data: Path) -> None:
    health = command_after("HEALTHCHECK")
    deadline_s = time.monotonic() + _SERVING_WITHIN_S
    while True:
        asked = subprocess.run(health, cwd=data, env=variables, capture_output=True, check=False)
        if asked.returncode == 0:
            return
        if process.poll() is not None or time.monotonic() > deadline_s:
            log = (data / "log").read_text(encoding="utf-8")
            raise RuntimeError(f"does not serve: {asked.stderr.decode()}{log[-3000:]}")


def main() -> int:
    """All services, or those named."""
    chosen = sys.argv[1:] or [service.name for service in SUITE]
    for service in chosen:
        if find_spec(f"services.{service}") is None:
            sys.stderr.write(f"there is no service {service!r}\n")
            return 2
        sys.stdout.write(check(service) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
