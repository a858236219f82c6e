// Optimistic concurrency: the table of conditional headers, row by row.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const KEY = "44444444-4444-4444-8444-444444444444";
const makeRow = (api) => api.create({ collection: "accounts", data: { accountid: KEY, name: "A" }, returnRepresentation: true, select: ["name"] });

scenario("upsert with If-None-Match * creates once and then does nothing", { facts: "§2.6" }, async ({ api, client }) => {
  assert.equal(await api.upsert({ collection: "accounts", key: KEY, data: { name: "A" }, ifnonematch: "*" }), KEY);
  assert.equal(await api.upsert({ collection: "accounts", key: KEY, data: { name: "B" }, ifnonematch: "*" }), null);
  assert.equal((await api.retrieve({ collection: "accounts", key: KEY, select: ["name"] })).name, "A");
  const strict = client({ propagateErrors: true });
  await assert.rejects(strict.upsert({ collection: "accounts", key: KEY, data: { name: "B" }, ifnonematch: "*" }), { status: 412, message: "A record with matching key values already exists." });
});

scenario("upsert with If-Match * updates and never creates", { facts: "§2.6" }, async ({ api }) => {
  assert.equal(await api.upsert({ collection: "accounts", key: KEY, data: { name: "A" }, ifmatch: "*" }), null);
  await makeRow(api);
  await api.upsert({ collection: "accounts", key: KEY, data: { name: "B" }, ifmatch: "*" });
  assert.equal((await api.retrieve({ collection: "accounts", key: KEY, select: ["name"] })).name, "B");
});

scenario("update with the row's etag is done, with a stale one refused", { facts: "§2.6" }, async ({ api, client }) => {
  const row = await makeRow(api);
  const etag = row["@odata.etag"];
  const newer = await api.update({ collection: "accounts", key: KEY, data: { name: "B" }, ifmatch: etag, returnRepresentation: true, select: ["name"] });
  assert.notEqual(newer["@odata.etag"], etag);
  assert.equal(await api.update({ collection: "accounts", key: KEY, data: { name: "C" }, ifmatch: etag }), false);
  assert.equal((await api.retrieve({ collection: "accounts", key: KEY, select: ["name"] })).name, "B");
  const strict = client({ propagateErrors: true });
  await assert.rejects(strict.update({ collection: "accounts", key: KEY, data: { name: "C" }, ifmatch: etag }), { status: 412, code: "0x80060882", message: "The version of the existing record doesn't match the RowVersion property provided." });
});

scenario("delete with a stale etag leaves the row", { facts: "§2.6" }, async ({ api }) => {
  const etag = (await makeRow(api))["@odata.etag"];
  await api.update({ collection: "accounts", key: KEY, data: { name: "B" } });
  assert.equal(await api.deleteRecord({ collection: "accounts", key: KEY, ifmatch: etag }), false);
  const fresh = await api.retrieve({ collection: "accounts", key: KEY, select: ["name"] });
  assert.equal(await api.deleteRecord({ collection: "accounts", key: KEY, ifmatch: fresh["@odata.etag"] }), true);
});

scenario("a stale etag of a row that is gone is 404", { facts: "§2.6" }, async ({ api }) => {
  const etag = (await makeRow(api))["@odata.etag"];
  await api.deleteRecord({ collection: "accounts", key: KEY });
  await assert.rejects(api.update({ collection: "accounts", key: KEY, data: { name: "B" }, ifmatch: etag }), { status: 404 });
});

scenario("read with the row's etag answers 304 and no body", { facts: "§2.6" }, async ({ api }) => {
  const etag = (await makeRow(api))["@odata.etag"];
  assert.equal(await api.retrieve({ collection: "accounts", key: KEY, select: ["name"], ifnonematch: etag }), undefined);
  await api.update({ collection: "accounts", key: KEY, data: { name: "B" } });
  assert.equal((await api.retrieve({ collection: "accounts", key: KEY, select: ["name"], ifnonematch: etag })).name, "B");
});

scenario("the etag is the row's version number and grows with every write", { facts: "§2.6" }, async ({ api }) => {
  const row = await makeRow(api);
  const after = await api.update({ collection: "accounts", key: KEY, data: { name: "A" }, returnRepresentation: true, select: ["versionnumber"] });
  assert.equal(after["@odata.etag"], `W/"${after.versionnumber}"`);
  assert.ok(after.versionnumber > Number(row["@odata.etag"].slice(3, -1)));
});

scenario("an update that breaks a unique key answers 412 as well", { facts: "§2.6, §7.3 [I]" }, async ({ api, client }) => {
  await api.create({ collection: "accounts", data: { name: "A", lockstep_id: "A-1" } });
  const key = await api.create({ collection: "accounts", data: { name: "B", lockstep_id: "A-2" } });
  assert.equal(await api.update({ collection: "accounts", key, data: { lockstep_id: "A-1" } }), false, "the client reads every 412 as a stale version");
  const strict = client({ propagateErrors: true });
  await assert.rejects(strict.update({ collection: "accounts", key, data: { lockstep_id: "A-1" } }), (error) => error.status === 412 && error.code === "0x80060892" && /<DuplicateEntity>.*<Id>/.test(error.message));
});
