"""The check at the end: every record of all four systems, fetched over their own APIs, compared field by field."""
import html
import re

from systems import TYPES


def normal(value):
    """What all systems agree to be the same value: blanks, white space, number spellings, country names, phone punctuation."""
    if value is None:
        return None
    if isinstance(value, list):
        values = [normal(v) for v in value]
        return values if any(v is not None for v in values) else None
    text = re.sub(r"\s+", " ", str(value)).strip()
    if re.fullmatch(r"-?\d+(\.0+)?", text):
        text = text.split(".")[0]
    country = {"germany": "DE", "france": "FR", "united states": "US", "canada": "CA", "spain": "ES", "austria": "AT"}.get(text.lower())
    return country or text or None


def same(field, a, b):
    a, b = normal(a), normal(b)
    if a == b:
        return True
    if field == "priority":  # two systems cannot leave it blank: their medium stands for that
        return (a or "medium") == (b or "medium")
    if field == "email" and a and b:
        return a.lower() == b.lower()
    if field == "body" and a and b:
        strip = lambda t: re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", t))).strip()
        return strip(a) == strip(b)
    if field == "website" and a and b:
        return a.rstrip("/") == b.rstrip("/")
    return False


def read_everything(systems):
    """system → type → entity → list of (object, id, values); references become entities."""
    everything = {}
    for system in systems:
        entities, owner = {}, {}
        for kind in TYPES:
            entities[kind] = {}
            for name, record_id, entity, values in system.records(kind):
                entity = entity or f"unlinked:{system.name}:{name}:{record_id}"
                entities[kind].setdefault(entity, []).append((name, record_id, values))
                owner[system.reference(name, record_id)] = entity
        for kind in TYPES:
            for rows in entities[kind].values():
                for _, _, values in rows:
                    for key in [k for k in values if k.startswith("@")]:
                        target = values.pop(key)
                        values["ref:" + key[1:]] = owner.get(target, target)
        everything[system.name] = entities
    return everything


def customer_of(values):
    return values.get("ref:contact") or values.get("ref:account") or values.get("ref:customer")


def compare(systems, explained):
    """Rows of the table, and the differences nobody explains. `explained`: entities and records (system, id) with an open review item or dead letter."""
    everything = read_everything(systems)
    rows, problems = [], []
    for kind in TYPES:
        every = set().union(*(set(everything[s.name][kind]) for s in systems))
        counts, missing, different, duplicates, excused = {}, 0, 0, 0, 0
        for system in systems:
            counts[system.name] = sum(len(r) for r in everything[system.name][kind].values())
        for entity in sorted(every):
            held = {s.name: everything[s.name][kind].get(entity, []) for s in systems}
            if entity in explained or any((name, own) in explained for name, records in held.items() for _, own, _ in records):
                excused += 1
                continue
            for name, records in held.items():
                if len(records) > 1:
                    duplicates += 1
                    problems.append(f"{kind} {entity}: {len(records)} records in {name}")
            absent = [n for n, r in held.items() if not r]
            if kind == "interaction" and "salesforce" in absent:
                absent.remove("salesforce")  # e-mails without a case have no place there
            if absent:
                missing += 1
                problems.append(f"{kind} {entity}: not in {', '.join(absent)}")
                continue
            present = [(n, r[0][2]) for n, r in held.items() if r]
            for field in sorted({f for _, v in present for f in v}):
                if field == "ref:customer" or field == "ref:parent":
                    continue
                values = [(n, v[field]) for n, v in present if field in v]
                wrong = [(n, v) for n, v in values[1:] if not same(field, values[0][1], v)]
                if wrong:
                    different += 1
                    problems.append(f"{kind} {entity}: {field} is {values[0][1]!r} in {values[0][0]}, {wrong[0][1]!r} in {wrong[0][0]}")
                    break
        rows.append((kind, counts, len(every), duplicates, missing, different, excused))
    return rows, problems


def explained(world):
    """Entities and records whose differences a person knows of: an open review item or dead letter speaks of them."""
    entities = set()
    for item in world.lockstep_lines("review", "list", "--limit", "10000"):
        entities.add(item.get("entity"))
        entities.add((item["connection"], item["remote_id"]))
        entities.update(c.get("entity") for c in item.get("candidates", []))
    for letter in world.lockstep_lines("dead-letters", "list", "--limit", "10000"):
        entities.add(letter.get("entity"))
    return entities - {None, ""}


def print_table(systems, rows):
    names = [s.name for s in systems]
    print(f"\n  {'type':<12}" + "".join(f"{n:>13}" for n in names) + f"{'entities':>10}{'twins':>7}{'missing':>9}{'differ':>8}{'explained':>11}")
    for kind, counts, entities, duplicates, missing, different, excused in rows:
        print(f"  {kind:<12}" + "".join(f"{counts[n]:>13}" for n in names) + f"{entities:>10}{duplicates:>7}{missing:>9}{different:>8}{excused:>11}")
