// What the client offers beside its main calls: plain requests, other names of the same, cached describes.
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { scenario } from "../harness.mjs";

const signed_in = async (connection) => {
  await connection.authorize({ grant_type: "client_credentials" });
  connection.bulk.pollInterval = 100;
};

scenario("plain requests by every verb reach the same records", { facts: "§2.2 [C], §9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  const { id } = await connection.requestPost("/sobjects/Contact", { LastName: "A" });
  await connection.requestPatch(`/sobjects/Contact/${id}`, { Title: "T" });
  assert.equal((await connection.requestGet(`/sobjects/Contact/${id}?fields=Title`)).Title, "T");
  await connection.requestDelete(`/sobjects/Contact/${id}`);
  await assert.rejects(connection.requestGet(`/sobjects/Contact/${id}`), { errorCode: "ENTITY_IS_DELETED" });
  const job = await connection.requestPost("/jobs/ingest", { object: "Contact", operation: "insert" });
  await assert.rejects(connection.requestPut(`/jobs/ingest/${job.id}/batches`, { LastName: "A" }), { name: /./ });  // JSON is no CSV
});

scenario("a bulk load by the object's own methods", { facts: "§9.1 [J], §6.6 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const contacts = connection.sobject("Contact");
  const [made] = await contacts.createBulk([{ LastName: "A", Lockstep_Id__c: "1" }]);
  const upserted = await contacts.upsertBulk([{ LastName: "B", Lockstep_Id__c: "1" }, { LastName: "C", Lockstep_Id__c: "2" }], "Lockstep_Id__c");
  assert.deepEqual(upserted.map((row) => [row.success, row.id === made.id]), [[true, true], [true, false]]);
  await standIn.control("settings", { hard_delete_permission: true });
  const [gone] = await contacts.destroyHardBulk([{ Id: made.id }]);
  assert.equal(gone.success, true);
  assert.equal((await connection.query("SELECT Id FROM Contact", { scanAll: true })).totalSize, 1);
});

scenario("a job of the first bulk API is told by its id, and its batch is a stream", { facts: "§9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  const job = connection.bulk.createJob("Contact", "insert");
  await job.open();
  assert.equal((await connection.bulk.job(job.id).info()).state, "Open");
  const batch = job.createBatch(), stream = batch.stream();
  const queued = new Promise((done, fail) => batch.once("queue", done).once("error", fail));
  stream.end("LastName\nA\nB\n");
  await queued;
  batch.poll(100, 10_000);
  const results = await new Promise((done, fail) => batch.once("response", done).once("error", fail));
  assert.deepEqual(results.map((row) => row.success), [true, true]);
  await job.close();
});

scenario("a query job is looked at and aborted", { facts: "§4.1 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("settings", { bulk_job_ms: 60_000 });
  const { id } = await connection.requestPost("/jobs/query", { operation: "query", query: "SELECT Id FROM Contact" });
  const job = connection.bulk2.job("query", { id });
  await job.check();
  assert.equal(job.getInfo().state, "UploadComplete");
  await job.abort();
  assert.equal((await job.check()).state, "Aborted");
});

scenario("the query builder takes children, fetches to its end or to a limit, and streams", { facts: "§9.4 [T], §3.1 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("records/Account", Array.from({ length: 2_500 }, (_, i) => ({ Name: `A${String(i).padStart(4, "0")}` })));
  const acme = await connection.sobject("Account").create({ Name: "Acme" });
  await connection.sobject("Contact").create([{ LastName: "A", AccountId: acme.id }, { LastName: "B", AccountId: acme.id }]);
  const [found] = await connection.sobject("Account").find({ Name: "Acme" }, ["Id"]).includeChildren({ Contacts: { fields: ["LastName"], sort: "LastName" } });
  assert.deepEqual(found.Contacts.records.map((row) => row.LastName), ["A", "B"]);
  const all = connection.sobject("Account").find({}, ["Id"]);
  assert.equal((await all.autoFetch(true).maxFetch(2_300)).length, 2_300);
  await connection.sobject("Account").destroy(acme.id);
  assert.equal((await connection.sobject("Account").find({ Name: "Acme" }).scanAll(true)).length, 1);
  let streamed = 0;
  const count = new Writable({ objectMode: true, write(row, encoding, done) { ++streamed; done(); } });
  await pipeline(connection.query("SELECT Id FROM Account").stream("record"), count);
  assert.equal(streamed, 2_500);
});

