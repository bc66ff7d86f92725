"""Slips in a good model: what is changed, into what, and everything that must be said of it."""

# ruff: noqa: E501

from __future__ import annotations

BAD: list[tuple[str, str, list[str]]] = [
    (
        "[model]\nname",
        "[modle]\nname",
        [
            "m.toml: the file has no model. Add [model] with name, zone and languages",
            'm.toml, line 2, modle: "modle" is no key of the file. Did you mean "model"? Known: access, book, calendar, currency, derived, expect, kind, lane, model, never, pair, source',
        ],
    ),
    (
        'zone = "Europe/Copenhagen"\nlang',
        'zone = "Europe/Kopenhagen"\nlang',
        [
            'm.toml, line 4, model.zone: "Europe/Kopenhagen" is no time zone. Write a name of the IANA list, such as "Europe/Copenhagen"',
        ],
    ),
    (
        'name = "small"\n',
        "",
        [
            'm.toml, line 2, model: [model] has no name. Add name = "my-bank"',
        ],
    ),
    (
        'name = "small"',
        "name = 5",
        [
            "m.toml, line 3, model.name: this is 5, not a text in quotes. Write a text in quotes",
        ],
    ),
    (
        "[currency.DKK]",
        "[currency.DKR]",
        [
            'm.toml, line 7, currency.DKR: "DKR" is no currency of ISO 4217. Did you mean "PKR"? Known: AED, AFN, ALL, AMD, AOA, ARS, AUD, AWG, AZN, BAM, BBD, BDT and 154 more. Or say its digits: digits = 2',
            'm.toml, line 47, lane.account.field.paid.currency: there is no currency "DKK". Did you mean "DKR"? Known: BHD, DKR, JPY',
            'm.toml, line 93, lane.payment.event.Begun.moves[1].currency: currency "DKK" is not declared. Add [currency.DKK]',
            'm.toml, line 98, lane.payment.event.Grew.moves[1].currency: currency "DKK" is not declared. Add [currency.DKK]',
        ],
    ),
    (
        "[currency.JPY]",
        "[currency.JPY]\ndigits = -1",
        [
            "m.toml, line 9, currency.JPY.digits: -1 digits cannot be. Write 0 to 18",
        ],
    ),
    (
        'cut_off = "16:00"',
        'cut_off = "25:00"',
        [
            'm.toml, line 12, calendar.dk.cut_off: "25:00" is no time of day. Write cut_off = "16:00"',
        ],
    ),
    (
        "[2026-12-25, 2026-12-26]",
        '["2026-12-25"]',
        [
            'm.toml, line 13, calendar.dk.holidays[1]: this is "2026-12-25", not a date such as 2026-12-25. Write a date such as 2026-12-25',
        ],
    ),
    (
        'cut_off = "16:00"',
        'weekend = ["sun", "saturday"]',
        [
            'm.toml, line 12, calendar.dk.weekend[2]: there is no weekday "saturday". Known: fri, mon, sat, sun, thu, tue, wed',
        ],
    ),
    (
        'ends_with = "payment"',
        'ends_with = "paymnt"',
        [
            'm.toml, line 21, kind.transfer.ends_with: there is no lane "paymnt". Did you mean "payment"? Known: account, payment',
        ],
    ),
    (
        "[kind.customer]",
        '[kind."a:b"]',
        [
            'm.toml, line 15, kind."a:b": "a:b" cannot be the name of a kind. Begin with a letter, then letters, digits, _ and -, 60 characters at most',
            'm.toml, line 39, lane.account.inherits[1]: there is no kind "customer". Known: a:b, account, payment, transfer',
            'm.toml, line 53, lane.account.event.Opened.ties.customer: there is no kind "customer". Known: a:b, account, payment, transfer',
        ],
    ),
    (
        'book = "ledger"\nflow',
        "flow",
        [
            'm.toml, line 18, kind.transfer: money travels in this kind (flow = true), but no book says where it is. Add book = "..."',
        ],
    ),
    (
        'owner = "account"\nsubject = "account"',
        'owner = "acount"\nsubject = "account"',
        [
            'm.toml, line 24, book.ledger.place.available.owner: there is no lane "acount". Did you mean "account"? Known: account, payment',
        ],
    ),
    (
        "[book.ledger.place.outside]\nsource = true",
        '[book.ledger.place.outside]\nsource = "yes"',
        [
            'm.toml, line 30, book.ledger.place.outside.source: this is "yes", not true or false. Write true or false',
        ],
    ),
    (
        "transit = true\nrests = false",
        "transit = true",
        [
            "m.toml, line 32, book.custody.place.transit.transit: money only passes through a transit place, but rests is true here. Add rests = false",
        ],
    ),
    (
        'streams = "account-{account}"',
        'streams = "account-{id}"',
        [
            'm.toml, line 38, lane.account.streams: lane "account" bears the name of kind "account", but is not that subject: the first capture of "account-{id}" does not name it. Write {account} first in the pattern, or rename the lane',
            'm.toml, line 67, lane.account.event.Reserved.moves[1].from: place "available" is owned by lane account, but its key does not name the stream. Write available:{id}',
            'm.toml, line 67, lane.account.event.Reserved.moves[1].to: place "reserved" is owned by lane account, but its key does not name the stream. Write reserved:{id}',
            'm.toml, line 74, lane.account.event.Deposited.moves[1].to: place "available" is owned by lane account, but its key does not name the stream. Write available:{id}',
        ],
    ),
    (
        'streams = "account-{account}"',
        'streams = "account-{account"',
        [
            'm.toml, line 38, lane.account.streams: "account-{account" has a brace without its partner. Write captures as {name}',
            'm.toml, line 38, lane.account.streams: lane "account" bears the name of kind "account", but is not that subject: the first capture of "account-{account" does not name it. Write {account} first in the pattern, or rename the lane',
            'm.toml, line 67, lane.account.event.Reserved.moves[1].from: place "available" is owned by lane account, but its key does not name the stream. Write available:{account}',
            'm.toml, line 67, lane.account.event.Reserved.moves[1].to: place "reserved" is owned by lane account, but its key does not name the stream. Write reserved:{account}',
            'm.toml, line 74, lane.account.event.Deposited.moves[1].to: place "available" is owned by lane account, but its key does not name the stream. Write available:{account}',
        ],
    ),
    (
        'streams = "account-{account}"\n',
        "",
        [
            'm.toml, line 37, lane.account.streams: no stream belongs to this lane. Write streams = "account-{account}"',
        ],
    ),
    (
        'streams = ["payment-{transfer}", "payout/{transfer}/{account}"]',
        'streams = "account-{transfer}"',
        [
            'm.toml, line 83, lane.payment.streams: "account-{transfer}" of lane payment and "account-{account}" of lane account can match the same stream. Make one of them longer, so that it is clear whose stream it is',
        ],
    ),
    (
        'streams = "public"',
        'streams = "account-{x}"',
        [
            'm.toml, line 106, derived[1].streams: "account-{x}" of a derived stream and "account-{account}" of lane account can match the same stream. Make one of them longer, so that it is clear whose stream it is',
        ],
    ),
    (
        'closed = { title = "closed", final = true }',
        'closed = { title = "closed", finl = true }',
        [
            'm.toml, line 44, lane.account.state.closed.finl: "finl" is no key of a state. Did you mean "final"? Known: failure, final, timeout, title, waits_on_person, within',
        ],
    ),
    (
        'closed = { title = "closed", final = true }',
        'closed = { final = true, within = "5m" }',
        [
            "m.toml, line 44, lane.account.state.closed.within: a final state lasts for ever. Take within or final away",
        ],
    ),
    (
        'within = { bank_days = 2, calendar = "dk" }',
        'within = "5 minutes"',
        [
            'm.toml, line 86, lane.payment.state.begun.within: this is no time that is understood. Write "30s", "5m", "2h", "3d" or { bank_days = 2, calendar = "dk" }',
        ],
    ),
    (
        'calendar = "dk"',
        'calendar = "de"',
        [
            'm.toml, line 86, lane.payment.state.begun.within.calendar: there is no calendar "de". Known: dk',
        ],
    ),
    (
        'within = "5s"',
        "within = 5",
        [
            'm.toml, line 112, expect[1].within: this is no time that is understood. Write "30s", "5m", "2h", "3d" or { bank_days = 2, calendar = "dk" }',
        ],
    ),
    (
        'to = "open" }',
        'to = "opne" }',
        [
            'm.toml, line 54, lane.account.event.Opened.state.to: there is no state "opne". Did you mean "open"? Known: closed, open',
        ],
    ),
    (
        'state = { from = ["open"] }',
        'state = { from = ["opened"] }',
        [
            'm.toml, line 64, lane.account.event.Reserved.state.from: there is no state "opened". Did you mean "open"? Known: closed, none, open',
        ],
    ),
    (
        'state = { from = ["begun"], to = "done" }',
        'state = { from = ["begun", "done"], to = "begun" }',
        [
            'm.toml, line 103, lane.payment.event.Done.state.from: state "done" is final, and yet this event leaves it for "begun". Take "done" out of from, or mark the event correction = true',
        ],
    ),
    (
        'ties = { transfer = "transfer" }',
        'ties = { transfr = "transfer" }',
        [
            'm.toml, line 63, lane.account.event.Reserved.ties.transfr: there is no kind "transfr". Did you mean "transfer"? Known: account, customer, payment, transfer',
        ],
    ),
    (
        'ties = { transfer = "transfer" }',
        'ties = { transfer = "$corelation" }',
        [
            'm.toml, line 63, lane.account.event.Reserved.ties.transfer: "$corelation" is nothing that an event has. Did you mean "$correlation"? Known: $causation, $correlation, $id, $stream, $type',
        ],
    ),
    (
        'from = "available:{account}", to = "reserved',
        'from = "availble:{account}", to = "reserved',
        [
            'm.toml, line 67, lane.account.event.Reserved.moves[1].from: book ledger has no place "availble". Did you mean "available"? Known: available, outside, reserved',
        ],
    ),
    (
        'from = "available:{account}", to = "reserved',
        'from = "transit:{transfer}", to = "reserved',
        [
            'm.toml, line 67, lane.account.event.Reserved.moves[1].from: book ledger has no place "transit". It is a place of book custody; a movement stays in one book. Known: available, outside, reserved',
        ],
    ),
    (
        'book = "custody", amount = { literal = "25.00" }',
        'book = "custdy", amount = { literal = "25.00" }',
        [
            'm.toml, line 93, lane.payment.event.Begun.moves[1].book: there is no book "custdy". Did you mean "custody"? Known: custody, ledger',
        ],
    ),
    (
        '{ literal = "25.00" }',
        "{ literal = 25.0 }",
        [
            'm.toml, line 93, lane.payment.event.Begun.moves[1].amount.literal: literal is not a text. Write literal = "25.0" in quotes: numbers in a file would not be exact',
        ],
    ),
    (
        '{ literal = "25.00" }',
        '{ literal = "25.001" }',
        [
            'm.toml, line 93, lane.payment.event.Begun.moves[1].amount: "25.001" has more than the currency\'s 2 decimals. Write a decimal that the currency can hold, such as "25.00"',
        ],
    ),
    (
        '{ literal = "25.00" }',
        '{ increase = "total" }',
        [
            'm.toml, line 93, lane.payment.event.Begun.moves[1].amount.increase: "increase" is not known here. Did you mean "increase_of"? Known: increase_of, literal',
        ],
    ),
    (
        '{ always = "DKK" }',
        '{ always = "EUR" }',
        [
            'm.toml, line 93, lane.payment.event.Begun.moves[1].currency: currency "EUR" is not declared. Add [currency.EUR]',
        ],
    ),
    (
        'to = "transit:{transfer}" }]\n\n[lane.payment.event.Grew]',
        'to = "customer" }]\n\n[lane.payment.event.Grew]',
        [
            "m.toml, line 93, lane.payment.event.Begun.moves[1]: the money leaves the place that it goes to. Name two different places",
        ],
    ),
    (
        'from = "customer", to = "transit:{transfer}"',
        'from = "transit", to = "transit"',
        [
            "m.toml, line 93, lane.payment.event.Begun.moves[1]: the money leaves the place that it goes to. Name two different places",
        ],
    ),
    (
        'book = "ledger", amount = "amount", currency = "currency", from = "outside", to = "available:{account}"',
        'book = "ledger", amount = "amount", currency = "currency", from = "outside", to = "available:main"',
        [
            'm.toml, line 74, lane.account.event.Deposited.moves[1].to: place "available" is owned by lane account, but its key does not name the stream. Write available:{account}',
        ],
    ),
    (
        'book = "custody", amount = { increase_of = "total" }, currency = { always = "DKK" }, from = "customer", to = "transit:{transfer}"',
        'book = "ledger", amount = "a", currency = { always = "DKK" }, from = "outside", to = "available:{account}"',
        [
            'm.toml, line 98, lane.payment.event.Grew.moves[1].to: place "available" is owned by lane account: its streams alone may move it, not those of lane payment. Move the money through a shared place, such as a transit one, or take owner away',
        ],
    ),
    (
        'personal = ["holder.name"]',
        'personal = ["holder", "limit"]',
        [
            'm.toml, line 55, lane.account.event.Opened.sets.limit: "limit" is personal, and what is made of it here is kept in the clear. Use a field that is not personal, or take "limit" out of personal',
        ],
    ),
    (
        'personal = ["holder.name"]',
        'personal = ["customer"]',
        [
            'm.toml, line 53, lane.account.event.Opened.ties.customer: "customer" is personal, and what is made of it here is kept in the clear. Use a field that is not personal, or take "customer" out of personal',
        ],
    ),
    (
        'when = { channel = ["app", "web"] }',
        'when = { channel = { over = "5" } }',
        [
            'm.toml, line 67, lane.account.event.Reserved.moves[1].when.channel.over: "over" is no condition. Did you mean "above"? Known: above, below, exists',
        ],
    ),
    (
        'when = { channel = ["app", "web"] }',
        "when = { channel = { above = 0.5 } }",
        [
            'm.toml, line 67, lane.account.event.Reserved.moves[1].when.channel.above: above cannot be this. Write exists = true or false; above and below a decimal in quotes: above = "0"',
        ],
    ),
    (
        'tells = "Your account was opened"',
        'tells = { sv = "Ditt konto" }',
        [
            'm.toml, line 52, lane.account.event.Opened.tells.sv: "sv" is no language of this model. Known: da, en',
        ],
    ),
    (
        'tells = "Your account was opened"',
        'tells = "Your {account was opened"',
        [
            'm.toml, line 52, lane.account.event.Opened.tells: a brace in "Your {account was opened" has no partner. Write names as {amount}',
        ],
    ),
    (
        'tells = "Your account was opened"',
        'tells = ["a"]',
        [
            'm.toml, line 52, lane.account.event.Opened.tells: this is a list, not a text. Write "..." or { en = "..." }',
        ],
    ),
    (
        'state]\nopen = { title = "open" }',
        'state]\nopen = { title = "{amount}" }',
        [
            'm.toml, line 43, lane.account.state.open.title: "{amount}" cannot be filled here. Only says and tells of events speak of one event',
        ],
    ),
    (
        'tolerance = "0.10"',
        'tolerance = "a"',
        [
            'm.toml, line 75, lane.account.event.Deposited.asserts[1].tolerance: "a" is not a decimal. Write a decimal that the currency can hold, such as "25.00"',
        ],
    ),
    (
        'field = "balance", book',
        'field = "bal ance", book',
        [
            'm.toml, line 75, lane.account.event.Deposited.asserts[1].field: "bal ance" is no path into the payload. Write the names with dots between: "receiver.name"',
        ],
    ),
    (
        'places = ["available:{account}", "reserved:{account}"]',
        'places = ["avail:{account}"]',
        [
            'm.toml, line 75, lane.account.event.Deposited.asserts[1].places: there is no place of book ledger "avail". Did you mean "available"? Known: available, outside, reserved',
        ],
    ),
    (
        'after = "account.Reserved"',
        'after = "account.Reservd"',
        [
            'm.toml, line 110, expect[1].after: there is no event of lane account "Reservd". Did you mean "Reserved"? Known: Closed, Deposited, Opened, Reserved',
        ],
    ),
    (
        'after = "account.Reserved"',
        'after = "acount.Reserved"',
        [
            'm.toml, line 110, expect[1].after: "acount.Reserved" names no lane. Write lane.Event. Did you mean "account.Reserved"? Known: account.Closed, account.Deposited, account.Opened, account.Reserved, payment.Begun, payment.Done, payment.Grew',
        ],
    ),
    (
        'by = "transfer"',
        'by = "transfers"',
        [
            'm.toml, line 113, expect[1].by: there is no kind "transfers". Did you mean "transfer"? Known: account, customer, payment, transfer',
        ],
    ),
    (
        'that = "paid > limit"',
        'that = "paid >"',
        [
            'm.toml, line 118, never[1].that: "paid >" ends too early. Write a comparison of remembered fields: "paid >= due"',
        ],
    ),
    (
        'that = "paid > limit"',
        'that = "payed > limit"',
        [
            'm.toml, line 118, never[1].that: there is no remembered field "payed". Did you mean "paid"? Known: left, limit, paid',
        ],
    ),
    (
        'that = "paid > limit"',
        'that = "paid"',
        [
            'm.toml, line 118, never[1].that: "paid" is neither true nor false. Compare: <, <=, ==, !=, >=, >',
        ],
    ),
    (
        'that = "paid > limit"',
        "that = \"__import__('os')\"",
        [
            'm.toml, line 118, never[1].that: "__import__(\'os\')" is more than one expression at character 11 ((). Write a comparison of remembered fields: "paid >= due"',
        ],
    ),
    (
        'computed = "limit - paid"',
        'computed = "left + 1"',
        [
            'm.toml, line 48, lane.account.field.left.computed: "left" is computed from itself. Compute it from fields that events set',
        ],
    ),
    (
        'paid = { starts = "0", currency = "DKK" }',
        'paid = { starts = "0", currency = "SEK" }',
        [
            'm.toml, line 47, lane.account.field.paid.currency: there is no currency "SEK". Known: BHD, DKK, JPY',
        ],
    ),
    (
        'state = "begun"\nledger',
        'state = "began"\nledger',
        [
            'm.toml, line 121, pair[1].state: there is no state of lane payment "began". Did you mean "begun"? Known: begun, done',
        ],
    ),
    (
        'custody = ["transit"]',
        'custdy = ["transit"]',
        [
            'm.toml, line 123, pair[1].custdy: there is no book "custdy". Did you mean "custody"? Known: custody, ledger',
        ],
    ),
    (
        'custody = ["transit"]',
        'custody = ["tranist"]',
        [
            'm.toml, line 123, pair[1].custody: there is no place of book custody "tranist". Did you mean "transit"? Known: customer, transit',
        ],
    ),
    (
        'renamed_from = ["PaidIn"]',
        'renamed_from = ["Opened"]',
        [
            'm.toml, line 72, lane.account.event.Deposited.renamed_from: "Opened" already means Opened. An older name can only have become one event',
        ],
    ),
    (
        'renamed_from = ["PaidIn"]',
        'like = "Openend"',
        [
            'm.toml, line 72, lane.account.event.Deposited.like: there is no event "Openend" in this lane. Did you mean "Opened"? Known: Closed, Deposited, Opened, Reserved',
        ],
    ),
    (
        'renamed_from = ["PaidIn"]',
        'like = "Deposited"',
        [
            "m.toml, line 72, lane.account.event.Deposited.like: these events are like each other in a circle. Write one of them out",
        ],
    ),
    (
        'renamed_from = ["PaidIn"]',
        'asks_again = "twice"\nretry = true',
        [
            'm.toml, line 72, lane.account.event.Deposited.asks_again: there is no way to ask again "twice". Known: question, resend',
        ],
    ),
    (
        'name = "small"',
        "name = small",
        [
            "m.toml, line 3: this is not TOML: Invalid value. Mend the line; a text stands in quotes, a table's name in [ ]",
        ],
    ),
]
