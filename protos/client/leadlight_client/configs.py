"""The service configs that are packaged with the stubs: retries and timeouts of each service's methods."""

from functools import cache
from pathlib import Path

import leadlight


@cache
def service_configs() -> dict[str, Path]:
    """The config's file of each service, by the service's name.

    Found by the folders of the namespace `leadlight`: importlib.resources cannot read one of which an editable
    install or a second distribution has a part.
    """
    found: dict[str, Path] = {}
    for folder in leadlight.__path__:
        for path in sorted(Path(folder).glob("*/v1/*_grpc_service_config.json")):
            found.setdefault(path.name.removesuffix("_grpc_service_config.json"), path)
    return dict(sorted(found.items()))
