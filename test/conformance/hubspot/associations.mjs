// Who belongs to whom: version 4 with its labels, and what is left of version 3.
import assert from "node:assert/strict";
import { claim, refused } from "./client.mjs";

const kind = (associationTypeId, associationCategory = "HUBSPOT_DEFINED") => [{ associationCategory, associationTypeId }];
const pair = (from, to, more = {}) => ({ _from: { id: from }, to: { id: to }, ...more });  // the client writes _from as from

async function people(client) {
  const make = async (type, properties) => (await client.crm.objects.basicApi.create(type, { properties, associations: [] })).id;
  return { ann: await make("contacts", { email: "a@x.example" }), bob: await make("contacts", { email: "b@x.example" }), acme: await make("companies", { name: "Acme" }), blue: await make("companies", { name: "Blue" }), make };
}

/** "id:typeId,typeId" of each company of a contact. */
async function companies(client, contact) {
  const page = await client.crm.associations.v4.basicApi.getPage("contacts", contact, "companies", undefined, 500);
  return page.results.map((row) => `${row.toObjectId}:${row.associationTypes.map((type) => type.typeId)}`);
}

claim("one association: default, labelled, read, deleted", { facts: "§2.12 [D]" }, async ({ client }) => {
  const { ann, acme, blue } = await people(client), api = client.crm.associations.v4.basicApi;
  const plain = await api.createDefault("contacts", ann, "companies", acme);
  assert.deepEqual(plain.results.map((row) => [row._from.id, row.to.id, row.associationSpec.associationTypeId]), [[ann, acme, 279], [acme, ann, 280]]);
  assert.deepEqual(await companies(client, ann), [`${acme}:279`]);
  const labelled = await api.create("contacts", ann, "companies", acme, kind(1));
  assert.deepEqual(labelled.labels, ["Primary"]);
  assert.equal(labelled.fromObjectTypeId, "0-1");
  assert.equal(labelled.toObjectId, acme);
  await api.create("contacts", ann, "companies", blue, kind(1));  // takes the label away from the other, which stays
  assert.deepEqual(await companies(client, ann), [`${acme}:279`, `${blue}:1,279`]);
  await api.create("contacts", ann, "companies", blue, kind(279));  // a list replaces the labels
  assert.deepEqual(await companies(client, ann), [`${acme}:279`, `${blue}:279`]);
  await api.archive("contacts", ann, "companies", acme);
  assert.deepEqual(await companies(client, ann), [`${blue}:279`]);
  const seen = await api.getPage("companies", blue, "contacts");
  assert.deepEqual(seen.results[0].associationTypes.map((type) => [type.category, type.typeId, type.label]), [["HUBSPOT_DEFINED", 280, null]]);
});

claim("many associations: created, read with who has none, labels and all taken away", { facts: "§2.12 [D]" }, async ({ client }) => {
  const { ann, bob, acme, blue } = await people(client), api = client.crm.associations.v4.batchApi;
  const created = await api.create("contacts", "companies", { inputs: [pair(ann, acme, { types: kind(1) }), pair(ann, "512999999999", { types: kind(1) }), pair(ann, blue, { types: kind(279) })] });
  assert.deepEqual(created.results.map((row) => [row.fromObjectId, row.toObjectId, row.labels]), [[ann, acme, ["Primary"]], [ann, blue, []]]);
  assert.equal(created.errors[0].subCategory, "crm.associations.INVALID_IDENTIFIER");
  const read = await api.getPage("contacts", "companies", { inputs: [{ id: ann }, { id: bob }, { id: "nonsense" }] });
  assert.equal(read.results[0]._from.id, ann);
  assert.deepEqual(read.results[0].to.map((row) => row.toObjectId), [acme, blue]);
  assert.deepEqual(read.errors.map((row) => [row.category, row.subCategory]), [["OBJECT_NOT_FOUND", "crm.associations.NO_ASSOCIATIONS_FOUND"], ["VALIDATION_ERROR", "crm.associations.INVALID_IDENTIFIER"]]);
  await api.archiveLabels("contacts", "companies", { inputs: [pair(ann, acme, { types: kind(1) })] });
  assert.deepEqual(await companies(client, ann), [`${acme}:279`, `${blue}:279`]);
  await api.archive("contacts", "companies", { inputs: [{ _from: { id: ann }, to: [{ id: acme }, { id: blue }] }] });
  assert.deepEqual(await companies(client, ann), []);
  const plain = await api.createDefault("contacts", "companies", { inputs: [pair(bob, acme)] });
  assert.deepEqual(plain.results.map((row) => row.associationSpec.associationTypeId), [279, 280]);
});

