"""Events, webinars and tender deadlines as calendars that people can trust."""

import zoneinfo

__version__ = "0.2.0"

# The host's time-zone files may be years older than the tzdata package, and two answers to
# "when does it close?" is the one fault this service must not have: only the package counts.
zoneinfo.reset_tzpath(())
