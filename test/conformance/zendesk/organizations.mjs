// Organizations.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

scenario("an organization is created, read, updated and deleted", { facts: "§A2" }, async ({ client }) => {
  const { response, result: created } = await client.organizations.create({ organization: { name: "Acme", domain_names: ["Acme.example"], organization_fields: { segment: "large" } } });
  assert.equal(response.status, 201);
  assert.deepEqual(created.domain_names, ["acme.example"]);
  assert.equal(created.organization_fields.segment, "large");
  const { result: updated } = await client.organizations.update(created.id, { organization: { details: "Makes things" } });
  assert.equal(updated.details, "Makes things");
  assert.equal((await client.organizations.show(created.id)).result.name, "Acme");
  assert.equal((await client.organizations.delete(created.id)).response.status, 204);
  await assert.rejects(client.organizations.show(created.id), /404/);
});

scenario("a new user is in the organization of the address's domain", { facts: "§A2 [K] switch: domains_assign_nobody" }, async ({ client, standIn }) => {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme", domain_names: ["acme.example"] } });
  const home = async (email) => (await client.users.create({ user: { name: "Ann", email } })).result.organization_id;
  assert.equal(await home("ann@acme.example"), acme.id);
  assert.equal(await home("ann@other.example"), null);
  await standIn.control("settings", { domains_assign_nobody: true });
  assert.equal(await home("bob@acme.example"), null);
});

scenario("an organization's name is its own", { facts: "§A2, §A8" }, async ({ client }) => {
  await client.organizations.create({ organization: { name: "Acme" } });
  await assert.rejects(client.organizations.create({ organization: { name: "ACME" } }), /422/);
});

scenario("create or update matches by external id, never by name", { facts: "§A3 [I]" }, async ({ client }) => {
  const { result: first } = await client.organizations.upsert({ organization: { name: "Acme", external_id: "1" } });
  const { response, result: same } = await client.organizations.createOrUpdate({ organization: { name: "Acme Ltd", external_id: "1" } });
  assert.equal(response.status, 200);
  assert.equal(same.id, first.id);
  await assert.rejects(client.organizations.upsert({ organization: { name: "Acme Ltd", external_id: "2" } }), /422/);
});

scenario("a deleted organization leaves its people behind", { facts: "§A5 [K]" }, async ({ client }) => {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme" } });
  const { result: ann } = await client.users.create({ user: { name: "Ann", organization_id: acme.id } });
  assert.deepEqual((await client.users.listByOrganization(acme.id)).map((each) => each.id), [ann.id]);
  assert.equal((await client.organizations.related(acme.id)).result.organization_related.users_count, 1);
  await client.organizations.delete(acme.id);
  assert.equal((await client.users.show(ann.id)).result.organization_id, null);
});

scenario("organizations are found by external id and by the beginning of a name", { facts: "§A2" }, async ({ client, later }) => {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme", external_id: "1" } });
  assert.deepEqual((await client.organizations.search("1")).map((each) => each.id), [acme.id]);
  assert.deepEqual((await client.organizations.showManyByExternalIds(["1", "2"])).map((each) => each.id), [acme.id]);
  await later("180s");
  assert.deepEqual((await client.organizations.autocomplete({ name: "acm" })).map((each) => each.id), [acme.id]);
});

scenario("organizations are counted", {
  facts: "§A6 [K]",
  clientBug: "node-zendesk 6.0.1 asks for the count by getAll, which gives an array, and reads .count of it (dist/index.js, Organizations.count)",
}, async ({ client }) => {
  await client.organizations.create({ organization: { name: "Acme" } });
  assert.equal((await client.organizations.count()).value, 1);
});

scenario("organizations of a user are counted", {
  facts: "§A6 [K]",
  clientBug: "as of all organizations (dist/index.js, Organizations.countByUser)",
}, async ({ client }) => {
  const { result: ann } = await client.users.create({ user: { name: "Ann" } });
  assert.equal((await client.organizations.countByUser(ann.id)).value, 0);
});

scenario("organizations are listed, shown together, changed together and deleted by external id", { facts: "§A2, §A3 [K]" }, async ({ client, later, load }) => {
  const { ids } = await load("organizations", [{ name: "Acme", external_id: "1" }, { name: "Globex", external_id: "2" }, { name: "Initech" }]);
  assert.deepEqual((await client.organizations.list()).map((each) => each.name), ["Acme", "Globex", "Initech"]);
  assert.deepEqual((await client.organizations.showMany(ids.slice(1))).map((each) => each.name), ["Globex", "Initech"]);
  const done = async (started) => {
    await later("60s");
    return (await client.jobstatuses.show(started.result.job_status.id)).result.job_status.results.map((each) => each.success);
  };
  assert.deepEqual(await done(await client.organizations.updateMany({ organizations: [{ id: Number(ids[0]), notes: "big" }, { id: 7, notes: "none" }] })), [true, false]);
  assert.equal((await client.organizations.show(ids[0])).result.notes, "big");
  assert.deepEqual(await done(await client.organizations.bulkDeleteByExternalId("1,2")), [true, true]);
  assert.deepEqual((await client.organizations.list()).map((each) => each.name), ["Initech"]);
});
