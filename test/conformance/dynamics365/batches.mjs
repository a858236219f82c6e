// Several operations in one request.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const GUID = /^[0-9a-f]{8}-/;

scenario("operations are answered in their order", { facts: "§2.12, §9.3 [M]" }, async ({ api, standIn }) => {
  await standIn.control("records/account", [{ name: "A" }, { name: "B" }]);
  api.startBatch();
  api.retrieveMultiple({ collection: "accounts", select: ["name"], orderBy: ["name"] });
  api.count({ collection: "accounts" });
  api.callFunction("WhoAmI");
  const [rows, count, who] = await api.executeBatch();
  assert.deepEqual(rows.value.map((row) => row.name), ["A", "B"]);
  assert.equal(count, 2);
  assert.match(who.UserId, GUID);
});

scenario("writes of one change set refer to each other by content id", { facts: "§2.12" }, async ({ api }) => {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "A" }, contentId: "1" });
  api.create({ collection: "contacts", data: { lastname: "Lee", "parentcustomerid_account@odata.bind": "$1" }, contentId: "2" });
  api.associateSingleValued({ contentId: "$1", navigationProperty: "primarycontactid", relatedKey: "$2" });
  const [account, contact] = await api.executeBatch();
  assert.equal((await api.retrieve({ collection: "accounts", key: account, select: ["_primarycontactid_value"] }))._primarycontactid_value, contact);
  const read = await api.retrieve({ collection: "contacts", key: contact, select: ["_parentcustomerid_value"] });
  assert.equal(read._parentcustomerid_value, account);
});

scenario("a change set with one bad write leaves none and tells only the failure", { facts: "§2.12, §7.2 [I], §7.15 [I]" }, async ({ api }) => {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "A" } });
  api.create({ collection: "tasks", data: { subject: "x".repeat(201) } });
  api.create({ collection: "accounts", data: { name: "B" } });
  await assert.rejects(api.executeBatch(), (errors) => {
    assert.equal(errors.length, 1);
    assert.equal(errors[0].status, 400);
    assert.equal(errors[0].error.code, "0x80044331");
    assert.equal(errors[0].error.message, "A validation error occurred.  The length of the 'subject' attribute of the 'task' entity exceeded the maximum allowed length of '200'.");
    return true;
  });
  assert.equal(await api.count({ collection: "accounts" }), 0);
});

scenario("outside change sets the rest runs on when errors are to be passed over", { facts: "§2.12, §7.2 [I]" }, async ({ api }) => {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "A" } });
  api.create({ collection: "accounts", data: { name: "x".repeat(161) } });
  api.create({ collection: "accounts", data: { name: "B" } });
  const [a, failed, b] = await api.executeBatch({ inChangeSet: false, continueOnError: true });
  assert.match(a, GUID);
  assert.equal(failed.error.code, "0x80044331");
  assert.match(b, GUID);
  assert.equal(await api.count({ collection: "accounts" }), 2);
});

scenario("without that it ends at the first failure", { facts: "§2.12" }, async ({ api }) => {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "A" } });
  api.create({ collection: "accounts", data: { name: "x".repeat(161) } });
  api.create({ collection: "accounts", data: { name: "B" } });
  await assert.rejects(api.executeBatch({ inChangeSet: false }), (errors) => Array.isArray(errors) && errors.some((error) => error?.error?.code === "0x80044331"));
  assert.equal(await api.count({ collection: "accounts" }), 1);
});

scenario("updates, deletes and upserts travel in batches", { facts: "§2.12" }, async ({ api, standIn }) => {
  const { ids: [a, b] } = await standIn.control("records/account", [{ name: "A" }, { name: "B" }]);
  api.startBatch();
  api.update({ collection: "accounts", key: a, data: { name: "A2" } });
  api.deleteRecord({ collection: "accounts", key: b });
  api.upsert({ collection: "accounts", key: "lockstep_id='C-1'", data: { name: "C" } });
  api.updateSingleProperty({ collection: "accounts", key: a, fieldValuePair: { telephone1: "1" } });
  const answers = await api.executeBatch();
  assert.equal(answers.length, 4);
  assert.deepEqual(answers.slice(0, 2), [true, true]);
  const { value } = await api.retrieveMultiple({ collection: "accounts", select: ["name", "telephone1"], orderBy: ["name"] });
  assert.deepEqual(value.map((row) => [row.name, row.telephone1]), [["A2", "1"], ["C", null]]);
});

scenario("a batch of one record that the system cannot lock fails at that record alone", { facts: "§5.3" }, async ({ api, standIn }) => {
  await standIn.control("faults", { name: "batch_item", count: 1, match: "contacts" });
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "A" } });
  api.create({ collection: "contacts", data: { lastname: "Lee" } });
  api.create({ collection: "accounts", data: { name: "B" } });
  const [a, failed, b] = await api.executeBatch({ inChangeSet: false, continueOnError: true });
  assert.match(a, GUID);
  assert.deepEqual([failed.status, failed.error.code], [500, "0x80044339"]);
  assert.match(b, GUID);
});

scenario("a thousand operations are the most", { facts: "§2.12" }, async ({ api }) => {
  api.startBatch();
  for (let i = 0; i <= 1000; ++i) api.create({ collection: "accounts", data: { name: `A${i}` } });
  await assert.rejects(api.executeBatch(), (error) => error.status === 400);
  assert.equal(await api.count({ collection: "accounts" }), 0);
});
