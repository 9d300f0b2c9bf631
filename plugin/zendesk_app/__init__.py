"""The sidebar as a Zendesk app: its pictures, its words in seven languages, and its package.

`app_manifest.json` at the project's root is the one source of what the app is.
"""
