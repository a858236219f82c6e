// What the client has no call for: the webhooks journal, limits, secondary addresses. Asked for with its apiRequest.
import assert from "node:assert/strict";
import { claim, kOAuth, refused } from "./client.mjs";

const kJournal = "/webhooks-journal/journal/2026-03", kSubscriptions = "/webhooks-journal/subscriptions/2026-03";

async function ask(client, method, path, body) {
  const response = await client.apiRequest({ method, path, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

/** The client as the app itself: by client credentials, for no account. */
async function asApp({ client, open }) {
  const token = await client.oauth.tokensApi.create("client_credentials", undefined, undefined, kOAuth.id, kOAuth.secret);
  return open({ accessToken: token.accessToken });
}

const subscribe = (app, more) => ask(app, "POST", kSubscriptions, { subscriptionType: "OBJECT", portalId: 4242001, objectTypeId: "0-1", actions: ["CREATE", "UPDATE", "DELETE"], ...more });
const refusedAsk = async (answer) => assert.equal((await answer).status, 400);
const file = async (link) => (await fetch(link.url)).json();

claim("the journal is of the app: no token of an account opens it", { facts: "§3.5 [S]", numbered: true }, async (context) => {
  assert.equal((await ask(context.client, "GET", `${kJournal}/earliest`)).status, 401, "a service key has no webhooks");
  const { accessToken } = await context.client.oauth.tokensApi.create("refresh_token", undefined, undefined, kOAuth.id, kOAuth.secret, kOAuth.refresh);
  assert.equal((await ask(context.open({ accessToken }), "GET", `${kJournal}/earliest`)).status, 403);
  const app = await asApp(context);
  assert.equal((await ask(app, "GET", `${kJournal}/earliest`)).status, 204, "nothing has happened");
  await refused(app.crm.contacts.basicApi.getPage(), 403);
});

claim("changes are files in a row, each naming where it stands", { facts: "§3.5 [S], §3.5 [D2]", numbered: true }, async (context) => {
  const { client } = context, app = await asApp(context);
  const { status, body: made } = await subscribe(app, { properties: ["phone"] });
  assert.equal(status, 201);
  const { id } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example", phone: "1" }, associations: [] });
  await client.crm.contacts.basicApi.update(id, { properties: { jobtitle: "CTO" } });
  await client.crm.contacts.basicApi.update(id, { properties: { phone: "2", jobtitle: "Director" } });
  await client.crm.contacts.basicApi.archive(id);
  const first = (await ask(app, "GET", `${kJournal}/earliest`)).body;
  const created = await file(first);
  assert.equal(created.offset, first.currentOffset);
  const [event] = created.journalEvents;
  assert.deepEqual([event.type, event.action, event.objectTypeId, event.objectId, event.propertyChanges.email], ["OBJECT", "CREATE", "0-1", Number(id), "a@x.example"]);
  const second = (await ask(app, "GET", `${kJournal}/offset/${first.currentOffset}/next`)).body;
  assert.deepEqual((await file(second)).journalEvents.map((each) => [each.action, each.propertyChanges]), [["UPDATE", { phone: "2" }]], "the subscription names its properties");
  const batch = (await ask(app, "GET", `${kJournal}/batch/${first.currentOffset}/next/10`)).body;
  assert.equal(batch.results.length, 2);
  const latest = (await ask(app, "GET", `${kJournal}/latest`)).body;
  assert.equal(latest.currentOffset, batch.results[1].currentOffset);
  assert.deepEqual((await file(latest)).journalEvents.map((each) => each.action), ["DELETE"]);
  assert.equal((await ask(app, "GET", `${kJournal}/offset/${latest.currentOffset}/next`)).status, 204);
  assert.equal((await ask(app, "POST", `${kJournal}/batch/read`, { inputs: [second.currentOffset] })).body.results[0].currentOffset, second.currentOffset);
  assert.equal((await ask(app, "DELETE", `${kSubscriptions}/${made.id}`)).status, 204);
  assert.deepEqual((await ask(app, "GET", kSubscriptions)).body.results, []);
});

claim("engagements and associations are in the journal as well", { facts: "§3.5 [S]", numbered: true }, async (context) => {
  const { client } = context, app = await asApp(context);
  await subscribe(app, { objectTypeId: "0-46", actions: ["CREATE"] });
  await subscribe(app, { subscriptionType: "ASSOCIATION", actions: ["ASSOCIATION_ADDED"] });
  const { id: contact } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
  const note = { properties: { hs_timestamp: "2026-05-01T09:00:00Z", hs_note_body: "hi" }, associations: [{ to: { id: contact }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 202 }] }] };
  const { id } = await client.crm.objects.notes.basicApi.create(note);
  const { journalEvents } = await file((await ask(app, "GET", `${kJournal}/latest`)).body);
  assert.deepEqual(journalEvents.map((each) => each.action), ["CREATE", "ASSOCIATION_ADDED"]);
  assert.deepEqual([journalEvents[1].fromObjectId, journalEvents[1].toObjectId, journalEvents[1].associationTypeId], [Number(id), Number(contact), 202]);
});

claim("files are kept for three days, their links for minutes; a bad subscription is refused", { facts: "§3.5 [D2] switch: none, the shorter time", numbered: true }, async (context) => {
  const { client, later } = context, app = await asApp(context);
  assert.equal((await subscribe(app, { actions: ["LOOK"] })).status, 400);
  assert.equal((await subscribe(app, { objectTypeId: "0-999" })).status, 400);
  await subscribe(app);
  await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
  const first = (await ask(app, "GET", `${kJournal}/earliest`)).body;
  await later("6m");
  assert.equal((await fetch(first.url)).status, 403);
  await later("72h");
  const again = await asApp(context);
  assert.equal((await ask(again, "GET", `${kJournal}/earliest`)).status, 204);
  assert.equal((await ask(again, "GET", `${kJournal}/offset/${first.currentOffset}/next`)).status, 404);
});

claim("limits tell what is used of what there may be", { facts: "§2.8 [S]", numbered: true }, async ({ client }) => {
  const { body: before } = await ask(client, "GET", "/crm/v3/limits/custom-properties");
  await client.crm.properties.coreApi.create("contacts", { groupName: "contactinformation", name: "ext_id", label: "Ext", type: "string", fieldType: "text", hasUniqueValue: true });
  const { body: after } = await ask(client, "GET", "/crm/v3/limits/custom-properties");
  assert.equal(after.overallUsage, before.overallUsage + 1);
  const contacts = (limits) => limits.byObjectType.find((each) => each.objectTypeId === "0-1");
  assert.deepEqual([contacts(after).limit, contacts(after).usage], [1000, contacts(before).usage + 1]);
  await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
  const { body: records } = await ask(client, "GET", "/crm/v3/limits/records");
  assert.equal(records.hubspotDefinedObjectTypes.find((each) => each.objectTypeId === "0-1").usage, 1);
  const pipelines = (await client.crm.pipelines.pipelinesApi.getAll("tickets")).results.length;
  assert.equal((await ask(client, "GET", "/crm/v3/limits/pipelines")).body.hubspotDefinedObjectTypes[0].usage, pipelines);
  assert.deepEqual((await ask(client, "GET", "/crm/v3/limits/associations/labels")).body.results, []);
  assert.equal((await ask(client, "GET", "/crm/v3/property-validations/0-1/email")).body.propertyValidationRules[0].ruleType, "FORMAT");
});

claim("secondary addresses are edited by the older API alone", { facts: "§6 [O], §6 [D]", numbered: true }, async ({ client }) => {
  const make = async (email) => (await client.crm.contacts.basicApi.create({ properties: { email }, associations: [] })).id;
  const [ann, bob] = [await make("ann@x.example"), await make("bob@x.example")];
  await refused(client.crm.contacts.basicApi.update(ann, { properties: { hs_additional_emails: "ann@y.example" } }), 400);
  const path = `/contacts/v1/secondary-email/${ann}`;
  assert.equal((await ask(client, "PUT", `${path}/email/Ann@y.example`)).status, 200);
  assert.deepEqual((await ask(client, "GET", path)).body.secondaryEmails, ["ann@y.example"]);
  assert.equal((await ask(client, "PUT", `${path}/email/bob@x.example`)).status, 409, "it is another's");
  const found = await client.crm.contacts.basicApi.getById("ann@y.example", ["email"], undefined, undefined, undefined, "email");
  assert.equal(found.id, ann);
  const taken = await refused(client.crm.contacts.basicApi.create({ properties: { email: "ann@y.example" }, associations: [] }), 409);
  assert.match(taken.message, new RegExp(`Existing ID: ${ann}`));
  assert.equal((await ask(client, "DELETE", `${path}/email/ann@y.example`)).status, 204);
  assert.equal((await ask(client, "GET", `/contacts/v1/secondary-email/${bob}`)).body.secondaryEmails.length, 0);
});

claim("a filter keeps changes of other records out of the journal", { facts: "§3.5 [S]", numbered: true }, async (context) => {
  const { client } = context, app = await asApp(context);
  const { body: made } = await subscribe(app, {});
  const filter = (conditions) => ask(app, "POST", `${kSubscriptions}/filters`, { subscriptionId: made.id, filter: { conditions } });
  const condition = (property, operator, more) => ({ filterType: "CRM_OBJECT_PROPERTY", property, operator, ...more });
  const { status, body: added } = await filter([condition("city", "STARTS_WITH", { value: "Ber" }), condition("jobtitle", "IN", { values: ["CTO", "Director"] })]);
  assert.equal(status, 201);
  await refusedAsk(filter([condition("nonsense", "EQ", { value: "1" })]));
  await refusedAsk(filter([condition("city", "LIKE", { value: "1" })]));
  await refusedAsk(filter([condition("city", "IS_EMPTY", { value: "1" })]));
  const make = async (properties) => (await client.crm.contacts.basicApi.create({ properties, associations: [] })).id;
  const wanted = await make({ email: "a@x.example", city: "Berlin", jobtitle: "CTO" });
  await make({ email: "b@x.example", city: "Bern", jobtitle: "Clerk" });
  await make({ email: "c@x.example", city: "Rome", jobtitle: "Director" });
  const names = async () => (await Promise.all((await ask(app, "GET", `${kJournal}/batch/earliest/100`)).body.results.map(file))).flatMap((each) => each.journalEvents.map((event) => event.objectId));
  assert.deepEqual(await names(), [Number(wanted)]);
  assert.deepEqual((await ask(app, "GET", `${kSubscriptions}/filters/subscription/${made.id}`)).body.map((each) => each.id), [added.id]);
  assert.equal((await ask(app, "GET", `${kSubscriptions}/filters/${added.id}`)).body.filter.conditions[1].values[1], "Director");
  assert.equal((await ask(app, "DELETE", `${kSubscriptions}/filters/${added.id}`)).status, 204);
  const other = await make({ email: "d@x.example" });
  assert.deepEqual(await names(), [Number(wanted), Number(other)]);
});

claim("a snapshot writes what a record holds into the journal", { facts: "§3.5 [S]", numbered: true }, async (context) => {
  const { client, standIn } = context, app = await asApp(context);
  const { id } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example", city: "Berlin" }, associations: [] });
  const request = (objectId) => ({ portalId: 4242001, objectTypeId: "0-1", objectId, properties: ["city", "email"] });
  const { body } = await ask(app, "POST", "/webhooks-journal/snapshots/2026-03/crm", { snapshotRequests: [request(Number(id)), request(512999999999)] });
  await refusedAsk(ask(app, "POST", "/webhooks-journal/snapshots/2026-03/crm", { snapshotRequests: [request(id)] }));
  const status = async (index) => (await ask(app, "GET", `/webhooks-journal/snapshots/2026-03/status/${body.snapshotResponses[index].snapshotStatusId}`)).body.status;
  assert.equal(await status(0), "IN_PROGRESS");
  await standIn.control("clock", { advance: "2s" });
  assert.deepEqual([await status(0), await status(1)], ["SUCCESS", "FAILED"]);
  const [event] = (await file((await ask(app, "GET", `${kJournal}/earliest`)).body)).journalEvents;
  assert.deepEqual([event.action, event.objectId, event.propertyChanges], ["SNAPSHOT", Number(id), { city: "Berlin", email: "a@x.example" }]);
});
