"""The ways by which letters travel: mail, webhooks and chat rooms."""
