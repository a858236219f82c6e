// Bulk API 2.0 through the client's helpers and step by step.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const signed_in = async (connection) => {
  await connection.authorize({ grant_type: "client_credentials" });
  connection.bulk2.pollInterval = 100;
  connection.bulk.pollInterval = 100;
};
const by = (column) => (a, b) => (a[column] < b[column] ? -1 : 1);

scenario("a bulk load tells each row's fate, in no order", { facts: "§4.2 [J][X]" }, async ({ connection }) => {
  await signed_in(connection);
  const input = [{ LastName: "A", Title: "x,\"y\"\nz" }, { LastName: "", Title: "nobody" }, { LastName: "C", Title: "c" }];
  const { successfulResults, failedResults, unprocessedRecords } = await connection.bulk2.loadAndWaitForResults({ object: "Contact", operation: "insert", input });
  assert.deepEqual(successfulResults.sort(by("LastName")).map((row) => [row.LastName, row.sf__Created]), [["A", "true"], ["C", "true"]]);
  assert.match(failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:Required fields are missing: \[LastName\]:LastName --$/);
  assert.equal(failedResults[0].Title, "nobody");
  assert.deepEqual(unprocessedRecords, []);
  assert.equal((await connection.sobject("Contact").retrieve(successfulResults[0].sf__Id)).Title, "x,\"y\"\nz");
});

scenario("a bulk upsert by external id creates and updates; a blank keeps, #N/A clears", { facts: "§4.2, §9.1 [T]" }, async ({ connection }) => {
  await signed_in(connection);
  await connection.sobject("Contact").create([{ LastName: "Old", Lockstep_Id__c: "1", Title: "keep", Email: "old@example.com" }]);
  const { successfulResults, failedResults } = await connection.bulk2.loadAndWaitForResults({
    object: "Contact", operation: "upsert", externalIdFieldName: "Lockstep_Id__c",
    input: "Lockstep_Id__c,LastName,Title,Email\n1,New,,#N/A\n2,Second,t,\n3,Twin,,\n3,Twin,,\n" });
  assert.deepEqual(successfulResults.sort(by("Lockstep_Id__c")).map((row) => [row.Lockstep_Id__c, row.sf__Created]), [["1", "false"], ["2", "true"]]);
  assert.deepEqual(failedResults.map((row) => row.sf__Error), Array(2).fill("DUPLICATE_VALUE:Duplicate external id specified: 3:--"));
  const first = await connection.sobject("Contact").findOne({ Lockstep_Id__c: "1" }, ["LastName", "Title", "Email"]);
  assert.deepEqual([first.LastName, first.Title, first.Email], ["New", "keep", null]);
});

scenario("records are updated and deleted in bulk, parents named by their key", { facts: "§4.2" }, async ({ connection }) => {
  await signed_in(connection);
  await connection.sobject("Account").create({ Name: "Acme", Lockstep_Id__c: "acme" });
  const made = await connection.sobject("Contact").create([{ LastName: "A" }, { LastName: "B" }]);
  const updated = await connection.bulk2.loadAndWaitForResults({ object: "Contact", operation: "update", input: made.map(({ id }) => ({ Id: id, "Account.Lockstep_Id__c": "acme" })) });
  assert.equal(updated.successfulResults.length, 2);
  assert.equal(await connection.sobject("Contact").count({ "Account.Name": "Acme" }), 2);
  const deleted = await connection.bulk2.loadAndWaitForResults({ object: "Contact", operation: "delete", input: [...made.map(({ id }) => ({ Id: id })), { Id: "003000000000000AAA" }] });
  assert.equal(deleted.successfulResults.length, 2);
  assert.match(deleted.failedResults[0].sf__Error, /^INVALID_CROSS_REFERENCE_KEY:/);
  assert.equal(await connection.sobject("Contact").count(), 0);
});

scenario("a job goes through its states one by one", { facts: "§4.2" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("settings", { bulk_job_ms: 60000 });
  const job = connection.bulk2.createJob({ object: "Account", operation: "insert" });
  const opened = await job.open();
  assert.deepEqual([opened.state, opened.contentUrl], ["Open", `services/data/v60.0/jobs/ingest/${job.id}/batches`]);
  await assert.rejects(job.close(), { errorCode: "INVALIDJOBSTATE" });
  await job.uploadData([{ Name: "Acme" }]);
  await job.close();
  assert.equal((await job.check()).state, "UploadComplete");
  await assert.rejects(job.delete(), { errorCode: "INVALIDJOBSTATE" });
  await standIn.control("clock", { advance: "40s" });
  assert.equal((await job.check()).state, "InProgress");
  assert.equal(await connection.sobject("Account").count(), 0);
  await standIn.control("clock", { advance: "40s" });
  const done = await job.check();
  assert.deepEqual([done.state, done.numberRecordsProcessed, done.numberRecordsFailed], ["JobComplete", 1, 0]);
  const { successfulResults } = await job.getAllResults();
  assert.equal(successfulResults[0].Name, "Acme");
  await job.delete();
  await assert.rejects(job.check(), { errorCode: "NOT_FOUND" });
});

