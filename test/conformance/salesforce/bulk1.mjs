// The first Bulk API (conn.bulk) through the client's helpers and step by step.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { scenario } from "../harness.mjs";

const signed_in = async (connection) => {
  await connection.authorize({ grant_type: "client_credentials" });
  connection.bulk.pollInterval = 100;
};
/** bulk.load closes its job when it has the results, and lets nobody wait for that. */
async function load(connection, ...what) {
  const batch = connection.bulk.load(...what);
  const closed = once(batch.job, "close");
  try { return await batch; } finally { await closed; }
}
/** A batch is a promise of its results: it is not to be handed on by an async function before it has any. */
const queued = (batch) => once(batch, "queue");

scenario("bulk.load tells each row's fate in the order of the rows", { facts: "§9.1 [J], §4.2 [X]" }, async ({ connection }) => {
  await signed_in(connection);
  const results = await load(connection, "Contact", "insert", [{ LastName: "A", Title: "x,\"y\"\nz", DoNotCall: true }, { FirstName: "nobody" }, { LastName: "C" }]);
  assert.deepEqual(results.map(({ success, created }) => [success, created]), [[true, true], [false, false], [true, true]]);
  assert.deepEqual(results[1], { id: null, success: false, created: false, errors: ["REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"] });
  const first = await connection.sobject("Contact").retrieve(results[0].id);
  assert.deepEqual([first.Title, first.DoNotCall], ["x,\"y\"\nz", true]);
});

scenario("bulk.load upserts, updates and deletes; null clears, what is left out stays", { facts: "§9.1 [J], §6.3" }, async ({ connection }) => {
  await signed_in(connection);
  const options = { extIdField: "Lockstep_Id__c", concurrencyMode: "Serial" };
  const made = await load(connection, "Contact", "upsert", options, [{ Lockstep_Id__c: "1", LastName: "A", Title: "t", Email: "a@example.com" }, { Lockstep_Id__c: "2", LastName: "B" }]);
  assert.deepEqual(made.map(({ created }) => created), [true, true]);
  const again = await load(connection, "Contact", "upsert", options, [{ Lockstep_Id__c: "1", LastName: "A2", Email: null }]);
  assert.deepEqual([again[0].id, again[0].created, again[0].success], [made[0].id, false, true]);
  await load(connection, "Contact", "update", [{ Id: made[0].id, FirstName: "Ada" }]);
  const record = await connection.sobject("Contact").retrieve(made[0].id);
  assert.deepEqual([record.FirstName, record.LastName, record.Title, record.Email], ["Ada", "A2", "t", null]);
  const removed = await load(connection, "Contact", "delete", [{ Id: made[1].id }, { Id: "003000000000000AAA" }]);
  assert.deepEqual(removed.map(({ success }) => success), [true, false]);
  assert.match(removed[1].errors[0], /^INVALID_CROSS_REFERENCE_KEY:/);
  assert.equal(await connection.sobject("Contact").count(), 1);
});

scenario("bulk.load takes a CSV text or stream", { facts: "§9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  assert.equal((await load(connection, "Account", "insert", "Name,Phone\nA,1\nB,2\n")).length, 2);
  const streamed = await load(connection, "Account", "insert", Readable.from(["Name\n", "C\nD\n"]));
  assert.deepEqual(streamed.map(({ success }) => success), [true, true]);
  assert.equal(await connection.sobject("Account").count(), 4);
});

scenario("a bulk job takes several batches and is closed by hand", { facts: "§9.1 [J]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("settings", { bulk_job_ms: 60000 });
  const job = connection.bulk.createJob("Contact", "insert");
  const opened = await job.open();
  assert.deepEqual([opened.state, opened.object, opened.operation, opened.contentType, opened.concurrencyMode, opened.apiVersion],
    ["Open", "Contact", "insert", "CSV", "Parallel", "60.0"]);
  const batches = [];
  for (const name of ["A", "B"]) {
    const batch = job.createBatch().execute([{ LastName: name }]);
    await queued(batch);
    batches.push(batch);
  }
  assert.deepEqual((await job.list()).map(({ id, state }) => [id, state]), batches.map(({ id }) => [id, "Queued"]));
  await standIn.control("clock", { advance: "40s" });
  assert.equal((await batches[0].check()).state, "InProgress");
  await standIn.control("clock", { advance: "40s" });
  assert.equal((await batches[0].check()).state, "Completed");
  const results = await batches[1].retrieve();
  assert.equal(results[0].success, true);
  const info = await job.check();
  assert.deepEqual([info.numberBatchesCompleted, info.numberBatchesTotal, info.numberRecordsProcessed, info.numberRecordsFailed], ["2", "2", "2", "0"]);
  assert.equal((await job.close()).state, "Closed");
});

