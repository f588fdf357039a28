"""Domain model: what a record is and when it happens.

Pure: reads no file, network, environment or clock, and knows no framework. Functions that need the present time take
`now`, an aware datetime. Raises `CalendarError` and its subclasses only, and imports no other package of ours but
`datephrases`.
"""
