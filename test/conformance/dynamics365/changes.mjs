// Change tracking by delta links.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const tracked = { collection: "accounts", select: ["name"], trackChanges: true };
const follow = (api, link, more = {}) => api.retrieveMultiple({ collection: "accounts", ...more }, link);
const edit = (standIn, operation, id, fields = {}) => standIn.control("edit", { as: "Ann", operation, object: "account", id, fields });

scenario("a full walk ends in a delta link, which tells what changed and what is gone", { facts: "§3.1" }, async ({ api, standIn }) => {
  const { ids: [a, b] } = await standIn.control("records/account", [{ name: "A" }, { name: "B" }]);
  const full = await api.retrieveMultiple(tracked);
  assert.equal(full.value.length, 2);
  assert.ok(full.oDataDeltaLink.startsWith(`${standIn.url}/api/data/v9.2/accounts?`));
  assert.match(decodeURIComponent(full.oDataDeltaLink), /\$deltatoken=\d+!\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/);
  await edit(standIn, "update", a, { telephone1: "1" });
  await edit(standIn, "delete", b);
  const { value: [changed, gone], ...rest } = await follow(api, full.oDataDeltaLink);
  assert.deepEqual([changed.accountid, changed.name], [a, "A"], "a change of a column that is not selected counts as well");
  assert.deepEqual([gone.id, gone.reason], [b, "deleted"]);
  assert.ok(gone.oDataContext.endsWith("$metadata#accounts/$deletedEntity"));
  const quiet = await follow(api, rest.oDataDeltaLink);
  assert.deepEqual(quiet.value, []);
  assert.ok(quiet.oDataDeltaLink);
});

scenario("all pages of a tracked walk lead to the delta link", { facts: "§3.1" }, async ({ api, standIn }) => {
  await standIn.control("records/account", Array.from({ length: 25 }, (_, i) => ({ name: `A${i}` })));
  const all = await api.retrieveAll({ ...tracked, maxPageSize: 10 });
  assert.equal(all.value.length, 25);
  await api.create({ collection: "accounts", data: { name: "new" } });
  const delta = await follow(api, all.oDataDeltaLink);
  assert.deepEqual(delta.value.map((row) => row.name), ["new"]);
});

scenario("answers of a delta have pages, changed rows first", { facts: "§3.1" }, async ({ api, standIn }) => {
  const { ids } = await standIn.control("records/account", Array.from({ length: 12 }, (_, i) => ({ name: `A${i}` })));
  const { oDataDeltaLink } = await api.retrieveMultiple(tracked);
  await edit(standIn, "delete", ids[0]);
  for (const id of ids.slice(1)) await edit(standIn, "update", id, { name: "B" });
  const first = await follow(api, oDataDeltaLink, { maxPageSize: 10 });
  assert.equal(first.value.length, 10);
  assert.equal(first.oDataDeltaLink, undefined);
  const second = await follow(api, first.oDataNextLink, { maxPageSize: 10 });
  assert.equal(second.value.length, 2);
  assert.equal(second.value[1].id, ids[0]);
  assert.ok(second.oDataDeltaLink);
});

scenario("a row made and deleted between two looks is a deleted entry", { facts: "§3.1" }, async ({ api }) => {
  const { oDataDeltaLink } = await api.retrieveMultiple(tracked);
  const key = await api.create({ collection: "accounts", data: { name: "A" } });
  await api.deleteRecord({ collection: "accounts", key });
  assert.deepEqual((await follow(api, oDataDeltaLink)).value.map((row) => [row.id, row.reason]), [[key, "deleted"]]);
});

scenario("a link that has expired demands a full sync", { facts: "§3.1 [?], §7.1 [I] switch: expired_token_status" }, async ({ api, standIn, forget }) => {
  const { oDataDeltaLink } = await api.retrieveMultiple(tracked);
  await standIn.control("clock", { advance: "170h" });
  forget();
  await assert.rejects(follow(api, oDataDeltaLink), { status: 400, code: "0x80044352" });
});

scenario("filter, order, expand and top do not go with tracking", { facts: "§3.1" }, async ({ api }) => {
  for (const [option, request] of Object.entries({ $filter: { filter: "name eq 'A'" }, $orderby: { orderBy: ["name"] }, $expand: { expand: [{ property: "primarycontactid" }] }, $top: { top: 1 } }))
    await assert.rejects(api.retrieveMultiple({ ...tracked, ...request }), { status: 400, message: `The "${option}" query parameter isn't supported when Change Tracking is enabled.` });
});

scenario("tables without tracking refuse it", { facts: "§3.1 [?] switch: untracked_status" }, async ({ api }) => {
  await assert.rejects(api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], trackChanges: true }), { status: 400 });
});

scenario("own writes come back as changes, by the own user", { facts: "§3.1 [D], §3.4" }, async ({ api }) => {
  const { UserId } = await api.callFunction("WhoAmI");
  const { oDataDeltaLink } = await api.retrieveMultiple({ ...tracked, select: ["name", "_modifiedby_value"] });
  await api.create({ collection: "accounts", data: { name: "mine" } });
  const { value } = await follow(api, oDataDeltaLink);
  assert.deepEqual(value.map((row) => [row.name, row._modifiedby_value]), [["mine", UserId]]);
});

scenario("watermarks find rows by when they were modified", { facts: "§3.2" }, async ({ api, standIn }) => {
  await standIn.control("records/account", [{ name: "old", modifiedon: "2020-01-01T00:00:00Z" }]);
  const key = await api.create({ collection: "accounts", data: { name: "new" } });
  const { modifiedon } = await api.retrieve({ collection: "accounts", key, select: ["modifiedon"] });
  const since = modifiedon.toISOString().replace(".000", "");
  const { value } = await api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: `modifiedon ge ${since}`, orderBy: ["modifiedon asc", "accountid asc"] });
  assert.deepEqual(value.map((row) => row.name), ["new"], "the bound is inclusive");
});
