"""What rules say of what they found, and what would put it right, in Danish; and the words that their numbers hold.
What an engineer alone needs (why a line cannot be read, which orders of a time were tried) the English sentence has."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "access_anomaly": (
        "{who}, {role}, {day}: {what}.",
        "En teamleder eller databeskyttelse spørger hvorfor og tager fundet på sig med det, de fik at vide; adgang i"
        " nødsfald ophæves af gennemgangen.",
    ),
    "amount_drift": (
        "Der blev bestilt {declared_text}; bogført for det er {moved_text}.",
        "En postering af de {money_text}, der skiller, eller en rettelse, der siger hvorfor.",
    ),
    "asserted_value_differs": (
        "{type} siger, at {asserted_text} er {places}, men efter posteringerne er det {expected_text}.",
        "Den bevægelse, der mangler eller er for meget, eller en saldo, der stemmer igen.",
    ),
    "books_disagree": (
        "Tilstanden er “{state}”, men {money_text} står på {places}; i den tilstand er det kun rigtigt på"
        " {allowed}.",
        "Det, der flytter {money_text} fra {places}, eller som ændrer tilstanden.",
    ),
    "changed_at_source": (
        "{type} på {stream} {why}.",
        "Intet af sig selv: den, der fører kilden, siger hvorfor.",
    ),
    "clock_anomaly": (
        "{type} på {stream} siger, at den skete {seconds} {how}.",
        "Intet ændrer posten. Afsenderen stiller sit ur, eller siger hvorfor en lukket periode blev ændret.",
    ),
    "double_effect": (
        "{type} er udført {how}{other}, for samme {kind}.",
        "En hændelse, der ophæver {type}, eller en rettelse af de penge, den flyttede.",
    ),
    "duplicate_effect": (
        "Den samme ordre kom to gange: {type} kom igen efter {seconds} med samme {same}, og ingen af de to"
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
        "Den sluttede som “{state}”, men {type} er ikke ført tilbage.",
        "En af disse: {undoing}.",
    ),
    "id_collision": (
        "{type} på {stream} har samme nummer som en anden, forskellig post.",
        "Kilderne siger, hvilken af de to der er rigtig.",
    ),
    "illegal_transition": (
        "{type} ændrede {lane} {item} fra “{from}” til “{to}”; det må kun ske, når den er: {allowed}.",
        "En rettelse dér, hvor det skete. Den mindste ændring, der gør historien lovlig: {change}.",
    ),
    "late_reaction": (
        "{came} skulle være kommet senest {due} efter {after}, og kom {seconds} senere.",
        "Intet: den er kommet.",
    ),
    "life_after_death": (
        "{type} ændrede {lane} {item} til “{to}”, efter at den var sluttet som “{from}”.",
        "En rettelse dér, hvor det skete, der siger hvorfor.",
    ),
    "missing_reaction": (
        "Efter {after} skulle {one_of} være kommet senest {due}, men var ikke kommet.",
        "{one_of}.",
    ),
    "missing_reaction.healed": (
        "Efter {after} skulle {one_of} være kommet senest {due}; det kom senere.",
        "{one_of}.",
    ),
    "negative_place": (
        "{place} faldt til {units_text}, og må ikke være under nul.",
        "At der kommer penge ind på {place}.",
    ),
    "orphan_cause": (
        "{type} på {stream} nævner en årsag, som {how}.",
        "Den post, der udløste den, fra sin kilde; eller at kilden siger, hvad der skete.",
    ),
    "position_hole": (
        "Nummer {number} i {source} er tomt: {what}.",
        "At kilden har posten igen, som den var; eller at den, der fjernede den, siger hvorfor.",
    ),
    "redelivery": (
        "{type} på {stream} kom igen med samme indhold. Den tæller én gang.",
        "Intet: det er normalt, at en besked kan komme mere end én gang.",
    ),
    "reservation_leak": (
        "{money_text} har stået på {place} længere, end modellen tillader.",
        "Det, der tager {money_text} ud af {place}: bogført, eller frigivet til kunden.",
    ),
    "residue_at_end": (
        "Den sluttede som “{state}”, men {money_text} står stadig på {places}.",
        "Den bevægelse, der tømmer {places}.",
    ),
    "residue_at_end.below": (
        "Den sluttede som “{state}”, og der er taget mere ud af {below}, end der kom ind: {short_text} under nul.",
        "Den bevægelse, der bringer {short_text} til {below}.",
    ),
    "residue_at_end.both": (
        "Den sluttede som “{state}”; {left_text} står stadig på {places}, og {below} er {short_text} under nul.",
        "De bevægelser, der tømmer {places} og bringer {short_text} til {below}.",
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
        "{type} tog {money_text} ud af {place}, hvor intet var reserveret til den{before}.",
        "Den reservation, der mangler dér, eller det, der lægger {money_text} tilbage.",
    ),
    "unreadable": (
        "{type} på {stream} kan ikke læses.",
        "At kilden sender den igen i læsbar form, eller at modellen rettes, og der bygges på ny.",
    ),
    "unreasoned_correction": (
        "{type} på {stream} mangler {lacks}.",
        "En post fra banken, der oplyser det. Denne bliver, som den blev registreret.",
    ),
    "version_clash": (
        "Post {version} på {stream} {how}.",
        "At kilden siger, hvilken af de to der er rigtig, og trækker den anden tilbage.",
    ),
    "version_gap": (
        "Post {missing} på {stream} mangler.",
        "De manglende poster, fra kilden.",
    ),
}  # fmt: skip

PHRASES: Mapping[str, str] = {
    "is not in its source any more as it was read": "står ikke længere i sin kilde, som den blev læst",
    "came after its source had been complete up to there": "kom, efter at dens kilde var kendt så langt",
    "after it was recorded": "efter at den blev registreret",
    "before it was recorded, when its period was closed": "før den blev registreret, da dens periode var lukket",
    "a second time": "for anden gang",
    "besides": "foruden",
    "with more than was still reserved": "med mere, end der endnu var reserveret",
    "is in no source": "ikke findes i nogen kilde",
    "is caused by it": "selv er udløst af den",
    "the source says that it leaves no number out, and nothing was ever seen there": "kilden siger, at den ikke"
    " springer numre over, og der er aldrig set noget dér",
    " any more: it had been resolved already": " længere: det var allerede ophævet",
    "{one}, or {other}": "{one}, eller {other}",
    "{one} and {other}": "{one} og {other}",
    "{one} is one too many": "{one} er én for meget",
    "{one} should have been {other}": "{one} skulle have været {other}",
    "{one} is missing before {other}": "{one} mangler før {other}",
    "{one} is missing": "{one} mangler",
    "a reason": "en begrundelse",
    "the name of who made it": "navnet på den, der lavede den",
    "an approval": "en godkendelse",
    "an approval by somebody else than who made it": "en godkendelse af en anden end den, der lavede den",
    "is the version of another event too": "er også en anden posts nummer",
    "stands before an earlier version in its source": "står før et tidligere nummer i sin kilde",
    "{count} customers opened; others of the role open {usual} on half of their days": "{count} kunder åbnet; andre i"
    " rollen åbner {usual} på halvdelen af deres dage",
    "a customer opened on {count} days of two weeks, each time without a ticket": "en kunde åbnet på {count} dage af"
    " to uger, hver gang uden sagsnummer",
    "a customer opened at {clock}, outside the hours that are declared": "en kunde åbnet kl. {clock}, uden for de"
    " angivne timer",
    "{count} searches that found somebody, and nobody was opened within half an hour": "{count} søgninger, der fandt"
    " nogen, uden at nogen blev åbnet inden en halv time",
    "{count} addresses that name nobody": "{count} adresser, der ikke nævner nogen",
    "glass broken, and nobody has reviewed it within {count} days": "adgang i nødsfald, som ingen har gennemgået inden"
    " {count} dage",
}  # fmt: skip
