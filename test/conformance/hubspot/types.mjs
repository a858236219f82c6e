// Object types of an account's own, and the pipelines of deals.
import assert from "node:assert/strict";
import { claim, refused } from "./client.mjs";

const kCats = {
  name: "cats", labels: { singular: "Cat", plural: "Cats" }, primaryDisplayProperty: "tag", requiredProperties: ["tag"], searchableProperties: ["tag"], secondaryDisplayProperties: [],
  properties: [{ name: "tag", label: "Tag", type: "string", fieldType: "text", hasUniqueValue: true }, { name: "age", label: "Age", type: "number", fieldType: "number" }],
  associatedObjects: ["CONTACT"],
};

claim("a type of the account's own is defined, filled and deleted", { facts: "§2.1 [D]" }, async ({ client }) => {
  const api = client.crm.schemas.coreApi;
  const made = await api.create(kCats);
  assert.deepEqual([made.name, made.labels.plural, made.requiredProperties, made.primaryDisplayProperty], ["cats", "Cats", ["tag"], "tag"]);
  assert.match(made.objectTypeId, /^2-\d+$/);
  assert.ok(made.properties.some((each) => each.name === "age") && made.associations.some((each) => each.toObjectTypeId === "0-1"));
  assert.deepEqual((await api.getAll()).results.map((each) => each.fullyQualifiedName), [made.fullyQualifiedName]);
  const objects = client.crm.objects.basicApi, type = made.objectTypeId;
  const tom = await objects.create(type, { properties: { tag: "T1", age: "3" }, associations: [] });
  await refused(objects.create(type, { properties: { tag: "T1" }, associations: [] }), 400);
  await refused(objects.create(type, { properties: { age: "3" }, associations: [] }), 400);
  assert.equal((await objects.getById(made.fullyQualifiedName, tom.id, ["age"])).properties.age, "3");
  assert.equal((await objects.getById(type, "T1", undefined, undefined, undefined, false, "tag")).id, tom.id);
  const upserted = await client.crm.objects.batchApi.upsert(type, { inputs: [{ id: "T1", idProperty: "tag", properties: { age: "4" } }, { id: "T2", idProperty: "tag", properties: { age: "1" } }] });
  assert.deepEqual(upserted.results.map((each) => each._new ?? each.new), [false, true]);
  assert.equal((await api.update(type, { labels: { singular: "Tom", plural: "Toms" } })).labels.singular, "Tom");
  assert.equal((await api.getById(type)).labels.singular, "Tom");
  await refused(api.archive(type), 400);
  for (const each of upserted.results) await objects.archive(type, each.id);
  await api.archive(type);
  assert.deepEqual((await api.getAll(true)).results.map((each) => each.archived), [true]);
});

claim("a type of the account's own is tied to what it named", { facts: "§2.1 [D], §2.12 [S]" }, async ({ client }) => {
  const { objectTypeId: type } = await client.crm.schemas.coreApi.create(kCats);
  const cat = await client.crm.objects.basicApi.create(type, { properties: { tag: "T1" }, associations: [] });
  const ann = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
  const ties = client.crm.associations.v4.basicApi;
  await ties.createDefault(type, cat.id, "contacts", ann.id);
  assert.deepEqual((await ties.getPage("contacts", ann.id, type)).results.map((each) => each.toObjectId), [cat.id]);
  const added = await client.crm.schemas.coreApi.createAssociation(type, { fromObjectTypeId: type, toObjectTypeId: "0-2", name: "cat_to_company" });
  assert.deepEqual([added.name, added.toObjectTypeId], ["cat_to_company", "0-2"]);
  await client.crm.schemas.coreApi.archiveAssociation(type, added.id);
});

claim("deals have pipelines of their own, with probabilities", { facts: "§2.9 [S]" }, async ({ client }) => {
  const api = client.crm.pipelines.pipelinesApi;
  const [sales] = (await api.getAll("deals")).results;
  assert.deepEqual([sales.id, sales.stages.length, sales.stages[5].metadata.isClosed], ["default", 7, "true"]);
  const made = await api.create("deals", { label: "Renewals", displayOrder: 1, stages: [{ label: "Due", displayOrder: 0, metadata: { probability: "0.5" } }, { label: "Lost", displayOrder: 1, metadata: { probability: "0.0" } }] });
  const deal = await client.crm.deals.basicApi.create({ properties: { dealname: "A", pipeline: made.id, dealstage: made.stages[0].id }, associations: [] });
  await refused(client.crm.deals.basicApi.update(deal.id, { properties: { dealstage: "qualifiedtobuy" } }), 400);
  await refused(api.archive("deals", made.id, true), 400);
  await client.crm.deals.basicApi.archive(deal.id);
  await api.archive("deals", made.id, true);
  assert.equal((await api.getAll("tickets")).results[0].id, "0");
});
