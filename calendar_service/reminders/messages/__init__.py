"""Compose the messages to subscribers, from records and a render context alone.

All who share a language and a zone get the same message. It has placeholders for the subscriber's own links
(`channels.base.MANAGE_URL`, `UNSUBSCRIBE_URL`), which are filled in when it is sent.
"""
