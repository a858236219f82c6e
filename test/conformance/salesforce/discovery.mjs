// What there is, and what changed.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const signed_in = (connection) => connection.authorize({ grant_type: "client_credentials" });

scenario("describe tells what fields take", { facts: "§2.8 [C], §8 [C]" }, async ({ connection }) => {
  await signed_in(connection);
  const described = await connection.sobject("Contact").describe();
  const field = Object.fromEntries(described.fields.map((each) => [each.name, each]));
  assert.deepEqual([field.LastName.nillable, field.LastName.createable, field.LastName.length, field.LastName.compoundFieldName], [false, true, 80, "Name"]);
  assert.deepEqual([field.Name.createable, field.Name.updateable], [false, false]);
  assert.deepEqual([field.AccountId.referenceTo, field.AccountId.relationshipName], [["Account"], "Account"]);
  assert.deepEqual([field.Email.idLookup, field.Lockstep_Id__c.externalId, field.Lockstep_Id__c.unique], [true, true, true]);
  assert.equal(field.MailingStreet.compoundFieldName, "MailingAddress");
  assert.deepEqual(described.recordTypeInfos[0].recordTypeId, "012000000000000AAA");
  const account = await connection.describe("Account");
  assert.deepEqual(account.childRelationships.filter((each) => each.childSObject === "Case").map((each) => [each.relationshipName, each.restrictedDelete]), [["Cases", true]]);
  assert.equal(await connection.describe$("Account"), await connection.describe$("Account"));
});

scenario("describeGlobal lists the objects and makes them properties", { facts: "§2.1 [R]" }, async ({ connection }) => {
  await signed_in(connection);
  const { sobjects, maxBatchSize } = await connection.describeGlobal();
  assert.equal(maxBatchSize, 200);
  for (const name of ["Account", "Contact", "Case", "CaseComment", "Task", "Event", "EmailMessage", "User"]) assert.ok(sobjects.some((each) => each.name === name), name);
  assert.equal(sobjects.find((each) => each.name === "Case").mergeable, false);
  assert.ok(connection.sobjects.Account);
});

scenario("an unchanged schema is 304, a changed one is not", { facts: "§2.4 [C]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const get = (headers) => fetch(`${standIn.url}/services/data/v60.0/sobjects/Contact/describe`, { headers: { Authorization: `Bearer ${connection.accessToken}`, ...headers } });
  const since = (await get({})).headers.get("last-modified");
  assert.equal((await get({ "If-Modified-Since": since })).status, 304);
  await standIn.control("schema", { object: "Contact", field: "Title", required: true });
  await standIn.control("schema", { object: "Contact", field: "LeadSource", add_option: "Fair" });
  await standIn.control("schema", { object: "Contact", field: "LeadSource", remove_option: "Web" });
  assert.equal((await get({ "If-Modified-Since": since })).status, 200);
  const field = Object.fromEntries((await connection.describe("Contact")).fields.map((each) => [each.name, each]));
  assert.equal(field.Title.nillable, false);
  const values = field.LeadSource.picklistValues.map((each) => each.value);
  assert.deepEqual([values.includes("Fair"), values.includes("Web")], [true, false]);
  await assert.rejects(connection.sobject("Contact").create({ LastName: "L" }), { errorCode: "REQUIRED_FIELD_MISSING" });
});

scenario("updated and deleted tell the ids of a window", { facts: "§3.4 [R][D][T]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const [kept, gone] = await connection.sobject("Account").create([{ Name: "A" }, { Name: "B" }]);
  await connection.sobject("Account").destroy(gone.id);
  await standIn.control("clock", { advance: "60s" });  // they lag
  const start = new Date(Date.now() - 600000), end = new Date(Date.now() + 600000);
  const updated = await connection.sobject("Account").updated(start, end);
  assert.deepEqual(updated.ids, [kept.id]);
  assert.match(updated.latestDateCovered, /\.000\+0000$/);
  const deleted = await connection.sobject("Account").deleted(start.toISOString(), end.toISOString());
  assert.deepEqual(deleted.deletedRecords.map((each) => each.id), [gone.id]);
  await assert.rejects(connection.sobject("Account").updated(new Date(Date.now() - 31 * 86400000), end), { errorCode: "INVALID_REPLICATION_DATE" });
  await assert.rejects(connection.sobject("Account").deleted(new Date(Date.now() - 16 * 86400000), end), { errorCode: "INVALID_REPLICATION_DATE" });
  await assert.rejects(connection.sobject("Account").updated(end, start), { errorCode: "INVALID_REPLICATION_DATE" });
});