scenario("an aborted bulk job does no more", { facts: "§9.1 [J]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("settings", { bulk_job_ms: 60000 });
  const job = connection.bulk.createJob("Contact", "insert");
  const batch = job.createBatch().execute([{ LastName: "A" }]);
  await queued(batch);
  const id = job.id;
  assert.equal((await job.abort()).state, "Aborted");
  await standIn.control("clock", { advance: "90s" });
  assert.equal((await connection.bulk.job(id).batch(batch.id).check()).state, "NotProcessed");
  assert.equal(await connection.sobject("Contact").count(), 0);
});

scenario("bulk.query streams the records", { facts: "§9.1 [J], §6.2 [C]" }, async ({ connection }) => {
  await signed_in(connection);
  const acme = await connection.sobject("Account").create({ Name: "Acme" });
  await connection.sobject("Contact").create([{ LastName: "A", AccountId: acme.id, DoNotCall: true }, { LastName: "B" }]);
  const records = await (await connection.bulk.query("SELECT LastName, Account.Name, DoNotCall, Email, CreatedDate FROM Contact ORDER BY LastName")).toArray();
  assert.deepEqual(records.map((record) => [record.LastName, record["Account.Name"], record.DoNotCall, record.Email]), [["A", "Acme", "true", ""], ["B", "", "false", ""]]);
  assert.match(records[0].CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
});

scenario("a bulk query that finds nothing has no records", { facts: "§9.1 [X]" }, async ({ connection }) => {
  await signed_in(connection);
  assert.deepEqual(await (await connection.bulk.query("SELECT Id FROM Contact")).toArray(), []);
});

scenario("queryAll through a bulk job shows deleted records", { facts: "§9.1 [J], §3.3" }, async ({ connection }) => {
  await signed_in(connection);
  const made = await connection.sobject("Account").create([{ Name: "A" }, { Name: "B" }]);
  await connection.sobject("Account").destroy(made[0].id);
  const [{ id, batchId, jobId }] = await load(connection, "Account", "queryAll", "SELECT Name, IsDeleted FROM Account ORDER BY Name");
  const records = await connection.bulk.job(jobId).batch(batchId).result(id).toArray();
  assert.deepEqual(records.map((record) => [record.Name, record.IsDeleted]), [["A", "true"], ["B", "false"]]);
});

scenario("what a bulk batch cannot do fails it as a whole", { facts: "§4.1 [I], §9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  await assert.rejects(connection.bulk.query("SELECT BillingAddress FROM Account"), /InvalidBatch : Failed to process query: FUNCTIONALITY_NOT_ENABLED/);
  await assert.rejects(load(connection, "Account", "insert", "Name,Nope\nA,1\n"), /InvalidBatch : Field name not found : Nope/);
  assert.equal(await connection.sobject("Account").count(), 0);
});

scenario("a bulk job that cannot be is refused in its own shape", { facts: "§1.6, §5 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  const refused = (type, operation, options) => {
    const job = connection.bulk.createJob(type, operation, options);
    return job.open();
  };
  await assert.rejects(refused("Nope", "insert"), { errorCode: "InvalidJob", message: "Unable to find object: Nope" });
  await assert.rejects(refused("Contact", "upsert"), { errorCode: "InvalidJob" });
  await assert.rejects(refused("Contact", "hardDelete"), { errorCode: "FeatureNotEnabled" });
  await assert.rejects(connection.bulk.job("750000000000099AAA").check(), { errorCode: "InvalidJob" });
});

scenario("hardDelete leaves nothing in the recycle bin once it is permitted", { facts: "§6.6 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("settings", { hard_delete_permission: true });
  const { id } = await connection.sobject("Account").create({ Name: "Acme" });
  const [{ success }] = await load(connection, "Account", "hardDelete", [{ Id: id }]);
  assert.equal(success, true);
  assert.equal((await connection.query("SELECT Id FROM Account WHERE Name = 'Acme'", { scanAll: true })).totalSize, 0);
});

scenario("the first bulk API renews an expired session by itself", { facts: "§1.6 [I][J]" }, async ({ jsforce, oauth2, standIn }) => {
  const connection = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, refreshToken: "lockstep-refresh-token", accessToken: "00D!expired", version: "60.0" });
  connection.bulk.pollInterval = 100;
  const [{ success }] = await load(connection, "Account", "insert", [{ Name: "Acme" }]);
  assert.equal(success, true);
  await standIn.control("faults", { name: "expire_token", count: 1, match: "/batch/" });
  const [{ success: again }] = await load(connection, "Account", "insert", [{ Name: "Bell" }]);
  assert.equal(again, true);
});
