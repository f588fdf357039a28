"""The English words of date phrases."""

from __future__ import annotations

from babel import Locale

from calendar_service.datephrases.vocabulary import Vocabulary, numbered, phrases, table, zones_by_city

ENGLISH = Vocabulary(
    locales=(Locale("en"), Locale("en", "GB"), Locale("en", "AU")),
    more_weekdays={"tues": 1, "thur": 3, "thurs": 3},
    ordinal_suffixes=phrases("st|nd|rd|th"),
    day_articles=phrases("the"),
    month_prepositions=phrases("of"),
    hour_words=phrases("h|hrs|hours"),
    minute_words=phrases("min|minutes"),
    noon=phrases("noon"),
    midnight=phrases("midnight"),
    halves=table(am="am|a.m", pm="pm|p.m"),
    range_words=phrases("to|until|till|through|thru"),
    and_words=phrases("and|&"),
    between=phrases("between"),
    openers=phrases(
        "between|at|on|the|from|by|no later than|starting|starting at|starting from|starts at|at the latest on|time:"
    ),
    before=phrases("before|prior to"),
    online=phrases("online|on-line"),
    lead_ins=phrases(
        "deadline|the deadline is|new deadline|extended deadline|deadline extended to|deadline for applications"
        "|application deadline|submission deadline|deadline for submission|deadline for questions|extended to"
        "|extended until|open until|closing date|closing|closes|closes on|opens|opens on|starts|starts on|date"
        "|dates|date and time|when|save the date|due|due date"
    ),
    zone_words={"utc": "UTC", "gmt": "UTC", **table(AoE="aoe|anywhere on earth|time anywhere on earth")},
    ambiguous_zone_words={"eastern time": "ET", "central time": "CT", "mountain time": "MT", "pacific time": "PT"},
    local_time=phrases("local time|local times"),
    city_time=("{} time", "{} local time", "local time in {}"),
    city_aliases=zones_by_city(
        {
            "Europe/Paris": "Strasbourg|Lyon|Marseille|Lille|Bordeaux|Nantes|Toulouse|Nice|Montpellier|Grenoble",
            "Europe/Brussels": "Antwerp|Ghent|Liège|Namur|Charleroi",
            "Europe/Amsterdam": "The Hague|Rotterdam|Utrecht|Maastricht",
            "Europe/Berlin": "Bonn|Munich|Frankfurt|Hamburg|Cologne|Leipzig|Stuttgart",
            "Europe/Zurich": "Geneva|Bern|Lausanne|Basel|Neuchâtel",
            "Europe/Rome": "Milan|Turin|Reggio Emilia|Bologna|Venice",
            "Europe/Madrid": "Barcelona|Bilbao|Valencia",
            "Europe/Warsaw": "Krakow|Lublin|Wroclaw",
            "Europe/London": "UK|Edinburgh|Manchester|Cardiff|Belfast",
            "Europe/Kyiv": "Kiev|Melitopol|Odesa|Odessa|Lviv",
            "Asia/Nicosia": "Limassol",
            "Asia/Seoul": "Ansan|Busan|Pusan",
            "Asia/Tokyo": "Osaka|Kyoto|Hamamatsu",
            "Asia/Shanghai": "Beijing",
            "Asia/Kolkata": "New Delhi|Delhi|Mumbai|Bombay",
            "America/Toronto": "Ottawa|Montreal|Quebec",
            "America/New_York": "Washington|Boston",
            "America/Los_Angeles": "San Francisco",
        }
    ),
    misspelt_city=(".* time",),
    city_time_words=phrases("time"),
    suggestions=frozenset({"Deadline", "Online"}),
    every=phrases("every|each"),
    on_days=phrases("on the|on|the"),
    units=table(DAILY="day|days", WEEKLY="week|weeks", MONTHLY="month|months", YEARLY="year|years"),
    adverbs=table(DAILY="daily", WEEKLY="weekly", MONTHLY="monthly", YEARLY="yearly|annually"),
    intervals=numbered(
        "two|other|second", "three|third", "four|fourth", "five", "six", "seven", "eight", "nine", "ten", start=2
    ),
    ordinals={**numbered("first|1st", "second|2nd", "third|3rd", "fourth|4th", "fifth|5th"), "last": -1},
    alternate=phrases("other|second"),
    of_month=phrases("monthly|of the month|of each month|of every month|in the month|in each month|in every month"),
    working_week=phrases(
        "every weekday|every weekdays|each weekday|each weekdays|on weekday|on weekdays|Monday to Friday"
        "|Monday through Friday|Monday-Friday|from Monday to Friday|from Monday through Friday|from Monday-Friday"
    ),
    times=phrases("time|times"),
    until=phrases("until|till"),
    end_articles=phrases("the"),
    end_of=phrases("end of"),
    until_example="{} until December 2030",
)
