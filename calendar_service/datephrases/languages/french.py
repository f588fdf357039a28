"""The French words of date phrases."""

from __future__ import annotations

from babel import Locale

from calendar_service.datephrases.vocabulary import Vocabulary, numbered, phrases, table, zones_by_city

FRENCH = Vocabulary(
    locales=(Locale("fr"), Locale("fr", "CA")),
    more_months={"fev": 2},
    ordinal_suffixes=phrases("er"),
    day_articles=phrases("le"),
    hour_words=phrases("h|heure|heures"),
    minute_words=phrases("min|mn|minutes"),
    noon=phrases("midi"),
    midnight=phrases("minuit"),
    halves=table(am="du matin", pm="de l'après-midi|du soir"),
    range_words=phrases("au|à|jusqu'à|jusqu'au"),
    and_words=phrases("et"),
    between=phrases("entre"),
    openers=phrases(
        "entre|le|les|du|de|dès|à|à partir de|à partir du|au plus tard|au plus tard le|heure :|horaire :|horaires :"
    ),
    before=phrases("avant"),
    online=phrases("en ligne"),
    lead_ins=phrases(
        "date limite|nouvelle date limite|date limite de dépôt|date limite de candidature"
        "|date limite d'inscription|date limite de remise des offres|date limite reportée au"
        "|échéance|délai|clôture|clôture des inscriptions"
        "|ouvert jusqu'au|prolongé jusqu'au|reporté au|quand|date et heure|dates et heures"
    ),
    zone_words={"tu": "UTC"},
    local_time=phrases("heure locale|heures locales"),
    city_time=(
        *("heure de {}", "heure d {}", "heure du {}", "heure des {}", "heure a {}"),
        *("heure locale de {}", "heure locale d {}", "heure locale du {}", "heure locale a {}"),
    ),
    city_articles=("le ", "la "),
    city_aliases=zones_by_city(
        {
            "Europe/Brussels": "Anvers|Gand",
            "Europe/Amsterdam": "La Haye",
            "Europe/Berlin": "Francfort|Hambourg",
            "Europe/Zurich": "Genève|Berne|Bâle",
            "Europe/Rome": "Bologne|Venise",
            "Europe/Madrid": "Barcelone",
            "Europe/Warsaw": "Cracovie",
            "Europe/London": "Édimbourg",
            "Asia/Shanghai": "Pékin",
            "America/Toronto": "Montréal|Québec",
        }
    ),
    misspelt_city=("heure .*",),
    city_time_words=phrases("heure|locale|de|d|du|'|a"),
    suggestions=frozenset({"Date limite"}),
    every=phrases("chaque|tous les|toutes les"),
    on_days=phrases("le|les"),
    units=table(DAILY="jour|jours", WEEKLY="semaine|semaines", MONTHLY="mois", YEARLY="an|ans|année|années"),
    adverbs=table(
        DAILY="quotidien|quotidienne",
        WEEKLY="hebdomadaire",
        MONTHLY="mensuel|mensuelle",
        YEARLY="annuel|annuelle",
    ),
    # "huit jours" is a week and "quinze jours" a fortnight.
    intervals={
        **numbered("deux", "trois", "quatre", "cinq", "six", "sept", start=2),
        "huit": 0,
        "neuf": 9,
        "dix": 10,
        "quinze": 0,
    },
    ambiguous_intervals=phrases("8 jours|huit jours|15 jours|quinze jours"),
    ordinals={
        **numbered(
            "premier|premiers|1er",
            "deuxième|deuxièmes|second|seconds|2e|2ème",
            "troisième|troisièmes|3e|3ème",
            "quatrième|quatrièmes|4e|4ème",
            "cinquième|cinquièmes|5e|5ème",
        ),
        "dernier": -1,
        "derniers": -1,
    },
    one_of_two=("un {} sur deux", "une {} sur deux"),
    of_month=phrases("du mois|de chaque mois"),
    working_week=phrases(
        "chaque jour de semaine|chaque jours de semaine|tous les jour de semaine|tous les jours de semaine"
        "|du lundi au vendredi"
    ),
    times=phrases("fois"),
    until=phrases("jusqu'au|jusqu'à|jusqu'en"),
    end_articles=phrases("la"),
    end_of=phrases("fin|fin de"),
    until_example="{} jusqu'en décembre 2030",
)
