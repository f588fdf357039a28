"""The English words of date phrases."""

from __future__ import annotations

from babel import Locale

from calendar_service.datephrases.vocabulary import Vocabulary, numbered, phrases, table, zones_by_city

# What is announced, and the words around it; each may stand beside any other: "Final deadline for submission of bids".
_LEAD_INS = (
    "may be|deadline|deadlines|date|dates|date and time|dates and times|date & time|time|hour|day|when|closing|opening"
    "|due|save the date|time limit|time limits|cut-off|cutoff|last day|final|new|important|key|extended deadline"
    "|deadline extended :|deadline extended to|extended to|extended until|now extended to|now extended until"
    "|postponed to|postponed until|moved to|rescheduled to|rescheduled for|scheduled for|scheduled on|closes"
    "|close|close on|closes on|will close|opens|open|open on|opens on|will open|start|starts|starting|begins"
    "|begin|beginning|ends|end|will end|will start|will begin|takes place|take place|will take place|is held|held"
    "|to be held|will be held|runs|run|will run|ongoing|now open|now|currently|is|are|will be|must be|should be"
    "|can be|shall be|to be|need to be|has to be|have to be|must|should|can|shall|please|us|we|you|your|our|their"
    "|submit|submitted|submission|submissions|send|sent|apply|applied|register|registered|registration"
    "|registrations|receive|received|receipt|reach|arrive|return|returned|respond|reply|lodge|lodged|enrol|enroll"
    "|sign up|book|rsvp|complete|completed|accepted|accepting|made|uploaded|filed|delivered|invited|welcome"
    "|available|possible|application|applications|proposal|proposals|tender|tenders|bid|bids|offer|offers"
    "|abstract|abstracts|paper|papers|nomination|nominations|expression of interest|expressions of interest"
    "|quotation|quotations|quote|question|questions|request|requests|clarification|clarifications"
    "|request for clarification|requests for clarification|requests to participate|request to participate|comment"
    "|comments|contribution|contributions|entry|entries|response|responses|manuscript|manuscripts|project"
    "|projects|call|calls|candidature|candidates|candidacy|candidacies|form|forms|survey|feedback|documents"
    "|document|full proposals|concept note|concept notes|letter of intent|letters of intent|grant|grants|award"
    "|awards|early bird|early-bird|participation|online registration|online application|electronic|portal|vacancy|post"
    "|position|consultation|public consultation|event|events|webinar|webinars|workshop|conference|seminar|meeting"
    "|training|session|lecture|forum|summit|hearing|info session|information session|info day|information day"
    "|infoday|launch|panel|course|symposium|congress|round table|roundtable|assembly|exhibition|festival|ceremony"
    "|briefing|site visit|public opening|bid opening|opening of tenders|opening of bids|interview|interviews|exam"
    "|test|examination|online|virtual|hybrid|public|annual|international|regional|national|general|special|first"
    "|(extended)|extended !|extended deadline :|(new)|(revised)|revised|(updated)|(final)|(postponed)"
    "|second stage|first stage|stage|phase|of|for|the|this|to|in|at|on|and|by the end of|end of day"
    "|end of the day|latest|latest by|at the latest|until|up to|till|valid until|time allowed until|deadline is"
    "|the deadline is|where|venue|location|format|mode"
)

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
        "between|at|on|the|from|by|no later than|not later than|at the latest by|at the latest|latest by|on or before"
        "|starting|starting at|starting from|starts at|at the latest on|time:|start:|starts:|start time:|date:"
    ),
    before=phrases("before|prior to"),
    trailers=phrases(
        "sharp|precisely|at the latest|latest|inclusive|included|in person|in-person|hybrid|webinar|workshop|conference"
        "|deadline|the deadline|end of day|end of the day|hosted online|via Zoom|on Zoom|via Teams|on Teams|Zoom|Teams"
        "|MS Teams|Microsoft Teams|Webex|on site|on-site|onsite|remote|remotely|virtual"
    ),
    time_words=phrases(
        "not|no|never|none|except|excluding|without|before|prior|after|following|since|within|during|old|former|formerly"
        "|previous|previously|original|originally|initial|initially|earlier|past|passed|expired|closed|cancelled"
        "|canceled|postponed|moved|extended|shifted|changed|rescheduled|delayed|replaces|replaced|replacing|instead"
        "|rather|place|was|were|had|might|would|approx|approximately|around|about|circa|roughly|near|provisional"
        "|provisionally|tentative|tentatively|probably|possibly|likely|estimated|indicative|indicatively|maybe|perhaps"
        "|every|each|daily|weekly|fortnightly|monthly|quarterly|yearly|week|weeks|weekend|month|months|fortnight|days"
        "|quarter|hours|minutes|or|either|early|late|mid|rolling|permanent|tomorrow|today|yesterday|tonight|noon|midnight|morning"
        "|afternoon|evening|between|tbc|tba|half|than|but|unless|if|longer|cob|eob|lunch|lunchtime|sunset|sunrise|dawn|dusk"
    ),
    hours_in_words=phrases("of business|of play|of office|of office hours|office hours|business hours|working hours"),
    relative=phrases("next|tomorrow|today|tonight|yesterday|coming"),
    extended=phrases("extended|extension|postponed|prolonged|rescheduled"),
    until_moment=phrases("to|until|till|up to"),
    range_ends=phrases(
        "close|closes|closes on|closing"
        "|end|ends|ending|finish|finishes|end date|end time|ends at|ends on|and ends|to end"
    ),
    equals=phrases("i.e.|i.e|ie|that is|or|equals"),
    online=phrases("online|on-line"),
    lead_ins=phrases(_LEAD_INS),
    zone_words={"utc": "UTC", "gmt": "UTC", **table(AoE="aoe|anywhere on earth|time anywhere on earth")},
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
            "Asia/Karachi": "Islamabad",
            "Asia/Dubai": "Abu Dhabi",
            "Asia/Jerusalem": "Tel Aviv",
            "Europe/Istanbul": "Ankara",
            "Africa/Casablanca": "Rabat",
            "Africa/Johannesburg": "Pretoria|Cape Town",
            "Africa/Lagos": "Abuja",
            "Africa/Douala": "Yaoundé",
            "Africa/Dar_es_Salaam": "Dodoma",
            "Australia/Sydney": "Canberra",
            "Pacific/Auckland": "Wellington",
            "America/Sao_Paulo": "Brasilia|Rio de Janeiro",
            "America/Guayaquil": "Quito",
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
    until_example="{} until December {}",
)
