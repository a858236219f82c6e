// Lookups, collections, deep insert, cascades.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const account = (api, name = "Contoso") => api.create({ collection: "accounts", data: { name } });
const contact = (api, lastname = "Lee", more = {}) => api.create({ collection: "contacts", data: { lastname, ...more } });

scenario("lookups are bound by id, by alternate key, and cleared by null", { facts: "§2.8" }, async ({ api }) => {
  const person = await contact(api, "Lee", { lockstep_id: "C-1" });
  const key = await api.create({ collection: "accounts", data: { name: "A", "primarycontactid@odata.bind": `contacts(${person})` } });
  const primary = async () => (await api.retrieve({ collection: "accounts", key, select: ["_primarycontactid_value"] }))._primarycontactid_value;
  assert.equal(await primary(), person);
  await api.update({ collection: "accounts", key, data: { "primarycontactid@odata.bind": null } });
  assert.equal(await primary(), null);
  await api.update({ collection: "accounts", key, data: { "primarycontactid@odata.bind": "/contacts(lockstep_id='C-1')" } });
  assert.equal(await primary(), person);
  await assert.rejects(api.update({ collection: "accounts", key, data: { "primarycontactid@odata.bind": "/contacts(lockstep_id='nobody')" } }), { code: "0x80060891" });
});

scenario("names of navigation properties are case-sensitive and name the target's table", { facts: "§2.8, §7.4 [I], §7.5 [I]" }, async ({ api }) => {
  const key = await account(api);
  const refused = (data) => assert.rejects(api.create({ collection: "incidents", data: { title: "Broken", ...data } }), (error) => error.status === 400 && error.code === "0x80048d19" && error.message.includes("An undeclared property"));
  await refused({ "customerid@odata.bind": `/accounts(${key})` });
  await refused({ "CustomerId_account@odata.bind": `/accounts(${key})` });
  assert.ok(await api.create({ collection: "incidents", data: { title: "Broken", "customerid_account@odata.bind": `/accounts(${key})` } }));
});

scenario("a single-valued link is set, read and removed by reference", { facts: "§2.4, §2.8" }, async ({ api }) => {
  const key = await account(api), person = await contact(api);
  await api.associateSingleValued({ collection: "accounts", primaryKey: key, navigationProperty: "primarycontactid", relatedCollection: "contacts", relatedKey: person });
  const reference = await api.retrieve({ collection: "accounts", key, select: ["primarycontactid/$ref"] });
  assert.equal(reference.id, person);
  assert.equal(reference.collection, "contacts");
  assert.equal((await api.retrieve({ collection: "accounts", key, navigationProperty: "primarycontactid", select: ["lastname"] })).lastname, "Lee");
  await api.disassociateSingleValued({ collection: "accounts", primaryKey: key, navigationProperty: "primarycontactid" });
  assert.equal((await api.retrieve({ collection: "accounts", key, select: ["_primarycontactid_value"] }))._primarycontactid_value, null);
});

scenario("rows are added to and removed from a collection by reference", { facts: "§2.8" }, async ({ api }) => {
  const key = await account(api), person = await contact(api);
  const relation = { collection: "accounts", primaryKey: key, relationshipName: "contact_customer_accounts", relatedKey: person };
  await api.associate({ ...relation, relatedCollection: "contacts" });
  assert.equal((await api.retrieve({ collection: "contacts", key: person, select: ["_parentcustomerid_value"] }))._parentcustomerid_value, key);
  const listed = await api.retrieveMultiple({ collection: `accounts(${key})/contact_customer_accounts`, select: ["lastname"] });
  assert.deepEqual(listed.value.map((row) => row.contactid), [person]);
  await api.disassociate(relation);
  assert.equal((await api.retrieve({ collection: "contacts", key: person, select: ["_parentcustomerid_value"] }))._parentcustomerid_value, null);
  await assert.rejects(api.disassociate(relation), { status: 404 });
});

