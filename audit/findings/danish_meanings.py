"""What each rule looks for, in Danish, as a finding's page explains it."""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "access_anomaly": (
        "D32: langt flere kunder åbnet på en dag, end andre i samme rolle åbner; døre åbnet uden for de timer, "
        "modellen angiver; den samme kunde åbnet igen og igen uden sagsnummer; mange søgninger, hvorefter ingen "
        "bliver åbnet; mange adresser, der ikke nævner nogen; adgang i nødsfald, som ingen har gennemgået. Bedømt "
        "efter konsollens egne optegnelser, som de står i loggen, til og med de sidste hele fem minutter; intet, der "
        "er under tavshed, regnes med."
    ),
    "amount_drift": (
        "D6: en betaling sluttede godt, og tiden til at falde på plads er gået, men i en anden bog end dens egen er "
        "det, der nåede hen, hvor penge hviler, ikke det beløb, der blev bestilt, og ingen rettelse eller "
        "tilbageførsel siger hvorfor."
    ),
    "asserted_value_differs": (
        "D28: en hændelse siger, hvad steder rummer efter den, og den værdi, der blev sagt før, giver sammen med det, "
        "der er flyttet siden, noget andet, ud over tolerancen. Hvor rækkefølgen inden for et tidspunkt ikke kendes, "
        "er det rigtigt, hvis blot én rækkefølge går op, og det siges én gang, hvis ingen gør; det næste tidspunkt "
        "regnes fra den værdi, der blev sagt."
    ),
    "books_disagree": (
        "I en tilstand, betalingen slutter igennem, stod dens penge længere, end ure går forskelligt, et sted, som "
        "modellen ikke sætter sammen med den tilstand (`pair`)."
    ),
    "changed_at_source": (
        "changed_at_source: en hændelse kom under det, kilden havde lukket, eller før et tidspunkt, som kilden var "
        "sagt at være kendt til. Den tæller, dens strøm regnes på ny, og det, der blev sagt, før den kom, var sagt "
        "som endeligt."
    ),
    "clock_anomaly": (
        "D27: en hændelse skete senere, end dens system registrerede den, ud over det sekund, ure må gå forskelligt; "
        "eller så længe før, at dens periode da var lukket."
    ),
    "double_effect": (
        "D14: to hændelser i én betaling bærer det samme `once`-mærke, uden at den første var ført tilbage; eller en "
        "hændelse tog mere ud af en reservation, end der endnu var reserveret."
    ),
    "duplicate_effect": (
        "D18: to hændelser med samme idempotensnøgle i én kilde, eller ens i det, modellen siger gør dem til den "
        "samme anmodning, inden for den tid, den giver. En, hvis betaling var mislykket, før den anden kom, tæller "
        "ikke."
    ),
    "duplicate_reaction": (
        "D19: en hændelse er besvaret flere gange, end modellen tillader (at_most), efter årsag eller, hvor årsager "
        "ikke er givet, efter det, den hører til."
    ),
    "effect_before_cause": (
        "D22: en hændelse er registreret før sin årsag, ud over det sekund, ure må gå forskelligt."
    ),
    "forbidden_state": (
        "Noget, som banken selv siger aldrig må være (modellens `never`), var sådan efter en hændelse. Hvor "
        "rækkefølgen inden for et tidspunkt ikke kendes, gælder tidspunktets slutning."
    ),
    "half_compensation": (
        "D15: en betaling mislykkedes, tiden til at falde på plads er gået, og en hændelse i den, som da skal føres "
        "tilbage (`undone_by`), blev det ikke."
    ),
    "id_collision": (
        "D17: det samme hændelsesnummer med andre bytes i én kilde (den anden tager ikke del i noget), eller med et "
        "andet indhold i to kilder (hver bliver ved at være sin egen kildes hændelse)."
    ),
    "illegal_transition": (
        "D10: en hændelse satte en tilstand, der ikke må følge efter den forrige. Hændelser er kendsgerninger: dens "
        "penge er flyttet, og dens tilstand er sat."
    ),
    "late_reaction": (
        "D9: det svar, som modellen venter, kom efter sin tid. Det ophæver fundet om, at svaret mangler."
    ),
    "life_after_death": (
        "D11: en hændelse ændrede tilstanden efter en endelig tilstand uden at være angivet som en rettelse."
    ),
    "missing_reaction": (
        "D8: en hændelse, som modellen venter et svar på, fik intet i tide, heller ikke at det mislykkedes, og alle "
        "kilder er kendt længere frem end fristen."
    ),
    "negative_place": "D5: et sted, der ikke må være negativt, var under nul, da et skridt var forbi.",
    "orphan_cause": (
        "D23: den hændelse, som en hændelse nævner som sin årsag, findes i ingen kilde, selv om alle er kendt et "
        "minut længere frem; eller de to nævner hinanden."
    ),
    "position_hole": (
        "D25: en hændelse, der er læst, mangler, når dens kilde læses igen. Numre, der aldrig er set, er kun et fund, "
        "hvor modellen siger, at kilden ikke springer nogen over: ellers efterlader en afbrudt transaktion et tomt "
        "nummer."
    ),
    "redelivery": "D16: det samme hændelsesnummer med de samme bytes, set igen.",
    "reservation_leak": (
        "D12: det, en betaling reserverede, er hverken bogført eller frigivet inden for den tid, stedet tillader "
        "(`within`), målt på, hvor langt alle kilder er kendt."
    ),
    "residue_at_end": (
        "D3: betalingen er i sin endelige tilstand, og tiden til at falde på plads er gået, men et sted, der skal "
        "være tomt, når den slutter (reserveret, undervejs, i clearingen), er det ikke."
    ),
    "source_silent": (
        "D26: ingen hændelse fra en kilde er registreret i længere tid, end modellen siger, den nogensinde er stille, "
        "og det ses af dens eller en anden kildes egen tid. Aldrig målt på vores ur."
    ),
    "stuck": (
        "D7: en tilstand, der ikke er endelig, har varet længere, end modellen tillader, målt på, hvor langt kilden "
        "er kendt, aldrig på vores ur."
    ),
    "trail_incomplete": (
        "D34: et nummer i loggen mangler, en kundes poster er ikke nummereret uden huller, eller deres led holder "
        "ikke, en af konsollens egne optegnelser er ikke i loggen eller ikke længere i sin tabel, eller en kilde har "
        "oplyst et andet antal hændelser, end loggen rummer."
    ),
    "trail_integrity": (
        "D33: en post i loggen giver ikke sit blad, et indhold ikke sit løfte, træet ikke sine hasher, et "
        "kontrolpunkt, vores eller et, der er offentliggjort udenfor, er ikke loggens; loggens nøgle kan ikke bruges; "
        "eller underskrift eller offentliggørelse er forsinket eller mislykkes. Her tæller vores eget ur: det er om "
        "os."
    ),
    "transfer_not_conserved": (
        "D2: det, stederne i bogen over, hvor pengene er, rummer for en betaling, er ikke det beløb, der blev "
        "bestilt, eller et sted undervejs er under nul, så der blev taget mere ud, end der var lagt ind."
    ),
    "trial_balance": (
        "D4: en saldo, et steds dagssummer, summen for en slags sted eller den sidste løbende saldo er en anden end "
        "bevægelserne giver, eller en bog går ikke op i en valuta. Kontrolleres ved hver genopbygning og på "
        "anmodning."
    ),
    "unbalanced_event": (
        "D1: det samlede beløb, som en hændelse oplyser, er ikke det, dens bevægelser giver. Resten føres på stedet "
        "“uforklaret”, så intet går tabt, og intet rundes bort."
    ),
    "unknown_event": (
        "D24: en hændelse, hvis type eller strøm modellen ikke beskriver. Den springes aldrig over: svar, som den kan "
        "røre, siger, at de ikke er fuldstændige."
    ),
    "unmatched_resolution": (
        "D13: en hændelse bogfører eller frigiver en betalings reservation, som aldrig blev lavet, blev lavet på en "
        "anden konto eller i en anden valuta, eller allerede var ophævet."
    ),
    "unreadable": (
        "D30: en hændelse, der ikke kan læses, eller hvis nødvendige felt mangler eller ikke er, hvad modellen siger. "
        "Dens bytes er gemt nøjagtigt, som de kom."
    ),
    "unreasoned_correction": (
        "D31: en rettelse mangler det, modellen kræver af rettelser: en begrundelse, hvem der lavede den, en "
        "godkendelse, eller en godkender, der er en anden end den, der lavede den."
    ),
    "version_clash": (
        "D21: to hændelser i én strøm bærer samme versionsnummer, eller, i et system, der nummererer det, det føjer "
        "til, står en version før en tidligere. Begge tæller, i kildens rækkefølge."
    ),
    "version_gap": "D20: en strøm har en version uden versionerne før den, og intet tidligere kan dukke op mere.",
}
