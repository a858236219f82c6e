// Single rows: create, read, update, upsert, delete, and single columns.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

scenario("create answers the new row's id", { facts: "§2.3" }, async ({ api }) => {
  const id = await api.create({ collection: "accounts", data: { name: "Contoso", accountnumber: "C-1" } });
  assert.match(id, GUID);
  const read = await api.retrieve({ collection: "accounts", key: id, select: ["name", "accountnumber"] });
  assert.equal(read.name, "Contoso");
  assert.equal(read.accountnumber, "C-1");
  assert.equal(read.accountid, id);
});

scenario("create with representation answers the selected columns, the key and an etag", { facts: "§2.3" }, async ({ api }) => {
  const row = await api.create({ collection: "accounts", data: { name: "Contoso", telephone1: "1" }, returnRepresentation: true, select: ["name"] });
  assert.match(row.accountid, GUID);
  assert.equal(row.name, "Contoso");
  assert.equal(row.telephone1, undefined);
  assert.match(row["@odata.etag"], /^W\/"\d+"$/);
  assert.ok(row.oDataContext.endsWith("/$metadata#accounts(name)/$entity"), row.oDataContext);
});

scenario("text beyond ASCII survives the client's escapes", { facts: "§9.1 [M]" }, async ({ api }) => {
  const name = "Zoë & Søn – 株式会社 😀";
  const id = await api.create({ collection: "accounts", data: { name } });
  assert.equal((await api.retrieve({ collection: "accounts", key: id, select: ["name"] })).name, name);
});

scenario("a key chosen by the client is taken once", { facts: "§2.3" }, async ({ api }) => {
  const accountid = "11111111-1111-4111-8111-111111111111";
  assert.equal(await api.create({ collection: "accounts", data: { accountid, name: "A" } }), accountid);
  await assert.rejects(api.create({ collection: "accounts", data: { accountid, name: "B" } }), { status: 412, code: "0x80040237" });
});

scenario("update sends only what changes and answers true", { facts: "§2.5, §9.1 [M]" }, async ({ api }) => {
  const key = await api.create({ collection: "contacts", data: { firstname: "Ann", lastname: "Lee", telephone1: "1" } });
  assert.equal(await api.update({ collection: "contacts", key, data: { telephone1: "2" } }), true);
  const read = await api.retrieve({ collection: "contacts", key, select: ["firstname", "telephone1", "fullname"] });
  assert.equal(read.firstname, "Ann");
  assert.equal(read.telephone1, "2");
  assert.equal(read.fullname, "Ann Lee");
});

scenario("update with representation answers the row as it is now", { facts: "§2.5" }, async ({ api }) => {
  const key = await api.create({ collection: "contacts", data: { lastname: "Lee" } });
  const row = await api.update({ collection: "contacts", key, data: { jobtitle: "Boss" }, returnRepresentation: true, select: ["fullname", "jobtitle"] });
  assert.equal(row.jobtitle, "Boss");
  assert.equal(row.fullname, "Lee");
  assert.equal(row.contactid, key);
});

scenario("update never creates a row that is not there", { facts: "§2.6" }, async ({ api }) => {
  const key = "22222222-2222-4222-8222-222222222222";
  await assert.rejects(api.update({ collection: "contacts", key, data: { lastname: "Lee" } }), { status: 404, code: "0x80040217", message: `contact With Id = ${key} Does Not Exist` });
});

scenario("null clears a column", { facts: "§2.5" }, async ({ api }) => {
  const key = await api.create({ collection: "accounts", data: { name: "A", telephone1: "1" } });
  await api.update({ collection: "accounts", key, data: { telephone1: null } });
  assert.equal((await api.retrieve({ collection: "accounts", key, select: ["telephone1"] })).telephone1, null);
});

scenario("a single column is written, read and cleared", { facts: "§2.4, §2.5" }, async ({ api }) => {
  const key = await api.create({ collection: "accounts", data: { name: "A", telephone1: "1" } });
  await api.updateSingleProperty({ collection: "accounts", key, fieldValuePair: { telephone1: "2" } });
  const read = await api.retrieve({ collection: "accounts", key, navigationProperty: "telephone1" });
  assert.equal(read.value, "2");
  assert.equal(await api.deleteRecord({ collection: "accounts", key, property: "telephone1" }), true);
  assert.equal((await api.retrieve({ collection: "accounts", key, select: ["telephone1"] })).telephone1, null);
});

scenario("upsert creates, then updates, and only a representation tells which", { facts: "§2.6" }, async ({ api }) => {
  const key = "33333333-3333-4333-8333-333333333333";
  assert.equal(await api.upsert({ collection: "accounts", key, data: { name: "A" } }), key);
  const row = await api.upsert({ collection: "accounts", key, data: { name: "B" }, returnRepresentation: true, select: ["name", "createdon", "modifiedon"] });
  assert.equal(row.name, "B");
  assert.ok(row.createdon instanceof Date, "instants have the shape that the client revives");
});

