// Tickets and their comments.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const make = async (client, more = {}) => (await client.tickets.create({ ticket: { subject: "Broken", comment: { body: "It does not start" }, ...more } })).result;

scenario("a ticket is created, read, updated and deleted", { facts: "§A2" }, async ({ client }) => {
  const { response, result: created } = await client.tickets.create({
    ticket: { subject: "Broken", comment: { body: "It does not start" }, priority: "high", type: "incident", tags: ["VIP", "north"], external_id: "X-1", due_at: "2027-01-31T09:15:00Z" },
  });
  assert.equal(response.status, 201);
  assert.match(response.headers.get("location"), new RegExp(`/api/v2/tickets/${created.id}\\.json$`));
  assert.equal(created.status, "new");
  assert.equal(created.priority, "high");
  assert.deepEqual(created.tags, ["north", "vip"]);
  assert.equal(created.description, "It does not start");
  assert.equal(created.due_at, "2027-01-31T09:15:00Z");
  assert.match(created.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const { result: updated } = await client.tickets.update(created.id, { ticket: { status: "pending", priority: null } });
  assert.equal(updated.status, "pending");
  assert.equal(updated.priority, null);
  const { result: read } = await client.tickets.show(created.id);
  assert.equal(read.external_id, "X-1");
  assert.equal(Number.isInteger(read.generated_timestamp), true);
  const { response: gone } = await client.tickets.delete(created.id);
  assert.equal(gone.status, 204);
  await assert.rejects(client.tickets.show(created.id), /404/);
});

scenario("a ticket makes or finds its requester", { facts: "§A2" }, async ({ client }) => {
  const one = await make(client, { requester: { name: "Ann", email: "ann@example.com" } });
  const two = await make(client, { requester: { name: "Somebody", email: "ANN@example.com" } });
  assert.equal(one.requester_id, two.requester_id);
  assert.equal((await client.users.show(one.requester_id)).result.name, "Ann");
});

scenario("a ticket without a description is refused", { facts: "§A8" }, async ({ client }) => {
  await assert.rejects(client.tickets.create({ ticket: { subject: "Nothing" } }), /422/);
});

scenario("a status that does not exist is refused", { facts: "§A8" }, async ({ client }) => {
  const ticket = await make(client);
  await assert.rejects(client.tickets.update(ticket.id, { ticket: { status: "sleeping" } }), /422/);
  await assert.rejects(client.tickets.update(ticket.id, { ticket: { requester_id: 17 } }), /422/);
});

scenario("a closed ticket takes no more writes, but a follow-up", { facts: "§A2 [I]" }, async ({ client }) => {
  const ticket = await make(client);
  await client.tickets.update(ticket.id, { ticket: { status: "closed" } });
  await assert.rejects(client.tickets.update(ticket.id, { ticket: { subject: "Again" } }), /422/);
  const followup = await make(client, { via_followup_source_id: ticket.id });
  assert.equal(followup.status, "new");
});

scenario("a safe update is refused when the ticket has moved on", { facts: "§A4" }, async ({ client, later }) => {
  const read = await make(client);
  await later("2s");
  await client.tickets.update(read.id, { ticket: { subject: "By another" } });
  const mine = { subject: "Mine", safe_update: true, updated_stamp: read.updated_at };
  await assert.rejects(client.tickets.update(read.id, { ticket: mine }), /409.*Conflict/);
  const { result: fresh } = await client.tickets.show(read.id);
  assert.equal(fresh.subject, "By another");
  const { result: done } = await client.tickets.update(read.id, { ticket: { ...mine, updated_stamp: fresh.updated_at } });
  assert.equal(done.subject, "Mine");
});

scenario("comments are added by writes and listed in order", { facts: "§A2" }, async ({ client }) => {
  const ticket = await make(client);
  await client.tickets.update(ticket.id, { ticket: { comment: { html_body: "<b>Have</b> you tried?", public: true } } });
  await client.tickets.update(ticket.id, { ticket: { comment: { body: "Customer is upset", public: false } } });
  const comments = await client.tickets.getComments(ticket.id);
  assert.deepEqual(comments.map((each) => each.body), ["It does not start", "Have you tried?", "Customer is upset"]);
  assert.deepEqual(comments.map((each) => each.public), [true, true, false]);
  assert.equal(comments[1].html_body, "<b>Have</b> you tried?");
  assert.equal(comments[0].type, "Comment");
});

scenario("whether a comment is public follows the first one", { facts: "§A2" }, async ({ client }) => {
  const ticket = await make(client, { comment: { body: "Internal", public: false } });
  await client.tickets.update(ticket.id, { ticket: { comment: { body: "More" } } });
  assert.deepEqual((await client.tickets.getComments(ticket.id)).map((each) => each.public), [false, false]);
  assert.equal(ticket.is_public, false);
});

scenario("custom fields are an array of id and value", { facts: "§A2 [K]" }, async ({ client }) => {
  const fields = await client.ticketfields.list();
  const severity = fields.find((each) => each.title === "Severity");
  assert.deepEqual(severity.custom_field_options.map((each) => each.value), ["sev_1", "sev_2", "sev_3"]);
  const ticket = await make(client, { custom_fields: [{ id: severity.id, value: "sev_2" }] });
  assert.equal(ticket.custom_fields.find((each) => each.id === severity.id).value, "sev_2");
  await assert.rejects(make(client, { custom_fields: [{ id: severity.id, value: "sev_9" }] }), /422/);
});

scenario("an option that an administrator adds is taken from then on", { facts: "§A2" }, async ({ client, standIn }) => {
  const field = { object: "ticket", field: "360000000001" };
  await standIn.control("schema", { ...field, add_option: "sev_0" });
  assert.ok(await make(client, { custom_fields: [{ id: 360000000001, value: "sev_0" }] }));
  await standIn.control("schema", { ...field, remove_option: "sev_0" });
  await assert.rejects(make(client, { custom_fields: [{ id: 360000000001, value: "sev_0" }] }), /422/);
  await standIn.control("schema", { object: "ticket", field: "360000000002", required: true });
  await assert.rejects(make(client), /422/);
});

scenario("tags are replaced, added and taken away", {
  facts: "§A2 [K]",
  clientBug: "node-zendesk 6.0.1 gives addTags and updateTags an array as the body of requestAll, which drops it (_rawRequest takes objects alone)",
}, async ({ client }) => {
  const ticket = await make(client, { tags: ["a"] });
  await client.tickets.addTags(ticket.id, ["b"]);
  assert.deepEqual((await client.tickets.show(ticket.id)).result.tags, ["a", "b"]);
});

scenario("a write of a ticket's tags replaces them", { facts: "§A2 [K]" }, async ({ client }) => {
  const ticket = await make(client, { tags: ["a", "b"] });
  const { result } = await client.tickets.update(ticket.id, { ticket: { tags: ["c"] } });
  assert.deepEqual(result.tags, ["c"]);
  await client.tickets.put(["tickets", ticket.id, "tags"], { tags: ["d"] });
  await client.tickets.post(["tickets", ticket.id, "tags"], { tags: ["e", "f"] });
  assert.deepEqual((await client.tickets.show(ticket.id)).result.tags, ["e", "f"]);
});

scenario("tickets are merged: the source closes with a tag", { facts: "§A5 [K]" }, async ({ client, later }) => {
  const target = await make(client), source = await make(client);
  const { result } = await client.tickets.merge(target.id, { ids: [source.id], source_comment: "See the other", target_comment: "Took one in" });
  assert.equal(result.job_status.status, "queued");
  await later("3s");
  const { result: closed } = await client.tickets.show(source.id);
  assert.equal(closed.status, "closed");
  assert.deepEqual(closed.tags, ["closed_by_merge"]);
  const last = (await client.tickets.getComments(target.id)).at(-1);
  assert.equal(last.body, "Took one in");
  assert.equal(last.public, false);
});

scenario("an import keeps no triggers and makes a ticket", { facts: "§A2 [K]" }, async ({ client }) => {
  const old = { subject: "Old", status: "solved", created_at: "2020-01-01T00:00:00Z", comments: [{ value: "From elsewhere", created_at: "2020-01-01T00:00:00Z" }] };
  const { result } = await client.imports.ticket({ ticket: old });
  assert.deepEqual([result.status, result.created_at, result.description], ["solved", old.created_at, "From elsewhere"]);
  assert.deepEqual((await client.tickets.getComments(result.id)).map((each) => each.created_at), [old.created_at]);
});

scenario("assignees are agents", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: person } = await client.users.create({ user: { name: "Ann" } });
  await assert.rejects(make(client, { assignee_id: person.id }), /422/);
  const { result: agent } = await client.users.create({ user: { name: "Bob", role: "agent" } });
  const ticket = await make(client, { assignee_id: agent.id });
  assert.equal(ticket.status, "open");
});

