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

scenario("many memberships are made and taken away by jobs", { facts: "§A2, §A3 [K]" }, async ({ client, later }) => {
  const { acme, ann } = await annAtAcme(client), { result: bob } = await client.users.create({ user: { name: "Bob" } });
  const done = async (started) => {
    await later("60s");
    return (await client.jobstatuses.show((started.job_status ?? started).id)).result.job_status.results;
  };
  const made = await done((await client.organizationmemberships.createMany([ann.id, bob.id, 7].map((user_id) => ({ user_id, organization_id: acme.id })))).result);
  assert.deepEqual(made.map((each) => each.error ?? "made"), ["made", "made", "OrganizationMembershipCreateFailed"]);
  assert.equal((await client.organizationmemberships.listByOrganization(acme.id)).length, 2);
  const gone = await done((await client.organizationmemberships.deleteMany([made[0].id, made[0].id])).result);
  assert.deepEqual(gone.map((each) => each.success), [true, false]);
  assert.deepEqual((await client.organizationmemberships.list()).map((each) => each.user_id), [bob.id]);
});

scenario("a user is in one organization: a second membership is refused", { facts: "§A2 [K]" }, async ({ client }) => {
  const { acme, ann } = await annAtAcme(client), { organizationmemberships } = client;
  await organizationmemberships.createByUser(ann.id, { organization_id: acme.id });
  await assert.rejects(organizationmemberships.create({ user_id: ann.id, organization_id: acme.id }), /422/);
});

scenario("agents are in a group, end users in none", { facts: "§A2 [K]" }, async ({ client }) => {
  const { ann } = await annAtAcme(client), { result: me } = await client.users.me();
  assert.deepEqual((await client.groupmemberships.list()).map((each) => each.user_id), [me.id]);
  assert.deepEqual(await client.groupmemberships.listByUser(ann.id), []);
});

scenario("agents of a group and organizations of a user are listed and counted", { facts: "§A2 [K]" }, async ({ client }) => {
  const { acme, ann } = await annAtAcme(client), [group, other] = await client.groups.list(), { result: me } = await client.users.me();
  assert.deepEqual((await client.users.listByGroup(group.id)).map((each) => each.id), [me.id]);
  assert.deepEqual(await client.users.listByGroup(other.id), []);
  assert.equal((await client.users.get(["users", ann.id, "organizations", "count"])).result.count.value, 0);
  await client.users.update(ann.id, { user: { organization_id: acme.id } });
  assert.equal((await client.users.get(["users", ann.id, "organizations", "count"])).result.count.value, 1);
});

scenario("an account has a brand, a form, a locale, and the tags that its tickets have", { facts: "§A2 [K]" }, async ({ client }) => {
  assert.equal((await client.locales.showCurrent()).result.locale, "en-US");
  const [form] = await client.ticketforms.list();
  assert.equal((await client.ticketforms.show(form.id)).result.default, true);
  await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, tags: ["a", "b"] } });
  await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, tags: ["b"] } });
  assert.deepEqual((await client.tags.list()).map((each) => [each.name, each.count]), [["b", 2], ["a", 1]]);
});

scenario("fields are made, changed and deleted by the client, their options too", { facts: "§A2" }, async ({ client }) => {
  const { result: made } = await client.ticketfields.create({ ticket_field: { type: "tagger", title: "Region", custom_field_options: [{ name: "North", value: "region_north" }] } });
  assert.deepEqual([made.type, made.title, made.removable, made.custom_field_options[0].value], ["tagger", "Region", true, "region_north"]);
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, custom_fields: [{ id: made.id, value: "region_north" }] } });
  assert.equal(ticket.custom_fields.find((each) => each.id === made.id).value, "region_north");
  await assert.rejects(client.tickets.update(ticket.id, { ticket: { custom_fields: [{ id: made.id, value: "region_south" }] } }), /422/);
  const { result: south } = await client.ticketfields.createOrUpdateOption(made.id, { custom_field_option: { name: "South", value: "region_south" } });
  await client.tickets.update(ticket.id, { ticket: { custom_fields: [{ id: made.id, value: "region_south" }] } });
  assert.deepEqual((await client.ticketfields.listOptions(made.id)).result.custom_field_options.map((each) => each.value), ["region_north", "region_south"]);
  await client.ticketfields.deleteOption(made.id, south.custom_field_option.id);
  assert.equal((await client.ticketfields.update(made.id, { ticket_field: { title: "Where" } })).result.title, "Where");
  await client.ticketfields.delete(made.id);
  await assert.rejects(client.ticketfields.show(made.id), /404/);
});

