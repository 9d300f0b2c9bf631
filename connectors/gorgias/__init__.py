"""The helpdesk Gorgias. Source: https://developers.gorgias.com/reference."""
