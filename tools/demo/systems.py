"""Clients of the four systems over their own APIs, with nothing of Lockstep's code: an independent reader must not share
the mistakes of what it checks. Standard library only."""
import json
import urllib.error
import urllib.parse
import urllib.request

TYPES = ("account", "contact", "case", "interaction")


class Http:
    def __init__(self, base_url, headers=None):
        self.base_url = base_url.rstrip("/")
        self.headers = headers or {}

    @staticmethod
    def reference(_name, record_id):
        """How other records of this system refer to one."""
        return record_id

    def call(self, method, path, body=None, headers=None, form=None, ok=(200, 201, 202, 204, 207)):
        data = None
        merged = {**self.headers, **(headers or {})}
        if form is not None:
            data = urllib.parse.urlencode(form).encode()
            merged["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            merged.setdefault("Content-Type", "application/json")
        url = path if path.startswith("http") else self.base_url + path
        request = urllib.request.Request(url, data=data, method=method, headers=merged)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {url}: {error.code} {error.read()[:500]!r}") from None
        return json.loads(text) if text.strip() else None


class Salesforce(Http):
    """SOQL over every record; references by id."""
    name = "salesforce"
    api = "/services/data/"
    fields = {
        "Account": "Id,Name,Website,Phone,AccountNumber,NumberOfEmployees,Description,BillingStreet,BillingCity,BillingState,BillingPostalCode,BillingCountry,Lockstep_Id__c",
        "Contact": "Id,FirstName,LastName,Email,Phone,MobilePhone,Title,Description,MailingStreet,MailingCity,MailingState,MailingPostalCode,MailingCountry,AccountId,Lockstep_Id__c",
        "Case": "Id,Subject,Description,Status,Priority,Origin,ContactId,AccountId,Lockstep_Id__c",
        "Task": "Id,Subject,Description,TaskSubtype,WhoId,WhatId,Lockstep_Id__c",
        "EmailMessage": "Id,Subject,HtmlBody,ParentId,FromAddress,ToAddress,Lockstep_Id__c",
    }

    def sign_in(self, client_id, client_secret):
        token = self.call("POST", "/services/oauth2/token",
                          form={"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret})
        self.headers["Authorization"] = "Bearer " + token["access_token"]
        return self

    def rows(self, name):
        query = urllib.parse.quote(f"SELECT {self.fields[name]} FROM {name}")
        page = self.call("GET", f"/services/data/v60.0/query?q={query}")
        while True:
            yield from page["records"]
            if page["done"]:
                return
            page = self.call("GET", page["nextRecordsUrl"])

    def records(self, kind):
        objects = {"account": ["Account"], "contact": ["Contact"], "case": ["Case"], "interaction": ["Task", "EmailMessage"]}[kind]
        for name in objects:
            for row in self.rows(name):
                yield name, row["Id"], row.get("Lockstep_Id__c"), getattr(self, kind)(name, row)

    def account(self, _, r):
        return {"name": r["Name"], "website": r["Website"], "phone": r["Phone"], "account_number": r["AccountNumber"],
                "employees": r["NumberOfEmployees"], "description": r["Description"],
                "address": [r["BillingStreet"], r["BillingCity"], r["BillingState"], r["BillingPostalCode"], r["BillingCountry"]]}

    def contact(self, _, r):
        return {"first_name": r["FirstName"], "last_name": r["LastName"], "email": r["Email"], "phone": r["Phone"],
                "mobile_phone": r["MobilePhone"], "job_title": r["Title"], "description": r["Description"], "@account": r["AccountId"],
                "address": [r["MailingStreet"], r["MailingCity"], r["MailingState"], r["MailingPostalCode"], r["MailingCountry"]]}

    def case(self, _, r):
        status = {"New": "open", "Working": "open", "Escalated": "open", "Closed": "closed"}[r["Status"]]
        return {"subject": r["Subject"], "description": r["Description"], "status": status, "priority": (r["Priority"] or "").lower() or None,
                "@contact": r["ContactId"], "@account": r["AccountId"]}

    def interaction(self, name, r):
        if name == "EmailMessage":
            return {"subject": r["Subject"], "body": r["HtmlBody"], "@parent": r["ParentId"]}
        return {"subject": r["Subject"], "body": r["Description"], "@parent": r["WhatId"] or r["WhoId"]}


class HubSpot(Http):
    """Ids are unique within a type alone: here they are "contacts/512…"."""
    name = "hubspot"
    api = "/crm/"
    properties = {
        "companies": "name,domain,website,phone,numberofemployees,description,address,city,state,zip,country,lockstep_id",
        "contacts": "firstname,lastname,email,phone,mobilephone,jobtitle,message,address,city,state,zip,country,lockstep_id",
        "tickets": "subject,content,hs_pipeline_stage,hs_ticket_priority,lockstep_id",
        "notes": "hs_note_body,lockstep_id", "calls": "hs_call_title,hs_call_body,lockstep_id", "emails": "hs_email_subject,hs_email_html,lockstep_id",
    }

    def sign_in(self, token):
        self.headers["Authorization"] = "Bearer " + token
        return self

    def rows(self, path):
        links = {"contacts": "&associations=companies", "tickets": "&associations=companies,contacts"}.get(path, "&associations=contacts,companies,tickets")
        if path == "companies":
            links = ""
        after = ""
        while True:
            page = self.call("GET", f"/crm/v3/objects/{path}?limit=100&properties={self.properties[path]}{links}{after}")
            yield from page["results"]
            following = page.get("paging", {}).get("next", {}).get("after")
            if not following:
                return
            after = "&after=" + following

    def records(self, kind):
        paths = {"account": ["companies"], "contact": ["contacts"], "case": ["tickets"], "interaction": ["notes", "calls", "emails"]}[kind]
        for path in paths:
            for row in self.rows(path):
                yield path, row["id"], row["properties"].get("lockstep_id"), getattr(self, kind)(path, row["properties"], row)

    @staticmethod
    def reference(name, record_id):
        return f"{name}/{record_id}"

    def linked(self, row, name, kinds):
        """The record tied by the first of `kinds` that there is; a company without the primary label is no account."""
        found = row.get("associations", {}).get(name, {}).get("results", [])
        for kind in kinds:
            for link in found:
                if link["type"] == kind:
                    return self.reference(name, link["id"])
        return None

    def account(self, _, p, row):
        return {"name": p["name"], "website": p["website"], "phone": p["phone"], "employees": p["numberofemployees"], "description": p["description"],
                "address": [p["address"], p["city"], p["state"], p["zip"], p["country"]]}

    def contact(self, _, p, row):
        return {"first_name": p["firstname"], "last_name": p["lastname"], "email": p["email"], "phone": p["phone"], "mobile_phone": p["mobilephone"],
                "job_title": p["jobtitle"], "description": p["message"], "@account": self.linked(row, "companies", ["contact_to_company"]),
                "address": [p["address"], p["city"], p["state"], p["zip"], p["country"]]}

    def case(self, _, p, row):
        status = "closed" if p["hs_pipeline_stage"] == "4" else "open"
        return {"subject": p["subject"], "description": p["content"], "status": status, "priority": (p["hs_ticket_priority"] or "").lower() or None,
                "@contact": self.linked(row, "contacts", ["ticket_to_contact"]), "@account": self.linked(row, "companies", ["ticket_to_company", "ticket_to_company_unlabeled"])}

    def interaction(self, path, p, row):
        subject = {"calls": "hs_call_title", "emails": "hs_email_subject"}.get(path)
        body = {"notes": "hs_note_body", "calls": "hs_call_body", "emails": "hs_email_html"}[path]
        values = {"body": p.get(body)}
        if subject:
            values["subject"] = p.get(subject)
        return values


class Dataverse(Http):
    name = "dynamics365"
    api = "/api/data/"
    sets = {"account": [("accounts", "accountid")], "contact": [("contacts", "contactid")], "case": [("incidents", "incidentid")],
            "interaction": [("annotations", "annotationid"), ("phonecalls", "activityid"), ("emails", "activityid")]}

    def sign_in(self, tenant, client_id, client_secret, login_url=None):
        token = self.call("POST", f"{login_url or ''}/{tenant}/oauth2/v2.0/token",
                          form={"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret, "scope": self.base_url + "/.default"})
        self.headers.update({"Authorization": "Bearer " + token["access_token"], "Accept": "application/json", "OData-Version": "4.0", "OData-MaxVersion": "4.0"})
        return self

    def rows(self, name):
        page = self.call("GET", f"/api/data/v9.2/{name}")
        while True:
            yield from page["value"]
            if "@odata.nextLink" not in page:
                return
            page = self.call("GET", page["@odata.nextLink"])

    def records(self, kind):
        for name, key in self.sets[kind]:
            for row in self.rows(name):
                if row.get("merged"):
                    continue
                yield name, row[key], row.get("lockstep_id"), getattr(self, kind)(name, row)

    def account(self, _, r):
        g = r.get
        return {"name": g("name"), "website": g("websiteurl"), "phone": g("telephone1"), "account_number": g("accountnumber"), "employees": g("numberofemployees"),
                "description": g("description"),
                "address": [g("address1_line1"), g("address1_city"), g("address1_stateorprovince"), g("address1_postalcode"), g("address1_country")]}

    def contact(self, _, r):
        g = r.get
        return {"first_name": g("firstname"), "last_name": g("lastname"), "email": g("emailaddress1"), "phone": g("telephone1"), "mobile_phone": g("mobilephone"),
                "job_title": g("jobtitle"), "description": g("description"), "@account": g("_parentcustomerid_value"),
                "address": [g("address1_line1"), g("address1_city"), g("address1_stateorprovince"), g("address1_postalcode"), g("address1_country")]}

    def case(self, _, r):
        priority = {1: "high", 2: "medium", 3: "low"}.get(r.get("prioritycode"))
        return {"subject": r.get("title"), "description": r.get("description"), "status": "open" if r["statecode"] == 0 else "closed", "priority": priority,
                "@customer": r.get("_customerid_value")}

    def interaction(self, name, r):
        body = r.get("notetext") if name == "annotations" else r.get("description")
        return {"subject": r.get("subject"), "body": body, "@parent": r.get("_objectid_value") or r.get("_regardingobjectid_value")}


class Support(Http):
    """The support system, which uses Lockstep's built-in API."""
    name = "support"

    def __init__(self, base_url, key):
        super().__init__(base_url, {"Authorization": "Bearer " + key})

    def put(self, kind, own_id, fields):
        return self.call("PUT", f"/v1/{kind}s/{urllib.parse.quote(own_id)}", fields)

    def patch(self, kind, own_id, fields):
        return self.call("PATCH", f"/v1/{kind}s/{urllib.parse.quote(own_id)}", fields)

    def batch(self, lines):
        return self.call_lines(lines)

    def call_lines(self, lines):
        body = "\n".join(json.dumps(line) for line in lines).encode()
        request = urllib.request.Request(self.base_url + "/v1/batch", data=body, method="POST", headers={**self.headers, "Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return [json.loads(line) for line in answer.read().splitlines() if line.strip()]

    def rows(self, kind):
        after = ""
        while True:
            page = self.call("GET", f"/v1/{kind}s?limit=500{after}")
            yield from page["records"]
            if "next" not in page:
                return
            after = "&after=" + page["next"]

    def records(self, kind):
        for row in self.rows(kind):
            if row.get("deleted"):
                continue
            yield kind, row["id"], row["entity"], getattr(self, kind)(row["fields"])

    @staticmethod
    def address(value):
        value = value or {}
        return [value.get(k) for k in ("street", "city", "state", "postal_code", "country")]

    @staticmethod
    def ref(value):
        return value["id"] if value else None

    def account(self, f):
        return {**{k: f.get(k) for k in ("name", "website", "phone", "account_number", "employees", "description")}, "address": self.address(f.get("billing_address"))}

    def contact(self, f):
        return {**{k: f.get(k) for k in ("first_name", "last_name", "email", "phone", "mobile_phone", "job_title", "description")},
                "address": self.address(f.get("mailing_address")), "@account": self.ref(f.get("account"))}

    def case(self, f):
        status = "closed" if f.get("status") in ("resolved", "cancelled") else "open"
        return {"subject": f.get("subject"), "description": f.get("description"), "status": status, "priority": f.get("priority"),
                "@contact": self.ref(f.get("contact")), "@account": self.ref(f.get("account"))}

    def interaction(self, f):
        return {"subject": f.get("subject"), "body": f.get("body")}
