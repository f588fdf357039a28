"""The French words of date phrases."""

from __future__ import annotations

from babel import Locale

from calendar_service.datephrases.vocabulary import Vocabulary, numbered, phrases, table, zones_by_city, zones_by_people

# What is announced, and the words around it; each may stand beside any other: "Date limite de dépôt des candidatures".
_LEAD_INS = (
    "prolongé jusqu'au|prolongée jusqu'au|prolongés jusqu'au|prolongées jusqu'au|prolongation jusqu'au|lieu :"
    "|prorogé au|prorogée au|prorogé jusqu'au|prorogée jusqu'au|report au|report de la date limite au"
    "|prévu le|prévue le"
    "|est prolongé au|est prolongée au|est prolongé jusqu'au|est prolongée jusqu'au"
    "|date|dates|date limite|dates limites|date et heure|dates et heures|date et heure limites"
    "|date et heure limite|heure|heures|heure limite|limite|limites|échéance|échéances|délai|délais"
    "|délai de rigueur|butoir|quand|jour|nouvelle date limite|nouveau délai|nouvelle|nouveau|dernier délai"
    "|prochain|prochaine|à vos agendas|ferme|ferme le|fermeture|clôture|ouvre|ouverture|ouvert|ouverte"
    "|ouverts|ouvertes|début|début le|fin|débute|débute le|commence|commence le|se tient|se tiendra|se tiendront"
    "|aura lieu|auront lieu|a lieu|ont lieu|se déroule|se déroulera|est|sont|sera|seront|sera clos|sera close"
    "|seront clos|seront closes|est fixée|est fixé|fixée"
    "|fixé|reporté au"
    "|reportée au|prévus|prévues|programmé|programmée|dépôt|dépôts"
    "|déposer|déposé|déposés|déposées|soumission|soumissions|soumettre|soumis|soumises|envoi|envoyer|envoyé"
    "|envoyés|envoyées|à envoyer|remise|remettre|à remettre|réception|recevoir|reçu|reçus|reçues|transmission"
    "|transmettre|à transmettre|transmis|transmises|adresser|adressé|adressés|adressées|parvenir|retour|renvoyer"
    "|réponse|réponses|répondre|postuler|candidater|participer|s'inscrire|inscrivez-vous|inscription|inscriptions"
    "|préinscription|préinscriptions|obligatoire|gratuite|gratuit|doit|doivent|devra|devront|être|peuvent|peut|à"
    "|candidature|candidatures|offre|offres|pli|plis|dossier|dossiers|projet|projets|proposition|propositions"
    "|demande|demandes|question|questions|contribution|contributions|manifestation d'intérêt|article|articles"
    "|manifestations d'intérêt|résumé|résumés|communication|communications|document|documents|formulaire|appel"
    "|appels|appel d'offres|appel à projets|appel à candidatures|appel à contributions|appel à propositions"
    "|appel à manifestation d'intérêt|concours|consultation|marché|bourse|bourses|subvention|subventions|poste"
    "|participation|complet|complets|complète|complètes|électronique|renseignements|éclaircissements|visite"
    "|webinaire|webinaires|conférence|séminaire|atelier|colloque|réunion|journée|journées|journée d'étude"
    "|rencontre|rencontres|formation|événement|évènement|session|séance|séance d'information"
    "|réunion d'information|forum|sommet|congrès|assemblée|assemblée générale|exposition|festival|cérémonie"
    "|table ronde|lancement|audition|entretiens|épreuves|ouverture des plis|en ligne|virtuel|virtuelle|hybride"
    "|public|publique|annuel|annuelle|international|internationale|national|nationale|régional|régionale|général"
    "|générale|la|les|l'|le|de|des|du|d'|au|aux|et|pour|en|cette|cet|ce|vos|votre|nos|notre|jusqu'au|jusqu'à"
    "|merci de confirmer votre présence|confirmer votre présence|confirmer votre participation|rendez-vous"
    "|gratuite mais obligatoire|gratuit mais obligatoire|obligatoire mais gratuite|libre mais obligatoire"
    "|gratuite , mais obligatoire|libre"
    "|(prolongé)|(prolongée)|(prolongés)|(prolongation)|prolongé :|prolongée :|(reporté)|(reportée)|reportée :"
    "|(repoussé)|(repoussée)|repoussée :|(prorogée)|prorogée :|(nouvelle)|(nouveau)|(modifiée)"
    "|jusqu'à la|où|format|modalité|au plus tard|valable jusqu'au|impérativement|avant la date limite"
)

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
        "|début :|date :|heure de début :"
    ),
    before=phrases("avant"),
    trailers=phrases(
        "précises|précise|au plus tard|dernier délai|inclus|inclusivement|compris|en présentiel|hybride|webinaire"
        "|atelier|conférence|date limite|visioconférence|en visioconférence|par visioconférence|via Zoom|sur Zoom"
        "|journée entière|journée complète|toute la journée|nouvelle date|nouvelle date limite"
        "|lieu :|où :|où ?|délai de rigueur|fuseau horaire :|places limitées|nombre de places limité"
        "|entrée libre|entrée gratuite"
        "|sur Teams|Zoom|Teams|fin de journée|à distance|en distanciel|distanciel"
    ),
    time_words=phrases(
        "ne|n|pas|non|aucun|aucune|jamais|sans|sauf|excepté|hors|avant|après|depuis|suivant|pendant|durant|ancien"
        "|ancienne|précédent|précédente|initial|initiale|initialement|origine|passé|passée|expiré|expirée|clos|close"
        "|annulé|annulée|annulation|reporté|reportée|report|prolongé|prolongée|prolongation|prorogé|prorogée|déplacé"
        "|déplacée|modifié|modifiée|remplace|remplacé|lieu|place|plutôt|était|étaient|fut|environ|vers|autour"
        "|alentours"
        "|provisoire|provisoirement|prévisionnel|prévisionnelle|indicatif|indicative|probable|probablement|estimé"
        "|peut-être|chaque|tous|toutes|quotidien|hebdomadaire|mensuel|mensuelle|semaine|semaines|mois|quinzaine"
        "|trimestre|jours|heures|minutes|ou|soit|demain|hier|aujourd'hui|midi|minuit|matin|après-midi|soir|matinée"
        "|confirmer|confirmé|confirmée|confirmation|réserve|optionnel|facultatif|repli|envisagé|envisagée"
        "|suivants|suivantes|ultérieur|ultérieure|ultérieurement|nouvel|annoncer|préciser|définir|déterminer"
        "|cachet|courant|mi|continu|permanent|entre|que|mais|si"
    ),
    hours_in_words=phrases("des bureaux|heures ouvrables|heures ouvrées|heures de bureau|des guichets|du secrétariat"),
    superseded=phrases(
        "au lieu de|au lieu du|initialement|initialement au|fixé initialement au"
        "|fixée initialement au|initialement le|initialement prévu le|initialement prévue le"
        "|initialement fixé au|initialement fixée au|initialement fixé le|initialement fixée le|précédemment"
        "|précédemment le|auparavant|auparavant le|anciennement|anciennement le|reporté du|reportée du|et non"
        "|et non le|et non plus le|prolongée du|prolongé du"
    ),
    moved_from=phrases(
        "reporté du|reportée du|reportés du|prolongé du|prolongée du|déplacé du|déplacée du|avancé du|avancée du"
    ),
    moved_to=phrases(
        "est reporté au|est reportée au|est prolongé au|est prolongée au|est prolongé jusqu'au"
        "|est prolongée jusqu'au|est repoussé au|est repoussée au|est déplacé au|est déplacée au|passe au"
    ),
    asides=phrases(
        "accueil|accueil café|café d'accueil|accueil des participants|ouverture des portes|émargement|enregistrement"
        "|ouverture|ouverture des plis|ouverture des offres|ouverture le même jour|ouverture des plis le même jour"
        "|l'ouverture ayant lieu le même jour|connexion|petit-déjeuner|café"
    ),
    durations=phrases("durée|d'une durée de|pendant|durant|pour une durée de"),
    duration_hours=phrases("heure|heures|h"),
    opening=phrases("appel|ouvert|ouverte|ouverts|ouvertes|ouverture|ouvre|période|reçus|reçues|acceptées|déposées"),
    remark_words=phrases("locale|local|heure|heures|fuseau|horaire|été|hiver|est|ouest|centre"),
    numbering=phrases("n°|no|nº|numéro"),
    numbered_parts=phrases("séance|module|webinaire|atelier|partie|réunion|date|lot|journée|jour|rencontre|volet"),
    title_suffixes=phrases("e|ème|nde|nd|re"),
    counted_parts=phrases("séance|module|partie|jour|volet"),
    submissions=phrases(
        "offre|offres|pli|plis|dossier|dossiers|candidature|candidatures|soumission|soumissions|proposition"
        "|propositions|dépôt|clôture|remise|limite|inscription|inscriptions"
    ),
    question_words=phrases("question|questions|renseignements|éclaircissements|précisions|préférentiel"),
    periods_before=phrases("avant"),
    weeks=phrases("semaine|semaines"),
    place_prepositions=phrases("à|a|au|aux|en|le|la|les|l'"),
    venues=phrases(
        "salle|maison|palais|hôtel|centre|auditorium|théâtre|bâtiment|université|campus|bibliothèque"
        "|médiathèque|musée"
        "|siège|bureau|bureaux|mairie|ministère|ambassade|école|lycée|institut|place|rue|avenue|amphithéâtre|étage"
    ),
    breaks=phrases("pause|pause déjeuner|pause café|déjeuner"),
    day_units=phrases("jour|jours"),
    place_joins=phrases("de|du|des|d|l|la|le|les|et|en|sur|sous|aux|au|von|der|van"),
    relative=phrases("prochain|prochaine|prochains|demain|aujourd'hui|hier|ce soir"),
    extended=phrases(
        "prolongé|prolongée|prolongés|prolongation|prorogé|prorogée|prorogation|reporté|reportée|report"
        "|repoussé|repoussée"
    ),
    new_moment=phrases("nouvelle date|nouvelle date limite|nouveau délai|nouvelle échéance"),
    until_moment=phrases("jusqu'au|jusqu'à|au|à"),
    range_ends=phrases(
        "fermeture|ferme le|clôture|fin|fin le|se termine|se termine le|heure de fin|date de fin|jusqu'au"
    ),
    equals=phrases("soit|ou|c'est-à-dire"),
    online=phrases("en ligne"),
    lead_ins=phrases(_LEAD_INS),
    zone_words={
        "tu": "UTC",
        "t u": "UTC",
        **zones_by_people(
            {
                "Europe/Paris": "française",
                "Europe/Brussels": "belge",
                "Europe/Luxembourg": "luxembourgeoise",
                "Europe/Zurich": "suisse",
                "Europe/Berlin": "allemande",
                "Europe/Rome": "italienne",
                "Europe/Madrid": "espagnole",
                "Europe/Lisbon": "portugaise",
                "Europe/London": "britannique|anglaise",
                "Europe/Dublin": "irlandaise",
                "Europe/Athens": "grecque",
                "Europe/Bucharest": "roumaine",
                "Europe/Warsaw": "polonaise",
                "Europe/Kyiv": "ukrainienne",
                "Europe/Istanbul": "turque",
                "Africa/Casablanca": "marocaine",
                "Africa/Tunis": "tunisienne",
                "Africa/Algiers": "algérienne",
                "Africa/Dakar": "sénégalaise",
                "Africa/Abidjan": "ivoirienne",
                "Africa/Douala": "camerounaise",
                "Asia/Tokyo": "japonaise",
                "Asia/Seoul": "coréenne",
            },
            "heure {}",
        ),
    },
    local_time=phrases("heure locale|heures locales"),
    city_time=(
        *("heure de {}", "heure d {}", "heure du {}", "heure des {}", "heure a {}", "heure de la {}", "heure de l {}"),
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
    until_example="{} jusqu'en décembre {}",
)
