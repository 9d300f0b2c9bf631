"""Everything known about texts alone: tokens, diff, entities, promises, replies, note commands.

Pure: strings in, values out. Every pattern runs in linear time, because the texts are untrusted.
"""
