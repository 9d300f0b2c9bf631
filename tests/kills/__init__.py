"""Real processes, really killed or stopped; what happened is counted by the helpdesk's own log."""