scenario("a description is kept by the client until it is forgotten", { facts: "§2.8 [C]" }, async ({ connection }) => {
  await signed_in(connection);
  const contacts = connection.sobject("Contact"), described = await contacts.describe$();
  assert.equal(contacts.describe$$(), described);
  assert.equal((await contacts.describe$()).name, "Contact");
});

scenario("SOAP tells the time and the tabs, and sets passwords or makes them up", { facts: "§1.8 [J]" }, async ({ connection, jsforce, standIn }) => {
  await signed_in(connection);
  const [app] = await connection.soap.describeTabs();
  assert.ok(app.tabs.some((tab) => tab.sobjectName === "Account" && tab.custom === false));
  const { timestamp } = await connection.soap.getServerTimestamp();
  assert.ok(Math.abs(new Date(timestamp) - Date.now()) < 60_000);
  const { userId, userName } = await connection.soap.getUserInfo();
  const logs_in = (password) => new jsforce.Connection({ loginUrl: standIn.url, version: "60.0" }).loginBySoap(userName, password);
  await connection.soap.setPassword(userId, "new-password-1");
  assert.equal((await logs_in("new-password-1")).id, userId);
  const { password } = await connection.soap.resetPassword(userId);
  await assert.rejects(logs_in("new-password-1"), /INVALID_LOGIN/);
  assert.equal((await logs_in(password)).id, userId);
  await assert.rejects(connection.soap.setPassword(userId, "short"), /INVALID_NEW_PASSWORD/);
  await assert.rejects(connection.soap.resetPassword("005000000000000AAA"), /INVALID_ID_FIELD|INVALID_CROSS_REFERENCE_KEY/);
});

scenario("an org without rules, approvals and code of its own says so", { facts: "§9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  assert.deepEqual(await connection.process.rule.list(), {});
  assert.deepEqual(await connection.process.approval.list(), {});
  await assert.rejects(connection.apex.get("/anything"), { errorCode: "NOT_FOUND" });
});

scenario("the Metadata API tells of objects, and how the org's own fields are defined", { facts: "§2.8, §8" }, async ({ connection }) => {
  await signed_in(connection);
  const { metadata } = connection;
  const described = await metadata.describe();
  assert.deepEqual(described.metadataObjects.map((each) => [each.xmlName, each.directoryName, each.childXmlNames]), [["CustomObject", "objects", ["CustomField"]]]);
  const objects = await metadata.list({ type: "CustomObject" });
  assert.ok(objects.some((each) => each.fullName === "Account" && each.fileName === "objects/Account.object"));
  const fields = await metadata.list([{ type: "CustomField" }]);
  assert.ok(fields.some((each) => each.fullName === "Contact.Lockstep_Id__c"));
  const account = await metadata.read("CustomObject", "Account");
  assert.deepEqual([account.fullName, account.label, account.pluralLabel], ["Account", "Account", "Accounts"]);
  const [key, phone] = await metadata.read("CustomField", ["Contact.Lockstep_Id__c", "Contact.Phone"]);
  assert.deepEqual([key.type, key.length, key.externalId, key.unique, key.caseSensitive], ["Text", 36, true, true, false]);
  assert.equal(phone.fullName, "Contact.Phone");
  await assert.rejects(metadata.read("Nonsense", "Account"), /INVALID_TYPE/);
  await assert.rejects(metadata.list(Array(4).fill({ type: "CustomObject" })), /LIMIT_EXCEEDED/);
});
