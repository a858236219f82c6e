"""A made-up company's customers, the same people as four systems would know them: partly everywhere, partly only here or
there, spelt and formatted differently."""
import random

FIRST = "Ada Grace Alan Edsger Barbara Donald Margaret Dennis Radia Ken Frances Tony Hedy Niklaus Katherine John Anita Claude Lynn Leslie Joan Tim Karen Vint".split()
LAST = "Lovelace Hopper Turing Dijkstra Liskov Knuth Hamilton Ritchie Perlman Thompson Allen Hoare Lamarr Wirth Johnson Backus Borg Shannon Conway Lamport Clarke Lee Jones Cerf".split()
WORDS = "Blue Green Northern Southern Silver Golden Rapid Quiet Bright Solid Prime Urban Alpine Coastal Delta Vista".split()
TRADES = "Bakery Logistics Software Optics Motors Clinic Foods Textiles Energy Media Robotics Travel Paper Glass Tools Studios".split()
PLACES = [("Berlin", "Berlin", "10115", "DE", "Germany"), ("Paris", "Île-de-France", "75001", "FR", "France"), ("Chicago", "Illinois", "60601", "US", "United States"),
          ("Toronto", "Ontario", "M5H 2N2", "CA", "Canada"), ("Madrid", "Madrid", "28001", "ES", "Spain"), ("Wien", "Wien", "1010", "AT", "Austria")]
SUBJECTS = ["Invoice is wrong", "Cannot sign in", "Delivery is late", "Question about the contract", "Machine stopped", "Please call back", "Refund", "Update fails"]


def make_customers(count, seed=7, systems=("d365", "hs", "sf", "support")):
    """Accounts, contacts and cases. Every record knows which of `systems` it starts in."""
    systems = sorted(systems)
    rng = random.Random(seed)
    accounts = []
    for number in range(max(count // 4, 2)):
        city, state, postal_code, code, country = rng.choice(PLACES)
        name = f"{rng.choice(WORDS)} {rng.choice(TRADES)} {number}"
        accounts.append({"key": f"a{number}", "name": name, "phone": f"+1312555{number % 10000:04d}", "website": f"https://www.customer{number}.example",
                         "account_number": f"AC-{number:06d}", "description": f"Customer since {1990 + number % 30}", "employees": rng.randint(5, 5000),
                         "street": f"{rng.randint(1, 99)} Main Street", "city": city, "state": state, "postal_code": postal_code, "code": code, "country": country,
                         "systems": spread(rng, systems)})
    contacts, cases = [], []
    for number in range(count):
        account = accounts[number % len(accounts)]
        first, last = rng.choice(FIRST), rng.choice(LAST)
        held = sorted(set(spread(rng, systems)) & set(account["systems"])) or account["systems"][:1]
        contact = {"key": f"c{number}", "first_name": first, "last_name": last, "email": f"{first}.{last}.{number}@customer{number % len(accounts)}.example".lower(),
                   "phone": f"+49305550{number % 100000:05d}", "job_title": rng.choice(["Buyer", "Engineer", "Director", "Owner"]), "account": account,
                   "street": account["street"], "city": account["city"], "state": account["state"], "postal_code": account["postal_code"], "code": account["code"],
                   "country": account["country"], "systems": held}
        contacts.append(contact)
        if number % 3 == 0:
            cases.append({"key": f"k{number}", "subject": f"{rng.choice(SUBJECTS)} ({number})", "description": f"Reported by {first} {last}.", "priority": rng.choice(["low", "medium", "high"]),
                          "contact": contact, "account": account, "system": rng.choice(held)})
    return accounts, contacts, cases


def spread(rng, systems):
    """Half of the records stand in one system, the rest in two or more."""
    return sorted(rng.sample(systems, min(rng.choice([1, 1, 1, 2, 2, 3]), len(systems))))


def for_salesforce(kind, r, ids):
    if kind == "account":
        return {"Name": r["name"], "Phone": r["phone"], "Website": r["website"], "AccountNumber": r["account_number"], "Description": r["description"],
                "NumberOfEmployees": r["employees"], "BillingStreet": r["street"], "BillingCity": r["city"], "BillingState": r["state"],
                "BillingPostalCode": r["postal_code"], "BillingCountry": r["country"]}
    if kind == "contact":
        return {"FirstName": r["first_name"], "LastName": r["last_name"], "Email": r["email"], "Phone": r["phone"], "Title": r["job_title"],
                "AccountId": ids["sf", r["account"]["key"]], "MailingStreet": r["street"], "MailingCity": r["city"], "MailingState": r["state"],
                "MailingPostalCode": r["postal_code"], "MailingCountry": r["country"]}
    return {"Subject": r["subject"], "Description": r["description"], "Priority": r["priority"].capitalize(), "Status": "New", "Origin": "Web",
            "ContactId": ids["sf", r["contact"]["key"]], "AccountId": ids["sf", r["account"]["key"]]}


def for_hubspot(kind, r, ids):
    if kind == "account":
        return {"name": r["name"], "phone": r["phone"], "website": r["website"], "description": r["description"], "numberofemployees": str(r["employees"]),
                "address": r["street"], "city": r["city"], "state": r["state"], "zip": r["postal_code"], "country": r["country"]}
    if kind == "contact":
        return {"firstname": r["first_name"], "lastname": r["last_name"], "email": r["email"], "phone": r["phone"], "jobtitle": r["job_title"],
                "address": r["street"], "city": r["city"], "state": r["state"], "zip": r["postal_code"], "country": r["country"]}
    return {"subject": r["subject"], "content": r["description"], "hs_pipeline": "0", "hs_pipeline_stage": "1", "hs_ticket_priority": r["priority"].upper()}


def for_dataverse(kind, r, ids):
    address = {"address1_line1": r.get("street"), "address1_city": r.get("city"), "address1_stateorprovince": r.get("state"),
               "address1_postalcode": r.get("postal_code"), "address1_country": r.get("country")}
    if kind == "account":
        return {"name": r["name"], "telephone1": r["phone"], "websiteurl": r["website"], "accountnumber": r["account_number"], "description": r["description"],
                "numberofemployees": r["employees"], **address}
    if kind == "contact":
        return {"firstname": r["first_name"], "lastname": r["last_name"], "emailaddress1": r["email"], "telephone1": r["phone"], "jobtitle": r["job_title"],
                "parentcustomerid_account@odata.bind": f"/accounts({ids['d365', r['account']['key']]})", **address}
    return {"title": r["subject"], "description": r["description"], "prioritycode": {"high": 1, "medium": 2, "low": 3}[r["priority"]],
            "customerid_contact@odata.bind": f"/contacts({ids['d365', r['contact']['key']]})"}


def for_support(kind, r, ids):
    address = {"street": r.get("street"), "city": r.get("city"), "state": r.get("state"), "postal_code": r.get("postal_code"), "country": r.get("code")}
    if kind == "account":
        return {"name": r["name"], "phone": r["phone"], "website": r["website"], "account_number": r["account_number"], "description": r["description"],
                "employees": r["employees"], "billing_address": address}
    if kind == "contact":
        return {"first_name": r["first_name"], "last_name": r["last_name"], "email": r["email"], "phone": r["phone"], "job_title": r["job_title"],
                "mailing_address": address, "account": r["account"]["key"]}
    return {"subject": r["subject"], "description": r["description"], "priority": r["priority"], "status": "new", "origin": "web",
            "contact": r["contact"]["key"], "account": r["account"]["key"]}