scenario("a history is imported, one ticket or many, and its audits are none", { facts: "§A2 [K]" }, async ({ client, later }) => {
  const old = (subject) => ({ subject, created_at: "2020-01-02T03:04:05Z", comments: [{ value: "first", created_at: "2020-01-02T03:04:05Z" }] });
  const { result: one } = await client.imports.ticket({ ticket: old("One") });
  assert.equal(one.created_at, "2020-01-02T03:04:05Z");
  const { result: two } = await client.ticketimport.import({ ticket: old("Two") });
  assert.equal((two.ticket ?? two).subject, "Two");
  const ends = async (started) => {
    await later("60s");
    assert.equal((await client.jobstatuses.show(started.job_status.id)).result.job_status.results.length, 1);
  };
  await ends((await client.imports.ticketMany({ tickets: [old("Three")] }))[0]);
  await ends((await client.ticketimport.bulkImport([old("Four")])).result);
  assert.deepEqual((await client.tickets.list()).map((each) => each.subject), ["One", "Two", "Three", "Four"]);
  assert.equal((await client.tickets.getComments(one.id))[0].created_at, "2020-01-02T03:04:05Z");
});

scenario("incidents hang on their problem, and the tickets that one looked at last are recent", { facts: "§A2 [K]" }, async ({ client }) => {
  const make = async (more) => (await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, ...more } })).result;
  const problem = await make({ type: "problem" }), incident = await make({ type: "incident", problem_id: problem.id });
  assert.deepEqual((await client.tickets.listIncidents(problem.id)).map((each) => each.id), [incident.id]);
  await client.tickets.show(problem.id);
  assert.ok((await client.tickets.listRecent()).some((each) => each.id === problem.id));
});

scenario("a ticket's tags are added and set by calls of their own", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" }, tags: ["a"] } });
  assert.deepEqual((await client.tickets.addTags(ticket.id, { tags: ["b"] }))[0].tags, ["a", "b"]);
  assert.deepEqual((await client.tickets.updateTags(ticket.id, { tags: ["c"] }))[0].tags, ["c"]);
});

scenario("how long tickets took is told of one and of all", { facts: "§A5 [K]" }, async ({ client }) => {
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" } } });
  const { result: metric } = await client.ticketmetrics.list(ticket.id);
  assert.equal(metric.ticket_id, ticket.id);
  assert.equal((await client.tickets.listMetrics(ticket.id)).result.ticket_metric.id, metric.id);
  assert.deepEqual((await client.ticketmetrics.listAll()).map((each) => each.id), [metric.id]);
  assert.equal((await client.ticketmetrics.show(metric.id)).result.ticket_id, ticket.id);
});
