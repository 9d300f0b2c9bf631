"""The REST API under ``/api``, and OAuth's endpoints."""
