"""Models in the form of ONNX, opened for use on the processor.

The official builds of onnxruntime report processes, models and how long they ran to their maker, unless they are told
not to before the library is loaded (microsoft/onnxruntime#27379). Nothing here is anyone's but the operator's: this
module is the only one of the suite that imports it.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
from onnxruntime import InferenceSession, SessionOptions

__all__ = ["InferenceSession", "open_session"]

_WARNINGS_OFF = 3


def open_session(content: bytes, *, threads: int = 1) -> InferenceSession:
    """A model, ready to run.

    Args:
        content: The file's bytes.
        threads: Of one run.

    Raises:
        Exception: Of onnxruntime's, which have no common base class: it is no such file.
    """
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _WARNINGS_OFF
    # Batches differ in length: a memory pattern for each length would only pile up.
    options.enable_mem_pattern = False
    return InferenceSession(content, options, providers=["CPUExecutionProvider"])
