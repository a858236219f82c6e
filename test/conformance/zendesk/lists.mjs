// Lists, their pages, side-loads, the search.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const many = (count, make) => Array.from({ length: count }, (_, i) => make(i + 1));
const ticket = (i) => ({ subject: `Ticket ${i}`, description: `Text ${i}`, external_id: i % 2 ? "odd" : "even" });

scenario("the client walks all pages by cursor", { facts: "§A6" }, async ({ client, load }) => {
  await load("tickets", many(250, ticket));
  const all = await client.tickets.list();
  assert.deepEqual(all.map((each) => each.subject), many(250, (i) => `Ticket ${i}`));
});

scenario("a page by cursor tells of the next and the one before", { facts: "§A6" }, async ({ standIn, load, options }) => {
  await load("tickets", many(5, ticket));
  const headers = { Authorization: `Basic ${btoa(`${options.username}/token:${options.token}`)}` };
  const page = async (more) => {
    const query = new URLSearchParams(Object.entries({ size: 2, ...more }).map(([name, value]) => [`page[${name}]`, value]));
    return (await fetch(`${standIn.url}/api/v2/tickets?${query}`, { headers })).json();
  };
  const first = await page({});
  assert.equal(first.meta.has_more, true);
  assert.equal(first.links.prev, null);
  const second = await page({ after: first.meta.after_cursor });
  assert.deepEqual(second.tickets.map((each) => each.subject), ["Ticket 3", "Ticket 4"]);
  const back = await page({ before: second.meta.before_cursor });
  assert.deepEqual(back.tickets.map((each) => each.subject), ["Ticket 1", "Ticket 2"]);
  const last = await page({ after: second.meta.after_cursor });
  assert.equal(last.meta.has_more, false);
  assert.equal(last.links.next, null);
});

scenario("pages by offset end at ten thousand rows", { facts: "§A6" }, async ({ standIn, options }) => {
  const get = async (query) => {
    const response = await fetch(`${standIn.url}/api/v2/tickets.json?${query}`, { headers: { Authorization: `Basic ${btoa(`${options.username}/token:${options.token}`)}` } });
    return { status: response.status, body: await response.json() };
  };
  await standIn.control("records/tickets", many(3, ticket));
  const first = await get("page=1&per_page=2");
  assert.equal(first.body.count, 3);
  assert.match(first.body.next_page, /page=2/);
  assert.equal(first.body.previous_page, null);
  assert.equal((await get("page=2&per_page=2")).body.tickets.length, 1);
  const deep = await get("page=101&per_page=100");
  assert.equal(deep.status, 400);
  assert.equal(deep.body.errors[0].code, "InvalidPaginationDepth");
});

scenario("a list is sorted by what may sort it", { facts: "§A6" }, async ({ client, load, later }) => {
  const { ids } = await load("tickets", many(3, ticket));
  await later("5s");
  await client.tickets.update(ids[0], { ticket: { status: "solved" } });
  const sorted = await client.tickets.listWithFilter("sort", "-updated_at");
  assert.equal(sorted[0].id, Number(ids[0]));
  await assert.rejects(client.tickets.listWithFilter("sort", "subject"), /400/);
});

scenario("an external id may name several tickets", { facts: "§A2 [K]" }, async ({ client, load }) => {
  await load("tickets", many(4, ticket));
  assert.deepEqual((await client.tickets.listWithFilter("external_id", "odd")).map((each) => each.subject), ["Ticket 1", "Ticket 3"]);
});

