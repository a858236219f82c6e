// Records one by one and many at a time.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const signed_in = async (connection) => { await connection.authorize({ grant_type: "client_credentials" }); return connection; };

scenario("a record is created, read, updated and deleted", { facts: "§2.2 [C], §2.4 [T]" }, async ({ connection }) => {
  await signed_in(connection);
  const created = await connection.sobject("Account").create({ Name: "Acme" });
  assert.equal(created.success, true);
  assert.match(created.id, /^001.{15}$/);
  const updated = await connection.sobject("Account").update({ Id: created.id, Phone: "1" });
  assert.deepEqual(updated, { id: created.id, success: true, errors: [] });
  const read = await connection.sobject("Account").retrieve(created.id);
  assert.equal(read.Phone, "1");
  assert.equal(read.Website, null);
  assert.equal(read.attributes.url, `/services/data/v60.0/sobjects/Account/${created.id}`);
  assert.match(read.CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
  assert.deepEqual(Object.keys(await connection.sobject("Account").retrieve(created.id, { fields: ["Name"] })), ["attributes", "Name"]);
  await connection.sobject("Account").destroy(created.id);
  await assert.rejects(connection.sobject("Account").retrieve(created.id), { errorCode: "ENTITY_IS_DELETED" });
});

scenario("a record reference reads, updates and destroys its record", { facts: "§2.2 [C]" }, async ({ connection }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Contact").insert({ LastName: "Lovelace", Email: "ada@example.com" });
  const record = connection.sobject("Contact").record(id);
  await record.update({ FirstName: "Ada", Email: null });
  const read = await record.retrieve();
  assert.deepEqual([read.Name, read.Email], ["Ada Lovelace", null]);
  await record.destroy();
  await assert.rejects(record.update({ FirstName: "Eve" }), { errorCode: "ENTITY_IS_DELETED" });
});

scenario("a missing record and a wrong object are not found", { facts: "§2.2 [C]" }, async ({ connection }) => {
  await signed_in(connection);
  await assert.rejects(connection.sobject("Account").retrieve("001000000000000AAA"), { errorCode: "NOT_FOUND", message: "The requested resource does not exist" });
  await assert.rejects(connection.sobject("Xyzzy").describe(), { errorCode: "NOT_FOUND" });
});

scenario("every refused record says why", { facts: "§5.3 [X], §6.5 [C]" }, async ({ connection }) => {
  await signed_in(connection);
  const refused = (object, fields, errorCode) => assert.rejects(connection.sobject(object).create(fields), { errorCode });
  await refused("Contact", { FirstName: "Ada" }, "REQUIRED_FIELD_MISSING");
  await refused("Contact", { LastName: "x".repeat(81) }, "STRING_TOO_LONG");
  await refused("Contact", { LastName: "L", Email: "nowhere" }, "INVALID_EMAIL_ADDRESS");
  await refused("Contact", { LastName: "L", Name: "N" }, "INVALID_FIELD_FOR_INSERT_UPDATE");
  await refused("Contact", { LastName: "L", Nope: 1 }, "INVALID_FIELD");
  await refused("Contact", { LastName: "L", AccountId: "001000000000000AAA" }, "INVALID_CROSS_REFERENCE_KEY");
  await refused("Event", { Subject: "s", StartDateTime: "2026-01-01T00:00:00Z", DurationInMinutes: 30, ShowAs: "Asleep" }, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
  await refused("Account", { Name: "A", NumberOfEmployees: 1e12 }, "NUMBER_OUTSIDE_VALID_RANGE");
  await assert.rejects(connection.sobject("Contact").create({}), (error) => { assert.deepEqual(error.data.fields, ["LastName"]); return true; });
});

scenario("upsert by external id creates, updates, and says which", { facts: "§2.3 [X][R]" }, async ({ connection, jsforce, oauth2, standIn }) => {
  await signed_in(connection);
  const contact = connection.sobject("Contact");
  const created = await contact.upsert({ Lockstep_Id__c: "key-1", LastName: "Lovelace" }, "Lockstep_Id__c");
  assert.equal(created.created, true);
  const updated = await contact.upsert({ Lockstep_Id__c: "KEY-1", FirstName: "Ada" }, "Lockstep_Id__c");
  assert.deepEqual(updated, { id: created.id, success: true, errors: [], created: false });
  const old = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, accessToken: connection.accessToken, version: "45.0" });
  assert.deepEqual(await old.sobject("Contact").upsert({ Lockstep_Id__c: "key-1", FirstName: "A." }, "Lockstep_Id__c"), { success: true, errors: [] });
  for (const Email of ["ada@example.com", "ada@example.com"]) await contact.create({ LastName: "Twin", Email });
  await assert.rejects(contact.upsert({ Email: "ada@example.com", FirstName: "X" }, "Email"), (error) => {
    assert.equal(error.errorCode, "MULTIPLE_CHOICES");
    assert.equal(error.data.length, 2);
    return true;
  });
  await assert.rejects(contact.upsert({ Title: "x", LastName: "L" }, "Title"), { errorCode: "NOT_FOUND" });
});

