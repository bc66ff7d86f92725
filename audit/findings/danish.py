"""What rules say of what they found, and what would put it right, in Danish. What a rule's numbers hold as English
words (`how`, `why`, `before`) is left out: the English sentence has it."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "amount_drift": (
        "{kind} på {declared_text}: i bogen {book} er {moved_text} nået til ende.",
        "En postering af de {money_text}, der skiller, eller en rettelse, der siger hvorfor.",
    ),
    "asserted_value_differs": (
        "{type} siger, at {places} rummer {asserted_text}, men efter bevægelserne er det {expected_text}.",
        "Den bevægelse, der mangler eller er for meget, eller en saldo, der stemmer igen.",
    ),
    "books_disagree": (
        "{kind}: tilstanden er “{state}”, men {money_text} står på {places}; i den tilstand er det kun rigtigt på"
        " {allowed}.",
        "Det, der flytter {money_text} fra {places}, eller som ændrer tilstanden.",
    ),
    "changed_at_source": (
        "{type} på {stream} er ændret i kilden, efter at den var endelig.",
        "Intet af sig selv: den, der fører kilden, siger hvorfor.",
    ),
    "clock_anomaly": (
        "{type} på {stream} har et tidspunkt, der ikke kan passe: {seconds} ved siden af.",
        "Intet ændrer posten. Afsenderen stiller sit ur, eller siger hvorfor en lukket periode blev ændret.",
    ),
    "double_effect": (
        "{kind}: {type} virkede to gange, eller tog mere, end der var reserveret.",
        "En postering, der ophæver {type}, eller en rettelse af de penge, den flyttede.",
    ),
    "duplicate_effect": (
        "Den samme ordre er udført to gange: {type} kom igen efter {seconds} med samme {same}, og ingen af de to"
        " mislykkedes.",
        "En rettelse eller en tilbageførsel, eller at den ene af de to mislykkes.",
    ),
    "duplicate_reaction": (
        "{after} er besvaret {count} gange, sidst med {came}; højst {at_most} er rigtigt.",
        "En rettelse eller en tilbageførsel af den, der er for meget.",
    ),
    "effect_before_cause": (
        "{type} på {stream} er registreret {seconds} før det, der udløste den.",
        "Intet ændrer posterne. Et af de to systemer stiller sit ur, eller nævner den rette årsag.",
    ),
    "forbidden_state": (
        "Ved {type} må det aldrig være sådan, at {that}, men det var det: {values}.",
        "En rettelse fra banken: posten skulle ikke være kommet, eller det, den bygger på, er forkert.",
    ),
    "half_compensation": (
        "{kind}: sluttede som {state}, men {type} er ikke ført tilbage.",
        "En af disse: {undoing}.",
    ),
    "id_collision": (
        "{type} på {stream} har samme nummer som en anden, forskellig post.",
        "Kilderne siger, hvilken af de to der er rigtig.",
    ),
    "illegal_transition": (
        "{type} ændrede {lane} {item} fra “{from}” til “{to}”; det må kun ske, når tilstanden er: {allowed}.",
        "En rettelse samme sted.",
    ),
    "late_reaction": (
        "{came} skulle være kommet senest {due} efter {after}, og kom {seconds} senere.",
        "Intet: den er kommet.",
    ),
    "life_after_death": (
        "{type} ændrede {lane} {item} til “{to}”, efter at den var sluttet som “{from}”.",
        "En rettelse samme sted, der siger hvorfor.",
    ),
    "missing_reaction": (
        "Efter {after} skulle {one_of} være kommet senest {due}, men er ikke kommet.",
        "{one_of}.",
    ),
    "negative_place": (
        "{place} faldt til {units_text}, og må ikke være under nul.",
        "At der kommer penge ind på {place}.",
    ),
    "orphan_cause": (
        "{type} på {stream} nævner en årsag, som ikke findes.",
        "Den post, der udløste den, fra sin kilde; eller at kilden siger, hvad der skete.",
    ),
    "position_hole": (
        "Nummer {number} i {source} er tomt.",
        "At kilden har posten igen, som den var; eller at den, der fjernede den, siger hvorfor.",
    ),
    "redelivery": (
        "{type} på {stream} kom igen med samme indhold. Den tæller én gang.",
        "Intet: det er normalt, at en besked kan komme mere end én gang.",
    ),
    "reservation_leak": (
        "{kind}: {money_text} har stået på {place} længere, end modellen tillader.",
        "Det, der tager {money_text} ud af {place}: bogført, eller frigivet til kunden.",
    ),
    "residue_at_end": (
        "{kind}: sluttede som {state}, men {money_text} står stadig på {places}.",
        "Den bevægelse, der tømmer {places}.",
    ),
    "source_silent": (
        "{source} har intet sagt siden {since}; den er ellers aldrig stille længere end {quiet}.",
        "En post fra {source}; eller at den, der fører den, siger hvorfor der ingen er.",
    ),
    "stuck": (
        "{lane} {item} har været “{state}” længere, end modellen tillader.",
        "Det, der bringer den ud af {state}.",
    ),
    "transfer_not_conserved": (
        "{kind} på {declared_text}: da det først blev set, var der {held_text} af den: {places}.",
        "Det, der mangler, eller en tilbageførsel af det, der er for meget.",
    ),
    "trial_balance": (
        "Vores gemte sum for {place} er {stored}, men bevægelserne giver {summed}.",
        "`python manage.py rebuild`: alle summer laves på ny af loggen.",
    ),
    "unbalanced_event": (
        "{type} siger {declared_text} i alt, men dens dele giver {moved_text}: de {rest_text} imellem er"
        " ikke forklaret.",
        "En postering, der flytter {rest_text} derfra, eller en rettet post fra kilden.",
    ),
    "unknown_event": (
        "Modellen ved ikke, hvad {type} på {stream} betyder. Den er gemt og vist; hvad den gjorde ved penge og"
        " tilstand, vides ikke.",
        "At {type} beskrives i modellen, og at der bygges på ny.",
    ),
    "unmatched_resolution": (
        "{kind}: {type} tog {money_text} ud af {place}, hvor intet var reserveret til den.",
        "Den reservation, der mangler dér, eller det, der lægger {money_text} tilbage.",
    ),
    "unreadable": (
        "{type} på {stream} kan ikke læses.",
        "At kilden sender den igen i læsbar form, eller at modellen rettes, og der bygges på ny.",
    ),
    "unreasoned_correction": (
        "{type} på {stream} mangler begrundelse, eller godkendelse af en anden end den, der lavede den.",
        "En post fra banken, der oplyser det. Denne bliver, som den blev registreret.",
    ),
    "version_clash": (
        "Post {version} på {stream}: to gør krav på samme plads.",
        "At kilden siger, hvilken af de to der er rigtig, og trækker den anden tilbage.",
    ),
    "version_gap": (
        "Post {missing} på {stream} mangler.",
        "De manglende poster, fra kilden.",
    ),
}  # fmt: skip
