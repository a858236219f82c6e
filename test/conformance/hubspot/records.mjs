// Single records of every type: create, read, update, archive, lists, history, merges, privacy.
import assert from "node:assert/strict";
import { asked, claim, refused } from "./client.mjs";
import { everything, kKinds } from "./kinds.mjs";

for (const kind of kKinds) {
  claim(`${kind.name}: a record is created, read, updated and archived`, { facts: "§2.2 [S], §2.3 [S], §2.7 [D]" }, async ({ client }) => {
    const api = kind.module(client).basicApi;
    const created = await api.create({ properties: kind.fields(1), associations: [] });
    assert.match(created.id, /^\d{12}$/);
    assert.equal(created.properties[kind.text], "Name1");
    assert.equal(created.archived, false);
    const read = await api.getById(created.id, [kind.text, "hs_object_id", "no_such_property"]);
    assert.deepEqual(asked(read.properties), { [kind.text]: "Name1" });
    assert.equal(read.properties.hs_object_id, created.id);
    assert.deepEqual(read.createdAt, created.createdAt);
    const updated = await api.update(created.id, { properties: kind.change });
    assert.ok(updated.updatedAt >= created.updatedAt);
    const [name, value] = Object.entries(kind.change)[0];
    assert.equal((await api.getById(created.id, [name])).properties[name], value);
    await api.archive(created.id);
    await refused(api.getById(created.id), 404);
    if (kind.gone) return refused(api.getById(created.id, undefined, undefined, undefined, true), 404);
    const archived = await api.getById(created.id, [kind.text], undefined, undefined, true);
    assert.equal(archived.archived, true);
    assert.ok(archived.archivedAt instanceof Date);
    assert.equal(archived.properties[kind.text], "Name1");
  });

  claim(`${kind.name}: all pages are walked, live and archived`, { facts: "§2.7 [U], §9.1 [K]", settings: ["--no-limits"] }, async ({ client }) => {
    const module = kind.module(client);
    const made = [];
    for (let i = 0; i < 12; ++i) made.push((await module.basicApi.create({ properties: kind.fields(i), associations: [] })).id);
    const all = await everything(module, 5, [kind.text]);
    assert.deepEqual(all.map((each) => each.id), made);
    assert.equal(all[11].properties[kind.text], "Name11");
    const page = await module.basicApi.getPage(10);
    assert.equal(page.results.length, 10);
    assert.equal(page.paging.next.after, made[9]);
    assert.equal((await module.basicApi.getPage(10, page.paging.next.after)).paging, undefined);
    await module.basicApi.archive(made[3]);
    const gone = await everything(module, 5, undefined, true);
    assert.deepEqual(gone.map((each) => each.id), kind.gone ? [] : [made[3]]);
    assert.equal((await everything(module)).length, 11);
  });

  claim(`${kind.name}: what is not valid is refused by property`, { facts: "§4.6 [D], §2.4 [S]" }, async ({ client }) => {
    const body = await refused(kind.module(client).basicApi.create({ properties: kind.bad, associations: [] }), 400);
    assert.equal(body.category, "VALIDATION_ERROR");
    assert.match(body.message, /^Property values were not valid: \[\{"isValid":false/);
    assert.match(body.errors[0].code, /^(INVALID_EMAIL|INVALID_OPTION|INVALID_NUMBER|MISSING_REQUIRED_PROPERTY)$/);
    assert.equal(body.errors[0].context.propertyName.length, 1);
  });
}

claim("contacts: a taken address is a conflict that names its owner", { facts: "§4.6 [O], §6 [O]" }, async ({ client }) => {
  const { id } = await client.crm.contacts.basicApi.create({ properties: { email: "ann@x.example" }, associations: [] });
  const body = await refused(client.crm.contacts.basicApi.create({ properties: { email: "ANN@x.example" }, associations: [] }), 409);
  assert.equal(body.category, "CONFLICT");
  assert.equal(body.message, `Contact already exists. Existing ID: ${id}`);
});

claim("contacts: read and updated by address", { facts: "§2.6 [D]" }, async ({ client }) => {
  const api = client.crm.contacts.basicApi;
  const { id } = await api.create({ properties: { email: "ann@x.example" }, associations: [] });
  assert.equal((await api.getById("Ann@x.example", ["email"], undefined, undefined, false, "email")).id, id);
  assert.equal((await api.update("ann@x.example", { properties: { firstname: "Ann" } }, "email")).properties.firstname, "Ann");
});

claim("a property's history is told newest first with who wrote it", { facts: "§2.3 [S]" }, async ({ client, standIn, later }) => {
  const api = client.crm.contacts.basicApi;
  const { id } = await api.create({ properties: { email: "a@x.example", firstname: "Ann" }, associations: [] });
  await later("1s");
  await standIn.control("edit", { as: "Bea", operation: "update", object: "contacts", id, fields: { firstname: "Anna" } });
  const { propertiesWithHistory: told } = await api.getById(id, undefined, ["firstname", "email"]);
  assert.deepEqual(told.firstname.map((each) => [each.value, each.sourceType]), [["Anna", "CRM_UI"], ["Ann", "INTEGRATION"]]);
  assert.equal(told.firstname[1].sourceId, "2500002");
  assert.match(told.firstname[0].sourceId, /^userId:\d+$/);
  assert.ok(told.firstname[0].timestamp > told.firstname[1].timestamp);
  assert.equal(told.email.length, 1);
  await refused(api.getPage(51, undefined, undefined, ["firstname"]), 400);
  assert.equal((await api.getPage(50, undefined, undefined, ["firstname"])).results[0].propertiesWithHistory.firstname.length, 2);
});

claim("a merge gives a new id that both old ones lead to", { facts: "§2.11 [D2]" }, async ({ client }) => {
  const api = client.crm.contacts.basicApi;
  const make = async (properties) => (await api.create({ properties, associations: [] })).id;
  const a = await make({ email: "a@x.example", firstname: "Ann" }), b = await make({ email: "b@x.example", phone: "1" });
  const merged = await api.merge({ primaryObjectId: a, objectIdToMerge: b });
  assert.notEqual(merged.id, a);
  for (const old of [a, b]) assert.equal((await api.getById(old)).id, merged.id);
  const { properties } = await api.getById(merged.id, ["hs_merged_object_ids", "email", "hs_additional_emails", "phone"]);
  assert.deepEqual(asked(properties), { email: "a@x.example", hs_additional_emails: "b@x.example", hs_merged_object_ids: `${a};${b}`, phone: "1" });
  assert.deepEqual((await api.getPage()).results.map((each) => each.id), [merged.id]);
});

for (const [name, fields] of [["companies", (n) => ({ name: `C${n}` })], ["tickets", (n) => ({ subject: `T${n}`, hs_pipeline_stage: "1" })], ["deals", (n) => ({ dealname: `D${n}`, dealstage: "qualifiedtobuy" })]]) {
  claim(`${name}: merge`, { facts: "§2.11 [D2]" }, async ({ client }) => {
    const api = client.crm[name].basicApi;
    const ids = [];
    for (const n of [1, 2]) ids.push((await api.create({ properties: fields(n), associations: [] })).id);
    const merged = await api.merge({ primaryObjectId: ids[0], objectIdToMerge: ids[1] });
    assert.equal((await api.getById(ids[1], ["hs_merged_object_ids"])).properties.hs_merged_object_ids, ids.join(";"));
    assert.equal((await api.getById(ids[0])).id, merged.id);
  });
}

claim("a contact deleted for privacy is gone, and its address is blocked", { facts: "§6 [S]" }, async ({ client }) => {
  const api = client.crm.contacts.basicApi;
  const { id } = await api.create({ properties: { email: "a@x.example" }, associations: [] });
  await api.purge({ objectId: id });
  await refused(api.getById(id, undefined, undefined, undefined, true), 404);
  await refused(api.create({ properties: { email: "a@x.example" }, associations: [] }), 400);
  await api.purge({ objectId: "never@x.example", idProperty: "email" });
  await refused(api.create({ properties: { email: "never@x.example" }, associations: [] }), 400);
});

claim("dated paths serve the same bodies", { facts: "§0.1 [S], §9.3 [K]", numbered: true }, async ({ client }) => {
  const { id } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
  const body = async (path) => (await client.apiRequest({ path })).text();
  for (const version of ["2025-09", "2026-03", "2026-09"])
    assert.equal(await body(`/crm/objects/${version}/contacts/${id}`), await body(`/crm/v3/objects/contacts/${id}`));
  const made = await client.apiRequest({ method: "POST", path: "/crm/objects/2026-03/companies", body: { properties: { name: "A" } } });
  assert.equal(made.status, 201);
});
