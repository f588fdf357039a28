"""The people who read: what they choose, how they sign up, manage and leave."""
