"""The test bench: a real service against the real sandbox, with jobs run one by one."""
