// Groups of agents, and who is in them.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

/** An agent, who is in the account's default group, and a group of our own. */
async function agentAndGroup(client) {
  const { result: agent } = await client.users.create({ user: { name: "Agnes", email: "agnes@example.com", role: "agent" } });
  const { result: group } = await client.groups.create({ group: { name: "Returns", description: "What comes back" } });
  return { agent, group };
}

scenario("a group is made, read, changed, counted and deleted", { facts: "§A2 [K]" }, async ({ client }) => {
  const { response, result: made } = await client.groups.create({ group: { name: "Returns", description: "What comes back" } });
  assert.equal(response.status, 201);
  assert.deepEqual([made.name, made.description, made.deleted, made.default, made.is_public], ["Returns", "What comes back", false, false, true]);
  assert.equal((await client.groups.count()).result.count.value, 3);
  assert.equal((await client.groups.update(made.id, { group: { name: "Refunds" } })).result.name, "Refunds");
  await assert.rejects(client.groups.create({ group: { name: "" } }), /422/);
  await assert.rejects(client.groups.update(made.id, { group: { name: "support" } }), /422/);
  assert.deepEqual((await client.groups.assignable()).map((each) => each.name), ["Support", "Billing", "Refunds"]);
  assert.equal((await client.groups.delete(made.id)).response.status, 204);
  assert.equal((await client.groups.show(made.id)).result.deleted, true);
  await assert.rejects(client.groups.update(made.id, { group: { name: "Back" } }), /404/);
  assert.deepEqual((await client.groups.assignable()).map((each) => each.name), ["Support", "Billing"]);
  assert.deepEqual((await client.groups.list()).map((each) => each.deleted), [false, false, true]);
  const [first] = await client.groups.list();
  await assert.rejects(client.groups.delete(first.id), /422/);
});

scenario("a membership of a group is made, listed from both sides, made the default and taken away", { facts: "§A2 [K]" }, async ({ client }) => {
  const { agent, group } = await agentAndGroup(client), { groupmemberships } = client;
  const { response, result: made } = await groupmemberships.create({ group_membership: { user_id: agent.id, group_id: group.id } });
  assert.equal(response.status, 201);
  assert.deepEqual([made.user_id, made.group_id, made.default], [agent.id, group.id, false]);
  await assert.rejects(groupmemberships.create({ group_membership: { user_id: agent.id, group_id: group.id } }), /422/);
  for (const listed of [groupmemberships.listByGroup(group.id), groupmemberships.listAssignableByGroup(group.id)]) assert.deepEqual((await listed).map((each) => each.id), [made.id]);
  assert.equal((await groupmemberships.listAssignable()).length, 3);
  assert.equal((await groupmemberships.show(made.id)).result.group_id, group.id);
  assert.equal((await groupmemberships.showByUser(agent.id, made.id)).result.id, made.id);
  assert.equal((await client.groups.countByUser(agent.id)).result.count.value, 2);
  assert.deepEqual((await client.users.listByGroup(group.id)).map((each) => each.id), [agent.id]);
  const { result: changed } = await groupmemberships.makeDefault(agent.id, made.id);
  assert.deepEqual(changed.map((each) => each.default), [false, true]);
  assert.equal((await client.users.show(agent.id)).result.default_group_id, group.id);
  const [first] = await groupmemberships.listByUser(agent.id);
  assert.equal((await groupmemberships.delete(first.id)).response.status, 204);
  await assert.rejects(groupmemberships.deleteByUser(agent.id, made.id), /422/);
  await assert.rejects(groupmemberships.show(first.id), /404/);
});

scenario("groups are of agents, and of those alone", { facts: "§A2 [K]" }, async ({ client }) => {
  const { agent, group } = await agentAndGroup(client), { result: ann } = await client.users.create({ user: { name: "Ann" } });
  await assert.rejects(client.groupmemberships.createByUser(ann.id, { group_membership: { group_id: group.id } }), /422/);
  const { result: made } = await client.groupmemberships.createByUser(agent.id, { group_membership: { group_id: group.id } });
  assert.equal(made.user_id, agent.id);
  assert.equal((await client.groupmemberships.deleteByUser(agent.id, made.id)).response.status, 204);
  assert.deepEqual((await client.groupmemberships.listByUser(agent.id)).map((each) => each.default), [true]);
});

scenario("many memberships of groups are made and taken away by jobs", { facts: "§A2, §A3 [K]" }, async ({ client, later }) => {
  const { agent, group } = await agentAndGroup(client);
  const done = async (started) => {
    await later("60s");
    return (await client.jobstatuses.show((started.job_status ?? started).id)).result.job_status.results;
  };
  const rows = [agent.id, 7].map((user_id) => ({ user_id, group_id: group.id }));
  const made = await done((await client.groupmemberships.bulkCreate(rows)).result);
  assert.deepEqual(made.map((each) => each.error ?? "made"), ["made", "GroupMembershipCreateFailed"]);
  const gone = await done((await client.groupmemberships.bulkDelete([made[0].id, made[0].id])).result);
  assert.deepEqual(gone.map((each) => each.success), [true, false]);
  assert.deepEqual(await client.groupmemberships.listByGroup(group.id), []);
});

scenario("a ticket's assignee is of its group", { facts: "§A2 [K]" }, async ({ client }) => {
  const { agent, group } = await agentAndGroup(client), [support] = await client.groups.list();
  const ticket = (more) => client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, ...more } });
  await assert.rejects(ticket({ assignee_id: agent.id, group_id: group.id }), /422/);
  const { result: made } = await ticket({ assignee_id: agent.id });
  assert.equal(made.group_id, support.id);
  assert.deepEqual((({ group_id, assignee_id }) => [group_id, assignee_id])((await client.tickets.update(made.id, { ticket: { group_id: group.id } })).result), [group.id, null]);
  const { result: member } = await client.groupmemberships.create({ group_membership: { user_id: agent.id, group_id: group.id } });
  await client.tickets.update(made.id, { ticket: { assignee_id: agent.id } });
  assert.equal((await client.tickets.show(made.id)).result.group_id, group.id);
  await client.groupmemberships.delete(member.id);
  assert.equal((await client.tickets.show(made.id)).result.assignee_id, null);
  await client.groups.delete(group.id);
  assert.equal((await client.tickets.show(made.id)).result.group_id, null);
  await assert.rejects(client.tickets.update(made.id, { ticket: { group_id: group.id } }), /422/);
});
