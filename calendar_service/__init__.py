"""Events, webinars and tender deadlines as calendars that people can trust."""

import zoneinfo

__version__ = "0.2.0"

# The host's time-zone files may be years older than the tzdata package, and two different answers to
# "when does it close?" are the worst fault of this service. So only the package is used.
zoneinfo.reset_tzpath(())
