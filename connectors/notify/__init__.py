"""Tells people outside the helpdesk: `mail.py` by SMTP, `chat.py` by a Slack-compatible webhook."""
