"""The English words of date phrases."""

from __future__ import annotations

from babel import Locale

from calendar_service.datephrases.vocabulary import Vocabulary, numbered, phrases, table, zones_by_city, zones_by_people

# What is announced, and the words around it; each may stand beside any other: "Final deadline for submission of bids".
_LEAD_INS = (
    "may be|deadline|deadlines|date|dates|date and time|dates and times|date & time|time|hour|day|when|closing"
    "|opening"
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
    "|free but mandatory|free but compulsory|free but required|free , but mandatory|free , but compulsory"
    "|free , but required|here|needed|confirm your attendance|confirm your participation|has been|have been"
    "|has now been|late registration|late registrations"
    "|late applications|early registration"
    "|mandatory but free|mandatory|compulsory|required|free|free of charge"
    "|request for clarification|requests for clarification|requests to participate|request to participate|comment"
    "|comments|contribution|contributions|entry|entries|response|responses|manuscript|manuscripts|project"
    "|projects|call|calls|candidature|candidates|candidacy|candidacies|form|forms|survey|feedback|documents"
    "|document|full proposals|concept note|concept notes|letter of intent|letters of intent|grant|grants|award"
    "|awards|early bird|early-bird|participation|online registration|online application|electronic|portal"
    "|vacancy|post"
    "|position|consultation|public consultation|event|events|webinar|webinars|workshop|conference|seminar|meeting"
    "|training|session|lecture|forum|summit|hearing|info session|information session|info day|information day"
    "|infoday|launch|panel|course|symposium|congress|round table|roundtable|assembly|exhibition|festival|ceremony"
    "|briefing|site visit|public opening|bid opening|opening of tenders|opening of bids|interview|interviews|exam"
    "|test|examination|online|virtual|hybrid|public|annual|international|regional|national|general|special|first"
    "|(extended)|extended !|extended deadline :|(new)|(revised)|revised|(updated)|(final)|(postponed)"
    "|second stage|first stage|stage|phase|of|for|the|this|to|in|at|on|and|by the end of|end of day"
    "|end of the day|latest|latest by|at the latest|until|up to|till|valid until|valid through|valid to"
    "|expires|expires on|expiry|time allowed until|deadline is"
    "|the deadline is|where|venue|location|format|mode"
)