claim("many associations of one record come page by page", { facts: "§2.12 [S]" }, async ({ client, standIn }) => {
  const { acme } = await people(client);
  const { ids } = await standIn.control("records/contacts", Array.from({ length: 150 }, (_, n) => ({ email: `n${n}@x.example` })));
  await client.crm.associations.v4.batchApi.create("contacts", "companies", { inputs: ids.map((id) => pair(id, acme, { types: kind(279) })) });
  const first = await client.crm.associations.v4.batchApi.getPage("companies", "contacts", { inputs: [{ id: acme }] });
  assert.equal(first.results[0].to.length, 100);
  const second = await client.crm.associations.v4.batchApi.getPage("companies", "contacts", { inputs: [{ id: acme, after: first.results[0].paging.next.after }] });
  assert.equal(second.results[0].to.length, 50);
  assert.equal(second.results[0].paging, undefined);
  const page = await client.crm.associations.v4.basicApi.getPage("companies", acme, "contacts", undefined, 100);
  assert.equal(page.results.length, 100);
  assert.equal((await client.crm.associations.v4.basicApi.getPage("companies", acme, "contacts", page.paging.next.after, 100)).results.length, 50);
  await refused(client.crm.associations.v4.basicApi.getPage("companies", acme, "contacts", undefined, 501), 400);
});

claim("every engagement is tied at its creation, in its own direction", { facts: "§2.13 [D], §2.12 [D]" }, async ({ client, hubspot }) => {
  const { ann, acme, make } = await people(client);
  const ticket = await make("tickets", { subject: "S", hs_pipeline_stage: "1" });
  for (const name of ["note", "call", "email", "meeting", "task"]) {
    const targets = { contacts: ann, companies: acme, tickets: ticket }, to = { contacts: "Contact", companies: "Company", tickets: "Ticket" };
    const id = (type) => hubspot.AssociationTypes[`${name}To${to[type]}`];
    const properties = { hs_timestamp: "2026-05-01T09:00:00Z", ...(name === "email" ? { hs_email_direction: "EMAIL" } : {}) };
    const associations = Object.entries(targets).map(([type, target]) => ({ to: { id: target }, types: kind(id(type)) }));
    const made = await client.crm.objects.basicApi.create(`${name}s`, { properties, associations });
    const read = await client.crm.objects[`${name}s`].basicApi.getById(made.id, undefined, undefined, Object.keys(targets));
    for (const [type, target] of Object.entries(targets)) {
      const word = name === "meeting" ? "meeting_event" : name;
      assert.deepEqual(read.associations[type].results.map((row) => [row.id, row.type]), [[target, `${word}_to_${to[type].toLowerCase()}`]]);
    }
    const reversed = [{ to: { id: ann }, types: kind(id("contacts") - 1) }];
    const body = await refused(client.crm.objects.basicApi.create(`${name}s`, { properties, associations: reversed }), 400);
    assert.equal(body.subCategory, "crm.associations.INVALID_ASSOCIATION_TYPE");
  }
});

claim("the types between two objects are those that the client names", { facts: "§2.12 [D]", settings: ["--no-limits"] }, async ({ client, hubspot }) => {
  const words = { contact: "contacts", company: "companies", ticket: "tickets", note: "notes", call: "calls", email: "emails", meeting: "meetings", task: "tasks" };
  const expected = new Map();
  for (const [name, id] of Object.entries(hubspot.AssociationTypes)) {
    const parts = /^(?:primary)?([A-Za-z][a-z]+)To([A-Z][a-z]+)$/.exec(name);
    const from = words[parts?.[1].toLowerCase()], to = words[parts?.[2].toLowerCase()];
    if (!from || !to || typeof id !== "number" || /^(call|meeting)s/.test(to) && /^(call|meeting)s/.test(from)) continue;
    expected.set(`${from} ${to}`, [...(expected.get(`${from} ${to}`) ?? []), id]);
  }
  expected.set("companies companies", [450, 13, 14]);
  assert.ok(expected.size > 30);
  for (const [types, ids] of expected) {
    const [from, to] = types.split(" ");
    const { results } = await client.crm.associations.v4.schema.definitionsApi.getAll(from, to);
    assert.deepEqual(results.map((type) => type.typeId).sort(), ids.sort(), types);
  }
});

claim("labels of the account's own: created in both directions, used, renamed, deleted", { facts: "§2.12 [S], §2.12 [D]" }, async ({ client }) => {
  const { ann, acme } = await people(client), api = client.crm.associations.v4.schema.definitionsApi;
  const made = await api.create("contacts", "companies", { name: "advisor_client", label: "Advisor", inverseLabel: "Client" });
  assert.deepEqual(made.results.map((type) => [type.category, type.label]), [["USER_DEFINED", "Advisor"], ["USER_DEFINED", "Client"]]);
  const [{ typeId }, inverse] = made.results;
  await client.crm.associations.v4.basicApi.create("contacts", ann, "companies", acme, kind(typeId, "USER_DEFINED"));
  const seen = await client.crm.associations.v4.basicApi.getPage("companies", acme, "contacts");
  assert.deepEqual(seen.results[0].associationTypes.map((type) => [type.typeId, type.label]), [[inverse.typeId, "Client"], [280, null]]);
  await refused(client.crm.associations.v4.basicApi.create("contacts", ann, "companies", acme, kind(typeId)), 400);  // another category
  await api.update("contacts", "companies", { associationTypeId: typeId, label: "Consultant" });
  assert.ok((await api.getAll("contacts", "companies")).results.some((type) => type.label === "Consultant"));
  await refused(api.remove("contacts", "companies", typeId), 400);  // it is in use
  await client.crm.associations.v4.batchApi.archiveLabels("contacts", "companies", { inputs: [pair(ann, acme, { types: kind(typeId, "USER_DEFINED") })] });
  await api.remove("contacts", "companies", typeId);
  assert.ok((await api.getAll("contacts", "companies")).results.every((type) => type.typeId !== typeId));
  assert.deepEqual(await companies(client, ann), [`${acme}:279`]);
  const defined = (await api.getAll("contacts", "companies")).results.find((type) => type.typeId === 1);
  assert.equal(defined.label, "Primary");
});

