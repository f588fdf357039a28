"""Channels: mail, webhooks and chat rooms."""
