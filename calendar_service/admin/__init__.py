"""The admin pages: where editors sign in, see what differs from the public edition, and publish."""