scenario("tickets are listed by their people and their organization", { facts: "§A2" }, async ({ client }) => {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme" } });
  const { result: ann } = await client.users.create({ user: { name: "Ann", organization_id: acme.id } });
  const { result: agent } = await client.users.create({ user: { name: "Bob", role: "agent" } });
  const { result: made } = await client.tickets.create({ ticket: { comment: { body: "x" }, requester_id: ann.id, assignee_id: agent.id, collaborator_ids: [agent.id] } });
  assert.equal(made.organization_id, acme.id);
  for (const list of [client.tickets.listByUserRequested(ann.id), client.tickets.listAssigned(agent.id), client.tickets.listByUserCCD(agent.id), client.tickets.listByOrganization(acme.id)])
    assert.deepEqual((await list).map((each) => each.id), [made.id]);
  assert.deepEqual((await client.tickets.listCollaborators(made.id))[0].users.map((each) => each.id), [agent.id]);
  assert.deepEqual((await client.organizations.listByUser(ann.id)).map((each) => each.id), [acme.id]);
});

scenario("side-loads bring the records that rows point to", { facts: "§A5" }, async ({ client }) => {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme" } });
  const { result: ann } = await client.users.create({ user: { name: "Ann", organization_id: acme.id } });
  const { result: made } = await client.tickets.create({ ticket: { comment: { body: "x" }, requester_id: ann.id } });
  client.tickets.setSideLoad(["users", "organizations"]);
  const { result } = await client.tickets.show(made.id);
  assert.equal(result.requester.name, "Ann");
  assert.equal(result.organization.name, "Acme");
  const [listed] = await client.tickets.list();
  assert.equal(listed.requester.name, "Ann");
});

scenario("many are shown at once, those that are gone left out", { facts: "§A2" }, async ({ client, load }) => {
  const { ids } = await load("tickets", many(3, ticket));
  await client.tickets.delete(ids[1]);
  const { result } = await client.tickets.showMany(ids.map(Number));
  assert.deepEqual(result.map((each) => each.subject), ["Ticket 1", "Ticket 3"]);
});

scenario("the search finds by type, field and time, late", { facts: "§A6" }, async ({ client, load, later }) => {
  await load("tickets", [{ ...ticket(1), status: "open", priority: "high" }, { ...ticket(2), status: "solved" }]);
  await load("users", [{ name: "Open Otto" }]);
  assert.deepEqual((await client.search.query("type:ticket")).result, []);
  await later("180s");
  const subjects = async (query) => (await client.search.queryAll(query)).map((each) => each.subject ?? each.name);
  assert.deepEqual(await subjects("type:ticket status<solved"), ["Ticket 1"]);
  assert.deepEqual(await subjects("type:ticket -status:open"), ["Ticket 2"]);
  assert.deepEqual(await subjects("type:ticket priority>normal"), ["Ticket 1"]);
  assert.deepEqual(await subjects('type:ticket subject:"ticket 2"'), ["Ticket 2"]);
  assert.deepEqual(await subjects("otto"), ["Open Otto"]);
  assert.deepEqual(await subjects("type:ticket created>2099-01-01"), []);
  assert.equal((await client.search.query("otto")).result[0].result_type, "user");
});

scenario("the search ends at a thousand results", { facts: "§A6" }, async ({ client, load, later }) => {
  await load("tickets", many(1_050, ticket));
  await later("180s");
  const { result } = await client.search.showResultsCount("type:ticket");
  assert.equal(result.count ?? result, 1_050);
  await assert.rejects(client.search.queryAll("type:ticket"), /422/);
  const all = await client.search.exportResults("", "ticket", 100);
  assert.equal(all.length, 1_050);
});

scenario("deleted tickets are listed and restored", { facts: "§A2" }, async ({ client, load }) => {
  const { ids } = await load("tickets", many(2, ticket));
  await client.tickets.delete(ids[0]);
  const { result } = await client.tickets.get(["deleted_tickets"]);
  assert.deepEqual(result.deleted_tickets.map((each) => each.subject), ["Ticket 1"]);
  await client.tickets.put(["deleted_tickets", ids[0], "restore"], {});
  assert.equal((await client.tickets.show(ids[0])).result.subject, "Ticket 1");
});

scenario("groups are listed and read", { facts: "§A5" }, async ({ client }) => {
  const groups = await client.groups.list();
  assert.deepEqual(groups.map((each) => each.name), ["Support", "Billing"]);
  assert.equal((await client.groups.show(groups[1].id)).result.name, "Billing");
});
