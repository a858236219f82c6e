// Webhooks: settings and subscriptions by the client, deliveries checked by the client's own Signature.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { claim, kOAuth, refused } from "./client.mjs";

const kApp = 2500001, kDeveloper = { developerApiKey: "lockstep-developer-key" };

/** A receiver that keeps what comes; `answer(n)` is the status of the nth request. */
async function receiver(answer = () => 200) {
  const requests = [], waiting = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => {
      requests.push({ headers: request.headers, url: request.url, body, events: JSON.parse(body) });
      response.writeHead(answer(requests.length)).end();
      for (const wake of waiting.splice(0)) wake();
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}/hooks?tenant=7`;
  const events = () => requests.flatMap((each) => each.events);
  const until = async (enough) => { while (!enough(events(), requests)) await new Promise((done) => waiting.push(done)); return events(); };
  return { url, requests, until, close: () => { server.closeAllConnections?.(); server.close(); } };
}

async function listening(context, subscriptions, run, answer) {
  const hooks = await receiver(answer), mine = context.open(kDeveloper);
  await context.standIn.control("settings", { plain_webhook_urls: true });  // the receiver has no certificate
  try {
    await mine.webhooks.settingsApi.configure(kApp, { targetUrl: hooks.url, throttling: { maxConcurrentRequests: 10 } });
    for (const each of subscriptions) await mine.webhooks.subscriptionsApi.create(kApp, { active: true, ...each });
    await run(hooks, mine);
  } finally {
    hooks.close();
  }
}

claim("webhook settings are set, read and cleared with the developer's key", { facts: "§3.2 [S]" }, async ({ client, open }) => {
  const mine = open(kDeveloper), api = mine.webhooks.settingsApi;
  await refused(api.getAll(kApp), 404);
  const set = await api.configure(kApp, { targetUrl: "https://hooks.example.test/x", throttling: { maxConcurrentRequests: 12 } });
  assert.equal(set.throttling.maxConcurrentRequests, 12);
  assert.ok(set.createdAt instanceof Date);
  assert.equal((await api.getAll(kApp)).targetUrl, "https://hooks.example.test/x");
  await refused(api.configure(kApp, { targetUrl: "https://hooks.example.test/x", throttling: { maxConcurrentRequests: 5 } }), 400);
  await refused(api.configure(kApp + 1, { targetUrl: "https://hooks.example.test/x", throttling: { maxConcurrentRequests: 6 } }), 404);
  await refused(client.webhooks.settingsApi.getAll(kApp), 401);
  await api.clear(kApp);
  await refused(api.getAll(kApp), 404);
});

claim("subscriptions are made, read, paused and deleted", { facts: "§3.2 [S]" }, async ({ open, standIn }) => {
  const api = open(kDeveloper).webhooks.subscriptionsApi;
  const made = await api.create(kApp, { eventType: "contact.propertyChange", propertyName: "email", active: true });
  assert.deepEqual([made.eventType, made.propertyName, made.active], ["contact.propertyChange", "email", true]);
  await refused(api.create(kApp, { eventType: "object.creation", objectTypeId: "0-46", active: false }), 400);
  await standIn.control("settings", { engagement_webhooks: true });
  const notes = await api.create(kApp, { eventType: "object.creation", objectTypeId: "0-46", active: false });
  assert.equal(notes.objectTypeId, "0-46");
  await refused(api.create(kApp, { eventType: "contact.propertyChange", propertyName: "email", active: true }), 409);
  await refused(api.create(kApp, { eventType: "note.creation", active: true }), 400);
  await refused(api.create(kApp, { eventType: "contact.propertyChange", active: true }), 400);
  const id = Number(made.id);
  assert.equal((await api.update(id, kApp, { active: false })).active, false);
  assert.equal((await api.getById(id, kApp)).active, false);
  const batch = await api.updateBatch(kApp, { inputs: [{ id, active: true }, { id: 1, active: true }] });
  assert.deepEqual(batch.results.map((each) => each.active), [true]);
  assert.equal(batch.errors.length, 1);
  await api.archive(id, kApp);
  assert.deepEqual((await api.getAll(kApp)).results.map((each) => each.id), [notes.id]);
});

claim("deliveries carry signatures that the client's own check accepts", { facts: "§3.4 [K], §3.3 [O]", numbered: true }, async (context) => {
  const { client, hubspot } = context;
  await listening(context, [{ eventType: "contact.creation" }, { eventType: "contact.propertyChange", propertyName: "email" }], async (hooks) => {
    const { id } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
    const events = await hooks.until((all) => all.length >= 2);
    assert.deepEqual(events.map((each) => [each.subscriptionType, String(each.objectId), each.changeSource, each.sourceId]), [["contact.creation", id, "INTEGRATION", "2500002"], ["contact.propertyChange", id, "INTEGRATION", "2500002"]]);
    assert.equal(events[0].changeFlag, "CREATED");
    assert.equal(events[1].propertyValue, "a@x.example");
    assert.equal(events[1].attemptNumber, 0);
    const { headers, body } = hooks.requests[0];
    const secret = { clientSecret: kOAuth.secret, requestBody: body };
    const valid = (more) => hubspot.Signature.isValid({ ...secret, ...more });
    assert.equal(headers["x-hubspot-signature-version"], "v1");
    assert.ok(valid({ signature: headers["x-hubspot-signature"], signatureVersion: "v1" }));
    const v3 = { signature: headers["x-hubspot-signature-v3"], signatureVersion: "v3", method: "POST", url: hooks.url, timestamp: Number(headers["x-hubspot-request-timestamp"]) };
    assert.ok(valid(v3));
    assert.ok(!valid({ ...v3, requestBody: `${body} ` }));
    assert.ok(!valid({ ...v3, clientSecret: "other" }));
    assert.ok(!valid({ ...v3, url: hooks.url.replace("tenant=7", "tenant=8") }));
  });
});

claim("a refused delivery comes again, with its attempt and a signature of its own", { facts: "§3.3 [D], §3.4 [U]", numbered: true }, async (context) => {
  const { client, standIn, hubspot } = context;
  await listening(context, [{ eventType: "company.creation" }], async (hooks) => {
    await standIn.control("webhooks", { subscriptions: [], retry_ms: [100, 100] });
    await client.crm.companies.basicApi.create({ properties: { name: "A" }, associations: [] });
    const events = await hooks.until((all) => all.length >= 3);
    assert.deepEqual(events.map((each) => each.attemptNumber), [0, 1, 2]);
    assert.equal(new Set(events.map((each) => each.eventId)).size, 1);
    for (const { headers, body } of hooks.requests)
      assert.ok(hubspot.Signature.isValid({ clientSecret: kOAuth.secret, requestBody: body, signature: headers["x-hubspot-signature-v3"], signatureVersion: "v3", url: hooks.url, timestamp: Number(headers["x-hubspot-request-timestamp"]) }));
  }, (n) => (n < 3 ? 500 : 204));
});

claim("events come in arrays of a hundred, in any order and twice where the account is told so", { facts: "§3.3 [D], §3.3 [D2]", numbered: true, settings: ["--no-limits"] }, async (context) => {
  const { client, standIn } = context;
  await listening(context, [{ eventType: "company.creation" }, { eventType: "company.propertyChange", propertyName: "name" }], async (hooks) => {
    await standIn.control("webhooks", { subscriptions: [], shuffle: true, duplicate_rate: 1 });
    await client.crm.companies.batchApi.create({ inputs: Array.from({ length: 100 }, (_, n) => ({ properties: { name: `C${n}` }, associations: [] })) });
    const events = await hooks.until((all) => all.length >= 400);
    assert.deepEqual(hooks.requests.map((each) => each.events.length), [100, 100, 100, 100]);
    assert.equal(new Set(events.map((each) => `${each.subscriptionType} ${each.objectId}`)).size, 200);
    const order = events.slice(0, 100).map((each) => each.objectId);
    assert.notDeepEqual(order, [...order].sort((a, b) => a - b));
  });
});

claim("merges, archives, restores and privacy are told as what they are", { facts: "§3.3 [O], §3.3 [D], §2.11 [O]", numbered: true }, async (context) => {
  const { client, standIn } = context;
  const types = ["merge", "deletion", "restore", "privacyDeletion"].map((kind) => ({ eventType: `contact.${kind}` }));
  await listening(context, types, async (hooks) => {
    const api = client.crm.contacts.basicApi;
    const make = async (email) => (await api.create({ properties: { email }, associations: [] })).id;
    const a = await make("a@x.example"), b = await make("b@x.example"), c = await make("c@x.example");
    const merged = await api.merge({ primaryObjectId: a, objectIdToMerge: b });
    await api.archive(c);
    await standIn.control("edit", { as: "Ann", operation: "restore", object: "contacts", id: c });
    await api.purge({ objectId: c });
    const events = await hooks.until((all) => all.length >= 7);
    const of = (kind) => events.filter((each) => each.subscriptionType === `contact.${kind}`);
    assert.deepEqual(of("merge").map((each) => [String(each.newObjectId), String(each.primaryObjectId), each.mergedObjectIds.map(String)]), [[merged.id, a, [b]]]);
    assert.deepEqual(of("deletion").map((each) => String(each.objectId)), [a, b, c, c]);  // one more with the privacy deletion
    assert.equal(of("restore")[0].changeSource, "CRM_UI");
    assert.match(of("restore")[0].sourceId, /^userId:\d+$/);
    assert.equal(of("privacyDeletion").length, 1);
  });
});

claim("engagements and associations are told through object.* and associationChange", { facts: "§3.2 [S], §3.3 [O]", numbered: true }, async (context) => {
  const { client, standIn } = context;
  await standIn.control("settings", { engagement_webhooks: true });
  const notes = { objectTypeId: "0-46" };
  await listening(context, [{ eventType: "object.creation", ...notes }, { eventType: "object.propertyChange", propertyName: "hs_note_body", ...notes }, { eventType: "contact.associationChange" }], async (hooks) => {
    const { id: ann } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
    const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 202 }];
    await client.crm.objects.notes.basicApi.create({ properties: { hs_timestamp: "2026-05-01T09:00:00Z", hs_note_body: "hi" }, associations: [{ to: { id: ann }, types }] });
    const events = await hooks.until((all) => all.length >= 3);
    assert.deepEqual(events.map((each) => each.subscriptionType).sort(), ["contact.associationChange", "object.creation", "object.propertyChange"]);
    const tie = events.find((each) => each.subscriptionType === "contact.associationChange");
    assert.equal(tie.associationType, "CONTACT_TO_NOTE");
    assert.equal(tie.associationTypeId, 201);
    assert.equal(tie.associationRemoved, false);
    assert.equal(events.find((each) => each.subscriptionType === "object.creation").objectTypeId, "0-46");
  });
});
