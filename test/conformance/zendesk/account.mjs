// Memberships, and what an account has one or a few of.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

async function annAtAcme(client) {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme" } });
  const { result: ann } = await client.users.create({ user: { name: "Ann" } });
  return { acme, ann };
}

scenario("a membership puts a user into an organization, is listed from both sides and taken away", { facts: "§A2" }, async ({ client }) => {
  const { acme, ann } = await annAtAcme(client), { organizationmemberships } = client;
  const { result: made } = await organizationmemberships.create({ user_id: ann.id, organization_id: acme.id });
  assert.deepEqual([made.user_id, made.organization_id, made.default], [ann.id, acme.id, true]);
  assert.equal((await client.users.show(ann.id)).result.organization_id, acme.id);
  for (const listed of [organizationmemberships.list(), organizationmemberships.listByUser(ann.id), organizationmemberships.listByOrganization(acme.id)])
    assert.deepEqual((await listed).map((each) => each.id), [made.id]);
  assert.equal((await organizationmemberships.show(made.id)).result.organization_name, "Acme");
  assert.equal((await organizationmemberships.showByUser(ann.id, made.id)).result.id, made.id);
  await organizationmemberships.deleteByUser(ann.id, made.id);
  assert.equal((await client.users.show(ann.id)).result.organization_id, null);
});

scenario("a user is in one organization: a second membership is refused", { facts: "§A2" }, async ({ client }) => {
  const { acme, ann } = await annAtAcme(client), { organizationmemberships } = client;
  await organizationmemberships.createByUser(ann.id, { organization_id: acme.id });
  await assert.rejects(organizationmemberships.create({ user_id: ann.id, organization_id: acme.id }), /422/);
});

scenario("agents are in a group, end users in none", { facts: "§A2" }, async ({ client }) => {
  const { ann } = await annAtAcme(client), { result: me } = await client.users.me();
  assert.deepEqual((await client.groupmemberships.list()).map((each) => each.user_id), [me.id]);
  assert.deepEqual(await client.groupmemberships.listByUser(ann.id), []);
});

scenario("an account has a brand, a form, a locale, and the tags that its tickets have", { facts: "§A2" }, async ({ client }) => {
  assert.equal((await client.locales.showCurrent()).result.locale, "en-US");
  const [form] = await client.ticketforms.list();
  assert.equal((await client.ticketforms.show(form.id)).result.default, true);
  await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, tags: ["a", "b"] } });
  await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, tags: ["b"] } });
  assert.deepEqual((await client.tags.list()).map((each) => [each.name, each.count]), [["b", 2], ["a", 1]]);
});
