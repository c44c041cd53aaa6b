"""Commands that ask a suite that runs: each one's tests from its own module (conftest.py says why)."""

import pytest

from tests.e2e.export import *  # noqa: F403 - pytest collects what stands here
from tests.e2e.notes import *  # noqa: F403
from tests.e2e.qualification import *  # noqa: F403
from tests.e2e.relationship import *  # noqa: F403

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