ENGLISH = Vocabulary(
    locales=(Locale("en"), Locale("en", "GB"), Locale("en", "AU")),
    more_weekdays={"weds": 2, "tues": 1, "thur": 3, "thurs": 3},
    ordinal_suffixes=phrases("st|nd|rd|th"),
    day_articles=phrases("the"),
    month_prepositions=phrases("of"),
    hour_words=phrases("h|hrs|hours"),
    minute_words=phrases("min|minutes"),
    noon=phrases("noon|midday"),
    midnight=phrases("midnight"),
    o_clock=phrases("o'clock"),
    halves=table(am="am|a.m|in the morning", pm="pm|p.m|in the afternoon|in the evening"),
    range_words=phrases("to|until|till|through|thru"),
    and_words=phrases("and|&"),
    between=phrases("between"),
    openers=phrases(
        "between|at|on|the|from|by|no later than|not later than|at the latest by|at the latest|latest by|on or before"
        "|starting|starting at|starting from|starts at|at the latest on|time:|start:|starts:|start time:|date:"
    ),
    before=phrases("before|prior to"),
    trailers=phrases(
        "sharp|precisely|at the latest|latest|inclusive|included|in person|in-person|hybrid|webinar|workshop"
        "|conference"
        "|deadline|the deadline|end of day|end of the day|hosted online|via Zoom|on Zoom|via Teams|on Teams"
        "|Zoom|Teams"
        "|full day|full-day|all day|whole day|new deadline|extended deadline|venue :|location :|place :"
        "|where :|where ?|time zone :|timezone :|limited places|places limited|MS Teams|Microsoft Teams|Webex"
        "|free admission|free entry|on site|on-site|onsite|remote|remotely|virtual"
    ),
    time_words=phrases(
        "not|no|never|none|except|excluding|without|before|prior|after|following|since|within|during|old|former"
        "|formerly"
        "|previous|previously|original|originally|initial|initially|earlier|past|passed|expired|closed|cancelled"
        "|canceled|postponed|moved|extended|shifted|changed|rescheduled|delayed|replaces|replaced|replacing|instead"
        "|rather|place|was|were|had|might|would|approx|approximately|around|about|circa|roughly|near|provisional"
        "|provisionally|tentative|tentatively|probably|possibly|likely|estimated|indicative|indicatively|maybe"
        "|perhaps"
        "|every|each|daily|weekly|fortnightly|monthly|quarterly|yearly|week|weeks|weekend|month|months|fortnight|days"
        "|quarter|hours|minutes|or|either|early|late|mid|rolling|permanent|tomorrow|today|yesterday|tonight"
        "|noon|midday|midnight|morning"
        "|afternoon|evening|between|tbc|tba|half|than|but|unless|if|longer|postmark|postmarked|later|further"
        "|onward|onwards|beyond|announced|announce|decided|determined|defined|confirmed|confirmation"
        "|unconfirmed|subject|pending"
        "|alternative|alternatively|optional|backup|fallback|reserve|cob|eob|lunch|lunchtime|sunset|sunrise|dawn|dusk"
    ),
    hours_in_words=phrases("of business|of play|of office|of office hours|office hours|business hours|working hours"),
    superseded=phrases(
        "was|instead of|in place of|previously|formerly|originally|initially|extended from|moved from|postponed from"
        "|rescheduled from|changed from|previously scheduled for|originally scheduled for|initially scheduled for"
        "|originally planned for|initially planned for"
    ),
    moved_from=phrases("moved from|postponed from|extended from|rescheduled from|changed from|brought forward from"),
    moved_to=phrases(
        "is moved to|is extended to|is extended until|is postponed to|is now|has been moved to|has been extended to"
        "|has been extended until|has been postponed to|has moved to"
    ),
    asides=phrases(
        "doors|doors open|doors opening|registration|registration opens|arrival|arrivals|coffee|welcome coffee"
        "|welcome"
        "|check-in|networking|login|log-in|connection|opening|opening same day|opening on the same day|bid opening"
        "|public opening|opening of bids|opening of tenders|opening of offers|tender opening"
    ),
    durations=phrases("duration|length|lasting|for"),
    duration_hours=phrases("hour|hours|hr|hrs|h"),
    opening=phrases("call|calls|open|opens|opening|opened|window|period"),
    remark_words=phrases("local|time|times|zone|clock|standard|summer|winter|eastern|central|western|pacific|european"),
    numbering=phrases("no .|nr|nr .|#|№|number"),
    numbered_parts=phrases(
        "session|module|webinar|workshop|part|meeting|day|round|stage|phase|lecture|lot|event|date|deadline|call|batch"
    ),
    counted_parts=phrases("session|module|part|day|round|stage|phase|batch"),
    submissions=phrases(
        "tender|tenders|bid|bids|offer|offers|submission|submissions|proposal|proposals|application|applications"
        "|quotation|quotations|deadline|closing|closes|registration|registrations"
    ),
    question_words=phrases("question|questions|clarification|clarifications|enquiries|queries|bird"),
    periods_before=phrases("before|prior to|ahead of"),
    weeks=phrases("week|weeks"),
    place_prepositions=phrases("in|at|the"),
    venues=phrases(
        "hall|room|house|palace|hotel|centre|center|auditorium|theatre|building|university|campus|library"
        "|museum|office"
        "|offices|headquarters|chamber|ministry|embassy|school|college|institute|square|street|avenue|floor"
    ),
    breaks=phrases("lunch|lunch break|coffee break|break|lunch from|lunch at"),
    day_units=phrases("day|days"),
    place_joins=phrases("of|the|and|for|on|upon|st"),
    relative=phrases("next|tomorrow|today|tonight|yesterday|coming"),
    extended=phrases("extended|extension|postponed|prolonged|rescheduled"),
    new_moment=phrases("new deadline|new date|new closing date"),
    until_moment=phrases("to|until|till|up to"),
    range_ends=phrases(
        "close|closes|closes on|closing"
        "|end|ends|ending|finish|finishes|end date|end time|ends at|ends on|and ends|to end"
    ),
    equals=phrases("i.e.|i.e|ie|that is|or|equals"),
    online=phrases("online|on-line"),
    lead_ins=phrases(_LEAD_INS),
    zone_words={
        "utc": "UTC",
        "gmt": "UTC",
        "utc / gmt": "UTC",
        "gmt / utc": "UTC",
        "g m t": "UTC",
        "u t c": "UTC",
        "c e t": "CET",
        "us eastern time": "America/New_York",
        "us pacific time": "America/Los_Angeles",
        **table(AoE="aoe|anywhere on earth|time anywhere on earth"),
        **zones_by_people(
            {
                "Europe/Dublin": "Irish",
                "Europe/London": "British",
                "Europe/Paris": "French",
                "Europe/Brussels": "Belgian",
                "Europe/Amsterdam": "Dutch",
                "Europe/Berlin": "German",
                "Europe/Vienna": "Austrian",
                "Europe/Zurich": "Swiss",
                "Europe/Rome": "Italian",
                "Europe/Lisbon": "Portuguese",
                "Europe/Athens": "Greek",
                "Asia/Nicosia": "Cypriot",
                "Europe/Malta": "Maltese",
                "Europe/Istanbul": "Turkish",
                "Europe/Warsaw": "Polish",
                "Europe/Prague": "Czech",
                "Europe/Budapest": "Hungarian",
                "Europe/Bucharest": "Romanian",
                "Europe/Sofia": "Bulgarian",
                "Europe/Zagreb": "Croatian",
                "Europe/Belgrade": "Serbian",
                "Europe/Kyiv": "Ukrainian",
                "Europe/Helsinki": "Finnish",
                "Europe/Stockholm": "Swedish",
                "Europe/Oslo": "Norwegian",
                "Europe/Copenhagen": "Danish",
                "Europe/Tallinn": "Estonian",
                "Europe/Riga": "Latvian",
                "Europe/Vilnius": "Lithuanian",
                "Asia/Tokyo": "Japanese",
                "Asia/Seoul": "Korean",
                "Asia/Kolkata": "Indian",
                "Asia/Jerusalem": "Israeli|Israel",
                "Africa/Casablanca": "Moroccan",
                "Africa/Nairobi": "Kenyan",
                "Africa/Johannesburg": "South African",
            },
            "{} time",
        ),
    },
    local_time=phrases("local time|local times"),
    city_time=("{} time", "{} local time", "local time in {}"),
    city_aliases=zones_by_city(
        {
            "Europe/Paris": "Strasbourg|Lyon|Marseille|Lille|Bordeaux|Nantes|Toulouse|Nice|Montpellier|Grenoble",
            "Europe/Brussels": "Antwerp|Ghent|Liège|Namur|Charleroi",
            "Europe/Amsterdam": "The Hague|Rotterdam|Utrecht|Maastricht",
            "Europe/Berlin": "Bonn|Munich|Düsseldorf|Dresden|Nuremberg|Frankfurt|Hamburg|Cologne|Leipzig|Stuttgart",
            "Europe/Zurich": "Geneva|Bern|Lausanne|Basel|Neuchâtel",
            "Europe/Rome": "Florence|Naples|Palermo|Genoa|Trieste|Milan|Turin|Reggio Emilia|Bologna|Venice",
            "Europe/Madrid": "Barcelona|Bilbao|Valencia|Seville|Málaga|Granada",
            "Europe/Warsaw": "Krakow|Lublin|Wroclaw|Gdansk|Poznan",
            "Europe/London": "UK|Glasgow|Leeds|Liverpool|Birmingham|Bristol|Edinburgh|Manchester|Cardiff|Belfast",
            "Europe/Kyiv": "Kiev|Melitopol|Odesa|Odessa|Lviv",
            "Europe/Lisbon": "Porto|Coimbra|Braga",
            "Europe/Vienna": "Graz|Salzburg|Linz",
            "Europe/Athens": "Thessaloniki|Patras",
            "Europe/Bucharest": "Cluj-Napoca|Iasi|Timisoara",
            "Europe/Prague": "Brno|Ostrava",
            "Europe/Sofia": "Plovdiv|Varna",
            "Europe/Stockholm": "Gothenburg|Malmö",
            "Europe/Oslo": "Bergen",
            "Europe/Copenhagen": "Aarhus",
            "Europe/Helsinki": "Tampere|Turku",
            "Europe/Dublin": "Cork|Galway|Limerick",
            "Africa/Porto-Novo": "Cotonou",
            "Africa/Cairo": "Alexandria",
            "Asia/Nicosia": "Limassol",
            "Europe/Belgrade": "Pristina",
            "Atlantic/Faroe": "Tórshavn",
            "Atlantic/Azores": "Ponta Delgada",
            "Atlantic/Madeira": "Funchal",
            "Asia/Qatar": "Doha",
            "Asia/Bahrain": "Manama",
            "Asia/Riyadh": "Jeddah|Mecca",
            "Asia/Aden": "Sanaa",
            "Asia/Kuwait": "Kuwait City",
            "Asia/Ho_Chi_Minh": "Hanoi",
            "Asia/Yangon": "Naypyidaw",
            "Asia/Brunei": "Bandar Seri Begawan",
            "Indian/Maldives": "Malé",
            "Indian/Mauritius": "Port Louis",
            "Indian/Comoro": "Moroni",
            "Atlantic/Cape_Verde": "Praia",
            "Africa/Bujumbura": "Gitega",
            "Africa/Abidjan": "Yamoussoukro",
            "Africa/Nairobi": "Mombasa",
            "Africa/Tunis": "Sfax",
            "Pacific/Fiji": "Suva",
            "Pacific/Efate": "Port Vila",
            "Pacific/Tongatapu": "Nukualofa",
            "Pacific/Guadalcanal": "Honiara",
            "Pacific/Palau": "Koror",
            "Pacific/Tahiti": "Papeete",
            "America/Barbados": "Bridgetown",
            "America/Martinique": "Fort-de-France",
            "America/Panama": "Panama City",
            "America/Guatemala": "Guatemala City",
            "America/Belize": "Belmopan",
            "Asia/Seoul": "Ansan|Busan|Pusan",
            "Asia/Tokyo": "Osaka|Kyoto|Hamamatsu",
            "Asia/Shanghai": "Beijing",
            "Asia/Karachi": "Islamabad",
            "Asia/Dubai": "Abu Dhabi",
            "Asia/Jerusalem": "Tel Aviv",
            "Europe/Istanbul": "Ankara|Izmir",
            "Africa/Casablanca": "Rabat|Marrakech|Fez",
            "Africa/Johannesburg": "Pretoria|Cape Town|Durban",
            "Africa/Lagos": "Abuja",
            "Africa/Douala": "Yaoundé",
            "Africa/Dar_es_Salaam": "Dodoma|Arusha",
            "Australia/Sydney": "Canberra",
            "Pacific/Auckland": "Wellington",
            "America/Sao_Paulo": "Brasilia|Rio de Janeiro",
            "America/Guayaquil": "Quito",
            "Asia/Kolkata": "New Delhi|Delhi|Mumbai|Bombay",
            "America/Toronto": "Ottawa|Montreal|Quebec",
            "America/New_York": "Washington|Washington DC|Washington D C|Boston|Philadelphia|Miami|Atlanta",
            "America/Los_Angeles": "San Francisco|Seattle",
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
