"""The few sentences that answers put together themselves, per language; all else comes from the model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format, get_format

from audit.values import Money

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "other_bytes": "an earlier event has the same identifier and other bytes",
        "unknown_type": "the model does not know this type of event",
        "unknown_stream": "no lane of the model has this stream",
        "erased": "(erased)",
        "outcome_unknown": "We do not know yet whether it has arrived.",
        "state_is": "{subject} is {state}.",
        "nothing_happened": "Nothing had happened yet.",
        "cannot_say": "We cannot say yet; we will look into it.",
        "not_understood": "Something that happened could not be understood; this answer may be incomplete.",
        "waits_for": "Waiting for {what}",
        "or": "or",
        "next_step": "the next step",
        "all_explained": "Nothing is open; everything is explained.",
        "one_open": "{count} payment is under way, and not late.",
        "some_open": "{count} payments are under way, none of them late.",
        "one_under_way": "{count} payment is under way.",
        "some_under_way": "{count} payments are under way.",
        "one_wrong": "One payment went wrong: {what}.",
        "some_wrong": "{count} payments went wrong.",
        "one_overdue": "One payment has not gone on as it should: {what}.",
        "overdue": "{count} findings say that a payment has not gone on as it should.",
        "one_noted": "One lesser thing is open: {what}.",
        "noted": "{count} lesser things are open.",
        "one_late": "One payment is late: {what}.",
        "some_late": "{count} payments are late, the oldest since {since}.",
        "unexplained": "{count} things cannot be explained.",
        "one_unexplained": "One thing cannot be explained: {what}.",
        "else_explained": "Everything else is explained.",
        "expected": "Expected: {what}; not seen",
        "to": "{amount} to {who}",
        "from": "{amount} from {who}",
        "delayed": "delayed",
        "compared_same": "This is one and the same row.",
        "compared_hold_and_booking": "This is one payment: the amount was held first, and then booked. It is not taken "
        "twice.",
        "compared_one_payment": "These are two steps of one payment. It is not taken twice.",
        "compared_our_double": "One request was carried out twice. That is our mistake, and one of them must be put "
        "right.",
        "compared_put_right": "One puts the other right: they undo each other.",
        "compared_standing_and_manual": "Two payments: one was made by {maker}, the other was not; {apart} apart.",
        "compared_one_request": "These are two payments that one request began; {apart} apart.",
        "compared_alike": "These are two payments of one amount with one other side, each asked for by itself,"
        " {apart} apart.",
        "compared_different": "These are two payments. They differ in {unlike}.",
        "unlike_amount": "amount",
        "unlike_counterparty": "the other side",
        "unlike_kind": "kind",
        "unlike_time": "time",
        "apart_days": "{count} days",
        "apart_hours": "{count} hours",
        "apart_minutes": "{count} minutes",
        "apart_seconds": "{count} seconds",
        "apart_second": "{count} second",
        "apart_instant": "less than a second",
        "none_came": "No incoming payment{amount} from {began} to {ended} on {accounts}{unmatched}.",
        "some_came": "Incoming payments{amount} from {began} to {ended} on {accounts}: {count}.",
        "of_amount": " of {amount}",
        "on_account": "one account",
        "on_accounts": "{count} accounts",
        "nor_unmatched": ", nor among the money whose owner is not known yet",
        "but_unmatched": ", but among the money whose owner is not known yet: {count}",
        "searched": "Searched up to {time}; every source is known that far.",
        "only_some_places": "Of the places with money whose owner is not known only the first {count} were searched.",
        "searched_but": "Searched up to {time}; not known that far: {sources}.",
        "source_until": "{source} (known up to {time})",
        "source_unknown": "{source} (not known at all)",
        "left_behind": "{state}; money left behind",
        "not_explained": "{state}; not explained",
        "something_missing": "{state}; unfinished",
        "overdrawn": "Overdrawn by {amount}.",
        "overdrawn_since": "Overdrawn by {amount} since {time}.",
        "ended_before": "Before that it was {ended} already; which of the two holds is not settled.",
        "available": "{amount} is available.",
        "held": "Besides, {amount} is held.",
        "held_below": "What is held is {amount} below zero, which cannot be: what is available may be too much.",
        "incoming": "{amount} is on its way in.",
        "nothing_incoming": "Nothing is on its way in.",
        "last_in": "The last payment in was {amount}, {time}.",
        "last_in_from": "The last payment in was {amount} from {who}, {time}.",
        "account_is": "The account is {state}.",
        "nothing_moved": "Nothing was ever booked here.",
        "not_right_of": "Something is not right with the payment of {amount}.",
        "not_right": "Something is not right with this payment.",
        "looking": "We are looking into it.",
        "will_look": "We will look into it.",
        "seen": "This is what we see: {what}.",
        "stands": "{amount} is {place}",
        "stands_unconfirmed": "{amount} is {place}, which has not confirmed it",
        "instead": "{what} instead of {instead}",
        "books_have": "our books still say that {what}",
        "unaccounted": "{amount} is not accounted for",
        "not_given_back": "the payment was not carried out; the {amount} has not been given back yet and is {place}",
        "paid_twice": "it was paid twice",
        "taken": "{amount} was taken from the account instead of {instead}",
        "put": "{amount} was put on the account instead of {instead}",
        "no_promise": "We cannot say yet when it will be put right.",
        "back_yes": "Is it coming back? Yes: all of it is back where it came from.",
        "back_soon": "Is it coming back? Yes: it is only held on the account until the hold is taken off.",
        "back_no": "Is it coming back? No: it went out.",
        "back_unknown": "Is it coming back? Not known yet.",
        "should_have": "The payment should have gone on by {time} and has not.",
        "and": "and",
        "claim_not": "it is not so that {what}",
        "claim_state": "its {what} is “{state}”",
        "claim_event": "its {what} has had “{event}”",
        "claim_waiting": "what must follow “{event}” of its {what} has not come",
        "claim_finding": "there is an open finding, “{what}”",
        "claim_place": "it has money that is {place}",
        "claim_in_place": "its money that is {place}",
        "claim_amount": "its amount",
        "claim_balance": "its balance",
        "claim_available": "what is available of it",
        "claim_held": "what is held of it",
        "claim_is": "{what} is {value}",
        "claim_less": "{what} is less than {value}",
        "claim_most": "{what} is {value} or less",
        "claim_more": "{what} is more than {value}",
        "claim_least": "{what} is {value} or more",
    },
    "da": {
        "other_bytes": "en tidligere hændelse har samme id og et andet indhold",
        "unknown_type": "modellen kender ikke denne slags hændelse",
        "unknown_stream": "ingen bane i modellen har denne strøm",
        "erased": "(slettet)",
        "outcome_unknown": "Vi ved endnu ikke, om beløbet er nået frem.",
        "state_is": "{subject} er {state}.",
        "nothing_happened": "Der var ikke sket noget endnu.",
        "cannot_say": "Det kan vi ikke sige endnu; vi vil undersøge det.",
        "not_understood": "Noget, der skete, kunne ikke forstås; svaret kan være ufuldstændigt.",
        "waits_for": "Venter på {what}",
        "or": "eller",
        "next_step": "næste skridt",
        "all_explained": "Intet er åbent; alt er forklaret.",
        "one_open": "{count} betaling er undervejs, ingen er forsinket.",
        "some_open": "{count} betalinger er undervejs, ingen er forsinket.",
        "one_under_way": "{count} betaling er undervejs.",
        "some_under_way": "{count} betalinger er undervejs.",
        "one_wrong": "En betaling gik galt: {what}.",
        "some_wrong": "{count} betalinger gik galt.",
        "one_overdue": "En betaling er ikke gået videre, som den skulle: {what}.",
        "overdue": "{count} fund siger, at en betaling ikke er gået videre, som den skulle.",
        "one_noted": "En mindre ting er åben: {what}.",
        "noted": "{count} mindre ting er åbne.",
        "one_late": "En betaling er forsinket: {what}.",
        "some_late": "{count} betalinger er forsinket, den ældste siden {since}.",
        "unexplained": "{count} ting kan ikke forklares.",
        "one_unexplained": "En ting kan ikke forklares: {what}.",
        "else_explained": "Alt andet er forklaret.",
        "expected": "Ventet: {what}; ikke set",
        "to": "{amount} til {who}",
        "from": "{amount} fra {who}",
        "delayed": "forsinket",
        "compared_same": "Det er en og samme linje.",
        "compared_hold_and_booking": "Det er én betaling: beløbet blev først reserveret, så bogført. Det er ikke "
        "trukket to gange.",
        "compared_one_payment": "Det er to skridt i én betaling. Den er ikke trukket to gange.",
        "compared_our_double": "Én anmodning blev udført to gange. Det er vores fejl, og den ene skal rettes.",
        "compared_put_right": "Den ene retter den anden: tilsammen ophæver de hinanden.",
        "compared_standing_and_manual": "To betalinger: den ene kom fra {maker}, den anden ikke; {apart} imellem.",
        "compared_one_request": "Det er to betalinger, som én anmodning satte i gang; {apart} imellem.",
        "compared_alike": "Det er to betalinger af samme beløb med samme modpart, bestilt hver for sig, {apart} "
        "imellem.",
        "compared_different": "Det er to betalinger. De er forskellige i {unlike}.",
        "unlike_amount": "beløb",
        "unlike_counterparty": "modpart",
        "unlike_kind": "slags",
        "unlike_time": "tid",
        "apart_days": "{count} dage",
        "apart_hours": "{count} timer",
        "apart_minutes": "{count} minutter",
        "apart_seconds": "{count} sekunder",
        "apart_second": "{count} sekund",
        "apart_instant": "under et sekund",
        "none_came": "Ingen indgående betaling{amount} fra {began} til {ended} på {accounts}{unmatched}.",
        "some_came": "Indgående betalinger{amount} fra {began} til {ended} på {accounts}: {count}.",
        "of_amount": " på {amount}",
        "on_account": "én konto",
        "on_accounts": "{count} konti",
        "nor_unmatched": ", og heller ikke blandt penge, hvis ejer endnu ikke er kendt",
        "but_unmatched": ", men blandt penge, hvis ejer endnu ikke er kendt: {count}",
        "searched": "Søgt frem til {time}; alle kilder er kendt så langt.",
        "only_some_places": "Af stederne med penge, hvis ejer ikke er kendt, blev kun de første {count} set igennem.",
        "searched_but": "Søgt frem til {time}; ikke kendt så langt: {sources}.",
        "source_until": "{source} (kendt til {time})",
        "source_unknown": "{source} (slet ikke kendt)",
        "left_behind": "{state}; penge er blevet tilbage",
        "not_explained": "{state}; ikke forklaret",
        "something_missing": "{state}; ikke færdig",
        "overdrawn": "Overtrukket med {amount}.",
        "overdrawn_since": "Overtrukket med {amount} siden {time}.",
        "ended_before": "Før det var den allerede {ended}; hvilken af de to der gælder, er ikke afgjort.",
        "available": "{amount} er til rådighed.",
        "held": "Derudover er {amount} reserveret.",
        "held_below": "Det reserverede er {amount} under nul, og det kan det ikke være: det rådige er måske for højt.",
        "incoming": "{amount} er på vej ind.",
        "nothing_incoming": "Intet er på vej ind.",
        "last_in": "Den seneste indbetaling var {amount}, {time}.",
        "last_in_from": "Den seneste indbetaling var {amount} fra {who}, {time}.",
        "account_is": "Kontoen er {state}.",
        "nothing_moved": "Her er aldrig bogført noget.",
        "not_right_of": "Der er noget galt med betalingen på {amount}.",
        "not_right": "Der er noget galt med denne betaling.",
        "looking": "Vi er ved at undersøge det.",
        "will_look": "Vi vil undersøge det.",
        "seen": "Det kan vi se: {what}.",
        "stands": "{amount} er {place}",
        "stands_unconfirmed": "{amount} er {place}, som ikke har bekræftet det",
        "instead": "{what} i stedet for {instead}",
        "books_have": "i vores bøger står endnu, at {what}",
        "unaccounted": "{amount} kan der ikke gøres rede for",
        "not_given_back": "betalingen blev ikke gennemført; de {amount} er ikke givet tilbage endnu og er {place}",
        "paid_twice": "den er betalt to gange",
        "taken": "der er trukket {amount} på kontoen i stedet for {instead}",
        "put": "der er sat {amount} ind på kontoen i stedet for {instead}",
        "no_promise": "Vi kan endnu ikke sige, hvornår det er rettet.",
        "back_yes": "Kommer pengene tilbage? Ja: alt er tilbage, hvor det kom fra.",
        "back_soon": "Kommer pengene tilbage? Ja: de er kun reserveret på kontoen, til reservationen ophæves.",
        "back_no": "Kommer pengene tilbage? Nej: de er sendt ud.",
        "back_unknown": "Kommer pengene tilbage? Det vides endnu ikke.",
        "should_have": "Betalingen skulle være gået videre senest {time}, men det er ikke sket.",
        "and": "og",
        "claim_not": "det er ikke sådan, at {what}",
        "claim_state": "dens {what} er “{state}”",
        "claim_event": "dens {what} har haft “{event}”",
        "claim_waiting": "det, der skal følge efter “{event}” på dens {what}, er ikke kommet",
        "claim_finding": "der er et åbent fund, “{what}”",
        "claim_place": "der er penge, som er {place}",
        "claim_in_place": "dens penge, som er {place},",
        "claim_amount": "beløbet",
        "claim_balance": "saldoen",
        "claim_available": "det disponible beløb",
        "claim_held": "det reserverede beløb",
        "claim_is": "{what} er {value}",
        "claim_less": "{what} er mindre end {value}",
        "claim_most": "{what} er {value} eller mindre",
        "claim_more": "{what} er mere end {value}",
        "claim_least": "{what} er {value} eller mere",
    },
}


def word(language: str, name: str, **values: object) -> str:
    """A sentence in `language`, else in English, filled."""
    text = WORDS.get(language, WORDS["en"]).get(name) or WORDS["en"][name]
    return text.format(**values) if values else text


def apart(language: str, seconds: int) -> str:
    """How far two times are apart, to the unit that says it: `35 days`, `90 seconds`."""
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return word(language, f"apart_{name}", count=seconds // size)
    name = {0: "apart_instant", 1: "apart_second"}.get(seconds, "apart_seconds")
    return word(language, name, count=seconds)


def time_in_words(time: datetime, zone: str) -> str:
    """`2026-11-21 12:03 CET`."""
    return f"{time.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def day_in_words(day: date, language: str) -> str:
    """`21 November 2026`."""
    with translation.override(language):
        return date_format(day, "j F Y")


def amount_in_words(money: Money, language: str) -> str:
    """`500.00 DKK`, in Danish `500,00 DKK`: exact, as it is said, without a separator of thousands."""
    return str(money).replace(".", get_format("DECIMAL_SEPARATOR", lang=language, use_l10n=True))


def within(title: str) -> str:
    """A title inside a sentence: "Bank transfer" as "bank transfer", "DK clearing" as it is."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