scenario("a collection with a bad row in the middle keeps its order and its good rows", { facts: "§2.5 [C][D]" }, async ({ connection }) => {
  await signed_in(connection);
  const results = await connection.sobject("Contact").create([{ LastName: "A" }, { FirstName: "nobody" }, { LastName: "C" }]);
  assert.deepEqual(results.map((result) => result.success), [true, false, true]);
  assert.deepEqual(results[1].errors, [{ statusCode: "REQUIRED_FIELD_MISSING", message: "Required fields are missing: [LastName]", fields: ["LastName"] }]);
  const updated = await connection.sobject("Contact").update([{ Id: results[0].id, Title: "a" }, { Id: "003000000000000AAA", Title: "b" }, { Id: results[2].id, Title: "c" }]);
  assert.deepEqual(updated.map((result) => result.errors[0]?.statusCode), [undefined, "INVALID_CROSS_REFERENCE_KEY", undefined]);
  const read = await connection.sobject("Contact").retrieve([results[0].id, "003000000000000AAA", results[2].id], { fields: ["Title"] });
  assert.deepEqual(read.map((record) => record?.Title), ["a", undefined, "c"]);
  const whole = await connection.sobject("Contact").retrieve([results[0].id]);  // its fields come from describe
  assert.equal(whole[0].LastName, "A");
  const upserted = await connection.sobject("Contact").upsert([{ Lockstep_Id__c: "1", LastName: "D" }, { Lockstep_Id__c: "2" }, { Lockstep_Id__c: "3", LastName: "E" }], "Lockstep_Id__c");
  assert.deepEqual(upserted.map((result) => [result.success, result.created]), [[true, true], [false, undefined], [true, true]]);
  const destroyed = await connection.sobject("Contact").destroy([results[0].id, results[0].id, results[2].id]);
  assert.deepEqual(destroyed.map((result) => result.success), [true, false, true]);
});

scenario("all or none keeps nothing of a collection with a bad row", { facts: "§2.5 [X]" }, async ({ connection }) => {
  await signed_in(connection);
  const results = await connection.sobject("Contact").create([{ LastName: "A" }, { FirstName: "nobody" }], { allOrNone: true });
  assert.deepEqual(results.map((result) => result.errors[0].statusCode), ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]);
  assert.equal(await connection.sobject("Contact").count(), 0);
});

scenario("more than 200 records go in several calls", { facts: "§2.5 [D]" }, async ({ connection }) => {
  await signed_in(connection);
  const records = Array.from({ length: 450 }, (_, i) => ({ Name: `A${i}` }));
  await assert.rejects(connection.sobject("Account").create(records), { errorCode: "EXCEEDED_ID_LIMIT" });
  const results = await connection.sobject("Account").create(records, { allowRecursive: true });
  assert.equal(results.filter((result) => result.success).length, 450);
});

scenario("a parent is named by its external id", { facts: "§2.9 [X]" }, async ({ connection }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Account").create({ Name: "Acme", Lockstep_Id__c: "acme" });
  const contact = await connection.sobject("Contact").create({ LastName: "Lovelace", Account: { Lockstep_Id__c: "acme" } });
  assert.equal((await connection.sobject("Contact").retrieve(contact.id)).AccountId, id);
  await assert.rejects(connection.sobject("Contact").create({ LastName: "L", Account: { Lockstep_Id__c: "nobody" } }),
    { errorCode: "INVALID_FIELD", message: "Foreign key external ID: nobody not found for field Lockstep_Id__c in entity Account" });
});

scenario("an update guarded by If-Unmodified-Since fails when somebody was faster", { facts: "§2.4 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Contact").create({ LastName: "Lovelace" });
  const seen = new Date((await connection.sobject("Contact").retrieve(id)).LastModifiedDate).toUTCString();
  await connection.sobject("Contact").update({ Id: id, Title: "mine" }, { headers: { "If-Unmodified-Since": seen } });
  await standIn.control("clock", { advance: "2s" });
  await standIn.control("edit", { as: "Ann", operation: "update", object: "Contact", id, fields: { Title: "hers" } });
  await assert.rejects(connection.sobject("Contact").update({ Id: id, Title: "lost" }, { headers: { "If-Unmodified-Since": seen } }), { errorCode: "ERROR_HTTP_412" });
  assert.equal((await connection.sobject("Contact").retrieve(id)).Title, "hers");
});