scenario("people and organizations take fields of their own", { facts: "§A2" }, async ({ client }) => {
  for (const [calls, kind] of [[client.userfields, "user"], [client.organizationfields, "organization"]]) {
    const { result: made } = await calls.create({ [`${kind}_field`]: { key: "plan", type: "text", title: "Plan" } });
    const { result: one } = await client[`${kind}s`].create({ [kind]: { name: "Acme", [`${kind}_fields`]: { plan: "gold" } } });
    assert.equal(one[`${kind}_fields`].plan, "gold");
    await calls.delete(made.id);
    assert.equal((await client[`${kind}s`].show(one.id)).result[`${kind}_fields`].plan, undefined);
  }
});

scenario("fields are read, counted, put in order, and their options one by one", { facts: "§A2 [K]" }, async ({ client }) => {
  const { count } = (await client.ticketfields.count()).result;
  assert.equal(count.value, (await client.ticketfields.listWithLocale("en-US")).length);
  const { result: made } = await client.ticketfields.create({ ticket_field: { type: "tagger", title: "Region", custom_field_options: [{ name: "North", value: "north" }] } });
  const [north] = (await client.ticketfields.listOptions(made.id)).result.custom_field_options;
  assert.equal((await client.ticketfields.showOption(made.id, north.id)).result.custom_field_option.name, "North");
  for (const [calls, kind] of [[client.userfields, "user"], [client.organizationfields, "organization"]]) {
    const { result: plan } = await calls.create({ [`${kind}_field`]: { key: "plan", type: "dropdown", title: "Plan", custom_field_options: [{ name: "Gold", value: "gold" }] } });
    assert.equal((await calls.show(plan.id)).result.title, "Plan");
    assert.equal((await calls.update(plan.id, { [`${kind}_field`]: { title: "Rate" } })).result.title, "Rate");
    const ids = (await calls.list()).map((each) => each.id).reverse();
    await calls.reorder(ids);
    assert.deepEqual((await calls.list()).map((each) => each.id), ids);
    await assert.rejects(calls.reorder([7]), /422/);
  }
  const tier = (await client.userfields.list()).find((each) => each.key === "loyalty_tier");
  const { result: made2 } = await client.userfields.createOrUpdateOption(tier.id, { custom_field_option: { name: "Iron", value: "iron" } });
  assert.equal((await client.userfields.showOption(tier.id, made2.custom_field_option.id)).result.custom_field_option.value, "iron");
  assert.equal((await client.userfields.deleteOption(tier.id, made2.custom_field_option.id)).response.status, 204);
});

scenario("an organization membership is made the default and deleted by its id", { facts: "§A2 [K]" }, async ({ client }) => {
  const { acme, ann } = await annAtAcme(client), { organizationmemberships } = client;
  const { result: made } = await organizationmemberships.create({ user_id: ann.id, organization_id: acme.id });
  const { result: all } = await organizationmemberships.makeDefault(ann.id, made.id);
  assert.deepEqual(all.map((each) => [each.id, each.default]), [[made.id, true]]);
  assert.equal((await organizationmemberships.delete(made.id)).response.status, 204);
  assert.deepEqual(await client.organizations.listByUser(ann.id), []);
});
