// Limits, locks, duplicates and failures as the client meets them, with its own retries.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const signed_in = (connection) => connection.authorize({ grant_type: "client_credentials" });

scenario("the daily limit is 403 without a hint when to come back", { facts: "§5.1 [X][D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("settings", { daily_api_requests: 1 });
  await connection.query("SELECT Id FROM Account");
  await assert.rejects(connection.query("SELECT Id FROM Account"), { errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." });
  await standIn.control("clock", { advance: "25h" });
  await signed_in(connection);
  await connection.query("SELECT Id FROM Account");
});

scenario("too many long calls at once are refused with another message", { facts: "§5.1 [D][X]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("faults", { name: "rate_limit", count: 1 });
  await assert.rejects(connection.query("SELECT Id FROM Account"), { errorCode: "REQUEST_LIMIT_EXCEEDED", message: "ConcurrentRequests (Concurrent API Requests) Limit exceeded." });
  await connection.query("SELECT Id FROM Account");
});

scenario("the client repeats a read that met a 503, unseen by its caller", { facts: "§9.2.9 [T]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("faults", { name: "server_error", count: 2 });
  assert.equal((await connection.query("SELECT count() FROM Account")).totalSize, 0);
  const { faults } = await standIn.control("faults");
  assert.equal(faults.find((fault) => fault.name === "server_error").fired, 2);
});

scenario("a write that met a 503 is the caller's to repeat", { facts: "§9.2.9 [T], §5.1" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("faults", { name: "server_error", count: 1 });
  await assert.rejects(connection.sobject("Account").create({ Name: "A" }), { errorCode: "SERVER_UNAVAILABLE" });
  assert.equal(await connection.sobject("Account").count(), 0);
});

scenario("a write whose answer was lost is done all the same", { facts: "§5.3" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("faults", { name: "drop_after_commit", count: 1 });
  await assert.rejects(connection.sobject("Account").create({ Name: "A" }));
  assert.equal(await connection.sobject("Account").count(), 1);
  await standIn.control("faults", { name: "error_after_commit", count: 1, status: 502 });
  await assert.rejects(connection.sobject("Account").create({ Name: "B" }), { errorCode: "ERROR_HTTP_502" });
  assert.equal(await connection.sobject("Account").count(), 2);
});

scenario("a slow answer is waited for", { facts: "§5.1" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("faults", { name: "slow", count: 1, delay_ms: 700 });
  const start = Date.now();
  await connection.query("SELECT Id FROM Account");
  assert.ok(Date.now() - start >= 690);
});

scenario("one record of a collection fails by itself when the system is briefly unable", { facts: "§2.5 [C], §5.3 [X]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("faults", { name: "batch_item", count: 1 });
  const results = await connection.sobject("Contact").create([{ LastName: "A" }, { LastName: "B" }]);
  assert.deepEqual(results.map((result) => [result.success, result.errors[0]?.statusCode]), [[false, "UNABLE_TO_LOCK_ROW"], [true, undefined]]);
});

scenario("a locked row refuses its own writes and those of its children", { facts: "§5.3 [X], §7.11" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Account").create({ Name: "Acme" });
  await standIn.control("lock", { id, for: "30s" });
  const lock = { errorCode: "UNABLE_TO_LOCK_ROW", message: `unable to obtain exclusive access to this record or 1 records: ${id}` };
  await assert.rejects(connection.sobject("Account").update({ Id: id, Phone: "1" }), lock);
  await assert.rejects(connection.sobject("Contact").create({ LastName: "L", AccountId: id }), lock);
  const [item] = await connection.sobject("Contact").create([{ LastName: "L", AccountId: id }]);
  assert.equal(item.errors[0].statusCode, "UNABLE_TO_LOCK_ROW");
  await standIn.control("clock", { advance: "31s" });
  await connection.sobject("Contact").create({ LastName: "L", AccountId: id });
});

scenario("a duplicate rule names what matched, and an alert can be overridden", { facts: "§5.3 [X], §2.7 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("duplicate_rule", { object: "Contact", fields: ["Email"], allow_save: true });
  const ada = { LastName: "Lovelace", Email: "ada@example.com" };
  const { id } = await connection.sobject("Contact").create(ada);
  await assert.rejects(connection.sobject("Contact").create(ada), (error) => {
    assert.equal(error.errorCode, "DUPLICATES_DETECTED");
    assert.equal(error.data.duplicateResut.matchResults[0].matchRecords[0].record.Id, id);
    return true;
  });
  const headers = { "Sforce-Duplicate-Rule-Header": "allowSave=true" };
  assert.equal((await connection.sobject("Contact").create(ada, { headers })).success, true);
  const [item] = await connection.sobject("Contact").create([ada]);
  assert.deepEqual(item.errors.map((error) => error.statusCode), ["DUPLICATES_DETECTED"]);
  await standIn.control("duplicate_rule", { object: "Contact", fields: ["Email"], allow_save: false });
  await assert.rejects(connection.sobject("Contact").create(ada, { headers }), { errorCode: "DUPLICATES_DETECTED" });
});

scenario("a unique key taken by another record names that record", { facts: "§5.3" }, async ({ connection }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Contact").create({ LastName: "A", Lockstep_Id__c: "1" });
  await assert.rejects(connection.sobject("Contact").create({ LastName: "B", Lockstep_Id__c: "1" }),
    { errorCode: "DUPLICATE_VALUE", message: `duplicate value found: Lockstep_Id__c duplicates value on record with id: ${id.slice(0, 15)}` });
});