claim("the account's rules bound how many records are tied", { facts: "§6 [D], §2.12 [S]", numbered: true, untyped: true }, async ({ client }) => {
  const { ann, acme, blue } = await people(client);
  const send = async (what, body) => client.apiRequest({ method: body ? "POST" : "GET", path: `/crm/v4/associations/definitions/configurations/${what}`, body });
  const inputs = [{ typeId: 279, category: "HUBSPOT_DEFINED", maxToObjectIds: 1 }];
  assert.equal((await send("contacts/companies/batch/create", { inputs })).status, 201);
  const rules = (await (await send("contacts/companies")).json()).results;
  assert.deepEqual(rules, [{ category: "HUBSPOT_DEFINED", typeId: 279, userEnforcedMaxToObjectIds: 1, label: null }]);
  await client.crm.associations.v4.basicApi.createDefault("contacts", ann, "companies", acme);
  await refused(client.crm.associations.v4.basicApi.createDefault("contacts", ann, "companies", blue), 400);
  assert.equal((await send("contacts/companies/batch/purge", { inputs: [{ typeId: 279, category: "HUBSPOT_DEFINED" }] })).status, 204);
  await client.crm.associations.v4.basicApi.createDefault("contacts", ann, "companies", blue);
  assert.equal((await client.crm.associations.v4.reportApi.request(10202051)).userEmail, "ann@portal.example");
});

claim("version 3 names its types", { facts: "§2.12 [D]", numbered: true }, async ({ client }) => {
  const { ann, bob, acme, make } = await people(client), api = client.crm.associations.batchApi;
  const note = await make("notes", { hs_timestamp: "2026-05-01T09:00:00Z" });
  assert.deepEqual((await client.crm.associations.schema.typesApi.getAll("notes", "contacts")).results.map((type) => [type.id, type.name]), [["202", "note_to_contact"]]);
  const created = await api.create("contacts", "companies", { inputs: [pair(ann, acme, { type: "contact_to_company" })] });
  assert.deepEqual(created.results.map((each) => [each._from.id, each.to.id, each.type]), [[ann, acme, "contact_to_company"]]);
  assert.deepEqual(await companies(client, ann), [`${acme}:1,279`]);  // the plain name is the primary one
  const read = await api.read("contacts", "companies", { inputs: [{ id: ann }, { id: bob }] });
  assert.deepEqual(read.results[0].to.map((each) => [each.id, each.type]), [[acme, "contact_to_company"], [acme, "contact_to_company_unlabeled"]]);
  assert.equal(read.errors[0].subCategory, "crm.associations.NO_ASSOCIATIONS_FOUND");
  await api.archive("contacts", "companies", { inputs: [pair(ann, acme, { type: "contact_to_company_unlabeled" })] });
  assert.deepEqual(await companies(client, ann), []);
  const path = `/crm/v3/objects/notes/${note}/associations/contacts/${ann}/note_to_contact`;
  const tied = await client.apiRequest({ method: "PUT", path });
  assert.equal(tied.status, 200);
  assert.deepEqual((await tied.json()).associations.contacts.results, [{ id: ann, type: "note_to_contact" }]);
  assert.equal((await client.apiRequest({ method: "DELETE", path: path.replace("note_to_contact", "202") })).status, 204);
  const left = await client.apiRequest({ path: `/crm/v3/objects/notes/${note}/associations/contacts` });
  assert.deepEqual(await left.json(), { results: [] });
});

claim("ties inside of records come with the records", { facts: "§2.3 [O]" }, async ({ client }) => {
  const { ann, acme, blue } = await people(client);
  await client.crm.associations.v4.basicApi.create("contacts", ann, "companies", blue, kind(1));
  await client.crm.associations.v4.basicApi.createDefault("contacts", ann, "companies", acme);
  const all = await client.crm.contacts.getAll(100, undefined, undefined, undefined, ["companies"]);
  const told = all.map((each) => each.associations?.companies?.results.map((row) => [row.id, row.type]));
  assert.deepEqual(told, [[[blue, "contact_to_company"], [blue, "contact_to_company_unlabeled"], [acme, "contact_to_company_unlabeled"]], undefined]);
});
