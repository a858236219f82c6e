// Companies of version 2, deals and tickets of version 1, and what ties them.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";
import { pairs, refused } from "./older_calls.mjs";

const person = async (client, email) => (await client.contacts.create({ properties: pairs({ email }, "property") })).vid;
const firm = async (client, values) => (await client.companies.create({ properties: pairs(values) })).companyId;

scenario("a company is made, found by its domain, changed and removed", { facts: "§0.1 [D2]" }, async ({ client }) => {
  const id = await firm(client, { name: "Acme", domain: "acme.example" });
  assert.deepEqual((await client.companies.getByDomain("acme.example")).results.map((each) => each.companyId), [id]);
  assert.equal((await client.companies.update(id, { properties: pairs({ city: "Oslo" }) })).properties.city.value, "Oslo");
  await client.companies.updateBatch([{ objectId: id, properties: pairs({ city: "Rome" }) }]);
  assert.equal((await client.companies.getById(id)).properties.city.value, "Rome");
  assert.equal((await client.companies.get({ properties: ["name"] })).companies[0].properties.name.value, "Acme");
  for (const recent of [await client.companies.getRecentlyCreated(), await client.companies.getRecentlyModified()]) assert.equal(recent.total, 1);
  assert.equal((await client.companies.delete(id)).deleted, true);
  await refused(client.companies.getById(id), 404);
});

scenario("a company has its people", { facts: "§2.12 [D]" }, async ({ client }) => {
  const companyId = await firm(client, { name: "Acme" }), contactVid = await person(client, "ann@acme.example");
  await client.companies.addContactToCompany({ companyId, contactVid });
  assert.deepEqual((await client.companies.getContactIds(companyId)).vids, [contactVid]);
  assert.equal((await client.companies.getContacts(companyId)).contacts[0].vid, contactVid);
});

scenario("a deal belongs to its people and companies", { facts: "§2.12 [D]" }, async ({ client }) => {
  const vid = await person(client, "ann@acme.example"), company = await firm(client, { name: "Acme" });
  const { dealId } = await client.deals.create({
    associations: { associatedVids: [vid], associatedCompanyIds: [company] }, properties: pairs({ dealname: "D", dealstage: "qualifiedtobuy", amount: "10" }),
  });
  const read = await client.deals.getById(dealId);
  assert.deepEqual([read.associations.associatedVids, read.associations.associatedCompanyIds], [[vid], [company]]);
  assert.equal((await client.deals.getAssociated("company", company)).deals[0].dealId, dealId);
  await client.deals.updateById(dealId, { properties: pairs({ amount: "12" }) });
  assert.equal((await client.deals.getById(dealId)).properties.amount.value, "12");
  await client.deals.removeAssociation(dealId, "CONTACT", vid);
  assert.deepEqual((await client.deals.getById(dealId)).associations.associatedVids, []);
  await client.deals.associate(dealId, "CONTACT", vid);
  assert.deepEqual((await client.deals.get({ includeAssociations: true })).deals[0].associations.associatedVids, [vid]);
  await client.deals.deleteById(dealId);
  await refused(client.deals.getById(dealId), 404);
});

scenario("tickets are made, changed and removed, one by one and at once", { facts: "§0.1 [D2]" }, async ({ client }) => {
  const ticket = (subject) => pairs({ subject, hs_pipeline: "0", hs_pipeline_stage: "1" });
  const { objectId } = await client.tickets.create(ticket("A"));
  const made = await client.tickets.createBatch([ticket("B"), ticket("C")]);
  await client.tickets.update(objectId, pairs({ content: "c" }));
  await client.tickets.updateBatch([{ objectId, properties: pairs({ subject: "AA" }) }]);
  assert.equal((await client.tickets.getById(objectId, ["subject"])).properties.subject.value, "AA");
  assert.deepEqual(Object.keys(await client.tickets.getBatchById([objectId, 77], ["subject"])), [String(objectId)]);
  assert.equal((await client.tickets.getAll(["subject"], 0)).objects.length, 3);
  await client.tickets.delete(objectId);
  await client.tickets.deleteBatch(made.map((each) => each.objectId));
  assert.deepEqual((await client.tickets.getAll(["subject"], 0)).objects, []);
});

scenario("records are tied and untied by the ids of association types", { facts: "§2.12 [D]" }, async ({ client, standIn }) => {
  const vid = await person(client, "ann@acme.example"), company = await firm(client, { name: "Acme" });
  const tie = { fromObjectId: vid, toObjectId: company, category: "HUBSPOT_DEFINED", definitionId: 1 };
  const tied = async () => (await client.companies.getContactIds(company)).vids;
  await client.crm.associations.create(tie);
  assert.deepEqual(await tied(), [vid]);
  await client.crm.associations.delete(tie);
  assert.deepEqual(await tied(), []);
  await client.crm.associations.createBatch([tie]);
  const [change] = (await standIn.control("writes?after=0&object=contacts")).writes.slice(-1);
  assert.ok("associations.companies" in change.after, JSON.stringify(change));
  assert.match(change.after["associations.companies"], / as 1$/, "the primary company");
  await client.crm.associations.deleteBatch([tie]);
  assert.deepEqual(await tied(), []);
});
