"""The WSGI application for gunicorn, granian and others: `gunicorn wsgi:application`."""

from calendar_service.web_process import make_application

application = make_application()
