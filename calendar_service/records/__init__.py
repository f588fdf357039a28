"""What a record is and when it happens.

This room is pure: it reads no file, no network, no environment and no clock, and knows no
framework. Whatever needs the present time is given `now`, an aware datetime. It raises
`CalendarError` and its children only, and imports no other room.
"""
