"""People at work in all four systems at once."""
import random

PEOPLE = ["Ann", "Bob", "Chen", "Dana", "Eli", "Fatima"]
FIELDS = {  # what people edit on a contact, by its name in each system
    "phone": {"salesforce": "Phone", "hubspot": "phone", "dynamics365": "telephone1", "support": "phone"},
    "description": {"salesforce": "Description", "hubspot": "message", "dynamics365": "description", "support": "description"},
    "last_name": {"salesforce": "LastName", "hubspot": "lastname", "dynamics365": "lastname", "support": "last_name"},
    "job_title": {"salesforce": "Title", "hubspot": "jobtitle", "dynamics365": "jobtitle", "support": "job_title"},
}
OBJECTS = {"salesforce": ("Contact", "Case"), "hubspot": ("contacts", "tickets"), "dynamics365": ("contact", "incident")}


class Traffic:
    def __init__(self, world, seed=11):
        self.world, self.random, self.made, self.edits = world, random.Random(seed), 0, 0
        self.conversations = True
        self.contacts = {}  # entity → system → own id
        for system in world.systems:
            for _, own_id, entity, _ in system.records("contact"):
                if entity:
                    self.contacts.setdefault(entity, {})[system.name] = own_id
        self.everywhere = [held for held in self.contacts.values() if len(held) == len(world.systems)]

    def edit(self, system, own_id, fields):
        self.edits += 1
        if system == "support":
            self.world.support.patch("contact", own_id, fields)
        else:
            self.person(system, {"operation": "update", "object": OBJECTS[system][0], "id": own_id, "fields": fields})

    def person(self, system, edit):
        return self.world.control(system, "edit", {"as": self.random.choice(PEOPLE), **edit})

    def step(self):
        """One thing that somebody does somewhere."""
        kind = self.random.random()
        if kind < 0.75:
            held = self.random.choice(self.everywhere)
            system = self.random.choice(list(held))
            field = self.random.choice(["phone", "description", "last_name"])
            value = {"phone": f"+4930555{self.random.randint(10000, 99999)}", "description": f"Spoke on the phone, note {self.edits}",
                     "last_name": f"Newname{self.edits}"}[field]
            self.edit(system, held[system], {FIELDS[field][system]: value})
        elif kind < 0.9 or not self.conversations:
            self.new_contact(self.random.choice([system.name for system in self.world.systems]))
        else:
            self.new_note()

    def new_contact(self, system):
        self.made += 1
        first, last, email = "Nia", f"Novak{self.made}", f"nia.novak{self.made}@new{self.made}.example"
        if system == "support":
            self.world.support.put("contact", f"n{self.made}", {"first_name": first, "last_name": last, "email": email})
            return
        names = {"salesforce": ("FirstName", "LastName", "Email"), "hubspot": ("firstname", "lastname", "email"),
                 "dynamics365": ("firstname", "lastname", "emailaddress1")}[system]
        self.person(system, {"operation": "create", "object": OBJECTS[system][0], "fields": dict(zip(names, (first, last, email)))})

    def new_note(self):
        """A conversation in the support system, hung on a customer."""
        self.made += 1
        held = self.random.choice([h for h in self.everywhere])
        self.world.support.put("interaction", f"i{self.made}", {"kind": self.random.choice(["note", "call"]), "subject": f"Conversation {self.made}",
                                                               "body": f"<p>They asked about order {self.made}.</p>", "direction": "inbound",
                                                               "occurred_at": "2026-03-01T10:00:00Z", "contact": held["support"]})

    def collide(self):
        """Two people change one field of one customer in two systems at the same moment."""
        held = self.random.choice(self.everywhere)
        self.edit("salesforce", held["salesforce"], {"Title": "Head of Purchasing"})
        self.edit("dynamics365", held["dynamics365"], {"jobtitle": "Chief Buyer"})
