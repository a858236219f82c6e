// Incremental exports.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const many = (count) => Array.from({ length: count }, (_, i) => ({ subject: `Ticket ${i + 1}`, description: "x" }));
const now = async (standIn) => Math.floor(Date.parse((await standIn.control("clock")).now) / 1000);

scenario("the last minute is not told yet", { facts: "§A5" }, async ({ client, load, later, standIn }) => {
  const start = (await now(standIn)) - 100;
  await load("tickets", many(2));
  const first = (await client.ticketexport.exportCursor(start, "")).result;
  assert.deepEqual(first.tickets, []);
  assert.equal(first.end_of_stream, true);
  await later("70s");
  const second = (await client.ticketexport.exportCursor("", first.after_cursor)).result;
  assert.deepEqual(second.tickets.map((each) => each.subject), ["Ticket 1", "Ticket 2"]);
});

scenario("a start within the last minute is refused", { facts: "§A5" }, async ({ client, standIn }) => {
  const start = (await now(standIn)) - 30;
  await assert.rejects(client.ticketexport.exportCursor(start, ""), /422/);
});

scenario("a cursor goes on where it ended, over deletions too", { facts: "§A5" }, async ({ client, load, later, standIn }) => {
  const start = (await now(standIn)) - 100;
  const { ids } = await load("tickets", many(3));
  await later("70s");
  const first = (await client.ticketexport.exportCursor(start, "")).result;
  assert.equal(first.tickets.length, 3);
  await client.tickets.update(ids[2], { ticket: { priority: "low" } });
  await client.tickets.delete(ids[0]);
  await later("70s");
  const second = (await client.ticketexport.exportCursor("", first.after_cursor)).result;
  assert.deepEqual(second.tickets.map((each) => [each.id, each.status]).sort(), [[Number(ids[0]), "deleted"], [Number(ids[2]), "new"]].sort());
  assert.notEqual(second.after_cursor, first.after_cursor);
});

scenario("what the system changes moves the generated timestamp alone", { facts: "§A5" }, async ({ client, later, standIn }) => {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme" } });
  const { result: ann } = await client.users.create({ user: { name: "Ann", organization_id: acme.id } });
  const { result: made } = await client.tickets.create({ ticket: { comment: { body: "x" }, requester_id: ann.id } });
  await later("100s");
  const between = await now(standIn);
  await client.organizations.delete(acme.id);
  await later("120s");
  const { result } = await client.ticketexport.exportCursor(between, "");
  assert.deepEqual(result.tickets.map((each) => each.id), [made.id]);
  assert.equal(result.tickets[0].updated_at, made.updated_at);
  assert.ok(result.tickets[0].generated_timestamp > made.generated_timestamp);
});

scenario("pages by time repeat the rows of their border", { facts: "§A5" }, async ({ client, load, later, standIn }) => {
  const start = (await now(standIn)) - 100;
  await load("organizations", [{ name: "A" }, { name: "B" }]);
  await later("5s");
  await load("organizations", [{ name: "C" }]);
  await later("100s");
  const page = async (from) => (await client.tickets.transporter.request("GET", ["incremental", "organizations", { start_time: from, per_page: 2 }])).result;
  const first = await page(start);
  assert.deepEqual(first.organizations.map((each) => each.name), ["A", "B"]);
  assert.equal(first.end_of_stream, false);
  const loop = await page(first.end_time);
  assert.equal(loop.end_time, first.end_time);
  assert.deepEqual(loop.organizations.map((each) => each.name), ["A", "B"]);
});

scenario("the client exports tickets, users and organizations by time", { facts: "§A5" }, async ({ client, load, later, standIn }) => {
  const start = (await now(standIn)) - 100;
  const { ids } = await load("users", [{ name: "Ann" }]);
  await load("organizations", [{ name: "Acme" }]);
  await load("tickets", [{ subject: "T", description: "x", requester_id: Number(ids[0]) }]);
  await later("100s");
  const pick = (list, name) => list.flatMap((each) => each[name] ?? each);
  assert.ok(pick(await client.tickets.incremental(start), "tickets").some((each) => each.subject === "T"));
  assert.ok(pick(await client.users.incremental(start), "users").some((each) => each.name === "Ann"));
  assert.ok(pick(await client.organizations.incremental(start), "organizations").some((each) => each.name === "Acme"));
  const [withPeople] = await client.tickets.incrementalInclude(start, "users");
  assert.equal(withPeople.requester?.name, "Ann");
});

