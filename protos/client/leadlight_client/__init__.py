"""Leadlight from Python: one line to a channel with retries, deadlines, a token and TLS.

from leadlight.common.v1.record_pb2 import RECORD_KIND_LEAD
from leadlight.scoring.v1.scoring_service_pb2 import ScoreRequest
from leadlight_client import CallError, connect

with connect("127.0.0.1:50050", token=token) as leadlight:
try:
score = leadlight.scoring.Score(ScoreRequest(kind=RECORD_KIND_LEAD, attributes={"source": "Referral"}))
except CallError as error:
print(error.reason, error.violations)
"""

from leadlight_client.channel import connect, open_channel
from leadlight_client.client import Leadlight
from leadlight_client.errors import CallError, Violation

__all__ = ["CallError", "Leadlight", "Violation", "connect", "open_channel"]