scenario("an open transaction holds latestDateCovered back, and its rows appear with older stamps", { facts: "§3.2 [I], §3.4 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("transaction", { commit_after: "300s", edits: [{ as: "Ann", operation: "create", object: "Account", fields: { Name: "late" } }] });
  const { now } = await standIn.control("clock");  // the transaction started no later
  await standIn.control("clock", { advance: "200s" });
  const window = [new Date(new Date(now) - 60000), new Date(+new Date(now) + 900000)];
  const open = await connection.sobject("Account").updated(...window);
  assert.deepEqual(open.ids, []);
  assert.ok(new Date(open.latestDateCovered) <= new Date(now));
  await standIn.control("clock", { advance: "150s" });
  const closed = await connection.sobject("Account").updated(...window);
  assert.equal(closed.ids.length, 1);
  assert.ok(new Date(closed.latestDateCovered) > new Date(open.latestDateCovered));
  const { SystemModstamp } = await connection.sobject("Account").retrieve(closed.ids[0]);
  assert.ok(Math.abs(new Date(SystemModstamp) - new Date(now)) < 2000);
});

scenario("limits are told by a call and by a header of each answer", { facts: "§5.1 [S][X]" }, async ({ connection }) => {
  await signed_in(connection);
  const limits = await connection.limits();
  assert.equal(limits.DailyApiRequests.Max, 15000);
  assert.deepEqual(connection.limitInfo.apiUsage, { used: 1, limit: 15000 });
  await connection.query("SELECT Id FROM Account");
  assert.equal(connection.limitInfo.apiUsage.used, 2);
});

scenario("recent records are those last used, but for what Sforce-Mru keeps out and what queries find", { facts: "§2.1, §2.7 [D], §9.1 [T]" }, async ({ connection }) => {
  await signed_in(connection);
  const acme = await connection.sobject("Account").create({ Name: "Acme" });
  const ada = await connection.sobject("Contact").create({ LastName: "Lovelace" });
  assert.deepEqual((await connection.recent()).map((item) => item.Id), [ada.id, acme.id]);
  assert.deepEqual((await connection.sobject("Account").recent()).map((item) => [item.Id, item.Name]), [[acme.id, "Acme"]]);
  assert.equal((await connection.recent("Contact", 1)).length, 1);
  const quiet = { headers: { "Sforce-Mru": "updateMru=false" } };
  const hidden = await connection.sobject("Contact").create({ LastName: "Hidden" }, quiet);
  await connection.sobject("Contact").retrieve(ada.id, quiet);
  await connection.query("SELECT Id FROM Contact");
  assert.deepEqual((await connection.recent()).map((item) => item.Id), [ada.id, acme.id]);
  await connection.sobject("Account").retrieve(acme.id);
  assert.deepEqual((await connection.recent()).map((item) => item.Id), [acme.id, ada.id]);
  await connection.sobject("Contact").update({ Id: hidden.id, Title: "Seen" });
  assert.deepEqual((await connection.recent()).map((item) => item.Id), [hidden.id, acme.id, ada.id]);
});

