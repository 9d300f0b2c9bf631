"""Logs: one JSON object a line on stderr. Ids and reasons only; no secrets, no customer text."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_FRAMES_SHOWN = 6


def log_to_stderr(*, level: str = "info") -> None:
    """Send our logs, and what libraries warn of, to stderr."""
    ours: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
    ]
    structlog.configure(
        processors=[*ours, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(allow=["ticket", "reason"]),
                *ours,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            # The message before its values are put in: they may be addresses, or what somebody
            # wrote. Our connectors hand on what may be told as `extra`.
            use_get_message=False,
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _without_values(_logger: object, _name: str, event: EventDict) -> EventDict:
    """A traceback's place, never its message: that may hold what a customer wrote."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        frames = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
            trace = trace.tb_next
        event["where"] = frames[-_FRAMES_SHOWN:]
    return event
