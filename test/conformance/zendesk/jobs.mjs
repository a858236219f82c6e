// Many at once, as jobs.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

async function done(client, later, { result }) {
  assert.equal(result.job_status.status, "queued");
  await later("1s");
  assert.equal((await client.jobstatuses.show(result.job_status.id)).result.job_status.status, "working");
  await later("2s");
  return (await client.jobstatuses.show(result.job_status.id)).result.job_status;
}

scenario("tickets are created in a job, a bad row in the middle alone failing", { facts: "§A3" }, async ({ client, later }) => {
  const job = await done(client, later, await client.tickets.createMany({ tickets: [{ subject: "1", comment: { body: "a" } }, { subject: "2" }, { subject: "3", comment: { body: "c" } }] }));
  assert.equal(job.status, "completed");
  assert.equal(job.total, 3);
  assert.equal(job.progress, 3);
  assert.deepEqual(job.results.map((each) => each.index), [0, 1, 2]);
  assert.equal(job.results[1].error, "TicketCreateFailed");
  assert.match(job.results[1].details, /cannot be blank/);
  assert.deepEqual((await client.tickets.showMany([job.results[0].id, job.results[2].id])).result.map((each) => each.subject), ["1", "3"]);
});

scenario("the client watches a job to its end", { facts: "§A3" }, async ({ client }) => {
  const { result } = await client.users.createMany({ users: [{ name: "Ann" }, { name: "Bob" }] });
  const job = await client.jobstatuses.watch(result.job_status.id, 100, 3);
  assert.equal(job.status, "completed");
  assert.equal(job.results.length, 2);
});

scenario("one change goes to many tickets", { facts: "§A3" }, async ({ client, later, load }) => {
  const { ids } = await load("tickets", [{ description: "a", tags: ["x"] }, { description: "b", status: "closed" }]);
  const job = await done(client, later, await client.tickets.updateMany(ids.map(Number), { ticket: { priority: "urgent", additional_tags: ["y"] } }));
  assert.deepEqual(job.results.map((each) => each.success), [true, false]);
  assert.match(job.results[1].errors, /closed prevents ticket update/);
  const { result } = await client.tickets.show(ids[0]);
  assert.equal(result.priority, "urgent");
  assert.deepEqual(result.tags, ["x", "y"]);
});

scenario("each user of a list gets a change of its own", { facts: "§A3" }, async ({ client, later, load }) => {
  const { ids } = await load("users", [{ name: "Ann" }, { name: "Bob" }]);
  const job = await done(client, later, await client.users.put(["users", "update_many"], { users: ids.map((id, i) => ({ id: Number(id), notes: `note ${i}` })) }));
  assert.deepEqual(job.results.map((each) => each.status), ["Updated", "Updated"]);
  assert.equal((await client.users.show(ids[1])).result.notes, "note 1");
});

scenario("users are created or updated in one job", { facts: "§A3" }, async ({ client, later, load }) => {
  const { ids } = await load("users", [{ name: "Ann", email: "ann@example.com" }]);
  const users = [{ name: "Ann B", email: "ann@example.com" }, { name: "New", email: "new@example.com" }, { email: "nameless@example.com" }];
  const job = await done(client, later, await client.users.createOrUpdateMany({ users }));
  assert.deepEqual(job.results.map((each) => each.status), ["Updated", "Created", "Failed"]);
  assert.equal(job.results[0].id, Number(ids[0]));
  assert.equal(job.results[2].email, "nameless@example.com");
});

scenario("organizations are created and deleted in jobs", { facts: "§A3" }, async ({ client, later }) => {
  const made = await done(client, later, await client.organizations.createMany({ organizations: [{ name: "A" }, { name: "a" }] }));
  assert.equal(made.results[1].error, "OrganizationCreateFailed");
  const gone = await done(client, later, await client.organizations.bulkDelete([made.results[0].id]));
  assert.equal(gone.results[0].success, true);
  await assert.rejects(client.organizations.show(made.results[0].id), /404/);
});

scenario("many tickets are deleted in a job", { facts: "§A3" }, async ({ client, later, load }) => {
  const { ids } = await load("tickets", [{ description: "a" }, { description: "b" }]);
  const job = await done(client, later, await client.tickets.deleteMany([...ids.map(Number), 999]));
  assert.deepEqual(job.results.map((each) => each.success), [true, true, false]);
  assert.deepEqual(await client.tickets.list(), []);
});

scenario("a record of a job fails for a while, the others go on", { facts: "§A3" }, async ({ client, later, standIn }) => {
  await standIn.control("faults", { name: "batch_item", match: "JOB 1" });
  const job = await done(client, later, await client.users.createMany({ users: [{ name: "A" }, { name: "B" }, { name: "C" }] }));
  assert.deepEqual(job.results.map((each) => each.error), [undefined, "ServiceUnavailable", undefined]);
});

scenario("no more than thirty jobs wait", {
  facts: "§A3",
  clientBug: "node-zendesk 6.0.1 hands a 429 back as a result instead of throwing it (checkRequestResponse in dist/index.js returns the error)",
}, async ({ client }) => {
  for (let i = 0; i < 30; ++i) await client.users.createMany({ users: [{ name: `User ${i}` }] });
  await assert.rejects(client.users.createMany({ users: [{ name: "One more" }] }), /429/);
});

scenario("more than a hundred rows are refused", { facts: "§A3" }, async ({ client }) => {
  const users = Array.from({ length: 101 }, (_, i) => ({ name: `User ${i}` }));
  await assert.rejects(client.users.createMany({ users }), /422/);
});

scenario("jobs are listed and shown together, and forgotten after an hour", { facts: "§A3 [?] switch: job_kept_ms" }, async ({ client, later, standIn }) => {
  const { result } = await client.users.createMany({ users: [{ name: "Ann" }] });
  const id = result.job_status.id;
  assert.equal((await client.jobstatuses.list()).result.job_statuses.length, 1);
  assert.equal((await client.jobstatuses.showMany([id])).result.job_statuses[0].id, id);
  await later("4s");
  assert.equal((await client.jobstatuses.show(id)).result.job_status.status, "completed");
  await standIn.control("settings", { job_kept_ms: 24 * 3_600_000 });
  await later("3700s");
  assert.equal((await client.jobstatuses.show(id)).result.job_status.id, id, "by the other page");
  await standIn.control("settings", { job_kept_ms: 3_600_000 });
  await assert.rejects(client.jobstatuses.show(id), /404/);
});
