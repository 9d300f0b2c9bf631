"""How a stand-in delivers webhooks: in a line, with faults on demand."""
