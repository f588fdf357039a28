"""Subscribers: how they sign up, choose, manage and leave."""