scenario("a deep insert makes related rows in one go", { facts: "§2.9" }, async ({ api }) => {
  const row = await api.create({
    collection: "accounts", data: { name: "A", primarycontactid: { firstname: "B", lastname: "C" }, Account_Tasks: [{ subject: "s1" }, { subject: "s2" }] },
    returnRepresentation: true, select: ["name"], expand: [{ property: "primarycontactid", select: ["fullname"] }, { property: "Account_Tasks", select: ["subject"], orderBy: ["subject"] }],
  });
  assert.equal(row.primarycontactid.fullname, "B C");
  assert.deepEqual(row.Account_Tasks.map((task) => task.subject), ["s1", "s2"]);
});

scenario("a deep insert with one bad row makes none", { facts: "§2.9" }, async ({ api }) => {
  await assert.rejects(api.create({ collection: "accounts", data: { name: "A", primarycontactid: { lastname: "C" }, Account_Tasks: [{ subject: "x".repeat(201) }] } }), { code: "0x80044331" });
  assert.equal(await api.count({ collection: "accounts" }), 0);
  assert.equal(await api.count({ collection: "contacts" }), 0);
});

scenario("a deep update is refused", { facts: "§2.9" }, async ({ api }) => {
  const key = await account(api);
  await assert.rejects(api.update({ collection: "accounts", key, data: { primarycontactid: { lastname: "C" } } }), { status: 400 });
});

scenario("participants of an activity are written with it, expanded and replaced", { facts: "§2.14" }, async ({ api }) => {
  const ann = await contact(api, "Ann"), bob = await contact(api, "Bob");
  const key = await api.create({
    collection: "emails", data: { subject: "Hello", email_activity_parties: [{ "partyid_contact@odata.bind": `/contacts(${ann})`, participationtypemask: 1 }, { "partyid_contact@odata.bind": `/contacts(${bob})`, participationtypemask: 2 }] },
  });
  const row = await api.retrieve({ collection: "emails", key, select: ["subject", "statuscode"], expand: [{ property: "email_activity_parties", select: ["_partyid_value", "participationtypemask"] }] });
  assert.equal(row.statuscode, 1);
  assert.deepEqual(row.email_activity_parties.map((party) => [party.participationtypemask, party._partyid_value]).sort(), [[1, ann], [2, bob]]);
  await api.updateSingleProperty({ collection: "emails", key, fieldValuePair: { email_activity_parties: [{ "partyid_contact@odata.bind": `/contacts(${bob})`, participationtypemask: 1 }] } });
  const after = await api.retrieve({ collection: "emails", key, select: ["subject"], expand: [{ property: "email_activity_parties", select: ["_partyid_value"] }] });
  assert.deepEqual(after.email_activity_parties.map((party) => party._partyid_value), [bob]);
});

scenario("deleting a customer deletes what hangs on it", { facts: "§2.7" }, async ({ api }) => {
  const key = await account(api);
  const task = await api.create({ collection: "tasks", data: { subject: "s", "regardingobjectid_account_task@odata.bind": `/accounts(${key})` } });
  const note = await api.create({ collection: "annotations", data: { subject: "n", "objectid_account@odata.bind": `/accounts(${key})` } });
  await api.deleteRecord({ collection: "accounts", key });
  await assert.rejects(api.retrieve({ collection: "tasks", key: task }), { status: 404 });
  await assert.rejects(api.retrieve({ collection: "annotations", key: note }), { status: 404 });
});

scenario("the owner is the caller until somebody else or a team is assigned", { facts: "§6.4, §6.7" }, async ({ api, standIn }) => {
  const { UserId } = await api.callFunction("WhoAmI");
  const key = await account(api);
  const owner = async () => api.retrieve({ collection: "accounts", key, select: ["_ownerid_value", "_owninguser_value", "_owningteam_value"], includeAnnotations: "Microsoft.Dynamics.CRM.lookuplogicalname" });
  assert.equal((await owner())._ownerid_value, UserId);
  const { value: [team] } = await api.retrieveMultiple({ collection: "teams", select: ["name"] });
  await api.update({ collection: "accounts", key, data: { "ownerid@odata.bind": `/teams(${team.teamid})` } });
  const assigned = await owner();
  assert.equal(assigned._ownerid_value, team.teamid);
  assert.equal(assigned._ownerid_value_LogicalName, "team");
  assert.equal(assigned._owningteam_value, team.teamid);
  assert.equal(assigned._owninguser_value, null);
});