scenario("search finds words in the fields it was told", { facts: "§9.1 [T]" }, async ({ connection }) => {
  await signed_in(connection);
  await connection.sobject("Contact").create([{ LastName: "Lovelace", Email: "ada@example.com" }, { LastName: "Bell" }]);
  await connection.sobject("Account").create({ Name: "Lovelace & Co" });
  const { searchRecords } = await connection.search("FIND {lovelace} IN ALL FIELDS RETURNING Account(Id, Name), Contact(LastName)");
  assert.deepEqual(searchRecords.map((record) => record.Name ?? record.LastName), ["Lovelace & Co", "Lovelace"]);
  assert.equal((await connection.search("FIND {example} IN NAME FIELDS RETURNING Contact")).searchRecords.length, 0);
  await assert.rejects(connection.search("FIND {x} RETURNING Contact"), { errorCode: "MALFORMED_SEARCH" });
});

scenario("tabs and theme are lists", { facts: "§9.1 [T]" }, async ({ connection }) => {
  await signed_in(connection);
  assert.ok((await connection.tabs()).some((tab) => tab.sobjectName === "Account"));
  assert.ok((await connection.theme()).themeItems.some((item) => item.name === "Contact"));
});

scenario("layouts name what a page shows", { facts: "§2.8 [C], §9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  const contact = connection.sobject("Contact");
  const { layouts, recordTypeMappings } = await contact.layouts();
  assert.equal(layouts[0].id, recordTypeMappings[0].layoutId);
  const items = layouts[0].editLayoutSections.flatMap((section) => section.layoutRows.flatMap((row) => row.layoutItems));
  const last_name = items.find((item) => item.layoutComponents[0].value === "LastName");
  assert.deepEqual([last_name.required, last_name.editableForNew, last_name.label], [true, true, "Last Name"]);
  assert.ok(!items.some((item) => item.layoutComponents[0].value === "SystemModstamp"));
  const compact = await contact.compactLayouts();
  assert.equal(compact.compactLayouts[0].id, compact.defaultCompactLayoutId);
  assert.deepEqual((await contact.approvalLayouts()).approvalLayouts, []);
  await assert.rejects(contact.layouts("Nonsense"), { errorCode: "NOT_FOUND" });
});

scenario("list views tell their columns and rows", { facts: "§9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  const account = connection.sobject("Account");
  await account.create([{ Name: "B" }, { Name: "A" }]);
  const { listviews, done } = await account.listviews();
  assert.deepEqual([listviews.length, done, listviews[0].label], [1, true, "All Accounts"]);
  const view = account.listview(listviews[0].id);
  const described = await view.describe();
  assert.deepEqual([described.sobjectType, described.columns[0].fieldNameOrPath], ["Account", "Name"]);
  const { records, size } = await view.results();
  assert.deepEqual([size, records.map((record) => record.columns[0].value)], [2, ["A", "B"]]);
  assert.equal((await view.explain()).plans[0].sobjectType, "Account");
});

scenario("quick actions make records", { facts: "§9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  const { id } = await connection.sobject("Account").create({ Name: "Acme" });
  assert.ok((await connection.quickActions()).some((action) => action.name === "NewTask"));
  const actions = await connection.sobject("Account").quickActions();
  assert.ok(actions.some((action) => action.name === "Account.NewContact"));
  const action = connection.sobject("Account").quickAction("NewContact");
  assert.equal((await action.describe()).targetSobjectType, "Contact");
  assert.equal((await action.defaultValues(id)).AccountId, id);
  const made = await action.execute(id, { LastName: "Lovelace" });
  assert.deepEqual([made.success, made.created, made.contextId], [true, true, id]);
  assert.equal((await connection.sobject("Contact").retrieve(made.id)).AccountId, id);
});

scenario("a field that one user may not see is not described to that one", { facts: "§2.8" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("field_access", { object: "Contact", field: "Email", access: "none", user: "integration@lockstep.example" });
  const described = await connection.sobject("Contact").describe();
  assert.ok(!described.fields.some((field) => field.name === "Email"));
  await standIn.control("edit", { as: "Ann", operation: "create", object: "Contact", fields: { LastName: "L", Email: "l@example.com" } });
  assert.equal((await connection.query("SELECT LastName FROM Contact")).records[0].LastName, "L");
  await assert.rejects(connection.query("SELECT Email FROM Contact"), { errorCode: "INVALID_FIELD" });
});
