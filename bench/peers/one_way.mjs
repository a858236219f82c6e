// Lists contacts from HubSpot, maps them, upserts them into Salesforce: one way, nothing durable, no conflict, no retry.
// Usage: node one_way.mjs HUBSPOT_URL SALESFORCE_URL; prints one JSON line.
import { Client } from "@hubspot/api-client";
import jsforce from "jsforce";

const [hubspotUrl, salesforceUrl] = process.argv.slice(2);
const hubspot = new Client({ accessToken: "pat-na1-00000000-0000-4000-8000-000000000001", basePath: hubspotUrl });
const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "lockstep-client", client_secret: "lockstep-secret" });
const token = await (await fetch(`${salesforceUrl}/services/oauth2/token`, { method: "POST", body: form })).json();
const salesforce = new jsforce.Connection({ instanceUrl: salesforceUrl, accessToken: token.access_token, version: "60.0" });

const properties = ["firstname", "lastname", "email", "phone", "mobilephone", "jobtitle", "address", "city", "state", "zip", "country", "website", "message"];
const started = performance.now();
let records = 0;
let calls = 0;
let after;
let waiting = [];

async function upsert() {
  const answers = await salesforce.sobject("Contact").upsert(waiting, "Lockstep_Id__c", { allOrNone: false });
  calls += 1;
  const bad = answers.find((answer) => !answer.success);
  if (bad) throw new Error(JSON.stringify(bad));
  records += waiting.length;
  waiting = [];
}

do {
  const page = await hubspot.crm.contacts.basicApi.getPage(100, after, properties);
  calls += 1;
  for (const { id, properties: from } of page.results) {
    waiting.push({
      Lockstep_Id__c: `hs-${id}`, FirstName: from.firstname, LastName: from.lastname, Email: from.email, Phone: from.phone,
      MobilePhone: from.mobilephone, Title: from.jobtitle, MailingStreet: from.address, MailingCity: from.city, MailingState: from.state,
      MailingPostalCode: from.zip, MailingCountry: from.country, Description: from.message,
    });
    if (waiting.length === 200) await upsert();
  }
  after = page.paging?.next?.after;
} while (after);
if (waiting.length > 0) await upsert();
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ records, seconds, calls, peak_memory_bytes: process.resourceUsage().maxRSS * 1024 }));
