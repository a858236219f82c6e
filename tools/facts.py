"""What the stand-ins are proven to do, read from the tests' marks: `// fact: §2.4 [C]` above a C++ test, `facts:` of a scenario."""
import collections
import glob
import os
import re

TITLES = {"salesforce": "Salesforce", "hubspot": "HubSpot", "dynamics365": "Dataverse", "zendesk": "Zendesk"}
CPP_TEST = re.compile(r"^// fact: (.+)\n(?:^//.*\n)*^TEST(?:_F|_P)?\((\w+), (\w+)\)", re.M)
SCENARIO = re.compile(r"^[ \t]*(?:scenario|claim)\(\s*([\"'`])(.+?)\1\s*,", re.M | re.S)
FACTS = re.compile(r"\bfacts:\s*([\"'`])(.*?)\1", re.S)
BUG = re.compile(r"\bclientBug:\s*([\"'`])(.*?)\1", re.S)
SWITCH = re.compile(r"\s*switch: *([^;]+)$")

Fact = collections.namedtuple("Fact", "claim marks switch judge client_bug")


def in_words(name):
    """RefusesATokenOf3600Seconds -> refuses a token of 3600 seconds."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|\d+", name)
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)


def fact_of(claim, marks, judge, client_bug=""):
    switch = SWITCH.search(marks)
    return Fact(claim, SWITCH.sub("", marks).strip(), switch[1].strip() if switch else "", judge, " ".join(client_bug.split()))


def cpp_facts(root, dialect):
    for path in sorted(glob.glob(os.path.join(root, "test", "emulators", dialect + "_*.cc"))):
        with open(path, encoding="utf-8") as file:
            for marks, _, name in CPP_TEST.findall(file.read()):
                yield fact_of(in_words(name), marks, "test")


def scenario_facts(root, dialect):
    for path in sorted(glob.glob(os.path.join(root, "test", "conformance", dialect, "*.mjs"))):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = list(SCENARIO.finditer(text))
        for match, after in zip(found, [*(each.start() for each in found[1:]), len(text)]):
            options = text[match.end():after].split("async", 1)[0]
            marks, bug = FACTS.search(options), BUG.search(options)
            if marks:
                yield fact_of(match[2], marks[2], "client", bug[2] if bug else "")


def section_order(fact):
    section = re.search(r"§\s*([A-Z]?)([\d.]*)", fact.marks)
    numbers = tuple(int(n) for n in section[2].split(".") if n) if section else ()
    return (section[1] if section else "~", numbers, fact.claim)


def facts_of(root, dialect):
    return sorted([*cpp_facts(root, dialect), *scenario_facts(root, dialect)], key=section_order)


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def table(root, dialect):
    lines = ["| what holds | contract | shown by | |", "| --- | --- | --- | --- |"]
    for fact in facts_of(root, dialect):
        note = f"switch `{fact.switch}`" if fact.switch and not fact.switch.startswith("none") else fact.switch and "the stricter reading"
        if fact.client_bug:
            note = "the client's own fault: " + fact.client_bug
        lines.append(f"| {cell(fact.claim)} | {cell(fact.marks)} | {fact.judge} | {cell(note or '')} |")
    return "\n".join(lines) + "\n"


def summary(root):
    lines = ["| stand-in | facts shown | by tests | by its clients | with a switch | where the client is at fault |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for dialect, title in TITLES.items():
        facts = facts_of(root, dialect)
        count = lambda holds: sum(1 for fact in facts if holds(fact))
        lines.append(f"| {title} | {len(facts)} | {count(lambda f: f.judge == 'test')} | {count(lambda f: f.judge == 'client')} | {count(lambda f: f.switch)} | "
                     f"{count(lambda f: f.client_bug)} |")
    return "\n".join(lines) + "\n"


def page_part(root, which):
    """"facts" is the summary, "facts_hubspot" a stand-in's own table."""
    return summary(root) if which == "facts" else table(root, which.removeprefix("facts_"))