scenario("an aborted job writes nothing", { facts: "§4.2" }, async ({ connection }) => {
  await signed_in(connection);
  const job = connection.bulk2.createJob({ object: "Account", operation: "insert" });
  await job.open();
  await job.uploadData([{ Name: "Acme" }]);
  await job.abort();
  await assert.rejects(job.poll(10, 1000), /aborted/);
  assert.equal(await connection.sobject("Account").count(), 0);
});

scenario("a file with other line ends than declared fails as a whole", { facts: "§4.2 [X]" }, async ({ connection }) => {
  await signed_in(connection);
  await assert.rejects(connection.bulk2.loadAndWaitForResults({ object: "Account", operation: "insert", lineEnding: "CRLF", input: "Name\nAcme\n" }),
    /ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is CRLF/);
  assert.equal(await connection.sobject("Account").count(), 0);
});

scenario("other delimiters and line ends are read as declared", { facts: "§4.2" }, async ({ connection }) => {
  await signed_in(connection);
  const { successfulResults } = await connection.bulk2.loadAndWaitForResults({ object: "Account", operation: "insert", lineEnding: "CRLF", columnDelimiter: "PIPE", input: "Name|Phone\r\n\"A|B\"|1\r\n" });
  assert.equal(successfulResults.length, 1);
  assert.equal(await connection.sobject("Account").count({ Name: "A|B", Phone: "1" }), 1);
});

scenario("a bulk query streams its records", { facts: "§4.1 [D]" }, async ({ connection }) => {
  await signed_in(connection);
  const acme = await connection.sobject("Account").create({ Name: "Acme" });
  await connection.sobject("Contact").create([{ LastName: "A", AccountId: acme.id, DoNotCall: true }, { LastName: "B" }]);
  const records = await (await connection.bulk2.query("SELECT LastName, Account.Name, DoNotCall, Email, CreatedDate FROM Contact ORDER BY LastName")).toArray();
  assert.deepEqual(records.map((record) => [record.LastName, record["Account.Name"], record.DoNotCall, record.Email]), [["A", "Acme", "true", ""], ["B", "", "false", ""]]);
  assert.match(records[0].CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
});

scenario("queryAll in bulk shows deleted records", { facts: "§4.1, §3.3" }, async ({ connection }) => {
  await signed_in(connection);
  const made = await connection.sobject("Account").create([{ Name: "A" }, { Name: "B" }]);
  await connection.sobject("Account").destroy(made[0].id);
  const records = await (await connection.bulk2.query("SELECT Name, IsDeleted FROM Account", { scanAll: true })).toArray();
  assert.deepEqual(records.sort(by("Name")).map((record) => record.IsDeleted), ["true", "false"]);
});

scenario("a bulk query over several pages", { facts: "§4.1 [D], §9.2.6 [T]",
  clientBug: "jsforce ends its CSV parser with the first page and writes the second after the end (contract §9.2.6; jsforce #1546, #1693)" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("settings", { bulk_result_rows: 2 });
  await connection.sobject("Account").create([{ Name: "A" }, { Name: "B" }, { Name: "C" }]);
  const read = async () => (await connection.bulk2.query("SELECT Name FROM Account")).toArray();
  const records = await new Promise((done, failed) => {
    process.once("uncaughtException", failed);  // thrown by a stream nobody can reach
    read().then(done, failed);
  });
  assert.equal(records.length, 3);
});

scenario("what a bulk query cannot select is refused", { facts: "§4.1 [I]" }, async ({ connection }) => {
  await signed_in(connection);
  await assert.rejects(connection.bulk2.query("SELECT BillingAddress FROM Account"), { errorCode: "FUNCTIONALITY_NOT_ENABLED" });
  await assert.rejects(connection.bulk2.query("SELECT COUNT(Id) FROM Account"), { errorCode: "API_ERROR" });
  await assert.rejects(connection.bulk2.query("SELECT Nope FROM Account"), { errorCode: "INVALID_FIELD" });
});

scenario("a bulk call renews an expired session by itself", { facts: "§1.6 [R][J]" }, async ({ jsforce, oauth2, standIn }) => {
  const connection = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, refreshToken: "lockstep-refresh-token", accessToken: "00D!expired", version: "60.0" });
  connection.bulk2.pollInterval = 100;
  const { successfulResults } = await connection.bulk2.loadAndWaitForResults({ object: "Account", operation: "insert", input: [{ Name: "Acme" }] });
  assert.equal(successfulResults.length, 1);
});
