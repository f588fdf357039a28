"""The application without the limits on how often one client may ask, which would end a scan after twenty requests."""

from calendar_service.admin import sessions
from calendar_service.reminders.subscriptions import service
from calendar_service.web_process import make_application  # noqa: F401 (what the server calls)

service.ASKS_PER_HOUR = service.LINKS_PER_HOUR = 10**9
sessions.ASKS_PER_CLIENT = sessions.ASKS_PER_ADDRESS = 10**9
