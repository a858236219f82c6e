// A hundred records in a call, and what becomes of a bad row among them.
import assert from "node:assert/strict";
import { claim, refused } from "./client.mjs";
import { everything, kKinds } from "./kinds.mjs";

const input = (properties, trace) => ({ properties, associations: [], ...(trace ? { objectWriteTraceId: trace } : {}) });

for (const kind of kKinds) {
  claim(`${kind.name}: batches create, read, update and archive`, { facts: "§2.2 [S], §2.5 [D]" }, async ({ client }) => {
    const api = kind.module(client).batchApi;
    const created = await api.create({ inputs: [1, 2, 3].map((n) => input(kind.fields(n))) });
    assert.equal(created.status, "COMPLETE");
    assert.ok(created.completedAt instanceof Date);
    const ids = created.results.map((each) => each.id);
    assert.equal(new Set(ids).size, 3);
    const [name, value] = Object.entries(kind.change)[0];
    const updated = await api.update({ inputs: ids.map((id) => ({ id, properties: kind.change })) });
    assert.deepEqual(updated.results.map((each) => each.id).sort(), ids);
    const asked = [...ids, "512999999999", "512999999998"].map((id) => ({ id }));
    const read = await api.read({ inputs: asked, properties: [kind.text, name], propertiesWithHistory: [] });
    assert.deepEqual(read.results.map((each) => each.id).sort(), ids);
    for (const each of read.results) assert.equal(each.properties[name], value);
    assert.equal(read.numErrors, 1);
    assert.equal(read.errors[0].category, "OBJECT_NOT_FOUND");
    assert.deepEqual(read.errors[0].context.ids, ["512999999999", "512999999998"]);
    await api.archive({ inputs: ids.map((id) => ({ id })) });
    const after = await api.read({ inputs: ids.map((id) => ({ id })), properties: [], propertiesWithHistory: [] });
    assert.equal(after.results.length, 0);
    const bin = await api.read({ inputs: ids.map((id) => ({ id })), properties: [kind.text], propertiesWithHistory: [] }, true);
    assert.equal(bin.results.length, kind.gone ? 0 : 3);
  });

  claim(`${kind.name}: a bad row in the middle fails alone where all rows are traced`, { facts: "§2.5 [D]" }, async ({ client }) => {
    const api = kind.module(client).batchApi;
    const inputs = [input(kind.fields(1), "t1"), input(kind.bad, "t2"), input(kind.fields(3), "t3")];
    const answer = await api.create({ inputs });
    assert.deepEqual(answer.results.map((each) => [each.objectWriteTraceId, each.properties[kind.text]]), [["t1", "Name1"], ["t3", "Name3"]]);
    assert.equal(answer.numErrors, 1);
    assert.deepEqual(answer.errors[0].context.objectWriteTraceId, ["t2"]);
    assert.equal(answer.errors[0].category, "VALIDATION_ERROR");
    const body = await refused(api.create({ inputs: [input(kind.fields(4)), input(kind.bad)] }), 400);
    assert.equal(body.category, "VALIDATION_ERROR");
    assert.equal((await everything(kind.module(client))).length, 2);
  });
}

claim("an upsert by a unique property creates once and updates afterwards", { facts: "§2.5 [D], §2.6 [D]" }, async ({ client }) => {
  for (const [type, group, fields] of [["contacts", "contactinformation", { lastname: "Lee" }], ["companies", "companyinformation", { name: "A" }], ["tickets", "ticketinformation", { subject: "S", hs_pipeline_stage: "1" }],
    ["deals", "dealinformation", { dealname: "D", dealstage: "qualifiedtobuy" }], ["products", "productinformation", { name: "P" }]]) {
    await client.crm.properties.coreApi.create(type, { groupName: group, name: "ext_sync_id", label: "Ext id", type: "string", fieldType: "text", hasUniqueValue: true });
    const api = client.crm[type].batchApi;
    const row = (id, properties) => ({ id, idProperty: "ext_sync_id", properties });
    const first = await api.upsert({ inputs: [row("E1", fields), row("E2", fields)] });
    assert.deepEqual(first.results.map((each) => each._new ?? each.new), [true, true]);
    const second = await api.upsert({ inputs: [row("E1", fields), row("E3", fields)] });
    assert.deepEqual(second.results.map((each) => each._new ?? each.new), [false, true]);
    assert.equal(second.results[0].id, first.results[0].id);
    const read = await api.read({ inputs: [{ id: "E2" }], idProperty: "ext_sync_id", properties: ["ext_sync_id"], propertiesWithHistory: [] });
    assert.deepEqual(read.results.map((each) => [each.id, each.properties.ext_sync_id]), [[first.results[1].id, "E2"]]);
    assert.equal((await client.crm[type].basicApi.getById("E3", ["ext_sync_id"], undefined, undefined, false, "ext_sync_id")).id, second.results[1].id);
    const body = await refused(client.crm[type].basicApi.create({ properties: { ...fields, ext_sync_id: "E1" }, associations: [] }), 400);
    assert.match(body.message, new RegExp(`${first.results[0].id} already has that value`));
  }
});

claim("engagements have no unique property to upsert by", { facts: "§2.6 [U] switch: engagement_unique_properties" }, async ({ client }) => {
  for (const type of ["notes", "calls", "emails", "meetings", "tasks", "communications"]) {
    const body = await refused(client.crm.objects[type].batchApi.upsert({ inputs: [{ id: "x", idProperty: "hs_body_preview", properties: {} }] }), 400);
    assert.match(body.message, /^Unable to perform update\/upsert by non-unique 0-\d+ property \w+ in portal ID \d+$/);
  }
});

claim("updates name missing ids in one row, and duplicate ids refuse the call", { facts: "§2.5 [O]" }, async ({ client }) => {
  const api = client.crm.contacts.batchApi;
  const { results: [{ id }] } = await api.create({ inputs: [input({ email: "a@x.example" })] });
  const row = (of) => ({ id: of, properties: { firstname: "Ann" } });
  const answer = await api.update({ inputs: [row("512999999998"), row(id), row("512999999999")] });
  assert.deepEqual(answer.results.map((each) => each.id), [id]);
  assert.deepEqual(answer.errors[0].context.ids, ["512999999998", "512999999999"]);
  const body = await refused(api.update({ inputs: [row(id), row(id)] }), 400);
  assert.equal(body.message, `Duplicate IDs found in batch input: [${id}]. IDs must be unique`);
  await refused(api.update({ inputs: [{ id: "a@x.example", idProperty: "email", properties: {} }] }), 400);
});

claim("a batch takes a hundred rows", { facts: "§2.5 [D]" }, async ({ client }) => {
  const rows = (count) => ({ inputs: Array.from({ length: count }, (_, n) => input({ name: `C${n}` })) });
  assert.equal((await client.crm.companies.batchApi.create(rows(100))).results.length, 100);
  await refused(client.crm.companies.batchApi.create(rows(101)), 400);
});