scenario("upsert by an alternate key creates and updates one row", { facts: "§2.4, §2.6, §7.12 [I]" }, async ({ api }) => {
  const key = "lockstep_id='A-1'";
  assert.equal(await api.upsert({ collection: "accounts", key, data: { name: "A" } }), undefined, "the address echoes the key, so the client finds no id");
  await api.upsert({ collection: "accounts", key, data: { name: "B" } });
  const rows = await api.retrieveMultiple({ collection: "accounts", select: ["name", "lockstep_id"] });
  assert.deepEqual(rows.value.map((row) => [row.name, row.lockstep_id]), [["B", "A-1"]]);
  const row = await api.upsert({ collection: "accounts", key, data: { telephone1: "1" }, returnRepresentation: true, select: ["name"] });
  assert.match(row.accountid, GUID);
});

scenario("a row is read, updated and deleted by its alternate key", { facts: "§2.4, §2.7" }, async ({ api }) => {
  await api.create({ collection: "contacts", data: { lastname: "Lee", lockstep_id: "C-7" } });
  const key = "lockstep_id='C-7'";
  assert.equal((await api.retrieve({ collection: "contacts", key, select: ["lastname"] })).lastname, "Lee");
  assert.equal(await api.update({ collection: "contacts", key, data: { firstname: "Ann" } }), true);
  assert.equal((await api.retrieve({ collection: "contacts", key, select: ["fullname"] })).fullname, "Ann Lee");
  assert.equal(await api.deleteRecord({ collection: "contacts", key }), true);
  await assert.rejects(api.retrieve({ collection: "contacts", key }), { status: 404, code: "0x80060891", message: "A record with the specified key values does not exist in contact entity" });
});

scenario("keys of several columns address a row", { facts: "§2.4" }, async ({ api, standIn }) => {
  await standIn.control("keys", { entity: "contact", name: "by_name", columns: ["firstname", "lastname"] });
  const id = await api.create({ collection: "contacts", data: { firstname: "Ann", lastname: "Lee" } });
  await api.create({ collection: "contacts", data: { firstname: "Ann", lastname: "Poe" } });
  const read = await api.retrieve({ collection: "contacts", key: "firstname='Ann',lastname='Lee'", select: ["fullname"] });
  assert.equal(read.contactid, id);
  await assert.rejects(api.create({ collection: "contacts", data: { firstname: "ann", lastname: "lee" } }), { status: 412, code: "0x80060892" });
});

scenario("a key that is not declared is refused", { facts: "§2.4 [?] switch: parser_code" }, async ({ api }) => {
  await assert.rejects(api.retrieve({ collection: "accounts", key: "name='A'" }), (error) => error.status === 400 && error.message.startsWith("The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.account'"));
});

scenario("delete answers true, and 404 the second time", { facts: "§2.7" }, async ({ api }) => {
  const key = await api.create({ collection: "accounts", data: { name: "A" } });
  assert.equal(await api.deleteRecord({ collection: "accounts", key }), true);
  await assert.rejects(api.deleteRecord({ collection: "accounts", key }), { status: 404, code: "0x80040217" });
});

scenario("money keeps its cents and brings its currency", { facts: "§2.3, §6.1" }, async ({ api }) => {
  const row = await api.create({ collection: "accounts", data: { name: "A", revenue: 1234567.89 }, returnRepresentation: true, select: ["revenue", "revenue_base"] });
  assert.equal(row.revenue, 1234567.89);
  assert.equal(row.revenue_base, 1234567.89);
  assert.match(row._transactioncurrencyid_value, GUID);
});

scenario("bad values are refused with the code of their kind", { facts: "§5.3, §6.1" }, async ({ api }) => {
  const refused = (data, code, status = 400) => assert.rejects(api.create({ collection: "contacts", data: { lastname: "Lee", ...data } }), { status, code });
  await refused({ firstname: "x".repeat(51) }, "0x80044331");
  await refused({ gendercode: 9 }, "0x8004431a");
  await refused({ birthdate: "2001-02-03T00:00:00Z" }, "0x80048d19");
  await refused({ nickname: "a\u0001b" }, "0x80040278");
  await refused({ shoesize: 9 }, "0x80048d19");
  await refused({ overriddencreatedon: "1700-01-01T00:00:00Z" }, "0x80040239");
});

scenario("rows that rules call duplicates are refused when detection is asked for", { facts: "§2.10 [?] switch: duplicate_status" }, async ({ api }) => {
  const data = { lastname: "Lee", emailaddress1: "ann@example.com" };
  await api.create({ collection: "contacts", data });
  await assert.rejects(api.create({ collection: "contacts", data, duplicateDetection: true }), { status: 412, code: "0x80040333" });
  await api.create({ collection: "contacts", data });
  assert.equal(await api.count({ collection: "contacts" }), 2, "by default detection is suppressed");
});
