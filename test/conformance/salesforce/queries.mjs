// SOQL in all the ways the client builds and pages it.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

async function org(connection, count) {
  await connection.authorize({ grant_type: "client_credentials" });
  const records = Array.from({ length: count }, (_, i) => ({ Name: `Account ${String(i).padStart(5, "0")}`, NumberOfEmployees: i, Industry: i % 2 ? "Banking" : "Energy" }));
  if (count) await connection.sobject("Account").create(records, { allowRecursive: true });
}

scenario("a query over several pages is fetched to its end", { facts: "§3.1 [C][D], §9.1 [T]" }, async ({ connection }) => {
  await org(connection, 2300);
  const records = await connection.query("SELECT Name FROM Account ORDER BY Name", { autoFetch: true, maxFetch: 5000 }).execute();
  assert.equal(records.totalSize ?? records.length, 2300);
  const names = [];
  await new Promise((done, failed) => connection.query("SELECT Name FROM Account ORDER BY Name").on("record", (record) => names.push(record.Name)).on("end", done).on("error", failed).run({ autoFetch: true, maxFetch: 5000 }));
  assert.equal(new Set(names).size, 2300);
  assert.equal(names[2299], "Account 02299");
});

scenario("queryMore goes on where a page ended", { facts: "§3.1 [DJ][D][J]" }, async ({ connection }) => {
  await org(connection, 450);
  const first = await connection.query("SELECT Id FROM Account", { headers: { "Sforce-Query-Options": "batchSize=200" } });
  assert.deepEqual([first.totalSize, first.done, first.records.length], [450, false, 200]);
  const second = await connection.queryMore(first.nextRecordsUrl.split("/").pop(), { headers: { "Sforce-Query-Options": "batchSize=200" } });
  const third = await connection.queryMore(second.nextRecordsUrl.split("/").pop(), { headers: { "Sforce-Query-Options": "batchSize=200" } });
  assert.deepEqual([third.done, third.records.length], [true, 50]);
  assert.equal(new Set([...first.records, ...second.records, ...third.records].map((record) => record.Id)).size, 450);
});

scenario("an expired cursor is an error of its own", { facts: "§3.1 [X]" }, async ({ connection, standIn }) => {
  await org(connection, 250);
  const first = await connection.query("SELECT Id FROM Account", { headers: { "Sforce-Query-Options": "batchSize=200" } });
  await standIn.control("clock", { advance: "20m" });
  await assert.rejects(connection.queryMore(first.nextRecordsUrl.split("/").pop()), { errorCode: "INVALID_QUERY_LOCATOR" });
});

scenario("the query builder's conditions, order, limit and offset find the same rows as text", { facts: "§9.4 [T]" }, async ({ connection }) => {
  await org(connection, 20);
  const names = (rows) => rows.map((row) => row.Name.slice(-2)).join(" ");
  const account = connection.sobject("Account");
  assert.equal(names(await account.find({ $and: [{ NumberOfEmployees: { $gte: 5 } }, { NumberOfEmployees: { $lt: 9 } }] }, ["Name"]).sort({ Name: -1 })), "08 07 06 05");
  assert.equal(names(await account.find({ Name: { $like: "%00_1" } }, "Id, Name").sort("Name").limit(2)), "01 11");
  assert.equal(names(await account.find({ $or: [{ NumberOfEmployees: 3 }, { $and: [{ Industry: "energy" }, { NumberOfEmployees: { $gt: 17 } }] }] }, ["Name"]).sort("NumberOfEmployees")), "03 18");
  assert.equal(names(await account.find({ NumberOfEmployees: { $in: [1, 2] } }, ["Name"]).sort("Name")), "01 02");
  assert.equal(names(await account.find({ NumberOfEmployees: { $nin: [0, 1, 2] }, Industry: { $ne: "Banking" } }, ["Name"]).sort("Name").limit(2).skip(1)), "06 08");
  assert.equal(await account.count({ Phone: null }), 20);
  assert.equal((await account.findOne({ NumberOfEmployees: 7 }, ["Name"])).Name, "Account 00007");
});

scenario("dates of the client's helpers are understood", { facts: "§9.4 [T]" }, async ({ connection, jsforce }) => {
  await org(connection, 3);
  const account = connection.sobject("Account"), { SfDate } = jsforce;
  assert.equal(await account.count({ CreatedDate: { $gte: SfDate.TODAY } }), 3);
  assert.equal(await account.count({ CreatedDate: { $lt: SfDate.YESTERDAY } }), 0);
  assert.equal(await account.count({ CreatedDate: SfDate.LAST_N_DAYS(1) }), 3);
  assert.equal(await account.count({ SystemModstamp: { $gt: SfDate.toDateTimeLiteral(new Date(Date.now() + 60000)) } }), 0);
});

scenario("parents and children come with their records", { facts: "§3.1 [D], §9.4 [T]" }, async ({ connection }) => {
  await org(connection, 0);
  const acme = await connection.sobject("Account").create({ Name: "Acme" });
  await connection.sobject("Account").create({ Name: "Bell" });
  const ada = await connection.sobject("Contact").create({ LastName: "Lovelace", AccountId: acme.id });
  await connection.sobject("Task").create({ Subject: "Call", WhoId: ada.id, WhatId: acme.id });
  const contacts = await connection.query("SELECT LastName, Account.Name, Account.Owner.Name FROM Contact");
  assert.equal(contacts.records[0].Account.Name, "Acme");
  assert.equal(contacts.records[0].Account.Owner.attributes.type, "User");
  const accounts = await connection.sobject("Account").select("Name").include("Contacts").select("LastName").where({ LastName: { $like: "L%" } }).end().sort("Name");
  assert.equal(accounts[0].Contacts.records[0].LastName, "Lovelace");
  assert.equal(accounts[1].Contacts, null);
  const tasks = await connection.query("SELECT Who.Name, What.Type, TYPEOF What WHEN Account THEN Name, Phone ELSE Id END FROM Task");
  assert.equal(tasks.records[0].Who.Name, "Lovelace");
  assert.deepEqual([tasks.records[0].What.attributes.type, tasks.records[0].What.Name], ["Account", "Acme"]);
  const joined = await connection.query("SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Lovelace')");
  assert.deepEqual(joined.records.map((record) => record.Name), ["Acme"]);
});

