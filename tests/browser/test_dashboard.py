"""The demo, and the dashboard over its CRM: each page's tests from its own module (conftest.py says why)."""

import pytest

from tests.browser.calls import *  # noqa: F403 - pytest collects what stands here
from tests.browser.command_line import *  # noqa: F403
from tests.browser.conversation_settings import *  # noqa: F403
from tests.browser.everywhere import *  # noqa: F403
from tests.browser.home import *  # noqa: F403
from tests.browser.importing import *  # noqa: F403
from tests.browser.leads import *  # noqa: F403
from tests.browser.models import *  # noqa: F403
from tests.browser.outage import *  # noqa: F403
from tests.browser.pipeline import *  # noqa: F403
from tests.browser.qualification import *  # noqa: F403
from tests.browser.record import *  # noqa: F403
from tests.browser.rules import *  # noqa: F403
from tests.browser.settings import *  # noqa: F403
from tests.browser.shell import *  # noqa: F403
from tests.browser.sign_in import *  # noqa: F403
from tests.browser.worklist import *  # noqa: F403

pytestmark = pytest.mark.timeout(900)