scenario("the client follows every page of an export by time", {
  facts: "§A5",
  clientBug: "node-zendesk 6.0.1 goes on only when result.response.count reaches 1000, and there is no response in a body (requestAll in dist/index.js)",
}, async ({ client, load, later, standIn }) => {
  const start = (await now(standIn)) - 100;
  await load("tickets", many(1_000));
  await later("5s");
  await load("tickets", many(10));
  await later("100s");
  assert.equal(new Set((await client.tickets.incremental(start)).map((each) => each.id)).size, 1_010);
});

scenario("deleted users come inactive, deleted organizations not at all", { facts: "§A5 [K]" }, async ({ client, load, later, standIn }) => {
  const start = (await now(standIn)) - 100;
  const { ids: users } = await load("users", [{ name: "Ann" }]);
  const { ids: organizations } = await load("organizations", [{ name: "Acme" }]);
  await client.users.delete(users[0]);
  await client.organizations.delete(organizations[0]);
  await later("100s");
  const exported = (await client.tickets.transporter.request("GET", ["incremental", "users", "cursor", { start_time: start }])).result.users;
  assert.equal(exported.find((each) => each.id === Number(users[0])).active, false);
  const { result } = await client.tickets.transporter.request("GET", ["incremental", "organizations", { start_time: start }]);
  assert.deepEqual(result.organizations, []);
});

scenario("ten exports a minute are enough", { facts: "§A5, §A7" }, async ({ client, later, standIn }) => {
  const start = (await now(standIn)) - 100;
  const ask = () => client.tickets.transporter.request("GET", ["incremental", "tickets", "cursor", { start_time: start }]);
  const { response } = await ask();
  assert.match(response.headers.get("zendesk-ratelimit-incremental-exports"), /^total=10; remaining=9; resets=\d+$/);
  for (let i = 1; i < 10; ++i) await ask();
  const refused = await ask();
  assert.equal(refused.response.status, 429);
  await later("61s");
  assert.equal((await ask()).response.status, 200);
});

scenario("exports come with side-loads, in the client's older words, and as samples", { facts: "§A5 [K]" }, async ({ client, later, standIn }) => {
  const { result: acme } = await client.organizations.create({ organization: { name: "Acme" } });
  const { result: ann } = await client.users.create({ user: { name: "Ann", organization_id: acme.id } });
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, requester_id: ann.id } });
  await later("120s");
  await standIn.control("settings", { exports_per_minute: 30 });
  const since = 1;
  const [users] = await client.users.incrementalInclude(since, "organizations").then((rows) => [rows]);
  assert.ok(users.some((each) => (each.user ?? each).id === ann.id || each.organization?.id === acme.id));
  assert.ok((await client.organizations.incrementalInclude(since, "users")).some((each) => each.id === acme.id));
  assert.equal((await client.ticketexport.export(since)).result.tickets[0].id, ticket.id);
  assert.equal((await client.ticketexport.exportWithUser(since)).result.users.length, 2);
  assert.equal((await client.ticketexport.exportWithInclude(since, "organizations"))[0].organizations[0].id, acme.id);
  assert.equal((await client.ticketexport.exportAudit(ticket.id))[0].ticket_id, ticket.id);
  assert.equal((await client.tickets.exportAudit(ticket.id))[0].ticket_id, ticket.id);
  assert.equal((await client.ticketimport.exportAudit(ticket.id))[0].audits[0].ticket_id, ticket.id);
  for (const sample of [client.tickets, client.users, client.organizations, client.ticketevents])
    assert.ok((await sample.incrementalSample(since)).result.length > 0);
});