scenario("accounts are guarded by their ETag", { facts: "§2.4 [D]" }, async ({ connection }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Account").create({ Name: "Acme" });
  const tag_of = async () => (await fetch(`${connection.instanceUrl}/services/data/v60.0/sobjects/Account/${id}`, { headers: { Authorization: `Bearer ${connection.accessToken}` } })).headers.get("etag");
  const tag = await tag_of();
  assert.match(tag, /^".+--gzip"$/);
  await connection.sobject("Account").update({ Id: id, Phone: "1" }, { headers: { "If-Match": tag } });
  await assert.rejects(connection.sobject("Account").update({ Id: id, Phone: "2" }, { headers: { "If-Match": tag } }), { errorCode: "ERROR_HTTP_412" });
  assert.notEqual(await tag_of(), tag);
});

scenario("a deleted account takes its contacts along and cases forbid it", { facts: "§6.6 [C]" }, async ({ connection }) => {
  await signed_in(connection);
  const account = await connection.sobject("Account").create({ Name: "Acme" });
  const contact = await connection.sobject("Contact").create({ LastName: "L", AccountId: account.id });
  const held = await connection.sobject("Case").create({ Subject: "help", AccountId: account.id });
  await assert.rejects(connection.sobject("Account").destroy(account.id), { errorCode: "DELETE_FAILED" });
  await connection.sobject("Case").destroy(held.id);
  await connection.sobject("Account").destroy(account.id);
  await assert.rejects(connection.sobject("Contact").retrieve(contact.id), { errorCode: "ENTITY_IS_DELETED" });
});

scenario("merge and undelete go through SOAP", { facts: "§6.6 [D], §1.8 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  const [winner, loser] = await connection.sobject("Contact").create([{ LastName: "Lovelace" }, { LastName: "Lovelace" }]);
  const merged = await connection.soap.merge({ masterRecord: { type: "Contact", Id: winner.id, Title: "Countess" }, recordToMergeIds: [loser.id] });
  assert.deepEqual([merged.success, merged.id, merged.mergedRecordIds], [true, winner.id, [loser.id]]);
  const gone = await connection.query(`SELECT MasterRecordId, IsDeleted FROM Contact WHERE Id = '${loser.id}'`, { scanAll: true });
  assert.deepEqual([gone.records[0].MasterRecordId, gone.records[0].IsDeleted], [winner.id, true]);
  assert.equal((await connection.sobject("Contact").retrieve(winner.id)).Title, "Countess");
  await connection.sobject("Contact").destroy(winner.id);
  assert.deepEqual((await connection.soap.undelete([winner.id]))[0].success, true);
  assert.equal((await connection.sobject("Contact").retrieve(winner.id)).Title, "Countess");
});

scenario("the recycle bin is emptied through SOAP", { facts: "§1.8 [J], §6.6 [D]" }, async ({ connection }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Contact").create({ LastName: "Lovelace" });
  assert.equal((await connection.soap.emptyRecycleBin([id]))[0].success, false);
  await connection.sobject("Contact").destroy(id);
  assert.equal((await connection.soap.emptyRecycleBin([id]))[0].success, true);
  assert.equal((await connection.query(`SELECT Id FROM Contact WHERE Id = '${id}'`, { scanAll: true })).totalSize, 0);
  assert.equal((await connection.soap.undelete([id]))[0].success, false);
});

scenario("SOAP creates, updates, upserts and deletes as well", { facts: "§1.8 [J], §6.3" }, async ({ connection }) => {
  await signed_in(connection);
  const created = await connection.soap.create({ type: "Contact", LastName: "Lovelace", Title: "x" });
  assert.equal(created.success, true);
  const [good, bad] = await connection.soap.update([{ type: "Contact", Id: created.id, Title: null, DoNotCall: true }, { type: "Contact", Id: created.id, LastName: null }]);
  assert.equal(good.success, true);
  assert.equal(bad.errors[0].statusCode, "REQUIRED_FIELD_MISSING");
  const read = await connection.sobject("Contact").retrieve(created.id);
  assert.deepEqual([read.Title, read.DoNotCall], [null, true]);
  const upserted = await connection.soap.upsert("Lockstep_Id__c", [{ type: "Contact", Lockstep_Id__c: "1", LastName: "Bell" }]);
  assert.equal(upserted[0].created, true);
  assert.equal((await connection.soap.delete([created.id]))[0].success, true);
  assert.match((await connection.soap.getUserInfo()).userId, /^005/);
});