scenario("counts and aggregates", { facts: "§3.1 [C]" }, async ({ connection }) => {
  await org(connection, 10);
  assert.deepEqual(await connection.query("SELECT count() FROM Account"), { totalSize: 10, done: true, records: [] });
  const { records } = await connection.query("SELECT Industry, COUNT(Id), MAX(NumberOfEmployees) most FROM Account GROUP BY Industry");
  assert.deepEqual(records, [{ attributes: { type: "AggregateResult" }, Industry: "Banking", expr0: 5, most: 9 }, { attributes: { type: "AggregateResult" }, Industry: "Energy", expr0: 5, most: 8 }]);
  await assert.rejects(connection.query("SELECT Name, COUNT(Id) FROM Account"), { errorCode: "MALFORMED_QUERY" });
});

scenario("queryAll shows what was deleted", { facts: "§3.3, §9.1 [T]" }, async ({ connection }) => {
  await org(connection, 3);
  const { Id } = await connection.sobject("Account").findOne({}, ["Id"]);
  await connection.sobject("Account").destroy(Id);
  assert.equal((await connection.query("SELECT Id FROM Account")).totalSize, 2);
  const all = await connection.query("SELECT Id, IsDeleted FROM Account WHERE IsDeleted = true", { scanAll: true });
  assert.deepEqual(all.records.map((record) => record.Id), [Id]);
});

scenario("records found by a query are updated and destroyed through it", { facts: "§2.5 [C]" }, async ({ connection }) => {
  await org(connection, 10);
  const updated = await connection.sobject("Account").find({ Industry: "Energy" }).update({ Site: "${Name} site" }, { allowBulk: false });
  assert.deepEqual(updated.map((result) => result.success), Array(5).fill(true));
  assert.equal(await connection.sobject("Account").count({ Site: "Account 00004 site" }), 1);
  const destroyed = await connection.sobject("Account").find({ Industry: "Banking" }).destroy({ allowBulk: false });
  assert.equal(destroyed.length, 5);
  assert.equal(await connection.sobject("Account").count(), 5);
});

scenario("a wrong query is refused with the place of the mistake", { facts: "§3.1 [C]" }, async ({ connection }) => {
  await org(connection, 0);
  await assert.rejects(connection.query("SELECT Id FROM Xyzzy"), (error) => error.errorCode === "INVALID_TYPE" && /ERROR at Row:1:Column:16/.test(error.message));
  await assert.rejects(connection.query("SELECT Nope FROM Account"), { errorCode: "INVALID_FIELD" });
  await assert.rejects(connection.query("SELEKT"), { errorCode: "MALFORMED_QUERY" });
  await assert.rejects(connection.query("SELECT Id FROM Account WHERE Description = 'x'"), { errorCode: "INVALID_FIELD" });
});

scenario("a query too long for a URL is refused in HTML", { facts: "§3.1 [I], §9.3 K" }, async ({ connection }) => {
  await org(connection, 0);
  await assert.rejects(connection.query(`SELECT Id FROM Account WHERE Name IN ('${"x".repeat(17000)}')`), { errorCode: "ERROR_HTTP_414" });
});

scenario("groups come in the order asked for", { facts: "§9.4" }, async ({ connection }) => {
  await org(connection, 10);
  await connection.sobject("Account").create({ Name: "Another", Industry: "Energy" });
  const industries = async (order) => (await connection.query(`SELECT Industry FROM Account GROUP BY Industry ORDER BY ${order}`)).records.map((record) => record.Industry);
  assert.deepEqual(await industries("COUNT(Id) DESC"), ["Energy", "Banking"]);
  assert.deepEqual(await industries("Industry"), ["Banking", "Energy"]);
});

scenario("a query is explained without being run", { facts: "§9.1 [J]" }, async ({ connection }) => {
  await org(connection, 3);
  const { plans } = await connection.query("SELECT Id FROM Account").explain();
  assert.deepEqual([plans[0].sobjectType, plans[0].sobjectCardinality], ["Account", 3]);
});

scenario("many records found by a query are updated and destroyed through the bulk API", { facts: "§9.1 [J]" }, async ({ connection }) => {
  await org(connection, 10);
  connection.bulk.pollInterval = 100;
  const updated = await connection.sobject("Account").find({ Industry: "Energy" }).update({ Site: "${Name} site" }, { bulkThreshold: 2, bulkApiVersion: 1 });
  assert.deepEqual(updated.map((result) => result.success), Array(5).fill(true));
  assert.equal(await connection.sobject("Account").count({ Site: "Account 00004 site" }), 1);
  await connection.sobject("Account").find({ Industry: "Energy" }).destroy({ bulkThreshold: 2, bulkApiVersion: 1 });
  assert.equal(await connection.sobject("Account").count(), 5);
});

scenario("groups are chosen among by HAVING", { facts: "§9.4 [T], §9.1 [T]" }, async ({ connection }) => {
  await org(connection, 9);
  const text = await connection.query("SELECT Industry, COUNT(Id) n FROM Account GROUP BY Industry HAVING COUNT(Id) > 4");
  assert.deepEqual(text.records.map((row) => [row.Industry, row.n]), [["Energy", 5]]);
});
