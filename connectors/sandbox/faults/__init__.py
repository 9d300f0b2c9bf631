"""Faults on demand, for every stand-in alike: what a test arms over ``/sandbox/faults``.

A fault is armed, meets the calls it matches, and is written down with what was really done. The
control calls under ``/sandbox/`` are never faulted.
"""

from connectors.sandbox.faults.around import FaultSeam
from connectors.sandbox.faults.control import fault_routes
from connectors.sandbox.faults.registry import Faults

__all__ = ["FaultSeam", "Faults", "fault_routes"]
